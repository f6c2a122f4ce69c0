"""The display of a sweep: how far all workers together are, and a line for each finished trial."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training.sweep.definition import Sweep
from training.sweep.results import best_first, cell, records_of, say
from training.sweep.study import Job

#: Seconds over which the pace is measured from which the time left follows.
_PACE = 24 * 3600


class SweepProgress(Progress):
    """A bar for all trials, whoever builds them; a context manager."""

    def __init__(self, sweep: Sweep, console: Console) -> None:
        super().__init__(
            TextColumn("Sweep"),
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            speed_estimate_period=_PACE,
        )
        self._sweep, self._seen = sweep, dict[int, tuple[bool, int]]()
        self._whole = self.add_task("", total=sweep.jobs)

    def show(self, jobs: Sequence[Job]) -> None:
        """Bring the display up to date."""
        if not self._seen and (over := sum(job.is_over for job in jobs)):
            # What was over before this worker came is in the table at the end.
            say(self.console, f"{over} of {len(jobs)} trials are over already")
        for job in jobs:
            was_over, losses = self._seen.get(job.number, (job.is_over, job.losses))
            if job.losses > losses and job.state != "failed":
                say(self.console, f"Trial {job.number}  is tried again: {job.loss}")
            if job.is_over and not was_over:
                say(self.console, f"Trial {job.number}  {self._outcome(job)}")
            self._seen[job.number] = job.is_over, job.losses
        running = sum(job.notes.share for job in jobs if job.state == "running")
        done = sum(job.is_over for job in jobs) + running
        self.update(self._whole, completed=done, description=self._counts(jobs))

    def _outcome(self, job: Job) -> str:
        result = job.result
        if job.error or result is None or job.trial is None:
            return f"failed: {job.error}"
        chosen = "  ".join(f"{name}={cell(value)}" for name, value in job.trial.params.items())
        tested = "" if result.test_accuracy is None else f"  test {result.test_accuracy:.2%}"
        return (
            f"{chosen or f'seed {self._sweep.seed_of(job.number)}'}"
            f"  loss {result.validation_loss:.4f}  accuracy {result.validation_accuracy:.2%}"
            f"{tested}  {result.seconds:.0f} s  {job.notes.worker}"
        )

    def _counts(self, jobs: Sequence[Job]) -> str:
        states = [job.state for job in jobs]
        counts = {name: states.count(name) for name in ("done", "running", "failed")}
        waiting = len(jobs) - sum(counts.values())
        text = f"{counts['done']} done  {counts['running']} running  {waiting} waiting"
        if counts["failed"]:
            text += f"  {counts['failed']} failed"
        best = best_first(records_of(jobs, self._sweep), self._sweep)
        if best and self._sweep.space:
            value = best[0][f"validation_{self._sweep.objective}"]
            text += f"  best {self._sweep.objective} {value:.4f}"
        return text
