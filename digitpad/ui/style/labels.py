"""A model's class names in the window's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from digitpad.ui.style.translations import spoken

#: Longest label that is shown, in characters, as in the model's own labels.
LONGEST = 40


def labels_in_language(labels: Sequence[str], metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The labels that a model brings in the language of the texts, such as ``labels_ko``.

    Args:
        labels: what the model itself calls its classes.
        metadata: what its file says of itself; it may hold anything.

    Returns:
        As many labels, all different; ``labels`` where the file brings none that fit.
    """
    try:
        told = json.loads(metadata.get(f"labels_{spoken()}", "null"))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or len(told) != len(labels):
        return tuple(labels)
    shown = tuple(" ".join(label.split())[:LONGEST] for label in told if isinstance(label, str))
    fits = len(set(shown)) == len(labels) and all(label.isprintable() and label for label in shown)
    return shown if fits else tuple(labels)
