"""What learning a hand brings, and what it harms, on writers that nothing was learned from before.

Every writer's digits are taught and read in random orders, by the memory that the app ships.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.reading.personal import Kernel, Memory, Trace, points, trace_of
from training.data.datasets import SOURCES, load_training
from training.measure.data import EvaluationError, load
from training.measure.scores import expected_calibration_error
from training.measure.share import Share

#: What ``--personal`` measures on: MNIST is that of its training writers, which the model has seen.
NAMES = ("uji-val", "pendigits-val", "european", "mnist")
#: Digits that are taught before the rest is read.
TAUGHT = (0, 5, 10, 20, 50)
#: Fewest digits of a writer whose second half is read.
FEWEST = 40
_ORDERS, _STRANGERS, _REMEMBERED, _WRONG = 3, 25, 100, 10
_AT_ONCE = 1_000

Lessons = Literal["everything", "mistakes"]


class Errors(NamedTuple):
    """Mistakes on the same digits."""

    left: int  #: with what was learned
    alone: int  #: by the model alone
    of: int  #: digits

    def __add__(self, other: object) -> Errors:
        return Errors(*(a + b for a, b in zip(self, other, strict=True)))  # type: ignore[call-overload]


@dataclass(frozen=True, eq=False)
class Hands:
    """Digits of writers, as a model sees them.

    Attributes:
        alone: what the model says of N digits.
        drawn: float32 (N, D), their points.
        truth: int64 (N,), the class of each.
        writers: (N,), who wrote each.
        kernel: how alike digits are.
    """

    alone: Readings
    drawn: NDArray[np.float32]
    truth: NDArray[np.int64]
    writers: NDArray[np.str_]
    kernel: Kernel

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """Which digits the model alone misreads."""
        return np.asarray(self.alone.probabilities.argmax(axis=1) != self.truth)

    @cached_property
    def by_writer(self) -> list[NDArray[np.intp]]:
        order = np.argsort(self.writers, kind="stable")
        starts = np.unique(self.writers[order], return_index=True)[1]
        return np.split(order, starts[1:])

    def trace(self, digit: int, category: int | None = None) -> Trace:
        truth = int(self.truth[digit]) if category is None else category
        return trace_of(self.alone, digit, self.drawn[digit], truth)

    def read(self, digits: NDArray[np.intp], traces: list[Trace]) -> NDArray[np.float32]:
        """Probabilities of some digits in the light of others."""
        readings = Readings(self.alone.probabilities[digits], None, self.alone.rejected[digits])
        if not traces:
            return readings.probabilities
        memory = Memory(tuple(traces), self.kernel)
        return memory.adapt(readings, self.drawn[digits], None).probabilities

    def errors(self, digits: NDArray[np.intp], traces: list[Trace]) -> Errors:
        answers = self.read(digits, traces).argmax(axis=1)
        left = int((answers != self.truth[digits]).sum())
        return Errors(left, int(self.wrong[digits].sum()), len(digits))

    def lessons(self, digits: NDArray[np.intp], what: Lessons) -> list[Trace]:
        """Digits taught one after the other: all, or those that are misread when they come."""
        if what == "everything":
            return [self.trace(digit) for digit in digits]
        traces: list[Trace] = []
        for digit in digits:
            if self.errors(np.array([digit]), traces).left:
                traces.append(self.trace(digit))
        return traces


def hands(
    recognizer: Recognizer, name: str, folder: Path, kernel: Kernel, console: Console
) -> Hands:
    """A data set of :data:`NAMES`, seen by a model.

    Raises:
        EvaluationError: if the writers are not known.
        DatasetError: if the data cannot be had.
    """
    if name == "mnist":
        parts = load_training(SOURCES["mnist"], folder, console)
        images = np.concatenate([part.images for part in parts])
        labels = [str(label) for part in parts for label in part.labels]
        writers = _mnist_writers(folder)
    else:
        drawings = load(name, folder, sys.stderr)
        images, labels = drawings.images, list(drawings.labels)
        writers = np.array(drawings.writers)
    truth = np.array([recognizer.labels.index(label) for label in labels])
    seen = [
        _seen(recognizer, images[i : i + _AT_ONCE], kernel) for i in range(0, len(images), _AT_ONCE)
    ]
    alone = Readings(
        np.concatenate([readings.probabilities for readings, _ in seen]),
        None,
        np.concatenate([readings.rejected for readings, _ in seen]),
    )
    return Hands(alone, np.concatenate([drawn for _, drawn in seen]), truth, writers, kernel)


def _mnist_writers(folder: Path) -> NDArray[np.str_]:
    try:
        with np.load(folder / "mnist" / "writers.npz", allow_pickle=False) as file:
            return np.asarray(file["train_writer"]).astype(np.str_)
    except (OSError, KeyError, ValueError) as error:
        raise EvaluationError(f"{folder} has no mnist/writers.npz, which names writers") from error


def _seen(
    recognizer: Recognizer, images: NDArray[np.float32], kernel: Kernel
) -> tuple[Readings, NDArray[np.float32]]:
    if not recognizer.has_features:
        return recognizer.read(images), points(images, None, kernel)
    readings, features = recognizer.read_with_features(images)
    return readings, points(images, features, kernel)


def second_half(hands: Hands, what: Lessons) -> tuple[Errors, float]:
    """The second half of every writer of :data:`FEWEST` digits, the first half taught.

    Returns:
        Mistakes, in several orders, and the expected calibration error, 0..1.
    """
    total, probabilities, truth = Errors(0, 0, 0), [], []
    for first, second in _halves(hands):
        traces = hands.lessons(first, what)
        total += hands.errors(second, traces)
        probabilities.append(hands.read(second, traces))
        truth.append(hands.truth[second])
    if not truth:
        return total, float("nan")
    error = expected_calibration_error(np.concatenate(probabilities), np.concatenate(truth))
    return total, error


def _halves(hands: Hands) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    rng = np.random.default_rng(0)
    for digits in hands.by_writer:
        for _ in range(_ORDERS if len(digits) >= FEWEST else 0):
            order = rng.permutation(digits)
            yield order[: len(order) // 2], order[len(order) // 2 :]


def after(hands: Hands, count: int, what: Lessons) -> Errors:
    """Every writer's digits after so many of them."""
    rng, total = np.random.default_rng(1), Errors(0, 0, 0)
    for digits in hands.by_writer:
        order = rng.permutation(digits)
        if len(order) > count:
            total += hands.errors(order[count:], hands.lessons(order[:count], what))
    return total


def next_of_its_kind(hands: Hands) -> Share:
    """Of a writer's pairs of misread digits of one class: one corrected, is the other one read?"""
    read = of = 0
    for digits in hands.by_writer:
        wrong = digits[hands.wrong[digits]]
        for one in wrong:
            others = wrong[(hands.truth[wrong] == hands.truth[one]) & (wrong != one)]
            if len(others):
                of += len(others)
                read += len(others) - hands.errors(others, [hands.trace(one)]).left
    return Share(read, of)


def harm(hands: Hands, *, wrongly: bool) -> float:
    """More mistakes on the others, in percentage points of their digits, on average.

    Args:
        wrongly: ten wrong corrections of anybody's digits; else a hundred right ones of one writer.
    """
    rng, total = np.random.default_rng(2), Errors(0, 0, 0)
    writers = [digits for digits in hands.by_writer if len(digits) >= FEWEST]
    everybody, classes = np.arange(len(hands.truth)), hands.alone.probabilities.shape[1]
    for _ in range(_STRANGERS if writers else 0):
        if wrongly:
            taught = rng.choice(everybody, _WRONG, replace=False)
            shifts = rng.integers(1, classes, _WRONG)
            traces = [
                hands.trace(i, int(hands.truth[i] + shift) % classes)
                for i, shift in zip(taught, shifts, strict=True)
            ]
            others = np.setdiff1d(everybody, taught)
        else:
            own = writers[rng.integers(len(writers))]
            traces = [hands.trace(i) for i in rng.permutation(own)[:_REMEMBERED]]
            others = np.setdiff1d(everybody, own)
        total += hands.errors(rng.permutation(others)[:5_000], traces)
    return 100 * (total.left - total.alone) / max(total.of, 1)


def report(name: str, hands: Hands, console: Console) -> None:
    """Measure everything on one data set, and print it."""
    say = partial(console.print, soft_wrap=True)
    say(
        f"{name}: {len(hands.by_writer)} writers, {len(hands.truth):,} digits,"
        f" {int(hands.wrong.sum())} misread by the model alone"
    )
    for what in ("everything", "mistakes"):
        lessons: Lessons = "everything" if what == "everything" else "mistakes"
        curve = ", ".join(_of(after(hands, n, lessons), n) for n in TAUGHT)
        say(f"  {what} taught: mistakes left of the model's on the rest, {curve}")
        errors, calibration = second_half(hands, lessons)
        if errors.of:
            share = f"{100 * errors.left / max(errors.alone, 1):.0f} %"
            say(
                f"    second half of writers with {FEWEST} digits, {_ORDERS} orders:"
                f" {errors.left} of {errors.alone} mistakes left ({share});"
                f" calibration error {100 * calibration:.2f} %"
            )
    kind = next_of_its_kind(hands)
    if kind.total:
        say(f"  after one correction, the next of its kind is read: {kind.part} of {kind.total}")
    say(
        f"  harm to others, in points: {harm(hands, wrongly=False):+.3f} by 100 digits of a writer,"
        f" {harm(hands, wrongly=True):+.3f} by ten wrong corrections"
    )


def _of(errors: Errors, count: int) -> str:
    return f"after {count}: {errors.left} of {errors.alone}"
