"""What a finished sweep leaves: its table, its figures and, if wanted, its ensemble."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from digitpad.cli.terminal import printable
from training.runs import RunError, RunFolder
from training.sweep.artifacts import Artifacts
from training.sweep.config import Sweep
from training.sweep.errors import SweepError
from training.sweep.jobs import Job
from training.sweep.places import Places
from training.sweep.table import Finished, best_first, finished, show, to_files

#: Names that folders of runs have.
_RUN = re.compile(r"\d{3,7}(-\d{1,7})?")


def conclude(
    jobs: Sequence[Job], sweep: Sweep, name: str, places: Places, console: Console
) -> None:
    """Print the table, and write it and the figures.

    Raises:
        SweepError: if they cannot be written, or no trial was finished.
    """
    show(jobs, sweep, console)
    for file, content in to_files(jobs, sweep, name).items():
        places.write(file, content)
    done = finished(jobs)
    if not done:
        raise SweepError(
            f"no trial was finished; {places.path / 'trials'} has what each of them said"
        )
    # Only now: a worker that only builds needs no matplotlib.
    from training.sweep.plots import draw

    with tempfile.TemporaryDirectory() as folder:
        for figure in draw(done, sweep, Path(folder)):
            places.write(f"figures/{figure.name}", figure.read_bytes())
    console.print(
        printable(f"Wrote sweep.json, sweep.csv and figures/ into {places.path}"),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def make_ensemble(
    jobs: Sequence[Job],
    sweep: Sweep,
    count: int,
    command: str,
    places: Places,
    artifacts: Artifacts | None,
    console: Console,
) -> None:
    """Put the best models into one, by validation alone.

    Raises:
        BuildError: if there are too few, or their files cannot be reached or written.
    """
    from training.export.run_ensemble import ensemble_of_runs

    best = best_first(jobs, sweep)[:count]
    if len(best) < count:
        raise SweepError(f"only {len(best)} trials were finished, too few for --ensemble {count}")
    runs = [find_run(one, places, artifacts) for one in best]
    name = f"{sweep.recipe}-ensemble{count}"
    model, card = ensemble_of_runs(runs, name, command)
    path = places.write(f"{name}.onnx", model)
    places.write(f"{name}.json", f"{json.dumps(card, indent=2, ensure_ascii=False)}\n".encode())
    accuracy = card["accuracy"]["validation"]["accuracy"]
    single = best[0].result
    console.print(
        f"Trials {', '.join(str(one.job) for one in best)} on average read {accuracy:.2%} of"
        f" the validation images; the best of them alone {single.validation_accuracy:.2%}. It was"
        f" chosen by them, so this is a little too high for both: python -m training.evaluate"
        f" --model {printable(str(path))} measures it on other drawings",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def find_run(one: Finished, places: Places, artifacts: Artifacts | None) -> RunFolder:
    """The folder of a finished trial, wherever its worker was.

    Raises:
        SweepError: if it is neither in the sweep's folder nor in the artifact store.
    """
    name = re.split(r"[/\\]", one.attempt.notes.folder)[-1]
    if _RUN.fullmatch(name):
        here = RunFolder(places.path / "trials" / name)
        if _is_result(here, one):
            return here
    if artifacts:
        kept = RunFolder(places.path / "kept" / f"{one.job:03}")
        if _is_result(kept, one) or artifacts.fetch(one.attempt, kept.path):
            return kept
    raise SweepError(
        f"the files of trial {one.job} are on {one.attempt.notes.worker or 'another machine'} in"
        f" {one.attempt.notes.folder}; make the ensemble there, or sweep with --artifacts"
    )


def _is_result(folder: RunFolder, one: Finished) -> bool:
    """Whether a folder holds the very run that was handed in."""
    try:
        return folder.result() == one.result
    except RunError:
        return False
