"""What a sweep came to: its table, files and figures, and the ensemble of its best models."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digitpad.cli.terminal import printable
from digitpad.library.atomic import replace_file
from training.base.quantities import Spread
from training.runs import RunError, RunFolder
from training.sweep import SweepError
from training.sweep.artifacts import Artifacts
from training.sweep.definition import Sweep, to_json
from training.sweep.study import Job, Study

#: Figures of a trial that are summed up: key, what people call it.
_FIGURES = {
    "validation_loss": "validation loss",
    "validation_accuracy": "validation accuracy",
    "test_accuracy": "test accuracy",
}
#: Names that folders of runs have.
_RUN = re.compile(r"\d{3,7}(-\d{1,7})?")

Record = dict[str, Any]


def records_of(jobs: Sequence[Job], sweep: Sweep) -> list[Record]:
    """A record for each job, in order, ready for JSON and CSV."""
    return [
        {"trial": job.number, "seed": sweep.seed_of(job.number), "state": job.state}
        | {name: job.trial.params.get(name) if job.trial else None for name in sweep.space}
        | {key: getattr(job.result, key, None) for key in (*_FIGURES, "epochs", "seconds")}
        | {
            "attempts": len(job.attempts),
            "worker": job.notes.worker,
            "folder": job.notes.folder,
            "error": job.error,
        }
        for job in jobs
    ]


def best_first(records: Sequence[Record], sweep: Sweep) -> list[Record]:
    """The finished ones by their objective, the best first; the earlier one among equals."""
    sign = 1 if sweep.lower_is_better else -1
    done = [record for record in records if record["state"] == "done"]
    return sorted(done, key=lambda record: sign * float(record[f"validation_{sweep.objective}"]))


def summary_of(records: Sequence[Record]) -> dict[str, Spread]:
    """Mean, standard deviation and n of every figure that was measured, by its key."""
    values = {key: [r[key] for r in records if r[key] is not None] for key in _FIGURES}
    return {key: Spread.of(found) for key, found in values.items() if found}


def show(jobs: Sequence[Job], sweep: Sweep, console: Console) -> None:
    """Print the table."""
    records = records_of(jobs, sweep)
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(sweep.space) or ["seed"]
    keys = [key for key in _FIGURES if key != "test_accuracy" or sweep.test]
    for heading in ("trial", *names, *(_FIGURES[key] for key in keys), "seconds"):
        table.add_column(Text(printable(heading)), justify="right")
    first = best_first(records, sweep) if sweep.space else []
    for record in (*first, *(record for record in records if record not in first)):
        figures = [record["state"], *[""] * len(keys)]
        if record["state"] == "done":
            figures = [_figure(key, record[key]) for key in keys] + [f"{record['seconds']:.0f}"]
        chosen = (Text(cell(record[name])) for name in names)
        table.add_row(str(record["trial"]), *chosen, *figures)
    console.print(table)
    for key, found in summary_of(records).items():
        line = f"{_FIGURES[key]:20} mean {_figure(key, found.mean)}"
        if found.deviation is not None:
            line += f"  standard deviation {_figure(key, found.deviation)}"
        say(console, f"{line}  n = {found.n}")
    for record in records:
        if record["error"]:
            say(console, f"Trial {record['trial']} failed: {record['error']}")


def conclude(study: Study, jobs: Sequence[Job], folder: Path, console: Console) -> None:
    """Print the table, and write it and the figures. Raises SweepError if they cannot be written,
    or no trial was finished.
    """
    sweep, records = study.sweep, records_of(jobs, study.sweep)
    best = best_first(records, sweep)
    whole = {
        "study": study.optuna.study_name,
        "sweep": to_json(sweep),
        "summary": {key: asdict(found) for key, found in summary_of(records).items()},
        "best": best[0]["trial"] if best and not sweep.test else None,
        "trials": records,
    }
    show(jobs, sweep, console)
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    write(folder / "sweep.json", f"{text}\n".encode())
    write(folder / "sweep.csv", table.getvalue().encode())
    if not best:
        raise SweepError(f"no trial was finished; {folder / 'trials'} has what each of them said")
    figures = _figures(study, [record for record in records if record["state"] == "done"])
    for name, figure in figures.items():
        write(folder / "figures" / name, figure)
    say(console, f"Wrote sweep.json, sweep.csv and figures/ into {folder}")


def _figures(study: Study, done: Sequence[Record]) -> dict[str, bytes]:
    """PNG files by name; of a search with one finished trial, there is little to draw."""
    # Only now: a worker that only builds needs no matplotlib.
    from optuna.visualization import matplotlib as plots

    from training.report.plots.sweep import by_optuna, seeds

    if not study.sweep.space:
        return {"seeds.png": seeds(done, study.sweep.recipe)}
    kinds: dict[str, Callable[..., Any]] = {
        "history.png": plots.plot_optimization_history,
        "slices.png": plots.plot_slice,
    }
    if len(done) > 1:
        kinds["importances.png"] = plots.plot_param_importances
    name = f"validation {study.sweep.objective}"
    return {
        file: by_optuna(partial(plot, study.optuna, target_name=name))
        for file, plot in kinds.items()
    }


def make_ensemble(
    study: Study,
    jobs: Sequence[Job],
    count: int,
    command: str,
    folder: Path,
    artifacts: Artifacts | None,
    console: Console,
) -> None:
    """Put the best models into one, by validation alone. Raises BuildError if there are too few, or
    their files cannot be reached or written.
    """
    from training.export.card import to_json as card_to_json
    from training.export.run_ensemble import ensemble_of_runs

    best = best_first(records_of(jobs, study.sweep), study.sweep)[:count]
    if len(best) < count:
        raise SweepError(f"only {len(best)} trials were finished, too few for --ensemble {count}")
    runs = [_find_run(jobs[record["trial"]], folder, artifacts) for record in best]
    name = f"{study.sweep.recipe}-ensemble{count}"
    model, card = ensemble_of_runs(runs, name, command)
    path = write(folder / f"{name}.onnx", model)
    write(folder / f"{name}.json", card_to_json(card))
    say(
        console,
        f"Trials {', '.join(str(record['trial']) for record in best)} on average read"
        f" {card['accuracy']['validation']['accuracy']:.2%} of the validation images; the best of"
        f" them alone {best[0]['validation_accuracy']:.2%}. It was chosen by them, so this is a"
        f" little too high for both: python -m training.evaluate --model {path} measures it on"
        " other drawings",
    )


def _find_run(job: Job, folder: Path, artifacts: Artifacts | None) -> RunFolder:
    """The folder of a finished trial, wherever its worker was."""
    # What was noted may come from elsewhere: only a name that runs here have becomes a path.
    name = re.split(r"[/\\]", job.notes.folder)[-1]
    here = RunFolder(folder / "trials" / name)
    kept = RunFolder(folder / "kept" / f"{job.number:03}")
    if _RUN.fullmatch(name) and _is_of(here, job):
        return here
    if artifacts and job.trial and (_is_of(kept, job) or artifacts.fetch(job.trial, kept)):
        return kept
    raise SweepError(
        f"the files of trial {job.number} are on {job.notes.worker or 'another machine'} in"
        f" {job.notes.folder}; make the ensemble there, or sweep with --artifacts"
    )


def _is_of(run: RunFolder, job: Job) -> bool:
    """Whether a folder holds the very run that was handed in."""
    try:
        return run.result() == job.result
    except RunError:
        return False


def write(path: Path, content: bytes) -> Path:
    """Replace a file as a whole, and make its folder; workers may do so at the same time. Raises
    SweepError if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise SweepError(
            f"cannot write {path} ({error.strerror}); free some space, or name another --folder"
        ) from error
    return path


def say(console: Console, sentence: str) -> None:
    """Print a sentence as it is."""
    console.print(printable(sentence), highlight=False, markup=False, soft_wrap=True)


def _figure(key: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if key.endswith("loss") else f"{value:.3%}"


def cell(value: Any) -> str:
    """A setting's value, short."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else printable(str(value))
