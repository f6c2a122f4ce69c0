"""What ``python -m training.sweep`` does, from its options to the table."""

from __future__ import annotations

import argparse
import shlex
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training.recipes import Recipe
from training.recipes.settings import settings
from training.runs import RunError, RunFolder, next_folder
from training.sweep import SweepError
from training.sweep.artifacts import Artifacts
from training.sweep.build import RunBuild, Task
from training.sweep.definition import Sweep, build_arguments, built, define
from training.sweep.results import best_first, cell, conclude, make_ensemble, records_of, say
from training.sweep.storage import Pace, open_storage
from training.sweep.study import Job, Study, join
from training.sweep.worker import Worker

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


def run(options: argparse.Namespace, words: Sequence[str], run_build: RunBuild, pace: Pace) -> None:
    """Work on a sweep, which the words ask for, until it is over, and conclude it.

    Raises BuildError if the options do not go together, or the sweep cannot go on;
    KeyboardInterrupt on Ctrl-C, with a sentence, when the trials at hand were put back.
    """
    console = Console(quiet=options.quiet)
    pace = replace(pace, stop=threading.Event(), say=partial(say, console))
    sweep = define(options)
    name, folder = _name(options)
    storage, place = open_storage(options.storage, folder, pace)
    artifacts = Artifacts(options.artifacts, storage) if options.artifacts else None
    study = join(storage, place, name, sweep)
    _introduce(study, options, folder, console)
    prepare = partial(_prepare, options, study.sweep, folder)
    keep = artifacts.keep if artifacts else None
    try:
        with _terminable(), SweepProgress(sweep, console) as display:
            workers = [
                Worker(study.again(), folder, run_build, prepare, keep, pace)
                for _ in range(options.workers)
            ]
            jobs = _work(workers, study, display, pace)
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            f"stopped; the trial at hand was put back, and the same command with --study {name}"
            " goes on"
        ) from error
    if options.quiet:
        return
    conclude(study, jobs, folder, console)
    if options.ensemble:
        command = shlex.join(["python", "-m", "training.sweep", *words])
        make_ensemble(study, jobs, options.ensemble, command, folder, artifacts, console)


def _name(options: argparse.Namespace) -> tuple[str, Path]:
    """Of the study, and the folder here, which is made."""
    if options.storage and not options.study:
        raise SweepError("--storage holds many studies; name this one with --study")
    name = options.study or (options.folder.name if options.folder else "")
    if name and (len(name) > 100 or Path(name).name != name or "\\" in name):
        raise SweepError(f"--study {name:.60} cannot be the name of a folder; choose another one")
    folder = options.folder or Path("runs", name)
    if not name:
        folder = next_folder(Path("runs"), f"sweep-{options.recipe}")
    try:
        (folder / "trials").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SweepError(
            f"cannot write {folder} ({error.strerror}); free some space, or name another --folder"
        ) from error
    return name or folder.name, folder.absolute()


def _introduce(study: Study, options: argparse.Namespace, folder: Path, console: Console) -> None:
    sweep, name = study.sweep, study.optuna.study_name
    what = (
        f"a search over {', '.join(sweep.space)}" if sweep.space else f"seeds from {sweep.seed} on"
    )
    say(console, f"Study {name}: {sweep.recipe}, {what}, {sweep.jobs} trials, in {folder}")
    if "split" in sweep.changes and not any(word.startswith("split=") for word in options.set):
        say(
            console,
            f"{sweep.recipe} is validated on its test set, by which nothing may be chosen; here it"
            f" is validated on the {sweep.changes['split']} training images, and trained on the"
            " others",
        )
    elif sweep.settings["split"] == "test":
        say(
            console,
            f"{sweep.recipe} watches its test set while it trains, as its text does: validation is"
            " the test set here, and nothing is chosen by it",
        )


def _prepare(
    options: argparse.Namespace, sweep: Sweep, folder: Path, job: int, changes: dict[str, str]
) -> Task:
    run, resume = _run_of(folder, job, built(options, changes))
    tested = () if sweep.test else ("--no-test",)
    here = ("--data-dir", str(options.data_dir)) if options.data_dir else ()
    arguments = (*build_arguments(options, changes), *tested)
    return Task(arguments, run, resume, (*here, "--no-live"))


def _work(workers: Sequence[Worker], study: Study, display: SweepProgress, pace: Pace) -> list[Job]:
    """Have each worker work in a thread, and show where all stand until all jobs are over."""
    jobs = study.jobs()
    display.show(jobs)
    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            working = {pool.submit(worker.work) for worker in workers}
            while working:
                done, working = wait(working, pace.look, FIRST_COMPLETED)
                for future in done:
                    future.result()
                jobs = study.jobs()
                display.show(jobs)
            return jobs
        finally:
            pace.stop.set()


def _run_of(folder: Path, job: int, recipe: Recipe) -> tuple[Path, bool]:
    """The folder for another attempt at a job, and whether a run in it is to be gone on with."""
    number = 1
    while True:
        path = folder / "trials" / (f"{job:03}" if number == 1 else f"{job:03}-{number}")
        if not path.exists():
            return path, False
        try:
            run = RunFolder(path)
            if settings(run.configuration().recipe) == settings(recipe) and not run.in_use():
                return path, True
        except RunError:
            pass
        number += 1


@contextmanager
def _terminable() -> Iterator[None]:
    """Take the end that schedulers and ``kill`` ask for like Ctrl-C, so that nothing is lost."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
