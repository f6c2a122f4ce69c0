"""How well a model reads: accuracy, per class, confusions and mistakes, in plain numpy.

As a command it measures an exported model through the path that the app uses, or writes pen digits
as ink for ``digitpad predict``::

    python -m training.evaluate --model digits --data pendigits-val
    python -m training.evaluate --data pendigits-val --export-jsonl strangers.jsonl
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.recognizer import Recognizer, RecognizerError
from training.datasets import MNIST, Split, data_folder, load_test, load_training
from training.errors import BuildError
from training.pendigits import FILE, PenDigit, inked, load_pendigits, validation_only

#: What a model can be measured on. Anything but ``mnist`` may be looked at as often as one likes.
DATA = ("mnist", "mnist-val", "pendigits", "pendigits-val")

Probabilities = NDArray[np.float32]
Labels = NDArray[np.int64]


class EvaluationError(BuildError):
    """Something that the command cannot do."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What came of a set of images.

    Attributes:
        confusion: int64 (classes, classes), counts by true class (row) and prediction (column).
        mistakes: int64 (M,), indices of images read wrongly, the surest mistake first.
    """

    confusion: NDArray[np.int64]
    mistakes: NDArray[np.int64]

    @property
    def total(self) -> int:
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """Share read correctly, 0..1."""
        return self.correct / self.total

    def recall(self) -> NDArray[np.float64]:
        """Share of each class that was read as such, 0..1, NaN for an absent class: (classes,)."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=1))

    def precision(self) -> NDArray[np.float64]:
        """Share of each prediction that was right, 0..1, NaN for one never made: (classes,)."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=0))


def evaluate(probabilities: Probabilities, labels: Labels) -> Scores:
    """Compare predictions with the truth.

    Args:
        probabilities: float32 (N, classes), N >= 1.
        labels: int64 (N,).
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    wrong = np.flatnonzero(predicted != labels)
    surest_first = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return Scores(confusion, wrong[surest_first])


def wilson(correct: int, total: int) -> tuple[float, float]:
    """95 % interval of a share, 0..1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927): unlike the textbook interval, it holds near 100 %.
    """
    z = 1.959964
    share = correct / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def pen_digits(data: str, folder: Path) -> list[PenDigit]:
    """The digits of ``"pendigits"`` (all 30 writers) or ``"pendigits-val"``.

    Raises:
        DatasetError: if the file is missing or is another one.
    """
    digits = load_pendigits(folder)
    return validation_only(digits) if data == "pendigits-val" else digits


def _load(data: str, folder: Path, labels: Sequence[str], console: Console) -> Split:
    if data == "mnist":
        return load_test(MNIST, folder, console)
    if data == "mnist-val":
        return load_training(MNIST, folder, console)[1]
    return inked(pen_digits(data, folder), labels)


def pen_scores(model: bytes, folder: Path) -> Scores | None:
    """An exported model on the pen digits of the validation writers, as the app would read them.

    Returns:
        The scores, or None where the data folder has no pen digits.
    """
    if not (folder / FILE).is_file():
        return None
    recognizer = Recognizer(model, "model", "cpu", {})
    split = inked(pen_digits("pendigits-val", folder), recognizer.labels)
    return evaluate(recognizer.predict(split.images), split.labels)


def per_class_lines(scores: Scores, labels: Sequence[str]) -> list[str]:
    """A table in Markdown: class, images, recall, precision, most frequent confusion."""
    lines = [
        "| class | images | recall | precision | most often mistaken for |",
        "|---|---|---|---|---|",
    ]
    wrong = scores.confusion.copy()
    np.fill_diagonal(wrong, 0)
    for i, (recall, precision) in enumerate(zip(scores.recall(), scores.precision(), strict=True)):
        worst = int(wrong[i].argmax())
        mistaken = f"{labels[worst]} ({wrong[i, worst]})" if wrong[i, worst] else ""
        lines.append(
            f"| {labels[i]} | {scores.confusion[i].sum()} | {_percent(recall)} |"
            f" {_percent(precision)} | {mistaken} |"
        )
    return lines


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.2%}"


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    share: NDArray[np.float64] = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, or 2 after an error."""
    options = _parser().parse_args(arguments)
    try:
        folder = data_folder(options.data_dir)
        if options.export_jsonl:
            _export_jsonl(options.data, folder, options.export_jsonl)
        else:
            _measure(options.model, options.data, folder)
    except (BuildError, RecognizerError) as error:
        print(f"training.evaluate: {error}", file=sys.stderr)
        return 2
    return 0


def _measure(model: str, data: str, folder: Path) -> None:
    recognizer = Recognizer.load(model)
    if recognizer.labels != MNIST.labels:
        raise EvaluationError(
            f"{model} reads {', '.join(recognizer.labels)}; choose a model of the digits 0 to 9"
        )
    split = _load(data, folder, recognizer.labels, Console(stderr=True))
    scores = evaluate(recognizer.predict(split.images), split.labels)
    low, high = wilson(scores.correct, scores.total)
    print(
        f"{recognizer.name} on {data}: {scores.accuracy:.2%},"
        f" {scores.correct:,} of {scores.total:,} (95 % interval {low:.2%} to {high:.2%})\n"
    )
    print("\n".join(per_class_lines(scores, recognizer.labels)))


def _export_jsonl(data: str, folder: Path, path: Path) -> None:
    """Pen digits as ink, one drawing a line, with the label that was meant."""
    if not data.startswith("pendigits"):
        raise EvaluationError(f"{data} has no ink; choose --data pendigits or pendigits-val")
    digits = pen_digits(data, folder)
    lines = "".join(digit.ink.to_json() + "\n" for digit in digits)
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(lines, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise EvaluationError(f"cannot write {path} ({error.strerror})") from error
    print(f"Wrote {len(digits):,} drawings to {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate",
        description="Measure an exported model, or write pen digits as ink for `digitpad predict`.",
        epilog="The eight writers of pendigits-val are never trained on.",
    )
    add = parser.add_argument
    add("--model", default="digits", metavar="NAME|FILE", help="what to measure (%(default)s)")
    add("--data", choices=DATA, default="pendigits-val", help="on what (%(default)s)")
    add("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    add("--export-jsonl", type=Path, metavar="OUT", help="write the ink of --data, and stop")
    return parser


if __name__ == "__main__":
    sys.exit(main())
