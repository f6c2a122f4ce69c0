"""Follows what a window reads, and works out for the panel why it was read so."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer

from digitpad.image.normalize import SIZE, Image
from digitpad.inference.errors import ModelError
from digitpad.inference.feature_maps import FeatureMaps, Layer
from digitpad.inference.importance import FEWEST_PATCHES, MOST_PATCHES, importance
from digitpad.inference.pending import PendingModel
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.ink.ink import Ink
from digitpad.ui.style.labels import labels_in_language
from digitpad.ui.style.throttle import FrameThrottle
from digitpad.ui.why.panel import WhyPanel
from digitpad.ui.window.window import Window

#: While the drawing changes, the panel follows at most every so many milliseconds; when nothing has
#: changed for so long, it looks more closely.
FRAME_MS, REST_MS = 50, 200
#: Most patches while the drawing changes, and how long a run should take then and at rest, in
#: seconds: a slow model gets fewer. Where even the fewest take longer than the last, it waits for
#: the pen to rest, because bars that are due must not wait for it.
_MOVING_PATCHES, _MOVING_S, _RESTING_S, _SLOW_S = 32, 0.008, 0.05, 0.03


class Watcher(QObject):
    """Keeps a panel up to date, from :meth:`start` to :meth:`stop`; in between, nothing runs.

    Everything is worked out when the bars have been painted.

    Args:
        window: what is watched.
        panel: shows what is found.
    """

    def __init__(self, window: Window, panel: WhyPanel) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._runs = False
        self._recognizer: Recognizer | None = None
        self._maps: FeatureMaps | None = None
        self._image: Image | None = None
        self._ink = Ink()
        self._seconds = 0.0  # what one image costs in a batch
        # A timer of no time comes after what is due to be painted.
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._throttle = FrameThrottle(self._look, FRAME_MS, self)
        self._painted.timeout.connect(self._throttle.request)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look_closely)

    def start(self) -> None:
        """Follow the window, from the drawing that stands on."""
        self._runs = True
        self._window.read.connect(self._note)
        self._window.installEventFilter(self)
        self._window.throttle.flush()

    def stop(self) -> None:
        """Look no more, and give up what was started to look with."""
        self._runs = False
        self._window.read.disconnect(self._note)
        self._window.removeEventFilter(self)
        self._painted.stop()
        self._rest.stop()
        self._forget_model()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:  # also of what the classes are called
            self._look_again()
        return super().eventFilter(watched, event)

    def _note(self, image: Image | None, readings: Readings | None) -> None:
        """Something was read: look at it when the bars are painted."""
        moment, document = self._window.scrubber.moment, self._window.document
        self._image = None if readings is None else image
        if moment is not None:
            self._ink = moment
        else:
            self._ink = Ink() if document.on_grid else document.ink
        self._look_again()

    def _look_again(self) -> None:
        """Soon, and once more when the pen rests."""
        self._painted.start()
        self._rest.start()

    def _look(self) -> None:
        """Follow the drawing, fast."""
        model = self._window.recognizer
        if not self._runs or isinstance(model, PendingModel):
            return
        if self._recognizer is not model:
            self._forget_model()
            self._recognizer = model
            self._start_maps(model)
        self._show_maps()
        if self._image is None or FEWEST_PATCHES * self._seconds <= _SLOW_S:
            self._show_ink(self._affordable(_MOVING_S, _MOVING_PATCHES))

    def _look_closely(self) -> None:
        """The drawing stands: take the time that it needs."""
        patches = self._affordable(_RESTING_S, MOST_PATCHES)
        self._show_ink(patches)
        self._panel.describe()
        # A first run, which is slow, promised too little: the same drawing always gets as close a
        # look. Each has more patches than the one before it, so this ends.
        if self._affordable(_RESTING_S, MOST_PATCHES) > patches:
            self._rest.start()

    def _affordable(self, seconds: float, most: int) -> int:
        """How many patches fit into a time; at least the fewest."""
        fitting = int(seconds / self._seconds) if self._seconds else most
        return min(max(fitting, FEWEST_PATCHES), most)

    def _show_ink(self, patches: int) -> None:
        known = None
        recognizer = self._window.recognizer
        if self._image is not None and not isinstance(recognizer, PendingModel):
            started = perf_counter()
            try:
                known = importance(recognizer.read, self._image, self._ink, patches)
            except ModelError:
                known = None  # the window says why, where it fails for the drawing itself
            if known is not None:
                taken = (perf_counter() - started) / known.images
                # Once slow, as the first run is, is no property of the model.
                self._seconds = min(taken, 1.5 * self._seconds) if self._seconds else taken
        labels = labels_in_language(recognizer.labels, recognizer.metadata)
        self._panel.show_ink(self._image, known, self._ink, labels)

    def _start_maps(self, model: Recognizer) -> None:
        try:
            self._maps = FeatureMaps.of_model(model)
        except ModelError:
            self._maps = None

    def _show_maps(self) -> None:
        try:
            layers = () if self._maps is None else _layers(self._maps, self._image)
        except ModelError:
            self._maps, layers = None, ()
        self._panel.show_maps(layers, None if self._maps is None else self._maps.convolutions)

    def _forget_model(self) -> None:
        self._recognizer = self._maps = None
        self._seconds = 0.0


def _layers(maps: FeatureMaps, image: Image | None) -> tuple[Layer, ...]:
    """The maps for a drawing; without one, blank ones, so that nothing jumps with the first."""
    if image is not None:
        return maps.of(image)
    layers = maps.of(np.zeros((SIZE, SIZE), dtype=np.float32))
    return tuple(replace(layer, maps=np.zeros_like(layer.maps)) for layer in layers)
