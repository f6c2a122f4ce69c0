"""What several runs have in common, and in what they differ."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from training.recipes.settings import stated
from training.report.comparison.runs import Run


@dataclass(frozen=True)
class Spread:
    """A figure over several seeds.

    Attributes:
        mean: of them.
        deviation: their standard deviation, with n - 1.
        n: how many have this figure, two or more.
    """

    mean: float
    deviation: float
    n: int


@dataclass(frozen=True)
class Group:
    """Finished runs that differ in nothing but the seed.

    Attributes:
        runs: their names, one for each seed.
        recipe: of all of them.
        data: of all of them.
        validation_accuracy: 0..1.
        test_accuracy: 0..1; None where fewer than two read the test set.
    """

    runs: tuple[str, ...]
    recipe: str
    data: str
    validation_accuracy: Spread
    test_accuracy: Spread | None


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Attributes:
        runs: in the order in which they were named.
        settings: those that differ, by dotted name: for each run its value as ``--set`` takes it,
            or "–" where it is not known.
        groups: those of two seeds or more.
    """

    runs: tuple[Run, ...]
    settings: dict[str, tuple[str, ...]]
    groups: tuple[Group, ...]


def compare(runs: Sequence[Run]) -> Comparison:
    """Put runs side by side."""
    return Comparison(tuple(runs), _differing(runs), tuple(_groups(runs)))


def _differing(runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    found = [run.settings for run in runs]
    names = dict.fromkeys(name for settings in found for name in settings)
    rows = {
        name: tuple(stated(settings[name]) if name in settings else "–" for settings in found)
        for name in names
    }
    return {name: values for name, values in rows.items() if len({*values} - {"–"}) > 1}


def _groups(runs: Sequence[Run]) -> list[Group]:
    alike: dict[str, dict[int, Run]] = {}
    for run in runs:
        if run.status != "finished" or run.configuration is None:
            continue
        asked = run.configuration
        key = [asked.recipe.name, asked.data, asked.own_data, run.settings]
        # The same seed again would say nothing new: it computes the same numbers.
        seeds = alike.setdefault(json.dumps(key, default=str), {})
        seeds.setdefault(asked.recipe.seed, run)
    return [_group(list(seeds.values())) for seeds in alike.values() if len(seeds) > 1]


def _group(runs: Sequence[Run]) -> Group:
    asked = next(run.configuration for run in runs if run.configuration)
    results = [run.result for run in runs if run.result]
    tested = [r.test_accuracy for r in results if r.test_accuracy is not None]
    return Group(
        tuple(run.name for run in runs),
        asked.recipe.name,
        asked.data,
        _spread([result.validation_accuracy for result in results]),
        _spread(tested) if len(tested) > 1 else None,
    )


def _spread(values: Sequence[float]) -> Spread:
    # A stranger's file may say NaN, which statistics refuses.
    if not all(map(math.isfinite, values)):
        return Spread(math.nan, math.nan, len(values))
    return Spread(statistics.fmean(values), statistics.stdev(values), len(values))
