"""What several runs have in common, and in what they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.base.quantities import Spread
from training.recipes.settings import stated
from training.report.comparison.runs import Run


@dataclass(frozen=True)
class Group:
    """Finished runs that differ in nothing but the seed."""

    runs: tuple[str, ...]  #: their names, one for each seed
    recipe: str  #: of all of them
    data: str  #: of all of them
    validation_accuracy: Spread  #: 0..1
    test_accuracy: Spread | None  #: 0..1; None where fewer than two read the test set


@dataclass(frozen=True)
class Comparison:
    """Runs side by side."""

    runs: tuple[Run, ...]  #: in the order in which they were named
    #: Those that differ, by dotted name: for each run its value as ``--set`` takes it, or "–" where
    #: it is not known.
    settings: dict[str, tuple[str, ...]]
    groups: tuple[Group, ...]  #: those of two seeds or more


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


def _groups(runs: Sequence[Run]) -> Iterator[Group]:
    alike: dict[str, dict[int, Run]] = {}
    for run in runs:
        if run.status == "finished" and run.view:
            asked = run.view.configuration
            key = [asked.recipe.name, asked.data, asked.own_data, run.settings]
            # The same seed again would say nothing new: it computes the same numbers.
            seeds = alike.setdefault(json.dumps(key, default=str), {})
            seeds.setdefault(asked.recipe.seed, run)
    for seeds in alike.values():
        if len(seeds) > 1:
            yield _group(list(seeds.values()))


def _group(runs: Sequence[Run]) -> Group:
    views = [run.view for run in runs if run.view]
    results = [view.result for view in views if view.result]
    tested = [r.test_accuracy for r in results if r.test_accuracy is not None]
    return Group(
        tuple(run.name for run in runs),
        views[0].configuration.recipe.name,
        views[0].configuration.data,
        Spread.of([result.validation_accuracy for result in results]),
        Spread.of(tested) if len(tested) > 1 else None,
    )
