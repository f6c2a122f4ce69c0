"""The command line of a sweep: what it refuses, whom it lets join, and what it shows."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.support.sweeps import SPACE, build, sweep
from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import plan, wanted_recipe
from training.recipes.settings import settings
from training.runs import Result
from training.sweep.__main__ import main
from training.sweep.build import Task


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--recipe", "tf-basic", "--seeds", "2"], "its recipe is digits, not tf-basic"),
        (["--recipe", "digits", "--seeds", "3"], "its number of trials is 2, not 3"),
        (
            ["--recipe", "digits", "--seeds", "2", "--set", "epochs=3"],
            "its setting epochs is 40, not 3",
        ),
        (["--recipe", "digits", "--seeds", "2", "--objective", "accuracy"], "its objective is"),
        (["--recipe", "digits", "--seeds", "2", "--ensemble", "1"], "its use of the test set"),
    ],
)
def test_another_sweep_is_not_joined(tmp_path, words, said):
    sweep("--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s"))
    with pytest.raises(BuildError) as caught:
        sweep(*words, "--folder", str(tmp_path / "s"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "either --seeds N, or --search SPACE.toml"),
        (["--seeds", "2", "--search", "x.toml"], "either --seeds N, or --search SPACE.toml"),
        (["--seeds", "2", "--trials", "3"], "--trials is for --search"),
        (["--search", "nowhere.toml"], "cannot read nowhere.toml"),
        (["--seeds", "2", "--ensemble", "3"], "needs as many trials"),
        (["--seeds", "2", "--set", "epoch=3"], "did you mean epochs?"),
        (["--seeds", "2", "--set", "epochs"], "is not NAME=VALUE"),
        (["--seeds", "2", "--set", "seed=2147483647"], "seed cannot be"),
        (["--seeds", "2", "--storage", "sqlite:///x.db"], "name this one with --study"),
        (["--seeds", "2", "--study", "../up"], "cannot be the name of a folder"),
        (
            ["--seeds", "2", "--set", "split=test", "--ensemble", "1"],
            "nothing may be chosen by the test set",
        ),
    ],
)
def test_wrong_options_get_one_sentence(tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert main(["--recipe", "digits", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("training.sweep: ")
    assert said in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_an_unknown_recipe_and_a_setting_that_is_set_and_searched(tmp_path, capsys):
    assert main(["--recipe", "nothing", "--seeds", "2"]) == 2
    assert 'there is no recipe "nothing"' in capsys.readouterr().err
    (tmp_path / "space.toml").write_text(SPACE)
    words = ["--recipe", "digits", "--search", str(tmp_path / "space.toml")]
    assert main([*words, "--set", "batch_size=64"]) == 2
    assert "batch_size is both set and searched" in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "1001", "many", "1e3"])
def test_numbers_out_of_bounds(capsys, count):
    with pytest.raises(SystemExit):
        main(["--recipe", "digits", "--seeds", count])
    assert "--seeds" in capsys.readouterr().err


def test_show(tmp_path, capsys):
    sweep("--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s"))
    capsys.readouterr()
    assert main(["show", str(tmp_path / "s")]) == 0
    said = capsys.readouterr().out
    assert "n = 2" in said
    assert main(["show", "--storage", f"sqlite:///{tmp_path / 's' / 'study.db'}"]) == 0
    assert capsys.readouterr().out == said
    assert main(["show", str(tmp_path)]) == 2
    assert "there is no sweep in" in capsys.readouterr().err
    assert main(["show"]) == 2
    assert main(["show", str(tmp_path / "s"), "--study", "other"]) == 2
    assert "there is no study other" in capsys.readouterr().err


def test_an_unwritable_folder(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "file")]) == 2
    assert "name another --folder" in capsys.readouterr().err


def test_a_bundled_model_is_never_replaced(tmp_path):
    """A build whose recipe is unchanged would put its model into the app."""
    planned = []

    def planning(task: Task, tick: Callable[[float], None]) -> Result:
        words = [*task.arguments, "--run", str(task.folder)]
        planned.append(plan(parser().parse_args(words)).asked)
        return build(task, tick)

    words = ["--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s")]
    sweep(*words, run_build=planning)
    (made,) = planned
    assert not made.bundled
    assert made.tested
    alone = ["--seed", "0", "--ensemble", "1"]
    assert settings(made.recipe) == settings(wanted_recipe(parser().parse_args(alone)))


def test_without_optuna_there_is_a_sentence(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith("training.sweep.")]:
        if name.rpartition(".")[2] not in ("options", "__main__"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["--recipe", "digits", "--seeds", "1"]) == 2
    assert "needs optuna; install what is missing" in capsys.readouterr().err
