"""Sweeps with builds that take no time."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.support import onnx_models
from tests.support.run_folders import begin_run, finish_run, pictures
from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.runs import Result, RunFolder
from training.sweep.build import Task, checked
from training.sweep.command import run
from training.sweep.options import sweep_parser
from training.sweep.storage import Pace, open_file
from training.sweep.study import Study, find

PACE = Pace(look=0.02, heartbeat=1, grace=2, patience=0.2)
SPACE = """
[learning_rate]
low = 1e-4
high = 1e-2
log = true
[batch_size]
choices = [32, 64]
"""


def build(task: Task, tick: Callable[[float], None]) -> Result:
    """What a build leaves; its loss follows from its settings alone."""
    recipe = wanted_recipe(parser().parse_args(task.arguments))
    folder = RunFolder(task.folder)
    if not task.resume:
        begin_run(task.folder, recipe.name)
        folder.write_json("run.json", replace(folder.configuration(), recipe=recipe))
    tick(0.5)
    finish_run(folder, 3)
    folder.write_pictures("predictions/validation.npz", pictures(60, 10, 1))
    result = folder.result()
    assert result
    onnx_models.save(folder.path / result.onnx, sharpness=1 + recipe.seed)
    loss = 0.1 + 0.01 * (recipe.seed % 7) + 10 * abs(recipe.learning_rate - 0.003)
    tested = None if "--no-test" in task.arguments else 58 - recipe.seed
    result = replace(
        result,
        validation_loss=loss,
        validation_accuracy=1 - loss / 10,
        test_correct=tested,
        test_total=tested and 60,
    )
    folder.write_json("result.json", result)
    return checked(folder)


def sweep(*words: str, run_build: Callable[..., Result] = build, pace: Pace = PACE) -> None:
    """The command, in this process."""
    run(sweep_parser().parse_args(words), words, run_build, pace)


def study_in(folder: Path) -> Study:
    return find(open_file(folder / "study.db", PACE), "here", None)


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "sweep.csv").read_text(encoding="utf-8").splitlines()))
