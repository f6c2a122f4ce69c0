"""A comparison on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digitpad.cli.terminal import printable
from training.base.quantities import duration, percent, size
from training.report.comparison import Comparison

#: With more runs than this, settings get the columns and runs the rows.
_COLUMNS = 6


def show(result: Comparison, console: Console) -> None:
    """Print the runs, in what they differ, what is the same, and what seeds make of it."""
    console.print(_results(result))
    described = _described(result)
    same = {name: known for name, cells in described.items() if (known := _only(cells))}
    differing = {name: cells for name, cells in described.items() if name not in same}
    differing |= {name: list(values) for name, values in result.settings.items()}
    if differing:
        console.print()
        console.print(_differences(differing, len(result.runs)))
    console.print()
    for line in _lines(result, same):
        console.print(Text(printable(line)), soft_wrap=True)


def _lines(result: Comparison, same: dict[str, str]) -> Iterator[str]:
    if len(result.runs) > 1:
        yield "All of them: " + ", ".join(f"{name} {known}" for name, known in same.items())
    for run in result.runs:
        if run.status == "failed":
            yield f"{run.name}: {run.problem}"
    for group in result.groups:
        yield (
            f"{group.recipe} on {group.data}, {len(group.runs)} seeds ({', '.join(group.runs)}):"
            f" validation {group.validation_accuracy.stated}"
            + (f", test {group.test_accuracy.stated}" if group.test_accuracy else "")
        )


def _results(result: Comparison) -> Table:
    table = _table()
    table.add_column("")
    table.add_column("run", overflow="fold")
    for heading in ("test accuracy", "validation", "loss", "epochs", "kept", "time"):
        table.add_column(heading, justify="right", no_wrap=True)
    for number, run in enumerate(result.runs, start=1):
        row = run.row
        name = Text(printable(run.name))
        if run.status != "finished":
            name.append(f"\n{run.status}", style="italic")
        table.add_row(
            f"{number}",
            name,
            _tested(row),
            percent(row["validation_accuracy"]),
            "–" if row["validation_loss"] is None else f"{row['validation_loss']:.4f}",
            _number(row["epochs"]),
            _number(row["best_epoch"]),
            "–" if row["seconds"] is None else duration(row["seconds"]),
        )
    return table


def _tested(row: Mapping[str, Any]) -> Text:
    if row["test_low"] is None:
        return Text("–")
    between = f"{100 * row['test_low']:.2f} to {100 * row['test_high']:.2f}"
    return Text(f"{percent(row['test_accuracy'])}\n{between}")


def _described(result: Comparison) -> dict[str, list[str]]:
    rows = [run.row for run in result.runs]
    return {
        "recipe": [row["recipe"] or "–" for row in rows],
        "data": [row["data"] or "–" for row in rows],
        "seed": [_number(row["seed"]) for row in rows],
        "parameters": [_number(row["parameters"]) for row in rows],
        "size": ["–" if row["onnx_bytes"] is None else size(row["onnx_bytes"]) for row in rows],
    }


def _only(cells: Sequence[str]) -> str | None:
    """What all runs of which it is known have in common; None where they differ."""
    known = {*cells} - {"–"}
    return known.pop() if len(known) == 1 else None


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _differences(columns: Mapping[str, Sequence[str]], runs: int) -> Table:
    """By the runs' numbers; few runs are columns, many are rows."""
    numbers = [f"{i}" for i in range(1, runs + 1)]
    lines = [["what differs", *columns], *zip(numbers, *columns.values(), strict=True)]
    if runs <= _COLUMNS:
        lines = [list(line) for line in zip(*lines, strict=True)]
    table = _table()
    for i, heading in enumerate(lines[0]):
        table.add_column(
            Text(printable(heading)), justify="right" if i else "left", overflow="fold"
        )
    for line in lines[1:]:
        table.add_row(*(Text(printable(cell)) for cell in line))
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
