"""What ``--list`` and ``--settings`` print."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from training.recipes import RECIPES, Recipe
from training.recipes.measured import MEASURED
from training.recipes.settings import settings, stated


def list_recipes(console: Console) -> None:
    """Every recipe, with dataset, parameters, measured accuracy and time."""
    table = Table(box=None, pad_edge=False)
    for title in ("recipe", "data", "parameters", "accuracy", "time"):
        table.add_column(
            title, justify="right" if title in ("parameters", "time") else "left", no_wrap=True
        )
    for recipe in RECIPES.values():
        measured = MEASURED.get(recipe.name)
        table.add_row(
            recipe.name,
            recipe.dataset,
            f"{measured.parameters:,}" if measured else "–",
            measured.stated if measured else "–",
            measured.duration if measured else "–",
        )
    console.print(table)
    console.print()
    for recipe in RECIPES.values():
        console.print(f"{recipe.name:16} {recipe.summary}", soft_wrap=True)
    console.print()
    console.print(
        "Accuracy on the test set: mean and standard deviation of n seeds. Time: of one seed on two"
        " cores.\nBuild one with --recipe NAME; --settings lists what --set can change."
    )


def list_settings(recipe: Recipe, console: Console) -> None:
    """Every setting of a recipe, as ``--set`` takes it."""
    for name, value in settings(recipe).items():
        console.print(f"{name}={stated(value)}", soft_wrap=True, markup=False)
