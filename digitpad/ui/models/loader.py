"""Loads models while the window lives: digitpad's own at once, others after a trial elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign import sandbox
from digitpad.inference.model_file import ModelFile, open_model
from digitpad.inference.recognizer import Recognizer


class ModelLoader(QObject):
    """Loads one model at a time; of several, the one asked for last.

    Signals:
        finished(str, Recognizer | str): the name or file that was asked for, and the model, or a
            sentence on why it cannot be used.

    Args:
        device: what runs the models, as for :meth:`Recognizer.load`.
    """

    finished = Signal(str, object)

    def __init__(self, device: str, parent: QObject) -> None:
        super().__init__(parent)
        self._device = device
        self._name = ""
        self._left: list[Mapping[str, Any]] = []
        self._file: ModelFile | None = None
        self._child: QProcess | None = None
        self._begin = QTimer(self, singleShot=True, interval=0)
        self._begin.timeout.connect(self._open)
        patience = round(sandbox.PATIENCE_S * 1000)
        self._patience = QTimer(self, singleShot=True, interval=patience)
        self._patience.timeout.connect(lambda: self._fail(sandbox.OVER_LIMITS))

    @property
    def name(self) -> str:
        """The model that is being loaded; "" where none is."""
        return self._name

    def load(self, name_or_path: str, *conventions: Mapping[str, Any]) -> None:
        """Load a bundled model or a file; what came before is given up.

        Args:
            name_or_path: as for :meth:`Recognizer.load`.
            conventions: values of conventions that are not to be worked out; with several, the next
                ones are taken where the model cannot be used with those before.
        """
        self.cancel()
        self._name, self._left = name_or_path, [*conventions] or [{}]
        self._begin.start()

    def flush(self) -> None:
        """Begin now, and not in the next round of the event loop."""
        if self._begin.isActive():
            self._begin.stop()
            self._open()

    def cancel(self) -> None:
        """Give up what is being loaded; nothing is said of it."""
        self._begin.stop()
        self._patience.stop()
        self._name, self._file = "", None
        child, self._child = self._child, None
        if child is not None:
            child.blockSignals(True)
            child.kill()
            child.waitForFinished()
            child.deleteLater()

    def _open(self) -> None:
        overrides = self._left.pop(0)
        try:
            self._file = open_model(self._name)
            if self._file.bundled:
                self._end(Recognizer.of_file(self._file, self._device))
            else:
                from digitpad.inference.foreign.validate import validate

                validate(self._file.content)
                self._try(self._file.content, overrides)
        except ModelError as error:
            self._fail(str(error))

    def _try(self, model: bytes, overrides: Mapping[str, Any]) -> None:
        words, environment = sandbox.command(overrides)
        variables = QProcessEnvironment()
        for name, value in environment.items():
            variables.insert(name, value)
        self._child = QProcess(self)
        self._child.setProcessEnvironment(variables)
        self._child.setStandardErrorFile(QProcess.nullDevice())
        self._child.finished.connect(self._tried)
        self._child.errorOccurred.connect(self._not_started)
        self._patience.start()
        self._child.start(words[0], words[1:])
        self._child.write(model)
        self._child.closeWriteChannel()

    def _tried(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        child, file = self._child, self._file
        if child is None or file is None:
            return
        ended = exit_code if status == QProcess.ExitStatus.NormalExit else None
        output = bytes(child.readAllStandardOutput().data())
        try:
            inferred = sandbox.outcome(ended, output)
            self._end(Recognizer.of_file(file, self._device, inferred))
        except ModelError as error:
            self._fail(str(error))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if self._child is not None and error == QProcess.ProcessError.FailedToStart:
            self._fail(sandbox.NO_CHILD.format(self._child.errorString()))

    def _fail(self, sentence: str) -> None:
        if self._left:
            self.load(self._name, *self._left)
        else:
            self._end(sentence)

    def _end(self, result: Recognizer | str) -> None:
        name = self._name
        self.cancel()
        self.finished.emit(name, result)
