"""What classes are called in the window's language; a model's file may hold anything."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from digitpad.inference.recognizer import Recognizer
from digitpad.ui.style.labels import LONGEST, labels_in_language
from digitpad.ui.style.translations import Translations

ENGLISH = ("Bag", "Coat")


@pytest.fixture
def speaker(qapp: object) -> Iterator[Translations]:
    speaker = Translations()
    yield speaker
    speaker.use("en")


def in_korean(told: object) -> tuple[str, ...]:
    text = told if isinstance(told, str) else json.dumps(told)
    return labels_in_language(ENGLISH, {"labels_ko": text})


def test_clothes_are_called_as_in_the_language(speaker: Translations) -> None:
    model = Recognizer.load("fashion", "cpu")
    assert labels_in_language(model.labels, model.metadata) == model.labels
    speaker.use("ko")
    shown = labels_in_language(model.labels, model.metadata)
    assert shown[0] == "티셔츠"
    assert len(set(shown)) == 10
    speaker.use("en")
    assert labels_in_language(model.labels, model.metadata) == model.labels


def test_a_model_without_such_labels_keeps_its_own(speaker: Translations) -> None:
    speaker.use("ko")
    assert labels_in_language(ENGLISH, {}) == ENGLISH


@pytest.mark.parametrize(
    "told",
    [
        ["가방"],
        ["가방", "코트", "셔츠"],
        ["가방", "가방"],
        ["가방", 7],
        ["가방", None],
        ["가방", ""],
        ["가방", " \t "],
        ["가방", "코\0트"],
        ["가방", "\u202e코트"],
        {"0": "가방", "1": "코트"},
        "가방",
        7,
        None,
        "[",
        "[" * 100_000,
        '{"a": [}',
    ],
)
def test_labels_that_do_not_fit_are_not_used(speaker: Translations, told: object) -> None:
    speaker.use("ko")
    assert in_korean(told) == ENGLISH


def test_long_labels_and_lines_are_bounded(speaker: Translations) -> None:
    speaker.use("ko")
    assert in_korean(["가" * 10_000, "코트\n긴"]) == ("가" * LONGEST, "코트 긴")
