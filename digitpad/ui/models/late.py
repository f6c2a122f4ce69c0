"""Bundled models that a window does not wait for: known by their cards, and loaded afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from digitpad.inference.recognizer import Recognizer, RecognizerError
from digitpad.library.resources import asset, bundled_models


class LateRecognizer(Recognizer):
    """A bundled model that is loaded by :meth:`open` or, at the latest, by its first reading.

    Until then it has the labels and the threshold of its card, and an unknown device.

    Args:
        name: ``"digits"``, or another bundled model.
        device: one of :data:`digitpad.inference.session.DEVICES`.

    Raises:
        RecognizerError: from :meth:`open` and all that needs the model itself, if it cannot be
            used.
    """

    is_open = False

    def __init__(self, name: str, device: str) -> None:
        self.card = json.loads(asset(f"models/{name}.json").read_text(encoding="utf-8"))
        self.name = self._file = name
        self._device = device
        self.labels = tuple(map(str, self.card["labels"]))
        rejection = self.card.get("rejection") or {}
        self.digit_score_threshold = rejection.get("digit_score_threshold")
        # Class names in other languages: its metadata and its card have them alike.
        cards = {k: v for k, v in self.card.items() if k.startswith("labels_")}
        self.metadata = {name: json.dumps(labels) for name, labels in cards.items()}
        self.notice = self.understanding = None

    @property
    def provider(self) -> str:
        """What onnxruntime really uses; "…" as long as nobody knows."""
        return super().provider if self.is_open else "…"

    def open(self) -> None:
        """Load the model; once is enough."""
        if self.is_open:
            return
        loaded = Recognizer.load(self._file, self._device)
        told = loaded.labels, loaded.digit_score_threshold
        if told != (self.labels, self.digit_score_threshold):
            raise RecognizerError(f"the model {self._file} and its card differ; build it again")
        vars(self).update(vars(loaded) | {"name": self.name, "is_open": True})

    def __getattr__(self, attribute: str) -> Any:
        """What only the loaded model has."""
        if self.is_open or attribute.startswith("__"):
            raise AttributeError(attribute)
        self.open()
        return getattr(self, attribute)


def load(name_or_path: str, device: str, given: Mapping[str, Any] | None = None) -> Recognizer:
    """As :meth:`Recognizer.load`, but a bundled model is loaded later."""
    try:
        if name_or_path in bundled_models() and not given:
            return LateRecognizer(name_or_path, device)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no card that says enough
    return Recognizer.load(name_or_path, device, given)
