"""A worker: claims jobs, builds them, gives signs of life, and looks after the other workers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from training.runs import Result, RunFolder
from training.sweep.errors import SweepError, TrialFailedError, TrialLostError
from training.sweep.jobs import Beat, Job, Watch
from training.sweep.places import Places
from training.sweep.storage import StorageError, patiently
from training.sweep.study import Claim, NotOursError, Study
from training.sweep.trial import RunTrial, Task

T = TypeVar("T")

#: A worker whose builds fail so many times in a row stops: something else than settings is wrong.
FAILURES = 5


@dataclass(frozen=True)
class Pace:
    """How often what happens, in seconds.

    Attributes:
        look: between two looks at where the sweep stands.
        beat: between two signs of life.
        grace: without a sign, after which a worker is taken for dead.
        patience: that a storage may be away.
    """

    look: float = 2.0
    beat: float = 10.0
    grace: float = 90.0
    patience: float = 600.0


PACE = Pace()


class Display(Protocol):
    """Shows where a sweep stands."""

    def show(self, jobs: Sequence[Job]) -> None: ...

    def say(self, sentence: str) -> None: ...


class Keep(Protocol):
    """Brings a finished run's files to where all find them; calls ``tick`` between two files."""

    def __call__(self, trial_id: int, folder: RunFolder, tick: Callable[[], None], /) -> None: ...


class Worker:
    """One process's part in a sweep."""

    def __init__(
        self,
        study: Study,
        places: Places,
        run: RunTrial,
        display: Display,
        *,
        task: Callable[[Claim], Task],
        keep: Keep | None = None,
        pace: Pace = PACE,
    ) -> None:
        """Prepare to work.

        Args:
            study: what is worked on.
            places: where files go.
            run: builds.
            display: shows progress.
            task: what is to be built for a claim.
            keep: brings a finished run's files to where all workers find them.
            pace: how often what happens.
        """
        self._study, self._places, self._run, self._display = study, places, run, display
        self._keep, self._task, self._pace = keep, task, pace
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._watch = Watch(pace.grace)
        self._claim: Claim | None = None
        self._begun = self._beaten = self._looked = 0.0
        self._beats = 0
        self._away_since: float | None = None

    def work(self) -> list[Job]:
        """Work until every job of the sweep is over, whoever does it.

        Returns:
            All jobs.

        Raises:
            SweepError: if the storage is away for too long, or builds fail one after the other.
            KeyboardInterrupt: on Ctrl-C; the job at hand is put back.
        """
        failures = 0
        try:
            while True:
                jobs = self._steadily(self._look)
                if all(job.is_over for job in jobs):
                    self._steadily(partial(self._study.drop_surplus, jobs))
                    return jobs
                self._places.check_room()
                self._claim = self._steadily(partial(self._study.claim, jobs, self._name))
                if self._claim is None:
                    time.sleep(self._pace.look)
                    continue
                error = self._build(self._claim)
                self._claim = None
                failures = failures + 1 if error else 0
                if failures == FAILURES:
                    raise SweepError(
                        f"{FAILURES} builds failed one after the other, the last because {error};"
                        " put that right and start the same command again, which goes on"
                    )
        finally:
            self._give_up()

    def _look(self) -> list[Job]:
        """See where everything stands, and put right what nobody looks after."""
        jobs = self._study.jobs()
        running = [job.latest for job in jobs if job.state == "running" and job.latest]
        own = self._claim.id if self._claim else None
        others = [attempt for attempt in running if attempt.id != own]
        changed = False
        for attempt in self._watch.dead(others, time.monotonic()):
            if self._study.lose(attempt.id):
                changed = True
                self._display.say(
                    f"{attempt.notes.worker or 'a worker'} gave no sign of life for"
                    f" {self._pace.grace:.0f} s, so its trial {attempt.notes.job} is tried again"
                )
        if changed:
            jobs = self._study.jobs()
        if self._study.enqueue_missing(jobs):
            jobs = self._study.jobs()
        self._looked = time.monotonic()
        self._display.show(jobs)
        return jobs

    def _build(self, claim: Claim) -> str | None:
        """Build a job and hand in what came of it; why it failed, if it did."""
        self._begun, self._beaten, self._beats = time.monotonic(), 0.0, 0
        try:
            task = self._task(claim)
            self._steadily(lambda: self._study.note_folder(claim, str(task.folder)))
            result = self._run(task, self._tick)
            self._hand_in(claim, result, task.folder)
        except TrialFailedError as error:
            reason = str(error)
            self._steadily(lambda: self._study.fail(claim, reason))
            return reason
        except TrialLostError as error:
            self._display.say(f"trial {claim.job} is tried again: {error}")
            self._steadily(lambda: self._study.lose(claim.id))
            return str(error)
        except NotOursError:
            self._display.say(
                f"trial {claim.job} was taken for lost and given to another worker, so what this"
                " one did of it does not count"
            )
        return None

    def _hand_in(self, claim: Claim, result: Result, folder: Path) -> None:
        if self._keep:
            self._keep(claim.id, RunFolder(folder), lambda: self._tick(1.0))
        self._steadily(lambda: self._study.finish(claim, result))

    def _tick(self, share: float) -> None:
        """Give a sign of life and look around, each in its time; a storage may be away a while."""
        now = time.monotonic()
        try:
            if self._claim and now - self._beaten >= self._pace.beat:
                self._beats += 1
                self._study.beat(self._claim, Beat(self._beats, now - self._begun, share))
                self._beaten = now
            if now - self._looked >= self._pace.look:
                self._look()
            self._away_since = None
        except StorageError as error:
            if self._away_since is None:
                self._away_since = now
                self._tell(error)
            if now - self._away_since > self._pace.patience:
                raise

    def _steadily(self, action: Callable[[], T]) -> T:
        return patiently(action, self._pace.patience, self._pace.look, self._tell)

    def _tell(self, error: StorageError) -> None:
        self._display.say(f"{error}; trying again for {self._pace.patience / 60:.0f} minutes")

    def _give_up(self) -> None:
        """Put back what is claimed, if anything, as far as the storage lets us."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        try:
            self._study.put_back(claim)
        except StorageError:
            self._display.say(
                f"the storage is away, so trial {claim.job} is tried again only after"
                f" {self._pace.grace:.0f} s"
            )
