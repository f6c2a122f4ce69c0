"""Where a sweep stands, worked out from its trials alone, so that every worker sees the same.

A job may take several attempts, since workers get killed. An attempt is a trial that carries its
job and its place among the job's attempts. Two workers may enqueue the same attempt at the same
time; the trial with the lower number is the one that counts, and nobody claims the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState
from pydantic import TypeAdapter, ValidationError

from training.runs import Result

#: So many attempts of a job may be lost with their workers before it counts as failed.
LOSSES = 3


@dataclass(frozen=True)
class Beat:
    """A sign of life.

    Attributes:
        count: that has changed since the last one.
        seconds: since the attempt began, by its worker's clock.
        share: of the build, 0..1.
    """

    count: int
    seconds: float = 0.0
    share: float = 0.0


@dataclass(frozen=True)
class Notes:
    """What workers note on a trial.

    Attributes:
        job: 0-based.
        attempt: 0-based.
        worker: who claimed it, such as ``"host:123"``.
        folder: of its run, as that worker names it.
        beat: the latest sign of life.
        result: of a finished build.
        error: why the build failed by itself.
        put_back: whether its worker gave it up on request.
    """

    job: int
    attempt: int
    worker: str = ""
    folder: str = ""
    beat: Beat | None = None
    result: Result | None = None
    error: str | None = None
    put_back: bool = False


_notes = TypeAdapter(Notes)


@dataclass(frozen=True)
class Attempt:
    """One try at a job.

    Attributes:
        id: the trial's in the storage.
        number: the trial's in its study.
        state: Optuna's.
        params: what was searched, by setting.
        distributions: Optuna's, of which they were drawn, by setting.
        value: of the objective, or None.
        notes: of workers.
    """

    id: int
    number: int
    state: TrialState
    params: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    value: float | None
    notes: Notes


@dataclass
class Job:
    """One build of a sweep and what has become of it.

    Attributes:
        number: 0-based.
        attempts: in order.
    """

    number: int
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def latest(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def lost(self) -> int:
        """Attempts that ended with their worker."""
        return sum(
            a.state is TrialState.FAIL and a.notes.error is None and not a.notes.put_back
            for a in self.attempts
        )

    @property
    def state(self) -> Literal["missing", "waiting", "running", "done", "failed"]:
        """``"missing"`` is what has to be enqueued, for the first time or again."""
        latest = self.latest
        if latest is None:
            return "missing"
        if latest.state is TrialState.COMPLETE:
            return "done"
        if latest.state is TrialState.WAITING:
            return "waiting"
        if latest.state is TrialState.RUNNING:
            return "running"
        failed = latest.notes.error is not None or self.lost > LOSSES
        return "failed" if failed else "missing"

    @property
    def error(self) -> str | None:
        """Why it failed; None where it did not."""
        if self.state != "failed" or self.latest is None:
            return None
        return self.latest.notes.error or f"its worker was killed {self.lost} times"

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


def jobs_of(trials: Iterable[FrozenTrial], count: int) -> list[Job]:
    """All jobs of a sweep with so many of them; trials that are none of theirs are left out."""
    found: dict[tuple[int, int], Attempt] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):
        attempt = _attempt(trial)
        if attempt is not None:
            found.setdefault((attempt.notes.job, attempt.notes.attempt), attempt)
    jobs = [Job(number) for number in range(count)]
    for (number, place), attempt in sorted(found.items(), key=lambda item: item[0]):
        if 0 <= number < count and place == len(jobs[number].attempts):
            jobs[number].attempts.append(attempt)
    return jobs


def _attempt(trial: FrozenTrial) -> Attempt | None:
    try:
        notes = _notes.validate_python(trial.user_attrs)
    except ValidationError:
        return None
    if trial.state is TrialState.COMPLETE and notes.result is None:
        return None
    value = trial.values[0] if trial.values else None
    return Attempt(
        trial._trial_id,
        trial.number,
        trial.state,
        trial.params,
        trial.distributions,
        value,
        notes,
    )


class Watch:
    """Notices attempts whose workers give no sign of life, by this machine's clock alone."""

    def __init__(self, grace: float) -> None:
        """Take a worker for dead after so many seconds without a new sign."""
        self._grace = grace
        self._seen: dict[int, tuple[Beat | None, float]] = {}
        self._looked: float | None = None

    def dead(self, running: Sequence[Attempt], now: float) -> list[Attempt]:
        """Those of the running attempts whose latest sign is too old.

        Args:
            running: all attempts that are running elsewhere.
            now: seconds of a clock that only goes forwards.
        """
        if self._looked is not None and now - self._looked > self._grace / 2:
            self._seen.clear()  # this machine slept, or was held up: what is old is our knowledge
        self._looked = now
        ids = {attempt.id for attempt in running}
        self._seen = {id_: seen for id_, seen in self._seen.items() if id_ in ids}
        found = []
        for attempt in running:
            beat, since = self._seen.get(attempt.id, (None, now))
            if attempt.id not in self._seen or beat != attempt.notes.beat:
                self._seen[attempt.id] = (attempt.notes.beat, now)
            elif now - since > self._grace:
                found.append(attempt)
        return found
