"""The window's import and export: files, clipboard, drops, and samples.

What reads and writes files is imported when it is first used: the window does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from digitpad.image.normalize import normalize_found
from digitpad.library.document import Document
from digitpad.ui.pad.picture_view import WHOLE, PictureView
from digitpad.ui.results.answer import rejected
from digitpad.ui.window.commands import from_table
from digitpad.ui.window.messages import DRAWING, FILES
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.image.bitmap import Box, Pixels
    from digitpad.ui.files.importing import Imported

translate = QCoreApplication.translate


@dataclass(frozen=True, eq=False)
class Picture:
    """Where a drawing on the grid came from: the arguments of ``PictureView.show_picture``."""

    pixels: Pixels
    source: str
    box: Box | None


class ImportExport(QObject):
    """Opens, pastes, copies and saves for a window.

    Args:
        window: gets the commands, and takes drops.
        open_model: called with an ``.onnx`` file; None: it is no drawing.

    Attributes:
        view: shows the picture that was opened, in the place of the grid.
    """

    def __init__(self, window: Window, open_model: Callable[[Path], object] | None = None) -> None:
        super().__init__(window)
        self._window, self._open_model = window, open_model
        self._folder = Path.home()
        self.view = PictureView(window.tools.pad)
        self.view.hide()
        self.view.pressed.connect(self._show_cells)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        window.grid.installEventFilter(self)
        window.edited.connect(self._follow)
        self._add_commands()

    # -- in ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Ask for a file, and open it."""
        from digitpad.ui.files import importing

        name, _ = QFileDialog.getOpenFileName(
            self._window,
            translate("ImportExport", "Open a picture or a drawing"),
            str(self._folder),
            importing.name_filter(),
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Open a picture, an SVG, ink or, where the window can, a model."""
        from digitpad.ui.files import importing

        self._folder = path.parent
        if path.name.lower().endswith((".onnx", ".onnx.data")) and self._open_model is not None:
            self._open_model(path)
        else:
            self.take(importing.from_file(path))

    def paste(self) -> None:
        """Take what is on the clipboard."""
        from digitpad.ui.files import importing

        self.take(importing.from_mime(QGuiApplication.clipboard().mimeData()))

    def take(self, came: Imported) -> None:
        """Show what came in, or say why not; undo brings the drawing before it back."""
        if came.ink is not None:
            self._window.open_ink(came.ink)
            self._tell(None)
        elif came.pixels is not None:
            self._take_picture(came.pixels, came.source)
        else:
            self._tell(came.problem)

    def show_one(self) -> None:
        """A random image of the test set that fits the model."""
        from digitpad.library import samples

        clothes = "T-shirt/top" in self._window.recognizer.labels
        dataset = samples.FASHION_MNIST if clothes else samples.MNIST
        sample = samples.random_sample(dataset, samples.data_folder())
        if sample is None:
            self._tell(
                translate(
                    "ImportExport", "The test images are not on this machine; train a model once"
                )
            )
            return
        source = translate("ImportExport", "Test image {number}").format(number=sample.index + 1)
        picture = Picture(sample.image, source, WHOLE)
        self._window.open_image(sample.image, picture)
        labels = self._window.recognizer.labels
        if sample.label < len(labels):
            said = translate("ImportExport", "{source}: its label is {label}")
            self._tell(said.format(source=source, label=labels[sample.label]), DRAWING)

    def _take_picture(self, pixels: Pixels, source: str) -> None:
        from digitpad.image.bitmap import BitmapError, find_ink

        try:
            found = find_ink(pixels)
        except BitmapError as error:
            self._tell(f"{source}: {error}")
            return
        if found is None:
            self._tell(
                translate("ImportExport", "{source}: no ink was found").format(source=source)
            )
            return
        self._window.open_image(normalize_found(found), Picture(pixels, source, found.box))
        self._tell(None)

    # -- out -----------------------------------------------------------------------------------

    def copy_answer(self) -> None:
        """The answer as text."""
        from digitpad.ui.files import exporting

        answer = self._window.answer
        if answer.label is None:
            self._tell(translate("ImportExport", "There is no answer to copy yet"))
            return
        doubt = rejected() if answer.rejected else None
        exporting.copy_answer(answer.label, answer.probability, doubt)
        self._tell(translate("ImportExport", "The answer is on the clipboard"))

    def copy_picture(self) -> None:
        """The drawing, or the picture that was opened, as a picture."""
        from digitpad.ui.files import exporting

        document = self._window.document
        if isinstance(document.origin, Picture):
            exporting.copy_picture(self.view.image)
        elif document.ink and not document.on_grid:
            exporting.copy_drawing(document.ink, self._window.canvas.brush)
        else:
            self._tell(translate("ImportExport", "There is no drawing to copy"))
            return
        self._tell(translate("ImportExport", "The picture is on the clipboard"))

    def save(self) -> None:
        """Ask for a file, and save the drawing there."""
        from digitpad.ui.files import exporting

        if not self._window.ink:
            self._tell(translate("ImportExport", "There is no drawing to save"))
            return
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            translate("ImportExport", "Save the drawing"),
            str(self._folder / "digit.png"),
            exporting.name_filters(),
        )
        if name:
            self.save_file(Path(name))

    def save_file(self, path: Path) -> None:
        """Save the drawing as its file's name says."""
        from digitpad.library.drawing_files import SaveError
        from digitpad.ui.files import exporting

        self._folder = path.parent
        try:
            saved = exporting.save_drawing(self._window.ink, self._window.canvas.brush, path)
        except SaveError as error:
            self._tell(str(error))
            return
        self._tell(translate("ImportExport", "Saved as {file}").format(file=saved.name))

    # -- the window ----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window.grid:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
                self.view.setGeometry(self._window.grid.geometry())
        elif isinstance(event, QDropEvent) and _can_read(event):
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                self._drop(event)
            return True
        return super().eventFilter(watched, event)

    def _drop(self, event: QDragEnterEvent | QDropEvent) -> None:
        from digitpad.ui.files import importing

        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.open_file(files[0])
        else:
            source = translate("ImportExport", "Dropped")
            self.take(importing.from_mime(event.mimeData(), source))

    def _follow(self, document: Document) -> None:
        """Show the picture that the drawing came from, as long as nobody has edited it."""
        picture = document.origin
        if not isinstance(picture, Picture) or not document.on_grid:
            self.view.hide()
            return
        self.view.show_picture(picture.pixels, picture.source, picture.box)
        self.view.setGeometry(self._window.grid.geometry())
        self.view.show()
        self.view.raise_()

    def _show_cells(self) -> None:
        self.view.hide()
        self._window.grid.setFocus()

    def _tell(self, sentence: str | None, about: str = FILES) -> None:
        self._window.messages.say(sentence or "", about=about)

    def _add_commands(self) -> None:
        add, text = self._window.commands.add, from_table(_texts)
        for name, keys, call, menu in (
            ("open", ["Ctrl+O"], self.open, "file"),
            ("save", ["Ctrl+S"], self.save, "file"),
            ("show-one", ["T"], self.show_one, "file"),
            ("paste", ["Ctrl+V"], self.paste, "edit"),
            ("copy-answer", ["Ctrl+C"], self.copy_answer, "edit"),
            ("copy-picture", ["Ctrl+Shift+C"], self.copy_picture, "edit"),
        ):
            add(name, text(name), keys, call, menu=menu)


def _can_read(event: QDropEvent) -> bool:
    from digitpad.ui.files import importing

    return importing.can_read(event.mimeData())


def _texts() -> dict[str, str]:
    return {
        "open": translate("ImportExport", "&Open…"),
        "save": translate("ImportExport", "&Save drawing…"),
        "show-one": translate("ImportExport", "Show me o&ne"),
        "paste": translate("ImportExport", "&Paste"),
        "copy-answer": translate("ImportExport", "&Copy answer"),
        "copy-picture": translate("ImportExport", "Copy p&icture"),
    }
