"""A sweep's study in its storage: joined by any number of workers, each job claimed once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
import optuna
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage
from optuna.trial import Trial, TrialState

from training.runs import Result
from training.sweep.config import Sweep, disagreement, from_json, to_json
from training.sweep.errors import SweepError
from training.sweep.jobs import Attempt, Beat, Job, jobs_of
from training.sweep.space import suggest
from training.sweep.storage import speaking

#: Seconds in which whoever creates a study has to say what it is.
_SETTING_UP = 10.0
_KEY = "sweep"
#: Trials that are enqueued in one go, so that a worker is not busy with it for long.
_AT_ONCE = 50

T = TypeVar("T")


class NotOursError(Exception):
    """An attempt that others took for lost, and that is no longer this worker's to finish."""


@dataclass(frozen=True)
class Claim:
    """An attempt that is this worker's.

    Attributes:
        id: the trial's in the storage.
        job: 0-based.
        seed: to build with.
        settings: to build with, as ``--set`` takes them.
    """

    id: int
    job: int
    seed: int
    settings: dict[str, str]


class Study:
    """What workers do with a study.

    Attributes:
        name: the study's.
        sweep: what it is.
    """

    def __init__(self, study: optuna.Study, storage: BaseStorage, place: str, sweep: Sweep) -> None:
        self._study, self._storage, self._place = study, storage, place
        self.name, self.sweep = study.study_name, sweep

    def jobs(self) -> list[Job]:
        """Where everything stands.

        Raises:
            StorageError: if the storage fails, as all methods here.
        """
        with speaking(self._place):
            return jobs_of(self._study.get_trials(deepcopy=False), self.sweep.jobs)

    def enqueue_missing(self, jobs: list[Job]) -> bool:
        """Enqueue the next of what nobody has enqueued yet; whether there was anything."""
        missing = [job for job in jobs if job.state == "missing"][:_AT_ONCE]
        with speaking(self._place):
            for job in missing:
                params = dict(job.latest.params) if job.latest else {}
                notes = {"job": job.number, "attempt": len(job.attempts)}
                self._study.enqueue_trial(params, user_attrs=notes)
        return bool(missing)

    def drop_surplus(self, jobs: list[Job]) -> None:
        """End trials that two workers enqueued at the same time, and that nobody claims."""
        counted = {attempt.id for job in jobs for attempt in job.attempts}
        with speaking(self._place):
            waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        for trial in waiting:
            if trial._trial_id not in counted:
                self.lose(trial._trial_id)

    def claim(self, jobs: list[Job], worker: str) -> Claim | None:
        """Take the first waiting job that no other worker takes; None where there is none."""
        for job in jobs:
            latest = job.latest
            if job.state != "waiting" or latest is None:
                continue
            try:
                with speaking(self._place):
                    if self._storage.set_trial_state_values(latest.id, TrialState.RUNNING):
                        return self._claimed(latest, worker)
            except UpdateFinishedTrialError:  # others were so fast that it is over already
                continue
        return None

    def _claimed(self, attempt: Attempt, worker: str) -> Claim:
        # One sampler for all trials would draw the same values in every worker at first.
        seed = np.random.SeedSequence([self.sweep.seed, attempt.number]).generate_state(1)
        self._study.sampler = TPESampler(seed=int(seed[0]), constant_liar=True)
        trial = Trial(self._study, attempt.id)
        trial.set_user_attr("worker", worker)
        settings = self.sweep.changes | suggest(trial, self.sweep.space)
        job = attempt.notes.job
        return Claim(attempt.id, job, self.sweep.seed_of(job), settings)

    def beat(self, claim: Claim, beat: Beat) -> None:
        """Give a sign of life.

        Raises:
            NotOursError: if others took the attempt for lost.
        """
        self._note(claim, beat=asdict(beat))

    def note_folder(self, claim: Claim, folder: str) -> None:
        """Say where the run's files are.

        Raises:
            NotOursError: as :meth:`beat`.
        """
        self._note(claim, folder=folder)

    def finish(self, claim: Claim, result: Result) -> None:
        """Hand in a result.

        Raises:
            NotOursError: as :meth:`beat`; the result does not count then.
        """
        loss, accuracy = result.validation_loss, result.validation_accuracy
        self._note(claim, result=asdict(result))
        value = loss if self.sweep.lower_is_better else accuracy
        self._end(claim.id, TrialState.COMPLETE, value)

    def fail(self, claim: Claim, error: str) -> None:
        """Say that the build failed by itself, and why.

        Raises:
            NotOursError: as :meth:`beat`.
        """
        self._note(claim, error=error)
        self._end(claim.id, TrialState.FAIL)

    def lose(self, id_: int) -> bool:
        """Count a running attempt as lost; whether it still ran."""
        try:
            self._end(id_, TrialState.FAIL)
        except NotOursError:
            return False
        return True

    def put_back(self, claim: Claim) -> None:
        """Give an attempt up, so that the job is tried again."""
        try:
            self._note(claim, put_back=True)
        except NotOursError:
            return
        self.lose(claim.id)
        self.enqueue_missing(self.jobs())

    def _note(self, claim: Claim, **notes: object) -> None:
        def write() -> None:
            for key, value in notes.items():
                self._storage.set_trial_user_attr(claim.id, key, value)

        self._ours(write)

    def _end(self, id_: int, state: TrialState, value: float | None = None) -> None:
        values = None if value is None else [value]
        self._ours(lambda: self._storage.set_trial_state_values(id_, state, values))

    def _ours(self, action: Callable[[], T]) -> T:
        try:
            with speaking(self._place):
                return action()
        except UpdateFinishedTrialError as error:
            raise NotOursError from error


def join(storage: BaseStorage, place: str, name: str, sweep: Sweep) -> Study:
    """Create a study, or join the one that is there.

    Args:
        storage: where it is.
        place: the storage, for people.
        name: the study's.
        sweep: what this worker was asked for.

    Raises:
        SweepError: if the study that is there is another sweep.
        StorageError: if the storage fails.
    """
    try:
        with speaking(place):
            study = optuna.create_study(storage=storage, study_name=name, direction=sweep.direction)
            study.set_user_attr(_KEY, to_json(sweep))
        return Study(study, storage, place, sweep)
    except DuplicatedStudyError:
        joined = find(storage, place, name)
    difference = disagreement(sweep, joined.sweep)
    if difference:
        raise SweepError(
            f"the study {name} is another sweep: its {difference}; join it with the same options,"
            " or choose another --study"
        )
    return joined


def find(storage: BaseStorage, place: str, name: str | None) -> Study:
    """A study that is there.

    Args:
        storage: where it is.
        place: the storage, for people.
        name: the study's; None for the only one.

    Raises:
        SweepError: if there is no such study, several, or it is no sweep.
        StorageError: if the storage fails.
    """
    with speaking(place):
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
        return Study(study, storage, place, from_json(study.user_attrs.get(_KEY)))
