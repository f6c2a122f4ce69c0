"""Infers the conventions of a model of other people's: read from its file, the rest by trying.

The file says where pixels stand, their type, how many images a run takes and what its outputs are
called. It does not say which numbers are black and white, which of them is ink, or whether answers
are probabilities. That is worked out by trying: of all conventions, the ones that make most of the
digits of :mod:`digitpad.inference.foreign.reference` likely are taken.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.adapter import (
    as_one_hot,
    as_probabilities,
    as_rows,
    column_names,
    look_like_probabilities,
    run,
)
from digitpad.inference.foreign.class_names import class_names
from digitpad.inference.foreign.conventions import (
    INKS,
    RIMLESS,
    SCALINGS,
    Conventions,
    from_dict,
)
from digitpad.inference.foreign.input_forms import InputForms
from digitpad.inference.foreign.reference import References, reference_inks, references

#: A model that takes longer than this for one image, in seconds, is shown only ten digits.
_SLOW = 0.001
#: Smallest probability that counts in a comparison; smaller ones are all just wrong.
_LEAST = 1e-6
#: What a mixture of two digits weighs beside a digit. Chosen on networks and classifiers of two
#: frameworks, trained with each scaling and ink: without mixtures, ten of 29 are taken for others;
#: with half their weight, as many.
_MIXTURE = 0.05
#: From this share of right answers on a model reads digits; and from this difference in the mean
#: log-probability on, one convention is clearly better than another.
_READS, _CLEARLY = 0.8, 0.1
#: How much better the one scaling must be that hardly anybody uses.
_RARELY = 0.02

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """How a model reads reference digits under one set of conventions.

    Attributes:
        conventions: the set.
        right: share of the digits that it reads rightly, 0..1; 0 where its classes are no digits.
        score: mean log-probability of what is there, with mixtures of two digits at a small weight;
            higher is better; -inf where that cannot be said.
    """

    conventions: Conventions
    right: float
    score: float


@dataclass(frozen=True)
class InferredConventions:
    """What is known of how a model is used, and how surely; as JSON, it passes between processes.

    Attributes:
        input: the name of its input.
        best: the conventions taken, and how the model reads with them.
        others: the other scalings and inks that were tried, best first.
        read: names of the conventions that the file itself says, or that were given; ``low`` and
            ``high`` are called ``scaling``.
        outputs: every output that can answer, and its number of classes.
        digits: how many reference digits were tried.
    """

    input: str
    best: Trial
    others: tuple[Trial, ...]
    read: frozenset[str]
    outputs: Mapping[str, int]
    digits: int

    @property
    def verdict(self) -> str:
        """How the conventions did: a clause for people, beginning with :attr:`sureness`."""
        right = round(self.best.right * self.digits)
        told = f"{self.sureness}; reads {right} of {self.digits} reference digits"
        if self.best.conventions.answers == "classes":
            told += ", without probabilities"
        if self.sureness != "likely":
            return told
        rival = self.others[0].conventions
        return f"{told}, nearly as well with {rival.scaling} and {rival.ink} ink"

    @property
    def sureness(self) -> str:
        """``"sure"``; ``"likely"`` where another way does nearly as well; else ``"guess"``."""
        if self.best.right < _READS:
            return "guess"
        rival = self.others[0].score if self.others else -math.inf
        return "sure" if self.best.score - rival >= _CLEARLY else "likely"

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self) | {"read": sorted(self.read)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The same again; the text may be anybody's.

        Raises:
            ModelError: if it is anything else.
        """
        try:
            values = json.loads(text)
            return cls(
                input=str(values["input"]),
                best=_trial(values["best"]),
                others=tuple(map(_trial, values["others"])),
                read=frozenset(map(str, values["read"])),
                outputs={str(name): int(count) for name, count in values["outputs"].items()},
                digits=int(values["digits"]),
            )
        except _UNREADABLE as error:
            raise ModelError("nothing can be learned of how this model is used") from error


_UNREADABLE = ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError


def _trial(values: Mapping[str, Any]) -> Trial:
    known = from_dict(values["conventions"])
    return Trial(known, float(values["right"]), float(values["score"]))


def infer_conventions(
    session: Any, metadata: Mapping[str, str], found: InputForms, fixed: Mapping[str, Any]
) -> InferredConventions:
    """Work out a model's conventions.

    Args:
        session: an onnxruntime session.
        metadata: what the model's file says of itself; a list ``labels`` counts.
        found: how its input can be filled.
        fixed: values of conventions that are known already, as from :func:`.conventions.checked`.

    Raises:
        ModelError: if the model cannot be used, or not with what is known.
    """
    upright = _searched(session, metadata, found, {"transposed": False, **fixed})
    if upright.best.right >= _READS or "transposed" in fixed:
        return replace(upright, read=upright.read - ({"transposed"} - set(fixed)))
    turned = _searched(session, metadata, found, {**fixed, "transposed": True})
    better = turned if turned.best.right >= _READS else upright
    return replace(better, read=better.read - {"transposed"})


def _searched(
    session: Any, metadata: Mapping[str, str], found: InputForms, fixed: Mapping[str, Any]
) -> InferredConventions:
    """The best of all conventions that have the values of ``fixed``."""
    asked = [c for form in found.forms for c in _candidates(form, fixed)]
    shown = references(10 if found.seconds > _SLOW else len(reference_inks()))
    names = [output.name for output in session.get_outputs()]
    runs = [run(session, found.input, c, shown.images, names) for c in asked]
    outputs: dict[str, int] = {}
    trials: list[Trial] = []
    classes = len(fixed.get("labels", range(10)))
    one_hot = fixed.get("answers") == "classes" or not _has_rows(runs, len(shown.images))
    for i, name in enumerate(names):
        answers = [
            as_one_hot(values[i], len(shown.images), classes)
            if one_hot
            else as_rows(values[i], len(shown.images))
            for values in runs
        ]
        columns = max((rows.shape[1] for rows in answers if rows is not None), default=0)
        if columns:
            outputs[name] = columns
        if columns and fixed.get("output", name) == name:
            orders = class_names(columns, column_names(runs[0][i]), metadata, fixed)
            named = [replace(c, output=name) for c in asked]
            known = {**fixed, "answers": "classes"} if one_hot else fixed
            trials += _trials(named, answers, orders, shown, known)
    if not trials:
        raise ModelError(_no_answer(outputs, fixed))
    best = max(trials, key=lambda t: t.score - _RARELY * (t.conventions.scaling == "-0.5..0.5"))
    return InferredConventions(
        input=found.input,
        best=best,
        others=_others(best, trials),
        read=_read(found, best.conventions, runs, names, metadata)
        | {"scaling" if name in ("low", "high") else name for name in fixed},
        outputs=outputs,
        digits=int(shown.plain.sum()),
    )


def _has_rows(runs: Sequence[Sequence[Any]], count: int) -> bool:
    """Whether any output answers with a number for each class."""
    return any(as_rows(value, count) is not None for values in runs for value in values)


def _candidates(form: Conventions, fixed: Mapping[str, Any]) -> Iterator[Conventions]:
    """Every scaling and ink that is worth trying with a type of input."""
    if "low" in fixed:
        scalings = [(fixed["low"], fixed["high"])]
    elif form.dtype == "int8":
        scalings = [SCALINGS[name] for name in ("-128..127", "0..1")]
    elif form.dtype.startswith("float"):
        scalings = [value for name, value in SCALINGS.items() if name not in ("-128..127", "0..16")]
        scalings += [SCALINGS["0..16"]] if form.side == RIMLESS else []
    else:
        scalings = [SCALINGS[name] for name in ("0..255", "0..1")]
    inks = [fixed["ink"]] if "ink" in fixed else INKS
    for (low, high), ink in product(scalings, inks):
        yield replace(form, low=low, high=high, ink=ink, transposed=fixed["transposed"])


def _trials(
    asked: Sequence[Conventions],
    answers: Sequence[Rows | None],
    orders: Sequence[tuple[str, ...]],
    shown: References,
    fixed: Mapping[str, Any],
) -> Iterator[Trial]:
    """What one output says under every set of conventions."""
    finite = [rows for rows in answers if rows is not None and np.isfinite(rows).all()]
    shares = all(map(look_like_probabilities, finite))
    kind = fixed.get("answers", "probabilities" if shares else "logits")
    for conventions, rows in zip(asked, answers, strict=True):
        if rows is None or not np.isfinite(rows).all():
            continue
        probabilities = as_probabilities(rows, kind)
        for labels in orders:
            known = replace(conventions, answers=kind, labels=labels)
            yield Trial(known, *_scores(probabilities, labels, shown))


def _scores(
    probabilities: NDArray[np.float32], labels: Sequence[str], shown: References
) -> tuple[float, float]:
    """Share of digits read rightly, and mean log-probability of all that is shown."""
    digits = [str(digit) for digit in range(10)]
    if not set(digits) <= set(labels):
        return 0.0, -math.inf
    columns = np.array([labels.index(digit) for digit in digits])[shown.digits]
    right = probabilities.argmax(axis=1) == columns[:, 0]
    likely = np.take_along_axis(probabilities, columns, axis=1)
    scores = np.log(np.maximum(likely, _LEAST)).mean(axis=1)
    score = scores[shown.plain].mean() + _MIXTURE * scores[~shown.plain].mean()
    return float(right[shown.plain].mean()), float(score)


def _others(best: Trial, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The best trial of every scaling and ink but the best one's, best first."""
    ways: dict[tuple[float, float, str], Trial] = {}
    for trial in sorted(trials, key=lambda trial: trial.score, reverse=True):
        taken = trial.conventions
        ways.setdefault((taken.low, taken.high, taken.ink), trial)
    mine = best.conventions
    ways.pop((mine.low, mine.high, mine.ink))
    return tuple(ways.values())


def _read(
    found: InputForms,
    best: Conventions,
    runs: Sequence[Sequence[Any]],
    names: Sequence[str],
    metadata: Mapping[str, str],
) -> frozenset[str]:
    """Which conventions the file itself says."""
    read = {"dtype", "batch"}
    if len(found.forms) == 1:
        read |= {"layout", "channels", "side"}
    if len(names) == 1:
        read.add("output")
    named = column_names(runs[0][names.index(best.output)])
    if "labels" in metadata or named is not None:
        read.add("labels")
    return frozenset(read)


def _no_answer(outputs: Mapping[str, int], fixed: Mapping[str, Any]) -> str:
    wanted = fixed.get("output")
    if wanted is not None and wanted not in outputs:
        return f"this model has no output {wanted[:40]!r} that answers with classes"
    if "labels" in fixed and outputs:
        columns = " or ".join(map(str, sorted(set(outputs.values()))))
        return f"this model has {columns} classes, and {len(fixed['labels'])} labels were given"
    if outputs:
        return "this model's answers are not numbers"
    return "none of this model's outputs has 2 to 100 columns, one for each class"
