"""A worker: takes jobs, builds them, and looks after those of workers that were killed."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from functools import partial
from pathlib import Path

import optuna
from optuna.exceptions import TrialPruned, UpdateFinishedTrialError
from optuna.storages import RetryHeartbeatStaleTrialCallback, fail_stale_trials
from optuna.trial import FrozenTrial, Trial, TrialState

from training.base.errors import BuildError
from training.runs import RunFolder
from training.sweep import SweepError
from training.sweep.build import BuildFailedError, BuildLostError, RunBuild, Task
from training.sweep.space import suggest
from training.sweep.storage import RETRIES, Pace, beat
from training.sweep.study import Job, Study, sampler

#: A worker whose builds fail so many times in a row stops: something else than settings is wrong.
FAILURES = 5
#: Free space, in bytes, below which no further build is begun.
_ROOM = 200 * 2**20


#: Brings a trial's finished run to where all find it; the last is called between two files.
Keep = Callable[[Trial, RunFolder, Callable[[], None]], None]


class Worker:
    """One thread's part in a sweep."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        run: RunBuild,
        prepare: Callable[[int, dict[str, str]], Task],
        keep: Keep | None,
        pace: Pace,
    ) -> None:
        """Take a study of this thread alone; ``prepare`` makes the task of a job's settings."""
        self._study, self._folder, self._pace = study, folder, pace
        self._run, self._prepare, self._keep = run, prepare, keep
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._retry = RetryHeartbeatStaleTrialCallback(RETRIES)
        self._forgotten: dict[int, float] = {}
        self._failures: list[str] = []
        self._answered = time.time()  # when the storage last did
        self._trial: Trial | None = None
        self._taken = False

    def work(self) -> None:
        """Work until every job of the sweep is over, whoever does it, or until it is stopped.
        Raises SweepError if the storage is away for too long, or builds fail one after the other;
        KeyboardInterrupt if a build was stopped; its job was put back.
        """
        while not self._pace.stop.is_set() and self._step():
            if len(self._failures) == FAILURES:
                raise SweepError(
                    f"{FAILURES} builds failed one after the other, the last because"
                    f" {self._failures[-1]}; put that right and start the same command again, which"
                    " goes on"
                )

    def _step(self) -> bool:
        """Build something, or wait; whether anything is left."""
        if time.time() - self._answered > self._pace.grace / 2:
            # This machine slept, or the storage was away: other workers' heartbeats are due.
            self._pace.stop.wait(2 * self._pace.heartbeat)
        fail_stale_trials(self._study.optuna)
        jobs = self._study.jobs()
        self._answered = time.time()
        self._retry_forgotten(jobs)
        if any(job.is_free for job in jobs):
            self._check_room()
            self._try_one()
        elif not all(job.is_over for job in jobs):
            self._pace.stop.wait(self._pace.look)
        else:
            return False
        return True

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < _ROOM:
            raise SweepError(
                f"only {free / 2**20:.0f} MB are free in {self._folder}; free some space and start"
                " the same command again, which goes on with what is left"
            )

    def _retry_forgotten(self, jobs: list[Job]) -> None:
        """Workaround: retry what a worker was killed at between two of Optuna's steps.

        Optuna notices nobody who claims a trial and dies before its first heartbeat, or who fails a
        stale trial and dies before its retry (``optuna.storages.fail_stale_trials``).
        """
        now = time.monotonic()
        forgotten = {job.trial.number: job.trial for job in jobs if job.trial and job.is_forgotten}
        self._forgotten = {number: self._forgotten.get(number, now) for number in forgotten}
        for number, trial in forgotten.items():
            if now - self._forgotten[number] > self._pace.grace:
                if trial.state is TrialState.RUNNING:
                    self._study.storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
                self._retry(self._study.optuna, deepcopy(trial))

    def _try_one(self) -> None:
        try:
            self._study.optuna.optimize(
                self._objective,
                n_trials=1,
                catch=(BuildFailedError, BuildLostError),
                callbacks=[self._after],
            )
        except (KeyboardInterrupt, BuildError):
            if self._trial:
                self._study.put_back(self._trial.number)
            raise
        except (ValueError, UpdateFinishedTrialError):
            # Workaround: Optuna raises where others took a trial for stale (optuna/optuna#5470).
            if not self._taken:
                raise
            self._pace.say(
                "a trial was taken for lost and given to another worker, so what this one did of"
                " it does not count"
            )

    def _objective(self, trial: Trial) -> float:
        self._trial, self._taken = None, False
        try:
            return self._build(trial)
        except UpdateFinishedTrialError:
            self._taken = True
            raise

    def _build(self, trial: Trial) -> float:
        sweep, jobs = self._study.sweep, self._study.jobs()
        job = next((job for job in jobs if job.trial and job.trial.number == trial.number), None)
        if job is None:
            raise TrialPruned  # two workers asked for the last job at the same time
        self._trial = trial
        self._study.optuna.sampler = sampler(sweep, trial.number)
        beat(self._study.storage, trial._trial_id)  # what is noted, but has none, runs for ever
        self._note(trial, worker=self._name, attempt=trial.number, share=0.0, lost=None)
        changes = sweep.changes | suggest(trial, sweep.space)
        task = self._prepare(job.number, changes | {"seed": str(sweep.seed_of(job.number))})
        self._note(trial, folder=str(task.folder))
        tick = partial(self._tick, trial)
        try:
            result = self._run(task, tick)
        except BuildFailedError as error:
            self._note(trial, error=str(error))
            raise
        except BuildLostError as error:
            self._note(trial, lost=str(error))
            raise
        if self._keep:
            self._keep(trial, RunFolder(task.folder), partial(tick, 1.0))
        self._note(trial, result=asdict(result))
        return result.validation_loss if sweep.lower_is_better else result.validation_accuracy

    def _note(self, trial: Trial, **notes: object) -> None:
        for key, value in notes.items():
            trial.set_user_attr(key, value)

    def _tick(self, trial: Trial, share: float) -> None:
        """End the build if that is asked for; now and then, note how far it is."""
        if self._pace.stop.is_set():
            raise KeyboardInterrupt
        if time.time() - self._answered >= self._pace.heartbeat:
            trial.set_user_attr("share", share)
            self._answered = time.time()

    def _after(self, study: optuna.Study, trial: FrozenTrial) -> None:
        if trial.state is TrialState.COMPLETE:
            self._failures = []
        elif trial.state is TrialState.FAIL:
            error = trial.user_attrs.get("error")
            self._failures.append(error or trial.user_attrs.get("lost") or "")
            if not error:
                self._retry(study, trial)
