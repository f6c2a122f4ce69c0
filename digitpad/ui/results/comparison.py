"""A second model beside the first: both read the same image, in the same frame."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.image.normalize import Image
from digitpad.inference.errors import DeadlineError, ModelError
from digitpad.inference.pending import Model, PendingModel
from digitpad.inference.recognizer import Readings
from digitpad.reading.reader import Reader
from digitpad.ui.results.results import Column, Results
from digitpad.ui.results.status import device_of
from digitpad.ui.style.panel_width import PanelWidth

translate = QCoreApplication.translate


def ask(model: Model | Reader, image: Image) -> Readings | None:
    """What a model says of one image, float32 (28, 28); None while it is being loaded.

    Raises:
        ModelError: if it fails, or what it says is not a number.
    """
    if isinstance(model, PendingModel):
        return None
    readings = model.read(image[None])
    scores = () if readings.digit_scores is None else readings.digit_scores
    if not np.isfinite([*readings.probabilities[0], *scores]).all():
        raise ModelError(translate("Window", "the model's answer is not a number"))
    return readings


class Comparison:
    """The second model, its column, and whether both agree. Without it, nothing is done.

    Args:
        results: show the first model, or both; their window makes room for the second.

    Attributes:
        recognizer: the second model; None where nothing is compared.
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        self._panel_width = PanelWidth(results)
        self.recognizer: Model | None = None
        self._readings: Readings | None = None
        self._failure: str | None = None
        self._overdue: str | None = None

    def set_models(self, first: Model, second: Model | None) -> None:
        """Compare the models that read from now on; None for the second compares nothing."""
        is_on, self.recognizer = self.recognizer is not None, second
        self._first, self._devices, self._overdue = first, ("", ""), None
        if second is None:
            if is_on:
                self._results.hide_second()
                self._panel_width.narrow()
            return
        if not is_on:
            self._panel_width.measure()
        width = self._results.width()
        self._column: Column = self._results.show_second(second)
        self._name(second)
        if not is_on:
            self._panel_width.widen(width)

    def read(self, image: Image | None) -> None:
        """Ask the second model, where there is one, about what the first one got."""
        self._readings, self._failure = None, self._overdue
        if self.recognizer is not None and image is not None and self._overdue is None:
            try:
                self._readings = ask(self.recognizer, image)
            except DeadlineError as error:
                self._failure = self._overdue = str(error)  # once is enough
            except ModelError as error:
                self._failure = str(error)

    def show(self, *, drawing: bool) -> None:
        """Show what the second model said, and whether the first one says the same.

        Args:
            drawing: as for :meth:`Column.show_reading`.
        """
        if self.recognizer is None:
            return
        if self._failure is None:
            self._column.show_reading(self._readings, drawing=drawing)
        else:
            self._column.show_failure(self._failure)
        self._results.show_agreement()
        self._name(self.recognizer)

    def _name(self, second: Model) -> None:
        """Head the columns with the models' names, and what runs them where that differs."""
        devices = device_of(self._first), device_of(second)
        if devices == self._devices:
            return
        self._devices = devices
        columns = (self._results.first, self._column)
        for column, recognizer, device in zip(columns, (self._first, second), devices, strict=True):
            same = devices[0] == devices[1]
            column.set_heading(recognizer.name if same else f"{recognizer.name}  ·  {device}")
