"""Every text of the window has a translation, in the .ts file and in what is compiled from it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QCoreApplication, QLocale

from digitpad.ui.style import translations
from digitpad.ui.style.translations import NAMES, Translations
from digitpad.ui.window.commands import plain

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = [name for name in NAMES if name != "en"]
UPDATE = (
    "run: pyside6-lupdate digitpad/ui/*.py -locations none -no-obsolete -ts"
    " assets/translations/digitpad_ko.ts; translate what is unfinished;"
    " run: pyside6-lrelease assets/translations/digitpad_ko.ts"
)

Text = tuple[str, str]  # context, source


def texts_of(path: Path) -> Iterator[Text]:
    """Context and text of every call of ``translate`` and ``tr`` in a module.

    A text that is kept in a variable must be marked with ``QT_TRANSLATE_NOOP``.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    yield from _texts(tree, "")


def _texts(node: ast.AST, context: str) -> Iterator[Text]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            name = getattr(child.func, "attr", getattr(child.func, "id", ""))
            words = [a.value for a in child.args if isinstance(a, ast.Constant)]
            if name == "tr" and words:
                yield context, words[0]
            elif name in ("translate", "QT_TRANSLATE_NOOP") and len(words) >= 2:
                yield words[0], words[1]
        inner = child.name if isinstance(child, ast.ClassDef) else context
        yield from _texts(child, inner)


SOURCES = {text for path in (ROOT / "digitpad" / "ui").rglob("*.py") for text in texts_of(path)}


def messages(language: str) -> dict[Text, str]:
    """What the .ts file says; an unfinished or obsolete message counts as empty."""
    tree = ET.parse(FOLDER / f"digitpad_{language}.ts")  # noqa: S314 - our own file
    found = {}
    for context in tree.iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            done = "type" not in translation.attrib
            key = (context.findtext("name", ""), message.findtext("source", ""))
            found[key] = (translation.text or "") if done else ""
    return found


def fields(text: str) -> set[str]:
    return {field or "" for _, field, _, _ in Formatter().parse(text) if field is not None}


def test_the_texts_are_found() -> None:
    assert ("Canvas", "Draw a digit here") in SOURCES
    assert ("Session", "&About digitpad") in SOURCES
    assert len(SOURCES) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    told = messages(language)
    missing = sorted(text for text in SOURCES if not told.get(text))
    assert not missing, f"no {language} for {missing}; {UPDATE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_is_no_longer_said(language: str) -> None:
    left = sorted(messages(language).keys() - SOURCES)
    assert not left, f"in {language} and not in the source: {left}; {UPDATE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_same_fields_and_a_mnemonic_where_there_was_one(
    language: str,
) -> None:
    for (_, source), translation in messages(language).items():
        assert fields(translation) == fields(source), source
        assert bool(re.search(r"&\w", source)) == bool(re.search(r"&\w", translation)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_that_of_the_source(language: str, tmp_path: Path) -> None:
    lrelease = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent))
    assert lrelease, "pyside6-essentials brings it"
    fresh = tmp_path / "fresh.qm"
    source = FOLDER / f"digitpad_{language}.ts"
    subprocess.run([lrelease, "-silent", source, "-qm", fresh], check=True)
    assert fresh.read_bytes() == source.with_suffix(".qm").read_bytes(), UPDATE


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_application_speaks_it_and_stops(language: str) -> None:
    speaker = Translations()
    try:
        speaker.use(language)
        assert QLocale().name().startswith(language)
        for (context, source), translation in messages(language).items():
            assert QCoreApplication.translate(context, source) == translation
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") != "Cancel"  # Qt's own
    finally:
        speaker.use("en")
    assert QCoreApplication.translate("Canvas", "Draw a digit here") == "Draw a digit here"
    assert QLocale().name().startswith("en")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (["ko-KR", "en-US"], "ko"),
        (["ko"], "ko"),
        (["fr-FR", "ko-KR"], "ko"),
        (["en-GB", "ko"], "en"),
        (["C"], "en"),
        (["kok-IN"], "en"),
        ([], "en"),
    ],
)
def test_the_system_chooses(
    monkeypatch: pytest.MonkeyPatch, wanted: list[str], spoken: str
) -> None:
    class System:
        @staticmethod
        def system() -> object:
            return type("Locale", (), {"uiLanguages": lambda _: wanted})()

    monkeypatch.setattr(translations, "QLocale", System)
    assert translations.of_system() == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mnemonic_is_left_where_a_text_is_only_shown(language: str) -> None:
    with_mark = {s: t for (_, s), t in messages(language).items() if re.search(r"&\w", s)}
    assert len(with_mark) > 10
    for text in (*with_mark, *with_mark.values()):
        shown = plain(text)
        assert not re.search(r"&|\(\w\)", shown), text
        assert shown.strip() == shown
        assert shown
    assert plain("Ink && paper") == "Ink & paper"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_of_the_language_is_its_own(language: str) -> None:
    assert messages(language)["Translations", "en"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_per_cent_is_written_alike_everywhere(language: str) -> None:
    told = messages(language)
    sign = told["Theme", "{0} %"].removeprefix("{0}")
    others = [t for (_, source), t in told.items() if source.endswith("{0} %")]
    assert len(others) > 1
    assert all(text.endswith("}" + sign) for text in others)
