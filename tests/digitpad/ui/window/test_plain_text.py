"""Names full of markup are shown as they are written: in every label, tool tip, menu and list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support import foreign_models, onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QMenu,
    QTableView,
    QTextBrowser,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.inference.feature_maps import Layer
from digitpad.library.recents import Recents
from digitpad.ui.app import start_qt
from digitpad.ui.models.model_dialog import ModelDialog
from digitpad.ui.style.plain import PlainLabel, menu_text, plain_tip
from digitpad.ui.why.maps import MapSheet
from tests.support.drawings import digit
from tests.support.whole_pad import Open, home, start  # noqa: F401  fixtures

ROOT = Path(__file__).resolve().parent.parent
#: What Qt takes for HTML, a mnemonic and an entity; shorter than the label of a class may be.
EVIL = "<img src=file:/none.png>A&B&lt;"
#: The same as the name of a file, which has no slash.
FILE = "<img src=x>A&B&lt;"
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
)


def as_shown(text: str) -> str:
    """What a tool tip with this text shows; it must name no file."""
    if not GuiQt.mightBeRichText(text):
        return text
    assert not re.search(r"<(img|a|link|style|object|font|h\d)\b", text, re.IGNORECASE), text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


def tips_of(thing: QWidget | QAction) -> Iterator[str]:
    yield from map(as_shown, (thing.toolTip(), thing.statusTip(), thing.whatsThis()))


def listed(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    columns = min(model.columnCount(), 30) if isinstance(view, QTableView) else 1
    for row in range(min(model.rowCount(), 30)):
        for column in range(columns):
            shown, *tips = (model.index(row, column).data(role) for role in ROLES)
            yield str(shown or "")
            yield from (as_shown(tip) for tip in tips if tip)
    for section in range(columns):
        for orientation in Qt.Orientation:
            tip = model.headerData(section, orientation, Qt.ItemDataRole.ToolTipRole)
            yield as_shown(str(tip or ""))


def texts(root: QObject) -> Iterator[str]:
    """All that a window shows of itself, and what its tool tips show; asserts that it is plain."""
    for thing in (root, *root.findChildren(QObject)):
        if isinstance(thing, QLabel) and thing.objectName() == "legend":
            assert not re.search("img|A&B", thing.text())
        elif isinstance(thing, QLabel):
            assert thing.textFormat() == Qt.TextFormat.PlainText, thing.text()
            yield thing.text()
        if isinstance(thing, QWidget | QAction):
            yield from tips_of(thing)
        if isinstance(thing, QAction):
            assert not re.search(r"(?<!&)&(?!&)(?!\w)", thing.text()), thing.text()
            yield thing.text().replace("&&", "&")
        if isinstance(thing, QAbstractItemView) and thing.model() is not None:
            yield from listed(thing)
        if isinstance(thing, QTextBrowser):
            assert "\ufffc" not in thing.toPlainText()  # no picture
            yield thing.toPlainText()


def model_file(path: Path) -> Path:
    labels = [f"{n}{EVIL}" for n in range(10)]
    return onnx_models.save_judging(path, metadata={"labels": json.dumps(labels)})


def test_the_window(qtbot: QtBot, start: Open, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    one, other = (model_file(tmp_path / f"{n}{FILE}.onnx") for n in (1, 2))
    card = {"summary": EVIL, "data": EVIL, "accuracy": {EVIL: 0.5}}
    one.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    recents = Recents(home / "recent.sqlite")
    recents.add(digit("7"), EVIL, 0.5)
    recents.close()
    pad = start()
    window, models = pad.window, pad.session.models
    models.use(str(one))
    models.compare_with(str(other))
    window.open_ink(digit("0"))
    pad.session.why.open(True)
    panel = pad.session.why.panel
    assert panel is not None
    qtbot.waitUntil(lambda: EVIL in panel.told.text(), timeout=20_000)
    qtbot.waitUntil(lambda: window.comparison.recognizer is not None, timeout=20_000)
    window.commands["about"].trigger()
    window.commands["shortcuts"].trigger()
    models.use(str(tmp_path / f"gone{FILE}"))
    told, bar = f"no model {tmp_path}/gone{FILE}", window.statusBar()
    qtbot.waitUntil(lambda: told in as_shown(bar.toolTip()))
    seen = "\n".join(texts(window))
    for menu in window.findChildren(QMenu):
        seen += "\n".join(texts(menu))
    assert seen.count(EVIL) > 10  # bars, answer, agreement, panel, strip, about
    assert any(as_shown(bar.toolTip()).endswith(EVIL) for bar in window.bars.bars)
    entries = [a for a in window.findChildren(QAction) if FILE in a.toolTip() or "img" in a.text()]
    assert {a.text() for a in entries} >= {f"{n}<img src=x>A&&B&&lt;.onnx" for n in (1, 2)}
    assert window.answer.label is not None
    assert EVIL in window.answer.label


def test_how_a_model_is_used(qtbot: QtBot) -> None:
    start_qt("light")
    labels = json.dumps([f"{n}{EVIL}" for n in range(10)])
    made = foreign_models.model(outputs=(EVIL, "b"), metadata={"labels": labels})
    recognizer = foreign_models.opened(made, FILE)
    dialog = ModelDialog(recognizer)
    qtbot.addWidget(dialog)
    dialog.labels_edit.setText("one")  # a sentence in the place of the verdict
    seen = list(texts(dialog))
    assert FILE in seen
    assert any(EVIL[:30] in text for text in seen)  # in the box of outputs


def test_the_layers_of_a_model(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    start_qt("light")
    sheet = MapSheet(Layer(0, 1, EVIL, np.zeros((3, 14, 14), np.float32), 3))
    qtbot.addWidget(sheet)
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _, text, *__: told.append(text))
    at = QPoint(5, 2)
    QCoreApplication.sendEvent(sheet, QHelpEvent(QEvent.Type.ToolTip, at, at))
    assert list(map(as_shown, told)) == [EVIL]


def test_the_live_window(qtbot: QtBot, tmp_path: Path) -> None:
    pytest.importorskip("pyqtgraph")
    from tests.support.run_folders import begin_run, finish_run, train_epoch
    from training.live.monitor import RunMonitor
    from training.live.window import Window
    from training.runs.metrics import Ended, MetricsWriter, Started

    start_qt("light")
    folder = begin_run(tmp_path / FILE, labels=[f"{n}{EVIL}" for n in range(10)])
    told = replace(folder.configuration(), data=EVIL)
    folder.write_json("run.json", told)
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(1, 20, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        writer.note(Ended("failed", EVIL, 1_100.0))
    finish_run(folder, 1)
    window = Window(RunMonitor(folder), poll_ms=5)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: "img" in window.confusion.title.text() or window.tabs.count() == 7)
    window.poll()
    window._show_image(3)
    window.statusBar().showMessage(EVIL)
    seen = list(texts(window))
    assert FILE in seen
    assert any(EVIL in text and "read as" in text for text in seen)  # a tool tip of the matrix
    assert sum(EVIL in text for text in seen) > 20


def test_tool_tips_show_what_is_written() -> None:
    for text in (EVIL, FILE, "A&B", "a < b", "&lt;", "&amp;lt;", "x\n<b>y</b>", "<b>x</b>\n  y"):
        assert as_shown(plain_tip(text)) == text
    assert plain_tip("mine.onnx") == "mine.onnx"


def test_entries_of_menus_show_what_is_written() -> None:
    assert menu_text("A&B\tCtrl+Q\x1b") == r"A&&B\tCtrl+Q\x1b"


def test_labels_show_what_is_written(qtbot: QtBot) -> None:
    label = PlainLabel(EVIL)
    qtbot.addWidget(label)
    as_html = QLabel(EVIL)
    qtbot.addWidget(as_html)
    assert label.sizeHint().width() > as_html.fontMetrics().horizontalAdvance(EVIL) - 10


@pytest.mark.parametrize("name", ["QLabel", "QMessageBox", "QErrorMessage", "QWhatsThis"])
def test_one_place_makes_labels(name: str) -> None:
    """Others would guess whether their text is HTML."""
    used = re.compile(rf"\b{name}\(|^from PySide6.*\b{name}\b|^    {name},$", re.MULTILINE)
    files = (p for package in ("digitpad", "training") for p in (ROOT / package).rglob("*.py"))
    makers = {path.name for path in files if used.search(path.read_text("utf-8"))}
    assert makers <= {"plain.py"}
