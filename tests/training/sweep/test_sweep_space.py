"""SPACE.toml: what is searched, and the one sentence for everything that cannot be."""

from __future__ import annotations

import optuna
import pytest

from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.recipes.settings import changed
from training.sweep.space import read_space, suggest

RECIPE = wanted_recipe(parser().parse_args(["--recipe", "digits"]))
GOOD = """
optimizer = {choices = ["adamw", "sgd"]}
[learning_rate]
low = 1e-4
high = 1e-2
log = true
[dropout]
low = 0.0
high = 0.5
step = 0.1
[batch_size]
choices = [64, 128]
[epochs]
low = 1
high = 9
step = 2
[augmentation.rotation]
low = 0
high = 15
["mixture.strokes.tremor"]
low = 0
high = 1
"""


def read(tmp_path, text: str):
    path = tmp_path / "space.toml"
    path.write_text(text, encoding="utf-8")
    return read_space(path, RECIPE)


def test_every_suggestion_is_a_recipe_within_the_bounds(tmp_path):
    space = read(tmp_path, GOOD)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    seen = [changed(RECIPE, suggest(study.ask(), space)) for _ in range(40)]
    assert {r.batch_size for r in seen} == {64, 128}
    assert {r.epochs for r in seen} <= {1, 3, 5, 7, 9}
    assert {r.optimizer for r in seen} == {"adamw", "sgd"}
    assert {round(r.dropout, 6) for r in seen} <= {0.0, 0.1, 0.2, 0.3, 0.4, 0.5}
    assert all(1e-4 <= r.learning_rate <= 1e-2 for r in seen)
    assert sum(r.learning_rate < 1e-3 for r in seen) > 10, "half of a logarithmic range"
    assert all(0 <= r.augmentation.rotation <= 15 for r in seen)
    assert len({r.mixture.strokes.tremor for r in seen}) == 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names 0 settings"),
        ("[learning_rate\nlow=1", "is not TOML"),
        ("learning_rate = 3", "gives no bounds"),
        ("[augmentation]\nrotation = 3", "gives no bounds"),
        ("[learning_rat]\nlow=0.1\nhigh=1.0", "did you mean learning_rate?"),
        ("[seed]\nlow=0\nhigh=9", "cannot be searched"),
        ("[split]\nchoices=['test', 'last 5000']", "cannot be searched"),
        ("[name]\nchoices=['a', 'b']", "has no setting name"),
        ("[dropout]\nlow=0.0\nhigh=1.5", "dropout cannot be"),
        ("[epochs]\nlow=0\nhigh=5", "epochs cannot be"),
        ("[epochs]\nlow=1.5\nhigh=5", "whole numbers"),
        ("[dropout]\nlow=0.5\nhigh=0.1", "low < high"),
        ("[dropout]\nlow=0.1\nhigh=0.1", "low < high"),
        ("[dropout]\nlow=0.1\nhigh=0.3\nstep=0.5", "a step that fits"),
        ("[dropout]\nlow=0.1\nhigh=0.3\nstep=-0.1", "a step that fits"),
        ("[dropout]\nlow=0.0\nhigh=0.3\nlog=true", "low above 0"),
        ("[dropout]\nlow=nan\nhigh=0.3", "are numbers"),
        ("[dropout]\nlow=true\nhigh=0.3", "are numbers"),
        ("[dropout]\nlow='0'\nhigh=0.3", "are numbers"),
        ("[dropout]\nlow=0.1", "needs either choices, or low and high"),
        ("[dropout]\nlow=0.1\nhigh=0.2\nchoices=[1]", "needs either choices, or low and high"),
        ("[dropout]\nlow=0.1\nhigh=0.2\nmiddle=0.15", "nothing else"),
        ("[batch_size]\nchoices=[64]", "2 to 100 different"),
        ("[batch_size]\nchoices=[64, 64]", "2 to 100 different"),
        ("[batch_size]\nchoices=[64, [1]]", "2 to 100 different"),
        ("[batch_size]\nchoices=[64, 0]", "batch_size cannot be"),
        ("[batch_size]\nchoices=64", "2 to 100 different"),
        ("[optimizer]\nlow=1\nhigh=2", "is not a number"),
        ("[optimizer]\nchoices=['adam', 'magic']", "optimizer cannot be"),
        ("[last_batch]\nlow=0\nhigh=1", "is not a number"),
        ("#" * 70_000, "too large"),
        ("a = " + "[" * 5_000, "is not TOML"),
    ],
)
def test_what_cannot_be_searched_gets_a_sentence(tmp_path, text, said):
    with pytest.raises(BuildError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_no_text(tmp_path):
    with pytest.raises(BuildError, match=r"cannot read .*--search SPACE\.toml"):
        read_space(tmp_path / "nowhere.toml", RECIPE)
    with pytest.raises(BuildError, match="cannot read"):
        read_space(tmp_path, RECIPE)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BuildError, match="is not TOML"):
        read_space(tmp_path / "binary.toml", RECIPE)
