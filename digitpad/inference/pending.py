"""A model that is still being loaded: what a window shows of it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from digitpad.inference.contract import MAX_CLASSES
from digitpad.inference.model_file import read_card
from digitpad.inference.recognizer import Recognizer
from digitpad.library.resources import asset


@dataclass(eq=False)
class PendingModel:
    """What is known of a model before it is loaded; it answers nothing yet.

    Attributes:
        name: short name, such as ``"digits"``.
        labels: what each class is called, by the card; without one, the ten digits.
        digit_score_threshold: as of :class:`Recognizer`, by the card.
        metadata: class names in other languages, as the model's file has them.
        card: the model card; {} where there is none.
    """

    name: str
    labels: tuple[str, ...] = tuple("0123456789")
    digit_score_threshold: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)

    provider: ClassVar[str] = "…"
    notice: ClassVar[None] = None
    inferred: ClassVar[None] = None

    @classmethod
    def of(cls, name_or_path: str) -> Self:
        """A bundled model by its name, or a file; nothing of it is checked."""
        try:
            path = asset(f"models/{name_or_path}.json")
        except (OSError, ValueError):  # no bundled model, or a name that no file can have
            path = Path(name_or_path)
        model, card = cls(Path(name_or_path).stem), read_card(path)
        labels, rejection = card.get("labels"), card.get("rejection")
        if isinstance(labels, list) and 2 <= len(labels) <= MAX_CLASSES:
            model.labels = tuple(str(label)[:40] for label in labels)
        threshold = rejection.get("digit_score_threshold") if isinstance(rejection, dict) else None
        if isinstance(threshold, int | float) and 0 <= threshold <= 1:
            model.digit_score_threshold = threshold
        # Its metadata and its card have them alike.
        names = {key: value for key, value in card.items() if key.startswith("labels_")}
        model.metadata = {key: json.dumps(value) for key, value in names.items()}
        model.card = card
        return model


Model = Recognizer | PendingModel
