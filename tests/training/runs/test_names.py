"""Names that are read from files are names: none of them leads out of its folder."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic", reason="needs the train extra")

from pydantic import TypeAdapter, ValidationError

from tests.support.run_folders import begin_run, make_run
from training import build, report
from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import plan
from training.recipes import RECIPES, Recipe
from training.runs import RunFolder

PATHS = (
    *("../../evil", "/evil", "a/b", "..\\evil", "C:evil", "..", ".", "", "-", ".evil", "evil."),
    *("a\0b", "a\nb", "a\x1b[2Jb", "evil ", "a\u202eb", "x" * 300, "evil\n"),
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def everything_in(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def changed(folder: RunFolder, **values: Any) -> None:
    """Change what the folder says that it was asked for; ``recipe`` in part."""
    asked = json.loads(folder.configuration_file.read_bytes())
    asked["recipe"] |= values.pop("recipe", {})
    folder.configuration_file.write_text(json.dumps(asked | values))


def resumed(folder: RunFolder, *words: str) -> Any:
    return plan(parser().parse_args(["--resume", str(folder.path), *words]))


@pytest.mark.parametrize("name", PATHS)
def test_a_recipe_s_name_is_no_path(name: str) -> None:
    recipe = RECIPES["digits"]
    with pytest.raises(ValidationError):
        TypeAdapter(Recipe).validate_python({**vars(recipe), "name": name})


def test_every_recipe_has_such_a_name() -> None:
    for recipe in RECIPES.values():
        assert TypeAdapter(Recipe).validate_python(vars(recipe)) == recipe


@pytest.mark.parametrize("name", PATHS)
def test_a_run_from_elsewhere_writes_nothing_outside_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = begin_run(tmp_path / "runs" / "run")
    changed(folder, recipe={"name": name})
    before = everything_in(tmp_path)
    assert build.main(["--resume", str(folder.path), "--no-live"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "run.json is damaged" in said
    assert everything_in(tmp_path) == before


@posix
@pytest.mark.parametrize(
    "link", ["figures", "last.npz", "seed-1", ".run.json.new", "metrics.jsonl"]
)
def test_links_out_of_a_run_are_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    folder = begin_run(tmp_path / "run")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("important")
    (folder.path / link).symlink_to(outside if "." not in link else outside / "file")
    before = everything_in(outside)
    for work in (
        lambda: folder.opened(new=False).__enter__(),
        lambda: report.write(folder),
    ):
        with pytest.raises(BuildError, match="is a link out of the folder of its run"):
            work()
    assert everything_in(outside) == before
    folder.write_json("run.json", folder.configuration())
    assert everything_in(outside) == before


@posix
def test_links_inside_a_run_are_fine(tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run")
    (folder.path / "latest.json").symlink_to("run.json")
    with folder.opened(new=False):
        pass


@posix
def test_a_lock_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run")
    (tmp_path / "file").write_text("important")
    (folder.path / "lock").symlink_to(tmp_path / "file")
    assert not folder.in_use()
    assert (tmp_path / "file").read_text() == "important"


def test_a_run_from_elsewhere_is_not_the_bundled_model(tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run", "digits")
    changed(folder, bundled=True, recipe={"seed": 7})
    assert resumed(folder).asked.bundled
    for difference in ({"epochs": 1}, {"name": "evil"}, {"dataset": "own"}, {"ensemble": 2}):
        other = begin_run(tmp_path / "other", "digits")
        changed(other, bundled=True, recipe=difference)
        assert not resumed(other).asked.bundled, difference


def test_where_a_run_wanted_its_model_must_be_said_again(tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run", "digits")
    changed(folder, output=str(tmp_path / "evil"))
    with pytest.raises(BuildError, match="repeat that with --output"):
        resumed(folder)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["own_data", "output"])
@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5_000])
def test_paths_that_no_file_can_have_are_damage(tmp_path: Path, name: str, path: str) -> None:
    folder = begin_run(tmp_path / "run", "digits")
    changed(folder, **{name: path})
    with pytest.raises(BuildError, match="is damaged"):
        resumed(folder)


@pytest.mark.parametrize("name", [f"{path}.onnx" for path in PATHS] + ["", "a.json", "result.json"])
def test_a_result_names_a_model_in_its_folder(tmp_path: Path, name: str) -> None:
    folder = make_run(tmp_path / "run")
    result = folder.result()
    assert result is not None
    folder.write_json("result.json", replace(result, onnx=name))
    with pytest.raises(BuildError, match="is damaged"):
        folder.card()


@pytest.mark.parametrize("name", PATHS)
def test_a_study_s_recipe_is_no_path(name: str) -> None:
    pytest.importorskip("optuna")
    from tests.training.sweep.test_sweep_results import SWEEP
    from training.sweep import SweepError
    from training.sweep.definition import from_json, to_json

    assert from_json(to_json(SWEEP)).recipe == SWEEP.recipe
    with pytest.raises(SweepError, match="is not a sweep"):
        from_json(to_json(replace(SWEEP, recipe=name)))
