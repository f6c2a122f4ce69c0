"""Compares models by handwriting variant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from digitpad.inference.recognizer import Recognizer
from training.data.datasets import MNIST
from training.fit.training_data import load_training_data
from training.measure.validation import Form, on_forms, validation_pool
from training.recipes import DIGITS


def compare(names: Sequence[str], folder: Path, console: Console) -> list[str]:
    """Models, as :meth:`Recognizer.load` takes them, on handwriting variants, drawn from the
    validation writers' digits: a table in Markdown, the forms that the first model reads worst at
    its head. Raises ModelError or DatasetError if a model or a dataset cannot be had.
    """
    recognizers = [Recognizer.load(name) for name in names]
    writers = load_training_data(DIGITS, None, lambda: folder, console).validation_writers
    drawn = validation_pool(MNIST.labels, writers, console, families=False)
    rows = list(zip(*(on_forms(recognizer, drawn) for recognizer in recognizers), strict=True))
    rows.sort(key=lambda row: row[0].accuracy)
    return [
        f"| form | drawn as | {' | '.join(names)} |",
        "|---" * (2 + len(names)) + "|",
        *(f"| {row[0].name} | {row[0].source} | {_accuracies(row)} |" for row in rows),
        f"| mean of {len(rows)} forms | | {' | '.join(map(_mean, zip(*rows, strict=True)))} |",
    ]


def _accuracies(row: Sequence[Form]) -> str:
    return " | ".join(f"{form.accuracy:.1%}" for form in row)


def _mean(forms: Sequence[Form]) -> str:
    return f"{sum(form.accuracy for form in forms) / len(forms):.2%}"
