from __future__ import annotations

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit

from digitpad.inference.recognizer import Recognizer
from digitpad.ui.models.model_dialog import ModelDialog
from digitpad.ui.style import theme
from tests.support import foreign_models


def opened(**options) -> Recognizer:
    return foreign_models.opened(foreign_models.model(**options))


@pytest.fixture
def dialog(qtbot):
    """Of a model of 0..255 with black ink, which tells."""
    made = ModelDialog(opened(low=0, high=255, ink="black"))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def choose(box: QComboBox, text: str) -> None:
    """As by keyboard: down and up until it is there."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentText() == text:
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError(f"no {text}")


def retype(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def origins(dialog: ModelDialog) -> dict[str, str]:
    return {key: label.text() for key, label in dialog._origins.items()}


def read(dialog: ModelDialog) -> str:
    return "".join(tile.read for tile in dialog.tiles.tiles)


def test_shows_what_is_known_and_how(dialog):
    assert dialog.scaling_box.currentText() == "0 … 255"
    assert dialog.ink_box.currentText() == "black on white"
    assert dialog.answers_box.currentText() == "logits"
    assert dialog.labels_edit.text() == "0 1 2 3 4 5 6 7 8 9"
    known = origins(dialog)
    assert known["layout"] == known["output"] == "from the file"
    assert known["scaling"] == known["ink"] == known["answers"] == "worked out"
    assert "60 of 60 reference digits" in dialog.verdict.text()
    assert read(dialog) == "0123456789"
    assert np.median(dialog.tiles.tiles[0].image) == 1  # black on white: as the model gets it
    facts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "28 × 28  ·  float32  ·  any number of images at a time" in facts


def test_a_change_is_tried_at_once_and_taken(dialog):
    choose(dialog.ink_box, "white on black")
    assert read(dialog) != "0123456789"
    assert "60 of 60" not in dialog.verdict.text()
    assert origins(dialog)["ink"] == "changed"
    assert np.median(dialog.tiles.tiles[0].image) == 0
    QTest.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert dialog.result() == dialog.DialogCode.Accepted
    assert dialog.conventions.ink == "white"
    assert dialog.recognizer.conventions == dialog.conventions


def test_back_to_what_was_worked_out(dialog):
    before = dialog.conventions
    choose(dialog.ink_box, "white on black")
    retype(dialog.labels_edit, "a b c d e f g h i j")
    assert dialog.conventions != before
    QTest.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    assert dialog.conventions == before
    assert "changed" not in origins(dialog).values()


def test_cancel(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == dialog.DialogCode.Rejected


def test_another_scaling_may_be_typed(dialog):
    retype(dialog.scaling_box.lineEdit(), "0..128")
    assert (dialog.conventions.low, dialog.conventions.high) == (0, 128)
    assert origins(dialog)["scaling"] == "changed"


def test_what_cannot_be_is_a_sentence_and_not_used(dialog):
    before = dialog.conventions
    retype(dialog.scaling_box.lineEdit(), "bright")
    assert "'bright' is no scaling" in dialog.verdict.text()
    assert not dialog.use_button.isEnabled()
    choose(dialog.layout_box, "NHWC")
    QTest.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    assert dialog.use_button.isEnabled()
    choose(dialog.layout_box, "NHWC")
    assert "failed" in dialog.verdict.text()
    assert not dialog.use_button.isEnabled()
    assert dialog.conventions == before
    QTest.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    retype(dialog.labels_edit, "a b c")
    assert "10 classes need 10 labels" in dialog.verdict.text()


def test_another_output_has_other_classes(qtbot):
    helper, types = foreign_models.helper, foreign_models.TYPES
    nodes = [
        helper.make_node("Slice", ["grey", "start", "stop", "axis"], ["features"]),
        helper.make_node("Softmax", ["answer"], ["digit"]),
    ]
    constants = {"start": np.array([300]), "stop": np.array([320]), "axis": np.array([1])}
    made = foreign_models.model(nodes=nodes, constants=constants, outputs=("digit",))
    made.graph.output.append(helper.make_tensor_value_info("features", types.FLOAT, ["N", 20]))
    recognizer = foreign_models.opened(made, "two")
    dialog = ModelDialog(recognizer)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog.output_box, "features (20 classes)")
    assert len(dialog.conventions.labels) == 20
    choose(dialog.output_box, "digit (10 classes)")
    assert dialog.conventions.labels == tuple("0123456789")


def test_a_guess_is_called_one(qtbot):
    dialog = ModelDialog(opened(order="3572908146"))
    qtbot.addWidget(dialog)
    assert "This is a guess" in dialog.verdict.text()
    assert "0 is read as" in dialog.tiles.accessibleDescription()


def test_everything_is_reached_by_tab_and_has_a_name(dialog):
    dialog.activateWindow()
    dialog.layout_box.setFocus()
    met = []
    for _ in range(12):
        widget = QApplication.focusWidget()
        met.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    wanted = [control for _, _, control in dialog._rows()]
    wanted += [dialog.use_button, dialog.cancel_button, dialog.reset_button]
    assert all(any(control is w or control.isAncestorOf(w) for w in met) for control in wanted)
    assert all(control.accessibleName() for _, _, control in dialog._rows())
    assert dialog.tiles.accessibleName()


def test_digitpads_own_models_have_nothing_to_choose(qtbot):
    with pytest.raises(ValueError, match="no conventions"):
        ModelDialog(Recognizer.load("digits", "cpu"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_follows_the_scheme(qtbot, qapp, scheme):
    before = qapp.palette(), qapp.styleSheet()
    try:
        dialog = ModelDialog(opened())
        qtbot.addWidget(dialog)
        dialog.show()
        theme.apply(qapp, scheme)
        colours = theme.LIGHT if scheme == "light" else theme.DARK
        assert colours.paper in dialog.styleSheet()
        picture = dialog.grab().toImage()
        assert picture.pixelColor(4, 4).name() == colours.window
    finally:
        qapp.setPalette(before[0])
        qapp.setStyleSheet(before[1])
