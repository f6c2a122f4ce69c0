"""What ``python -m training.sweep`` does: one worker's story, from its options to the table."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from optuna.storages import BaseStorage
from rich.console import Console

from digitpad.cli.terminal import printable
from training.recipes.settings import parse
from training.runs import next_folder
from training.sweep.artifacts import Artifacts
from training.sweep.conclude import conclude, make_ensemble
from training.sweep.config import Sweep, Wanted, make_sweep
from training.sweep.errors import SweepError
from training.sweep.jobs import Job
from training.sweep.places import Places
from training.sweep.progress import SweepProgress
from training.sweep.space import read_space
from training.sweep.storage import open_file, open_url, shown
from training.sweep.study import Claim, Study, join
from training.sweep.trial import RunTrial, Task
from training.sweep.worker import Pace, Worker

#: Trials of a search, unless the command names another number.
_TRIALS = 20


@dataclass(frozen=True)
class Means:
    """How a worker builds, which tests replace.

    Attributes:
        run: builds.
        pace: how often what happens.
        program: starts another worker of this machine.
    """

    run: RunTrial
    pace: Pace
    program: tuple[str, ...]


def run(options: argparse.Namespace, words: Sequence[str], means: Means) -> None:
    """Work on a sweep until it is over, and conclude it.

    Args:
        options: of the command.
        words: the same as they were typed.
        means: how to build.

    Raises:
        BuildError: if the options do not go together, or the sweep cannot go on.
        KeyboardInterrupt: on Ctrl-C, with a sentence; the trial at hand was put back.
    """
    console = Console(quiet=options.quiet)
    wanted = Wanted(options.recipe, parse(options.set), options.data, options.data_dir)
    sweep = _sweep(options, wanted)
    name, places = _name(options)
    storage, place = _storage(options.storage, places)
    artifacts = Artifacts(options.artifacts, storage) if options.artifacts else None
    study = join(storage, place, name, sweep)
    _introduce(sweep, wanted, study, places, console)
    others = [*words, "--study", name, "--folder", str(places.path), "--workers", "1", "--quiet"]
    try:
        with _terminable(), _workers(options.workers - 1, [*means.program, *others]):
            jobs = _work(study, wanted, places, artifacts, means, console)
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            f"stopped; the trial at hand was put back, and the same command with --study {name}"
            " goes on"
        ) from error
    if options.quiet:
        return
    conclude(jobs, sweep, name, places, console)
    if options.ensemble:
        command = shlex.join(["python", "-m", "training.sweep", *words])
        make_ensemble(jobs, sweep, options.ensemble, command, places, artifacts, console)


def _sweep(options: argparse.Namespace, wanted: Wanted) -> Sweep:
    if (options.seeds is None) == (options.search is None):
        raise SweepError("say what varies: either --seeds N, or --search SPACE.toml")
    if options.trials and not options.search:
        raise SweepError("--trials is for --search; --seeds says how many trials there are")
    space = read_space(options.search, wanted.built({})) if options.search else {}
    jobs = options.seeds or options.trials or _TRIALS
    if options.ensemble and options.ensemble > jobs:
        raise SweepError(f"--ensemble {options.ensemble} needs as many trials, not {jobs}")
    chooses = bool(space) or options.ensemble is not None
    return make_sweep(wanted, jobs, space, options.objective, chooses=chooses)


def _name(options: argparse.Namespace) -> tuple[str, Places]:
    """Of the study, and the folder here."""
    if options.storage and not options.study:
        raise SweepError("--storage holds many studies; name this one with --study")
    name = options.study or (options.folder.name if options.folder else "")
    if name and (len(name) > 100 or Path(name).name != name or "\\" in name):
        raise SweepError(f"--study {name:.60} cannot be the name of a folder; choose another one")
    path = options.folder or Path("runs", name)
    if not name:
        path = next_folder(Path("runs"), f"sweep-{options.recipe}")
        name = path.name
    places = Places(path.absolute())
    places.make()
    return name, places


def _storage(url: str | None, places: Places) -> tuple[BaseStorage, str]:
    """The storage, and what people call it."""
    if url is None:
        return open_file(places.database), str(places.database)
    return open_url(url), shown(url)


def _introduce(
    sweep: Sweep, wanted: Wanted, study: Study, places: Places, console: Console
) -> None:
    what = (
        f"a search over {', '.join(sweep.space)}" if sweep.space else f"seeds from {sweep.seed} on"
    )
    lines = [f"Study {study.name}: {sweep.recipe}, {what}, {sweep.jobs} trials, in {places.path}"]
    if set(sweep.changes) - set(wanted.changes):
        lines.append(
            f"{sweep.recipe} is validated on its test set, by which nothing may be chosen; here it"
            f" is validated on the {sweep.changes['split']} training images, and trained on the"
            " others"
        )
    elif sweep.settings["split"] == "test":
        lines.append(
            f"{sweep.recipe} watches its test set while it trains, as its text does: validation is"
            " the test set here, and nothing is chosen by it"
        )
    for line in lines:
        console.print(printable(line), highlight=False, markup=False, soft_wrap=True)


def _work(
    study: Study,
    wanted: Wanted,
    places: Places,
    artifacts: Artifacts | None,
    means: Means,
    console: Console,
) -> list[Job]:
    def task(claim: Claim) -> Task:
        settings = {**claim.settings, "seed": str(claim.seed)}
        folder, resume = places.run_of(claim.job, wanted.built(settings))
        tested = () if study.sweep.test else ("--no-test",)
        arguments = (*wanted.arguments(settings), *tested)
        return Task(arguments, folder, resume, places.log_of(folder), wanted.here)

    with SweepProgress(study.sweep, console) as display:
        worker = Worker(
            study,
            places,
            means.run,
            display,
            task=task,
            keep=artifacts.keep if artifacts else None,
            pace=means.pace,
        )
        return worker.work()


@contextmanager
def _workers(count: int, words: Sequence[str]) -> Iterator[None]:
    """Have more workers on this machine, which end with this block."""
    # A group of their own: Ctrl-C reaches them once, from here.
    started = [
        subprocess.Popen(  # noqa: S603  # this very program
            words, stdin=subprocess.DEVNULL, start_new_session=os.name != "nt"
        )
        for _ in range(count)
    ]
    try:
        yield
    except BaseException:
        for worker in started:
            if os.name == "nt":
                worker.terminate()  # what it is at is tried again after a while
            else:
                worker.send_signal(signal.SIGINT)
        raise
    finally:
        for worker in started:
            worker.wait()


@contextmanager
def _terminable() -> Iterator[None]:
    """Take the end that schedulers and ``kill`` ask for like Ctrl-C, so that nothing is lost."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
