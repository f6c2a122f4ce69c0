"""A sweep's Optuna study, and where the sweep stands by its trials."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import optuna
from optuna.exceptions import DuplicatedStudyError
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial
from pydantic import TypeAdapter, ValidationError

from training.runs import Result
from training.sweep import SweepError
from training.sweep.definition import Sweep, disagreement, from_json, to_json
from training.sweep.storage import RETRIES

_KEY = "sweep"
#: Seconds in which whoever creates a study has to say what it is.
_SETTING_UP = 10.0


@dataclass(frozen=True)
class Notes:
    """What a worker notes on a trial, as attributes of it; Optuna copies them to its retry."""

    attempt: int = -1  #: the trial's own number; another one where these are an earlier try's
    worker: str = ""  #: such as ``"host:123"``
    folder: str = ""  #: of the run, as that worker names it
    share: float = 0.0  #: of the build that is done, 0..1
    result: Result | None = None  #: of a finished build
    error: str | None = None  #: why the build failed by itself


_notes = TypeAdapter(Notes)


@dataclass(frozen=True)
class Job:
    """One build of a sweep and what has become of it."""

    number: int  #: 0-based
    attempts: tuple[FrozenTrial, ...] = ()  #: its trials, in order

    @cached_property
    def trial(self) -> FrozenTrial | None:
        """The attempt that counts: the first that was not lost, or else the last one."""
        alive = (trial for trial in self.attempts if trial.state is not TrialState.FAIL)
        return next(alive, self.attempts[-1] if self.attempts else None)

    @cached_property
    def notes(self) -> Notes:
        """Of that attempt; none where they are not what a worker notes."""
        try:
            return _notes.validate_python(self.trial.user_attrs if self.trial else {})
        except ValidationError:
            return Notes()

    @cached_property
    def error(self) -> str:
        """Why it failed for good; empty where it did not."""
        state = self.trial.state if self.trial else None
        if state is TrialState.COMPLETE and not self.notes.result:
            return "it has no result"
        if state is not TrialState.FAIL:
            return ""
        killed = f"its worker was killed {self.losses} times" if self.losses > RETRIES else ""
        return self.notes.error or killed

    @cached_property
    def state(self) -> Literal["waiting", "running", "done", "failed"]:
        """``"waiting"`` is what nobody has begun, or is to begin again."""
        state = self.trial.state if self.trial else None
        if state is TrialState.RUNNING:
            return "running"
        if state is TrialState.COMPLETE and not self.error:
            return "done"
        return "failed" if self.error else "waiting"

    @property
    def result(self) -> Result | None:
        """Of a finished build."""
        return self.notes.result if self.state == "done" else None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")

    @property
    def is_free(self) -> bool:
        """Whether a worker that asks for a trial gets it."""
        return self.trial is None or self.trial.state is TrialState.WAITING

    @property
    def is_forgotten(self) -> bool:
        """Whether it failed without a retry, or was claimed by somebody who has noted nothing."""
        if self.state == "running":
            return self.trial is not None and self.notes.attempt != self.trial.number
        return self.state == "waiting" and not self.is_free

    @property
    def losses(self) -> int:
        """Attempts that ended with their workers."""
        if self.trial is None:
            return 0
        history = self.trial.system_attrs.get("retry_history", [])
        return len(history) + (self.trial.state is TrialState.FAIL and not self.notes.error)

    @property
    def loss(self) -> str:
        """How the last of them did."""
        notes = [t.user_attrs for t in self.attempts if t.state is TrialState.FAIL][-1]
        return notes.get("lost") or f"{notes.get('worker', 'its worker')} gave no sign of life"


def jobs_of(trials: Iterable[FrozenTrial], count: int) -> list[Job]:
    """All jobs of a sweep with so many of them.

    Trials are numbered as they are begun, whoever does it, and a retry names the first try; so the
    n-th trial that is no retry is job n, for every worker alike. What is left over was begun by
    two workers at the same time, and is pruned.
    """
    tries: dict[int, list[FrozenTrial]] = {}
    for trial in trials:
        first = trial.system_attrs.get("failed_trial", trial.number)
        if trial.state is not TrialState.PRUNED or first == trial.number:
            tries.setdefault(first, []).append(trial)
    found = [tuple(tries[first]) for first in sorted(tries)][:count]
    return [Job(n, found[n] if n < len(found) else ()) for n in range(count)]


@dataclass(frozen=True)
class Study:
    """A study and the sweep that it is."""

    optuna: optuna.Study  #: the study
    storage: BaseStorage  #: where it is
    sweep: Sweep  #: what its workers agreed on

    def again(self) -> Study:
        """The same for another thread, with a sampler of its own."""
        name = self.optuna.study_name
        return replace(self, optuna=optuna.load_study(study_name=name, storage=self.storage))

    def jobs(self) -> list[Job]:
        """Where everything stands."""
        return jobs_of(self.optuna.get_trials(deepcopy=False), self.sweep.jobs)

    def put_back(self, number: int) -> None:
        """Let a trial that failed on request be tried again, without counting it as lost."""
        trial = self.optuna.get_trials(deepcopy=False)[number]
        first = {"failed_trial": trial.number, "retry_history": []}
        again = create_trial(
            state=TrialState.WAITING,
            params=trial.params,
            distributions=trial.distributions,
            user_attrs=trial.user_attrs,
            system_attrs=first | trial.system_attrs,
        )
        self.optuna.add_trial(again)


def join(storage: BaseStorage, place: str, name: str, sweep: Sweep) -> Study:
    """Create a study in a storage, or join the one that is there; people know it as a place. Raises
    SweepError if that one is another sweep.
    """
    better = StudyDirection.MINIMIZE if sweep.lower_is_better else StudyDirection.MAXIMIZE
    try:
        study = optuna.create_study(storage=storage, study_name=name, direction=better)
        study.set_user_attr(_KEY, to_json(sweep))
    except DuplicatedStudyError:
        joined = find(storage, place, name)
        if difference := disagreement(sweep, joined.sweep):
            raise SweepError(
                f"the study {name} is another sweep: its {difference}; join it with the same"
                " options, or choose another --study"
            ) from None
        return joined
    return Study(study, storage, sweep)


def find(storage: BaseStorage, place: str, name: str | None) -> Study:
    """A study that is there, by its name; with None, the only one. Raises SweepError if there is no
    such study, several, or it is no sweep.
    """
    names = optuna.get_all_study_names(storage)
    if name is None and len(names) == 1:
        name = names[0]
    if name is None or name not in names:
        there = ", ".join(names[:10]) or "none"
        wanted = f"no study {name}" if name else "not one study alone"
        raise SweepError(f"there is {wanted} in {place} (it has {there}); choose with --study")
    study = optuna.load_study(storage=storage, study_name=name)
    until = time.monotonic() + _SETTING_UP
    while _KEY not in study.user_attrs and time.monotonic() < until:
        time.sleep(0.1)
    return Study(study, storage, from_json(study.user_attrs.get(_KEY)))


def sampler(sweep: Sweep, trial: int) -> TPESampler:
    """For one trial, by its number: one sampler for all would begin alike in every worker."""
    seed = np.random.SeedSequence([sweep.seed, trial]).generate_state(1)
    return TPESampler(seed=int(seed[0]), constant_liar=True)
