"""Recipes and their settings: what the texts say, and what ``--set`` may change."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

pytest.importorskip("pydantic", reason="needs the train extra")

from pydantic import TypeAdapter

from training.data.datasets import SOURCES
from training.recipes import BUNDLED, DIGITS, OWN, RECIPES, TUTORIALS, Recipe
from training.recipes.measured import MEASURED
from training.recipes.settings import (
    SettingError,
    changed,
    parse,
    settings,
    stated,
    with_former_names,
)
from training.runs import Configuration, RunFolder

#: Data, split, optimiser, learning rate, batch, epochs, patience, dropout, as the texts have them.
TEXTS = {
    "tfjs-cnn": ("mnist", "test", "adam", 1e-3, 512, 10, 0, 0.0),
    "tf-basic": ("fashion-mnist", "test", "adam", 1e-3, 32, 5, 0, 0.0),
    "mygrad-cnn": ("mnist", "test", "sgd", 0.01, 100, 2, 0, 0.0),
    "keras-dense": ("mnist", "test", "adam", 1e-3, 32, 10, 0, 0.0),
    "fashion-cnn": ("fashion-mnist", "random fifth", "adam", 1e-3, 32, 20, 2, 0.4),
}


@pytest.mark.parametrize("recipe", TUTORIALS, ids=lambda recipe: recipe.name)
def test_the_tutorials_are_as_their_texts_have_them(recipe):
    assert TEXTS[recipe.name] == (
        recipe.dataset,
        recipe.split,
        recipe.optimizer,
        recipe.learning_rate,
        recipe.batch_size,
        recipe.epochs,
        recipe.patience,
        recipe.dropout,
    )
    assert recipe.schedule == "constant"
    assert recipe.last_batch or recipe.name == "mygrad-cnn"  # its text leaves the rest out
    assert not recipe.distorted
    assert not recipe.ema_epochs


def test_what_only_one_text_says():
    assert RECIPES["tfjs-cnn"].train_images == 55_000
    quick = changed(RECIPES["tfjs-cnn"], RECIPES["tfjs-cnn"].quick)
    assert (quick.train_images, quick.validation_images) == (5_500, 1_000)
    mygrad = RECIPES["mygrad-cnn"]
    assert (mygrad.momentum, mygrad.weight_decay) == (0.9, 5e-4)


def test_every_recipe_can_be_named_and_its_data_are_known():
    assert list(RECIPES) == [recipe.name for recipe in RECIPES.values()]
    assert [recipe.name for recipe in BUNDLED] == ["digits", "fashion"]
    for recipe in RECIPES.values():
        assert recipe.dataset in (*SOURCES, "own")
        assert recipe == TypeAdapter(Recipe).validate_python(asdict(recipe))
        assert changed(recipe, recipe.quick).name == recipe.name


def test_what_was_measured_is_of_recipes_that_exist():
    assert set(MEASURED) <= set(RECIPES)
    for measured in MEASURED.values():
        assert 0.5 < measured.accuracy < 1
        assert (measured.deviation is None) == (measured.seeds == 1)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_every_setting_takes_the_value_that_it_states(recipe):
    assignments = {name: stated(value) for name, value in settings(recipe).items()}
    assert changed(recipe, assignments) == recipe


def test_settings_are_changed_by_their_dotted_names():
    wanted = parse(["epochs=3", "mixture.strokes.slant = 0.5", "mixture.held_out=spirals, clothes"])
    recipe = changed(DIGITS, wanted)
    assert recipe.epochs == 3
    assert recipe.mixture.strokes.slant == 0.5
    assert recipe.mixture.held_out == ("spirals", "clothes")
    assert changed(OWN, {"last_batch": "true"}).last_batch
    assert DIGITS.epochs != 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epoch", "3", "did you mean epochs?"),
        ("mixture", "3", "no setting mixture"),
        ("mixture.penn", "3", "did you mean mixture.pen?"),
        ("quick", "3", "no setting quick"),
        ("dataset", "mnist", "no setting dataset"),
        ("epochs", "", "epochs cannot be ''"),
        ("epochs", "1.5", "epochs cannot be '1.5': it has to be a whole number"),
        ("epochs", "1000001", "at most 1000000"),
        ("dropout", "1", "below 1"),
        ("distorted", "-0.1", "at least 0"),
        ("learning_rate", "inf", "finite"),
        ("optimizer", "rmsprop", "'adamw', 'adam' or 'sgd'"),
        ("last_batch", "perhaps", "it has to be true or false"),
        ("seed", str(2**31), "below 2147483648"),
    ],
)
def test_what_cannot_be_set_is_one_sentence(name, value, expected):
    with pytest.raises(SettingError) as caught:
        changed(DIGITS, {name: value})
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


#: What recipes had before settings were renamed; old run folders, checkpoints and commands say it.
FORMER = ("averaging", "exposure", "judgement", "lessons", "softness", "taught")


def test_old_run_folders_open(tmp_path):
    """As the version before has written them."""
    recipe = replace(DIGITS, ema_epochs=2.5, ood_weight=0.4, augmented_copies=7)
    older = with_former_names(recipe)
    assert set(FORMER) <= set(older)
    assert older["averaging"] == 2.5
    run = RunFolder(tmp_path)
    asked = Configuration("", recipe, "MNIST", None, ("0",), "2026-01-01T00:00:00")
    run.write_json("run.json", asdict(asked) | {"recipe": older})
    assert run.configuration() == asked
    run.write_json("run.json", asked)
    assert run.configuration() == asked


@pytest.mark.parametrize("name", FORMER)
def test_settings_are_known_by_their_former_names(name):
    recipe = changed(DIGITS, {name: "0.75" if name != "lessons" else "9"})
    assert with_former_names(recipe)[name] in (0.75, 9)
    ((now, value),) = parse([f"{name}=1"]).items()
    assert (now in settings(DIGITS), name in settings(DIGITS), value) == (True, False, "1")
