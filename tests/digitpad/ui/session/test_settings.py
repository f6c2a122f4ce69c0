"""What is remembered, in files that are whole, damaged, and impossible to write."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from digitpad.ui.pad.brush import OPACITIES, WIDTHS, Brush
from digitpad.ui.settings.settings import MAX_BYTES, MAX_CONVENTIONS, Settings, open_store

pytestmark = pytest.mark.usefixtures("qapp")

DEFAULTS = {
    "geometry": b"",
    "model": "digits",
    "second_model": "",
    "compares": False,
    "language": "system",
    "theme": "system",
    "brush_width": Brush().width,
    "ink_opacity": Brush().opacity,
    "keeps_recents": True,
    "grid_mode": False,
    "reduced_motion": False,
}
OTHERS = {
    "geometry": bytes(range(256)),
    "model": "/home/김/a, b; c=d @x.onnx",
    "second_model": "/home/김/b, a; c=d @x.onnx",
    "compares": True,
    "language": "ko",
    "theme": "dark",
    "brush_width": WIDTHS[0],
    "ink_opacity": OPACITIES[0],
    "keeps_recents": False,
    "grid_mode": True,
    "reduced_motion": True,
}


def read(path: Path) -> dict[str, object]:
    settings = Settings(open_store(path)[0])
    return {name: getattr(settings, name) for name in DEFAULTS}


def test_a_first_start_has_defaults_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    assert read(file) == DEFAULTS
    assert not file.exists()


def test_everything_is_there_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.ini"
    settings = Settings(open_store(file)[0])
    for name, value in OTHERS.items():
        setattr(settings, name, value)
        assert getattr(settings, name) == value  # at once
    assert not file.exists()
    settings.flush()
    assert read(file) == OTHERS
    assert open_store(file)[1] is None  # it is not taken for damaged


def test_a_change_is_written_without_asking(tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "settings.ini"
    settings = Settings(open_store(file)[0])
    settings.theme = "light"
    qtbot.waitUntil(file.exists, timeout=2000)
    assert read(file)["theme"] == "light"


@pytest.mark.parametrize(
    "line",
    [
        "brush_width=nan",
        "brush_width=-3",
        "brush_width=1e9",
        "brush_width=1, 2",
        "ink_opacity=0",
        "ink_opacity=wide",
        "theme=pink",
        "language=../../etc/passwd",
        "keeps_recents=7",
        "geometry=%%%",
        "model=",
        "second_model=",
        "compares=7",
        f"model={'x' * 5000}",
        "_all_conventions=[1]",
        '_all_conventions="{\\"a\\": 1}"',
        f"_all_conventions={'[' * 2000}",
    ],
)
def test_what_makes_no_sense_has_its_default(tmp_path: Path, line: str) -> None:
    file = tmp_path / "settings.ini"
    file.write_text(f"[General]\n{line}\n", encoding="utf-8")
    assert open_store(file)[1] is None
    assert read(file) == DEFAULTS
    assert Settings(open_store(file)[0]).convention("a") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"[General\ntheme=dark",
        b"\x00\xff\x80 garbage",
        b"theme\x00=dark",
        b"just some words",
        b"theme=@Variant(\\0\\0\\0\\x7f)",
        b"a=" + b"x" * MAX_BYTES,
    ],
    ids=["section", "bytes", "nul", "words", "variant", "huge"],
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.ini"
    for number in (1, 2):
        file.write_bytes(content)
        store, aside = open_store(file)
        assert aside == tmp_path / f"settings.ini.damaged-{number}"
        assert aside.read_bytes() == content  # nothing is lost
        settings = Settings(store)
        assert settings.theme == "system"
        settings.theme = "dark"
        settings.flush()
        assert read(file)["theme"] == "dark"


def test_two_at_once_keep_each_others_changes(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    one, two = (Settings(open_store(file)[0]) for _ in range(2))
    one.theme = "dark"
    two.language = "ko"
    one.flush()
    two.flush()
    both = read(file)
    assert (both["theme"], both["language"]) == ("dark", "ko")


def test_what_cannot_be_written_is_said_once_and_holds_until_the_end(
    tmp_path: Path, qtbot: QtBot
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    settings = Settings(open_store(blocked / "settings.ini")[0])
    said: list[str] = []
    settings.failed.connect(said.append)
    for theme in ("dark", "light", "dark"):
        settings.theme = theme
        settings.flush()
    assert len(said) == 1
    assert "cannot be saved" in said[0]
    assert settings.theme == "dark"


def test_a_folder_in_its_place_is_survived(tmp_path: Path) -> None:
    (tmp_path / "settings.ini").mkdir()
    assert read(tmp_path / "settings.ini") == DEFAULTS


def test_conventions_are_kept_for_each_model_and_the_oldest_go(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    settings = Settings(open_store(file)[0])
    for n in range(MAX_CONVENTIONS + 2):
        settings.set_convention(f"/models/{n}.onnx", {"layout": "NCHW", "scale": n / 2})
    settings.set_convention("/models/5.onnx", {"layout": "flat"})
    settings.flush()
    again = Settings(open_store(file)[0])
    assert again.convention("/models/5.onnx") == {"layout": "flat"}
    assert again.convention("/models/7.onnx") == {"layout": "NCHW", "scale": 3.5}
    assert again.convention("/models/0.onnx") == {}
    assert again.convention("/models/nothing.onnx") == {}


def test_a_file_that_a_hanging_program_holds_stops_nobody(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    settings = Settings(open_store(file)[0])
    lock = QLockFile(f"{file}.lock")
    assert lock.tryLock(0)
    settings.theme = "dark"
    settings.flush()
    assert not file.exists()
    lock.unlock()
    settings.flush()
    assert read(file)["theme"] == "dark"


def test_what_is_still_locked_at_the_end_is_told_and_there_at_the_next_start(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.ini"
    settings, other = (Settings(open_store(file)[0]) for _ in range(2))
    other.language = "ko"
    other.flush()
    said: list[str] = []
    settings.failed.connect(said.append)
    lock = QLockFile(f"{file}.lock")
    assert lock.tryLock(0)
    settings.theme = "dark"
    settings.brush_width = 30.0
    for _ in range(2):
        settings.flush()
    settings.close()
    assert len(said) == 1
    assert "locked" in said[0]
    assert str(file) in said[0]
    assert read(file)["theme"] == "dark"  # at once, although the lock is still there
    again = Settings(open_store(file)[0])
    again.close()
    lock.unlock()
    last = Settings(open_store(file)[0])
    last.close()
    assert not list(tmp_path.glob("*.waiting"))
    both = read(file)
    assert (both["theme"], both["brush_width"], both["language"]) == ("dark", 30.0, "ko")


def test_a_damaged_file_of_waiting_settings_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "settings.ini.waiting").write_bytes(b"\x00\xff nonsense")
    assert read(tmp_path / "settings.ini") == DEFAULTS
    assert (tmp_path / "settings.ini.waiting.damaged-1").exists()


@pytest.mark.parametrize(
    ("value", "is_kept"), [("a\\0b", False), ("a\\x0", False), ("C:\\\\0", True)]
)
def test_a_null_is_damage_and_a_backslash_before_a_zero_is_none(
    tmp_path: Path, value: str, is_kept: bool
) -> None:
    """QSettings writes a text with a null in a form that the next start takes for damage."""
    file = tmp_path / "settings.ini"
    file.write_text(f"[General]\nmodel={value}\ntheme=dark\n")
    store, aside = open_store(file)
    assert (aside is None) == is_kept
    settings = Settings(store)
    settings.language = "ko"
    settings.flush()
    assert Settings(open_store(file)[0]).language == "ko"
