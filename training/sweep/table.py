"""What a sweep came to: a row for each trial, and mean, standard deviation and n over them."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digitpad.cli.terminal import printable
from training.runs import Result
from training.sweep.config import Sweep, to_json
from training.sweep.jobs import Attempt, Job

#: Figures of a trial that are summed up: key, what people call it.
_FIGURES = {
    "validation_loss": "validation loss",
    "validation_accuracy": "validation accuracy",
    "test_accuracy": "test accuracy",
}


@dataclass(frozen=True)
class Finished:
    """A finished job.

    Attributes:
        job: 0-based.
        attempt: the one that was finished.
        result: its figures.
    """

    job: int
    attempt: Attempt
    result: Result

    @property
    def value(self) -> float:
        """Of the objective."""
        return float("nan") if self.attempt.value is None else self.attempt.value


@dataclass(frozen=True)
class Summary:
    """A figure over all finished trials.

    Attributes:
        mean: its mean.
        deviation: its standard deviation, with n - 1; None for a single trial.
        n: how many trials.
    """

    mean: float
    deviation: float | None
    n: int


def finished(jobs: Sequence[Job]) -> list[Finished]:
    """The finished jobs, in order."""
    return [
        Finished(job.number, job.latest, job.latest.notes.result)
        for job in jobs
        if job.state == "done" and job.latest and job.latest.notes.result
    ]


def best_first(jobs: Sequence[Job], sweep: Sweep) -> list[Finished]:
    """The finished jobs by their objective, the best first; the earlier one among equals."""
    sign = 1 if sweep.lower_is_better else -1
    return sorted(finished(jobs), key=lambda f: (sign * f.value, f.job))


def summaries(jobs: Sequence[Job]) -> dict[str, Summary]:
    """Mean, deviation and n of every figure that was measured, by its key."""
    found = {}
    for key in _FIGURES:
        values = [getattr(f.result, key) for f in finished(jobs)]
        values = [value for value in values if value is not None]
        if values:
            deviation = statistics.stdev(values) if len(values) > 1 else None
            found[key] = Summary(statistics.fmean(values), deviation, len(values))
    return found


def stated_result(result: Result) -> str:
    """A trial's figures in a line."""
    text = f"loss {result.validation_loss:.4f}  accuracy {result.validation_accuracy:.2%}"
    return text if result.test_accuracy is None else f"{text}  test {result.test_accuracy:.2%}"


def rows(jobs: Sequence[Job], sweep: Sweep) -> list[dict[str, Any]]:
    """A record for each job, in order, ready for JSON and CSV."""
    records = []
    for job in jobs:
        notes = job.latest.notes if job.latest else None
        result = notes.result if notes and job.state == "done" else None
        record: dict[str, Any] = {
            "trial": job.number,
            "seed": sweep.seed_of(job.number),
            "state": job.state,
        }
        params = job.latest.params if job.latest else {}
        record |= {name: params.get(name) for name in sweep.space}
        record |= {key: getattr(result, key) if result else None for key in _FIGURES}
        record |= {
            "epochs": result.epochs if result else None,
            "seconds": result.seconds if result else None,
            "attempts": len(job.attempts),
            "worker": notes.worker if notes else "",
            "folder": notes.folder if notes else "",
            "error": job.error or "",
        }
        records.append(record)
    return records


def to_files(jobs: Sequence[Job], sweep: Sweep, name: str) -> dict[str, bytes]:
    """``sweep.json`` and ``sweep.csv``."""
    records = rows(jobs, sweep)
    best = best_first(jobs, sweep)
    chosen = best[0].job if best and not sweep.test else None
    whole = {
        "study": name,
        "sweep": to_json(sweep),
        "summary": {key: asdict(summary) for key, summary in summaries(jobs).items()},
        "best": chosen,
        "trials": records,
    }
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return {
        "sweep.json": (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode(),
        "sweep.csv": table.getvalue().encode(),
    }


def show(jobs: Sequence[Job], sweep: Sweep, console: Console) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(sweep.space) or ["seed"]
    keys = [key for key in _FIGURES if key != "test_accuracy" or sweep.test]
    for heading in ("trial", *names, *(_FIGURES[key] for key in keys), "seconds"):
        table.add_column(Text(printable(heading)), justify="right")
    order = [f.job for f in best_first(jobs, sweep)] if sweep.space else range(len(jobs))
    records = rows(jobs, sweep)
    others = [r["trial"] for r in records if r["trial"] not in set(order)]
    for number in (*order, *others):
        record = records[number]
        if record["state"] == "done":
            figures = [_figure(key, record[key]) for key in keys] + [f"{record['seconds']:.0f}"]
        else:
            figures = [record["state"], *[""] * len(keys)]
        table.add_row(str(number), *(Text(cell(record[name])) for name in names), *figures)
    console.print(table)
    for key, summary in summaries(jobs).items():
        console.print(f"{_FIGURES[key]:20} {_spread(key, summary)}", highlight=False)
    for record in records:
        if record["error"]:
            told = printable(f"Trial {record['trial']} failed: {record['error']}")
            console.print(told, markup=False, soft_wrap=True)


def _spread(key: str, summary: Summary) -> str:
    text = f"mean {_figure(key, summary.mean)}"
    if summary.deviation is not None:
        text += f"  standard deviation {_figure(key, summary.deviation)}"
    return f"{text}  n = {summary.n}"


def _figure(key: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if key.endswith("loss") else f"{value:.3%}"


def cell(value: Any) -> str:
    """A setting's value, short."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else printable(str(value))
