"""The display of a sweep: how far all workers together are, and a line for each finished trial."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from digitpad.cli.terminal import printable
from training.base.quantities import about
from training.sweep.config import Sweep
from training.sweep.jobs import Job
from training.sweep.table import best_first, cell, stated_result

#: Below this share, 0..1, of a build, its pace tells nothing yet.
_TOO_EARLY = 0.02


class SweepProgress:
    """A bar for all trials, whoever builds them; a context manager."""

    def __init__(self, sweep: Sweep, console: Console) -> None:
        self._sweep, self._console = sweep, console
        self._told: set[int] | None = None
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[counts]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Sweep", total=sweep.jobs, counts="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, jobs: Sequence[Job]) -> None:
        """Bring the display up to date."""
        over = [job for job in jobs if job.is_over]
        if self._told is None:  # what was over before this worker came is in the table at the end
            self._told = {job.number for job in over}
            if over:
                self.say(f"{len(over)} of {len(jobs)} trials are over already")
        for job in over:
            if job.number not in self._told:
                self._told.add(job.number)
                self.say(self._line(job))
        done = len(over) + sum(_share(job) for job in jobs)
        self._bar.update(self._task, completed=done, counts=self._counts(jobs))

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self._console.print(printable(sentence), highlight=False, markup=False, soft_wrap=True)

    def _line(self, job: Job) -> str:
        seed = self._sweep.seed_of(job.number)
        latest = job.latest
        result = latest.notes.result if latest else None
        if job.error or latest is None or result is None:
            return f"Trial {job.number}  failed: {job.error}"
        chosen = "  ".join(f"{name}={cell(value)}" for name, value in latest.params.items())
        return (
            f"Trial {job.number}  {chosen or f'seed {seed}'}  {stated_result(result)}"
            f"  {result.seconds:.0f} s  {latest.notes.worker}"
        )

    def _counts(self, jobs: Sequence[Job]) -> str:
        states = [job.state for job in jobs]
        counts = {
            "done": states.count("done"),
            "running": states.count("running"),
            "waiting": states.count("waiting") + states.count("missing"),
            "failed": states.count("failed"),
        }
        words = [f"{count} {name}" for name, count in counts.items() if count or name != "failed"]
        best = best_first(jobs, self._sweep)
        if best and self._sweep.space:
            words.append(f"best {self._sweep.objective} {best[0].value:.4f}")
        seconds = seconds_left(jobs)
        if seconds is not None:
            words.append(f"about {about(seconds)} left")
        return "  ".join(words)


def seconds_left(jobs: Sequence[Job]) -> float | None:
    """How long all workers together still need; None where nothing tells yet.

    From how long finished builds took, or else from how far the running ones are.
    """
    beats = [job.latest.notes.beat for job in jobs if job.state == "running" and job.latest]
    took = [
        job.latest.notes.result.seconds
        for job in jobs
        if job.state == "done" and job.latest and job.latest.notes.result
    ]
    took = took or [beat.seconds / beat.share for beat in beats if beat and beat.share > _TOO_EARLY]
    if not took or not beats:
        return None
    open_jobs = sum(not job.is_over for job in jobs) - sum(beat.share for beat in beats if beat)
    return statistics.fmean(took) * open_jobs / len(beats)


def _share(job: Job) -> float:
    beat = job.latest.notes.beat if job.state == "running" and job.latest else None
    return beat.share if beat else 0.0
