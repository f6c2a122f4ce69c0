"""A comparison as files: a page, a table, a record, and curves."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.base.errors import BuildError
from training.base.publish import publish
from training.report.comparison import Comparison
from training.report.pages import render
from training.report.plots.curves import overlay

PAGE, TABLE, RECORD, CURVES = "compare.html", "compare.csv", "compare.json", "curves.png"
#: Lines of one picture that eyes can still tell apart.
_LINES = 24


def write(result: Comparison, folder: Path) -> None:
    """Write all files, or none, over those of an earlier comparison; the folder is made where
    missing. Raises BuildError if it cannot be written to.
    """
    curves = _curves(result)
    page = render("compare.html", result=result, curves=curves, lines=_LINES)
    files = {
        folder / PAGE: page.encode(),
        folder / TABLE: _table(result).encode(),
        folder / RECORD: _record(result).encode(),
    }
    if curves:
        files[folder / CURVES] = curves
    try:
        publish(files)
        if not curves:
            (folder / CURVES).unlink(missing_ok=True)
    except (BuildError, OSError) as error:
        raise BuildError(
            f"cannot write the comparison to {folder}; choose another place with --output"
        ) from error


def _curves(result: Comparison) -> bytes | None:
    histories = {run.name: run.history for run in result.runs if run.history}
    return overlay(dict(list(histories.items())[:_LINES])) if histories else None


def _table(result: Comparison) -> str:
    rows = [
        run.row | {name: values[i] for name, values in result.settings.items()}
        for i, run in enumerate(result.runs)
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _record(result: Comparison) -> str:
    runs = [
        run.row
        | {
            "problem": run.problem or None,
            "settings": {name: values[i] for name, values in result.settings.items()},
            "history": [asdict(epoch) for epoch in run.history],
        }
        for i, run in enumerate(result.runs)
    ]
    record = {"runs": runs, "groups": [asdict(group) for group in result.groups]}
    return json.dumps(_finite(record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """With null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
