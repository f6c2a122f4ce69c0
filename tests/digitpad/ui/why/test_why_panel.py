"""Seeing why, in a window that is drawn on by mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt, QTranslator
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QToolTip,
)
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import normalize_ink
from digitpad.inference.feature_maps import FeatureMaps, Layer
from digitpad.inference.importance import importance
from digitpad.inference.pending import PendingModel
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from digitpad.ui.app import start_qt
from digitpad.ui.style import theme
from digitpad.ui.style.labels import labels_in_language
from digitpad.ui.style.translations import Translations
from digitpad.ui.why import watch as module
from digitpad.ui.why.maps import MapSheet
from digitpad.ui.why.panel import WhyPanel
from digitpad.ui.why.picture import InkPicture
from digitpad.ui.why.watch import Watcher
from digitpad.ui.why.why import Why
from digitpad.ui.window.window import Window
from tests.digitpad.inference.test_importance import DRAWINGS
from tests.digitpad.ui.pad.test_canvas import move, press, release
from tests.digitpad.ui.window.test_window import draw, settle
from tests.support.drawings import digit

FOUR = Ink.from_points(DRAWINGS["4"])


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.fixture
def why(qtbot: QtBot, recognizer: Recognizer) -> Iterator[Why]:
    start_qt("light")
    window = Window(recognizer)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield Why(window)
    theme.apply(start_qt("light"), "light")


def window_of(why: Why) -> Window:
    window = why.parent()
    assert isinstance(window, Window)
    return window


class WideScreen:
    """One on which there is room."""

    def availableGeometry(self) -> QRect:  # noqa: N802
        return QRect(0, 0, 2000, 1000)

    def refreshRate(self) -> float:  # noqa: N802
        return 60.0


def panel_of(why: Why) -> WhyPanel:
    assert why.panel is not None
    return why.panel


def watcher_of(why: Why) -> Watcher:
    assert why._watcher is not None
    return why._watcher


def rest(qtbot: QtBot, why: Why) -> None:
    """Wait until the panel has looked closely at what stands."""
    settle(window_of(why))
    panel = panel_of(why)
    panel.picture.setAccessibleDescription("")
    described = panel.describe
    seen: list[bool] = []
    panel.describe = lambda: (described(), seen.append(True))  # type: ignore[method-assign,assignment,func-returns-value]
    window_of(why).throttle.flush()  # on a slow machine the look may be over already
    qtbot.waitUntil(lambda: bool(seen))
    panel.describe = described  # type: ignore[method-assign]


def look(qtbot: QtBot, why: Why, ink: Ink) -> WhyPanel:
    """Open the panel on a drawing."""
    window_of(why).open_ink(ink)
    why.open()
    rest(qtbot, why)
    return panel_of(why)


def picture_of(widget: Any) -> np.ndarray:
    """The widget's pixels, (h, w, 3)."""
    grabbed = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    flat = np.frombuffer(grabbed.constBits(), dtype=np.uint8)
    return flat.reshape(grabbed.height(), -1, 4)[:, : grabbed.width(), :3].astype(int)


# -- open and closed -------------------------------------------------------------------------------


def test_a_key_opens_and_closes_it(qtbot: QtBot, why: Why) -> None:
    window = window_of(why)
    turned: list[bool] = []
    why.switched.connect(turned.append)
    assert why.panel is None  # nothing is made before it is asked for
    QTest.keyClick(window, Qt.Key.Key_W)
    assert panel_of(why).isVisible()
    assert window.commands["why"].isChecked()
    QTest.keyClick(window, Qt.Key.Key_W)
    assert not panel_of(why).isVisible()
    assert turned == [True, False]
    names = [a.objectName() for a in window.commands.menu("view").actions()]
    assert "why" in names


def test_the_window_grows_by_its_room_and_nothing_moves(
    why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of(why)
    monkeypatch.setattr(window, "screen", WideScreen)
    window.resize(900, 620)
    QApplication.processEvents()
    places = (window.canvas, window.answer, window.preview, window.results)

    def where() -> list[tuple[int, ...]]:
        QApplication.processEvents()
        return [
            (*p.mapTo(window, QPoint()).toTuple(), *p.size().toTuple())  # type: ignore[attr-defined]
            for p in places
        ]

    before, width = where(), window.width()
    for _ in range(2):
        why.open()
        assert where() == before
        assert window.width() > width
        assert panel_of(why).mapTo(window, QPoint()).x() > before[-1][0] + before[-1][2]
        why.open(False)
        assert where() == before
        assert window.width() == width


def test_it_is_opened_before_the_window_is_shown(
    qtbot: QtBot, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_qt("light")
    window = Window(recognizer)
    monkeypatch.setattr(window, "screen", WideScreen)
    qtbot.addWidget(window)
    width = window.width()
    why = Why(window)
    why.open()
    window.show()
    qtbot.waitExposed(window)
    assert panel_of(why).isVisible()
    grown = window.width()
    assert grown >= width + panel_of(why).width()
    why.open(False)
    QApplication.processEvents()
    assert window.width() == width


def test_closed_it_does_nothing(qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(module, "importance", lambda *_: looked.append("ink"))
    monkeypatch.setattr(FeatureMaps, "of", lambda *_: looked.append("maps") or ())
    window = window_of(why)
    draw(window, digit("3"))
    why.open()
    qtbot.waitUntil(lambda: {"ink", "maps"} <= set(looked))
    why.open(False)
    looked.clear()
    draw(window, digit("7"))
    watcher = watcher_of(why)
    qtbot.wait(module.REST_MS + module.FRAME_MS)  # there is no signal for what does not happen
    assert not looked
    assert not [timer for timer in (watcher._painted, watcher._rest) if timer.isActive()]
    assert watcher._maps is None


def test_it_follows_a_line_while_it_is_drawn_after_the_bars(
    qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of(why)
    why.open()
    rest(qtbot, why)
    steps: list[str] = []
    show_ink, reading = WhyPanel.show_ink, window.read
    monkeypatch.setattr(WhyPanel, "show_ink", lambda *a: (steps.append("panel"), show_ink(*a))[1])
    reading.connect(lambda *_: steps.append("bars"))
    points = digit("3").strokes[0].points * window.canvas.width() / 480
    press(window.canvas, *points[0].astype(int).tolist())
    assert steps == ["bars"]  # the panel waits until they are painted
    for point in points[1:]:
        move(window.canvas, *point.tolist())
    settle(window)
    qtbot.waitUntil(lambda: "panel" in steps)
    assert window.canvas.is_drawing
    release(window.canvas, *points[-1].tolist())
    rest(qtbot, why)
    assert panel_of(why).told.text().startswith("Without the ink ")


def test_many_readings_are_few_looks(
    qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of(why)
    window.open_ink(digit("3"))
    why.open()
    rest(qtbot, why)
    looks: list[int] = []
    monkeypatch.setattr(module, "importance", lambda *_: looks.append(1))
    for _ in range(100):
        window.throttle.flush()
    rest(qtbot, why)
    assert 0 < len(looks) <= 3


# -- what it shows ---------------------------------------------------------------------------------


def test_it_tells_which_ink_mattered(
    qtbot: QtBot, why: Why, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that stands: the first look is as close as a slow machine's later ones.
    monkeypatch.setattr(module, "perf_counter", lambda: 0.0)
    panel = look(qtbot, why, FOUR)
    image = normalize_ink(FOUR)
    assert image is not None
    found = importance(recognizer.read, image, FOUR)
    assert found is not None
    assert found.best is not None
    other = recognizer.labels[found.best.winner]
    assert panel.told.text().startswith("Without the ink at the left, ")
    assert other != "4"
    assert f"read as {other}" in panel.told.text()
    assert panel.told.text() in panel.picture.accessibleDescription()
    assert panel.strokes.accessibleDescription().startswith("without stroke 1: 1 ")


def test_an_empty_page_invites_and_has_room_for_everything(
    qtbot: QtBot, why: Why, recognizer: Recognizer
) -> None:
    why.open()
    rest(qtbot, why)
    panel = panel_of(why)
    assert panel.told.text() == "Draw, and see which ink speaks for the answer."
    assert len(panel.sheets) == FeatureMaps.of_model(recognizer).convolutions > 1
    assert not any(sheet.layer.maps.any() for sheet in panel.sheets)
    first, second = panel.sheets[:2]
    qtbot.waitUntil(lambda: first.y() + first.sizeHint().height() <= second.y())  # laid out
    places = [sheet.pos() for sheet in panel.sheets]
    draw(window_of(why), FOUR)
    rest(qtbot, why)
    assert all(sheet.layer.maps.any() for sheet in panel.sheets)
    assert [sheet.pos() for sheet in panel.sheets] == places  # nothing jumped
    QTest.keyClick(window_of(why), Qt.Key.Key_Escape)
    rest(qtbot, why)
    assert not any(sheet.layer.maps.any() for sheet in panel.sheets)
    assert panel.told.text().startswith("Draw")


def test_the_maps_are_those_of_the_drawing(qtbot: QtBot, why: Why, recognizer: Recognizer) -> None:
    panel = look(qtbot, why, FOUR)
    image = normalize_ink(FOUR)
    assert image is not None
    wanted = FeatureMaps.of_model(recognizer).of(image)
    for sheet, layer in zip(panel.sheets, wanted, strict=True):
        np.testing.assert_array_equal(sheet.layer.maps, layer.maps)
    assert panel.sheets[0].accessibleName() == "Convolution 1.1"  # of three networks
    assert panel.sheets[0].accessibleDescription() == "32 maps, 14 × 14"


def test_it_follows_another_model(qtbot: QtBot, why: Why, tmp_path: Path) -> None:
    panel = look(qtbot, why, FOUR)
    window = window_of(why)
    window.set_recognizer(Recognizer.load("fashion", "cpu"))
    rest(qtbot, why)
    assert [sheet.layer.maps.shape for sheet in panel.sheets[:2]] == [(24, 28, 28), (48, 14, 14)]
    assert "Convolution 8" in [sheet.accessibleName() for sheet in panel.sheets]
    dense = Recognizer.load(onnx_models.save(tmp_path / "dense.onnx"), "cpu")
    window.set_recognizer(dense)
    rest(qtbot, why)
    assert panel.sheets == []
    assert panel.no_maps.isVisibleTo(panel)
    assert panel.no_maps.text() == "This model has no convolutions, and so no feature maps."
    assert dense.labels[0] in panel.told.text() or "Without" in panel.told.text()


def test_a_model_that_is_loaded_late_is_looked_into(qtbot: QtBot) -> None:
    start_qt("light")
    window = Window(PendingModel.of("digits"))
    qtbot.addWidget(window)
    why = Why(window)
    why.open()
    window.show()
    window.open_ink(FOUR)
    rest(qtbot, why)
    assert panel_of(why).sheets == []
    model = Recognizer.load("digits", "cpu")
    window.set_recognizer(model)
    rest(qtbot, why)
    assert len(panel_of(why).sheets) == FeatureMaps.of_model(model).convolutions > 1
    assert panel_of(why).told.text().startswith("Without the ink at the left")


def test_maps_that_cannot_be_seen_are_a_sentence(
    qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def run(self, *_: object) -> object:
            raise RuntimeError("out of memory")

    panel = look(qtbot, why, FOUR)
    monkeypatch.setattr(watcher_of(why)._maps, "_session", Failing())
    draw(window_of(why), digit("1"))
    rest(qtbot, why)
    assert panel.sheets == []
    assert panel.no_maps.text() == "The feature maps of this model cannot be seen."


def test_it_follows_the_grid_and_the_replay(qtbot: QtBot, why: Why) -> None:
    window = window_of(why)
    panel = look(qtbot, why, FOUR)
    both = panel.strokes.accessibleDescription()
    window.scrubber.setFocus()
    QTest.keyClick(window.scrubber, Qt.Key.Key_Home)
    for _ in range(3):
        QTest.keyClick(window.scrubber, Qt.Key.Key_Right)
    rest(qtbot, why)
    assert panel.strokes.accessibleDescription().startswith("From two strokes on")
    QTest.keyClick(window.scrubber, Qt.Key.Key_End)
    rest(qtbot, why)
    assert panel.strokes.accessibleDescription() == both
    QTest.keyClick(window, Qt.Key.Key_G)
    rest(qtbot, why)
    assert panel.strokes.accessibleDescription().startswith("From two strokes on")
    assert panel.told.text().startswith("Without the ink at the left")


def test_a_slow_model_is_looked_at_when_the_pen_rests(
    qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = look(qtbot, why, FOUR)
    asked: list[int] = []
    monkeypatch.setattr(module, "importance", lambda *a: asked.append(a[3]))
    watcher_of(why)._seconds = 0.01
    draw(window_of(why), digit("1"))
    rest(qtbot, why)
    assert asked == [module.FEWEST_PATCHES]
    assert panel.told.text() == "With this model it cannot be worked out."


def test_a_slow_first_run_does_not_leave_a_coarse_look(
    qtbot: QtBot, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(qtbot, why, FOUR)
    # A clock that stands: what follows the slow run is fast on a slow machine, too.
    monkeypatch.setattr(module, "perf_counter", lambda: 0.0)
    asked: list[int] = []

    def counted(*arguments: Any) -> Any:
        asked.append(arguments[3])
        return importance(*arguments)

    monkeypatch.setattr(module, "importance", counted)
    watcher_of(why)._seconds = 0.02
    draw(window_of(why), digit("1"))
    qtbot.waitUntil(lambda: len(asked) > 1)
    assert asked[0] == module.FEWEST_PATCHES < asked[1]


# -- looks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_for_and_against_have_colours_and_a_hatch(qtbot: QtBot, scheme: str) -> None:
    theme.apply(start_qt(scheme), scheme)
    picture = InkPicture()
    qtbot.addWidget(picture)
    image = np.zeros((28, 28), np.float32)
    image[5:25] = 1
    bits = np.zeros((28, 28), np.float32)
    bits[5:10], bits[20:25] = 8, -8
    picture.show_ink(image, bits, "4")
    picture.show()
    pixels = picture_of(picture)
    colours = theme.colours(picture.palette())

    def colour_names(row: int) -> set[str]:
        cells = pixels[row * 6 : row * 6 + 24, 60:108].reshape(-1, 3)
        return {QColor(*cell).name() for cell in np.unique(cells, axis=0).tolist()}

    assert colour_names(5) == {colours.accent}
    assert colour_names(12) == {colours.bar}
    assert colour_names(20) == {colours.unsure, colours.paper}  # by more than colour


def test_faint_worth_is_not_blown_up_to_full_colour(qtbot: QtBot) -> None:
    start_qt("light")
    picture = InkPicture()
    qtbot.addWidget(picture)
    image = np.ones((28, 28), np.float32)
    picture.show_ink(image, image * np.float32(0.01), "4")
    shown = picture_of(picture)[80, 80]
    neutral = QColor(theme.LIGHT.bar)
    assert np.abs(shown - (neutral.red(), neutral.green(), neutral.blue())).max() <= 2


def layer(count: int, height: int, width: int) -> Layer:
    maps = np.zeros((count, height, width), np.float32)
    maps[0] = 1.0
    maps[0, 0, 0] = 2.0
    return Layer(0, 1, "relu", maps, count)


@pytest.mark.parametrize(
    ("side", "cell"), [(28, 1), (24, 1), (14, 2), (12, 2), (8, 3), (7, 4), (5, 5), (1, 8), (64, 1)]
)
def test_tiles_are_whole_multiples_of_their_maps(qtbot: QtBot, side: int, cell: int) -> None:
    start_qt("light")
    sheet = MapSheet(layer(20, side, side))
    qtbot.addWidget(sheet)
    sheet.resize(sheet.sizeHint())
    pixels = picture_of(sheet)
    top = sheet._top()
    ink = np.array(QColor(theme.LIGHT.ink).getRgb()[:3])
    darkest = np.argwhere((np.abs(pixels[top:] - ink) <= 1).all(axis=2))
    assert darkest.min(axis=0).tolist() == [0, 0]
    assert darkest.max(axis=0).tolist() == [cell - 1, cell - 1]
    if side > 1:  # the rest of the first map, and then the paper of the second
        half = pixels[top + cell * side - 1, cell * side - 1]
        assert ink.max() < half.mean() < 250
        paper = np.array(QColor(theme.LIGHT.paper).getRgb()[:3])
        np.testing.assert_array_equal(pixels[top + 2, cell * side + 5], paper)
    assert sheet.sizeHint().width() >= 20 * 8


def test_a_tool_tip_names_the_map(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    start_qt("light")
    sheet = MapSheet(layer(20, 14, 14))
    qtbot.addWidget(sheet)
    sheet.show()
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _, text, *__: told.append(text))
    for x, y in ((5, sheet._top() + 5), (37, sheet._top() + 37), (5, 2)):
        at = QPoint(x, y)
        QCoreApplication.sendEvent(
            sheet, QHelpEvent(QEvent.Type.ToolTip, at, sheet.mapToGlobal(at))
        )
    assert told == ["Map 1, up to 2.00", "Map 10, up to 0.00", "relu"]


def test_extreme_values_are_painted(qtbot: QtBot) -> None:
    start_qt("light")
    largest = float(np.finfo(np.float32).max)
    for low, high in ((0, 0), (-1, -0.5), (-largest, largest), (0, 1e-40)):
        maps = np.linspace(low, high, 49, dtype=np.float64).astype(np.float32).reshape(1, 7, 7)
        sheet = MapSheet(Layer(0, 1, "relu", maps, 1))
        qtbot.addWidget(sheet)
        pixels = picture_of(sheet)
        if low < high:
            assert pixels[sheet._top() + 27, 27].mean() <= pixels[sheet._top(), 0].mean()


def test_it_scrolls_by_keyboard_and_the_focus_shows(qtbot: QtBot, why: Why) -> None:
    panel = look(qtbot, why, FOUR)
    panel.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.hasFocus()
    bar = panel.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    QTest.keyClick(panel, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(panel, Qt.Key.Key_W)  # and focus goes back to where one draws
    assert window_of(why).focusWidget() is window_of(why).canvas


def test_the_schemes_change_at_once(qtbot: QtBot, why: Why) -> None:
    panel = look(qtbot, why, FOUR)
    light = picture_of(panel)
    theme.apply(start_qt("dark"), "dark")
    QApplication.processEvents()
    assert picture_of(panel).mean() < light.mean() / 2


class Shouting(QTranslator):
    """Translates into capitals, but for what is filled in."""

    def translate(self, context: str, text: str, *_: object) -> str:  # type: ignore[override]
        if context not in ("Why", "WhyPanel", "InkPicture", "StrokeTiles", "MapSheet"):
            return ""
        parts = re.split(r"({\w+})", text)
        return "".join(part if part.startswith("{") else part.upper() for part in parts)

    def isEmpty(self) -> bool:  # noqa: N802  Qt's name
        return False


def test_all_texts_follow_the_language(qtbot: QtBot, why: Why) -> None:
    panel = look(qtbot, why, FOUR)
    translator = Shouting()
    app = QApplication.instance()
    assert app is not None
    app.installTranslator(translator)
    QApplication.processEvents()
    try:
        said = [label.text() for label in (panel._ink_title, panel._maps_title, panel.told)]
        said += [panel.strokes.accessibleName(), panel.sheets[0].accessibleName()]
        said += [panel.picture.accessibleName(), window_of(why).commands["why"].text()]
        rest_of = [panel.strokes.accessibleDescription(), panel.sheets[0].accessibleDescription()]
        assert [text for text in said + rest_of if text != text.upper()] == []
    finally:
        app.removeTranslator(translator)
        QApplication.processEvents()


def test_classes_are_called_as_in_the_language(qtbot: QtBot, why: Why) -> None:
    window_of(why).set_recognizer(Recognizer.load("fashion", "cpu"))
    panel = look(qtbot, why, FOUR)
    translations = Translations()
    spoken_before = panel.strokes.accessibleDescription()
    translations.use("ko")
    try:
        rest(qtbot, why)
        names = labels_in_language(
            window_of(why).recognizer.labels, window_of(why).recognizer.metadata
        )
        assert names != window_of(why).recognizer.labels
        assert any(name in panel.strokes.accessibleDescription() for name in names)
        assert panel.strokes.accessibleDescription() != spoken_before
    finally:
        translations.use("en")


def test_a_second_models_room_and_its_own_are_kept_apart(
    qtbot: QtBot, why: Why, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of(why)
    monkeypatch.setattr(window, "screen", WideScreen)
    window.resize(760, 620)
    QApplication.processEvents()
    width = window.width()
    why.open()
    window.set_recognizer(recognizer, Recognizer.load("fashion", "cpu"))
    why.open(False)
    window.set_recognizer(recognizer)
    QApplication.processEvents()
    assert window.width() == width
