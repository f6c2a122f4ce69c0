"""Which pen width suits: the measurement behind ``digitpad.normalize.PEN_WIDTH``.

Two questions for each width: how much ink do pen digits have when they are drawn with it, next to
MNIST's training digits; and how many digits of the validation writers does a model then read?

    python -m training.pen_width
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from digitpad.normalize import PEN_WIDTH
from digitpad.recognizer import Recognizer, RecognizerError
from training.datasets import MNIST, data_folder, load_training
from training.errors import BuildError
from training.evaluation.data import pen_digits
from training.pendigits import inked
from training.scores import evaluate

WIDTHS = (1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each width; the exit code: 0, or 2 after an error."""
    parser = argparse.ArgumentParser(
        prog="python -m training.pen_width",
        description="Ink and accuracy of the validation writers' digits, by width of the pen.",
    )
    parser.add_argument("--model", default="digits", metavar="NAME|FILE", help="(%(default)s)")
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    options = parser.parse_args(arguments)
    try:
        _print_table(options.model, data_folder(options.data_dir))
    except (BuildError, RecognizerError) as error:
        print(f"training.pen_width: {error}", file=sys.stderr)
        return 2
    return 0


def _print_table(model: str, folder: Path) -> None:
    recognizer = Recognizer.load(model)
    digits = pen_digits("pendigits-val", folder)
    train, _ = load_training(MNIST, folder, Console(stderr=True))
    print(f"MNIST's training digits have a mean ink of {train.images.mean(dtype=np.float64):.4f}")
    for width in WIDTHS:
        split = inked(digits, recognizer.labels, width)
        scores = evaluate(recognizer.predict(split.images), split.labels)
        chosen = "  (the app's)" if width == PEN_WIDTH else ""
        ink = split.images.mean(dtype=np.float64)
        print(f"width {width:.2f}  mean ink {ink:.4f}  read {scores.accuracy:.2%}{chosen}")


if __name__ == "__main__":
    sys.exit(main())
