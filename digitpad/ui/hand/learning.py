"""What a window has learned: corrections, and the memory that its model makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
from digitpad.reading.personal import Memory, Trace, kernel_of, traces
from digitpad.ui.style.first_paint import after_first_paint
from digitpad.ui.window.messages import HAND
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.library.correction import Correction
    from digitpad.library.corrections import Corrections

#: So many drawings are looked at before the window gets its turn again.
_AT_ONCE = 8


class Learning(QObject):
    """Keeps a window's memory up to date with its model and with the corrections.

    Many corrections are looked at a few at a time, while the window goes on.

    Signals:
        switched(bool): whether the memory is now used.
        changed(): there are other corrections, or the memory is another one.

    Args:
        window: reads with the memory.
        corrections: opens them once the window can be seen; closed by :meth:`close`.
        on: whether the memory is used.
    """

    switched = Signal(bool)
    changed = Signal()

    def __init__(self, window: Window, corrections: Callable[[], Corrections], *, on: bool) -> None:
        super().__init__(window)
        self._window, self._open, self._on = window, corrections, on
        self._recognizer: Recognizer | None = None
        self._traces: dict[tuple[str, str], Trace | None] = {}
        self._entries: list[Correction] = []
        self._step = QTimer(self, singleShot=True, interval=0)
        self._step.timeout.connect(self._look)
        window.read.connect(self._follow_model)
        after_first_paint(window, self._begin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:  # another window may have learned
            self.refresh()
        return super().eventFilter(watched, event)

    def _begin(self) -> None:
        self.refresh()
        self._window.installEventFilter(self)

    @cached_property
    def _corrections(self) -> Corrections:
        return self._open()

    @property
    def on(self) -> bool:
        """Whether drawings are read in the light of what was learned."""
        return self._on

    @property
    def entries(self) -> list[Correction]:
        """The corrections, newest first."""
        return self._entries

    @property
    def notice(self) -> str | None:
        """What is wrong with the file, as of :class:`Corrections`."""
        return self._corrections.notice

    def trace(self, correction: Correction) -> Trace | None:
        """What the model remembers of a correction; None where it has no such class."""
        return self._traces.get((correction.drawing, correction.label))

    def switch(self, on: bool) -> None:
        """Use what was learned, or read as the model alone does; nothing is forgotten."""
        self._on = on
        self.refresh()
        self.switched.emit(on)

    def add(self, corrections: Iterable[Correction]) -> None:
        """Learn; one of the same drawing is replaced."""
        self._corrections.add(corrections)
        self.refresh()

    def replace(self, gone: Iterable[Correction], back: Iterable[Correction]) -> None:
        """Forget corrections, and bring others back: the way to undo either."""
        drawings = {each.drawing for each in gone}
        found = [each.key for each in self._corrections.entries() if each.drawing in drawings]
        self._corrections.remove(found)
        self._corrections.add(back)
        self.refresh()

    def find(self, correction: Correction) -> Correction | None:
        """What was said before of the same drawing."""
        same = (each for each in self._entries if each.drawing == correction.drawing)
        return next(same, None)

    def refresh(self) -> None:
        """Take over what this window or another one has changed."""
        self._entries = self._corrections.entries()
        self._look()

    def close(self) -> None:
        """Write what had to wait, and close the file."""
        self._step.stop()
        self._window.removeEventFilter(self)
        self._corrections.close()

    def _follow_model(self) -> None:
        recognizer = self._window.recognizer
        if recognizer is not self._recognizer and isinstance(recognizer, Recognizer):
            self._recognizer = recognizer
            self._traces.clear()
            if self._entries:
                self._step.start()

    def _look(self) -> None:
        """Look at some corrections that the model has not seen; the memory follows the last."""
        recognizer = self._recognizer
        if recognizer is None or not self._on:
            self._window.set_memory(None)
            self.changed.emit()
            return
        new = [c for c in self._entries if (c.drawing, c.label) not in self._traces]
        some = [(c, c.image) for c in new[:_AT_ONCE]]
        images = [image for _, image in some if image is not None]
        try:
            if images:
                known = [c for c, image in some if image is not None]
                found = traces(recognizer, np.stack(images), [c.label for c in known])
                self._traces |= {(c.drawing, c.label): t for c, t in zip(known, found, strict=True)}
        except ModelError as error:
            self._window.messages.say(str(error), about=HAND)
            return
        self._traces |= {(c.drawing, c.label): None for c, image in some if image is None}
        if len(new) > _AT_ONCE:
            self._step.start()
            return
        kept = tuple(t for c in reversed(self._entries) if (t := self.trace(c)) is not None)
        self._window.set_memory(Memory(kept, kernel_of(recognizer)) if kept else None)
        self.changed.emit()
