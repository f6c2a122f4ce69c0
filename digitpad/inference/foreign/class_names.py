"""What the classes of a model of other people's are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digitpad.inference.foreign.conventions import ConventionsError, checked

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Classes of EMNIST's sets by their number: https://www.nist.gov/itl/products-and-services/emnist-dataset
_EMNIST = {
    26: tuple(_LETTERS),
    36: tuple("0123456789" + _LETTERS),
    47: tuple("0123456789" + _LETTERS + "abdefghnqrt"),
    62: tuple("0123456789" + _LETTERS + _LETTERS.lower()),
}


def class_names(
    columns: int,
    named: tuple[str, ...] | None,
    metadata: Mapping[str, str],
    fixed: Mapping[str, Any],
) -> list[tuple[str, ...]]:
    """What the columns may be called: one way, or several to try."""
    if "labels" in fixed:
        return [fixed["labels"]] if len(fixed["labels"]) == columns else []
    for labels in (metadata.get("labels"), named):
        try:
            known: tuple[str, ...] = checked({"labels": labels})["labels"]
        except ConventionsError:
            continue
        if len(known) == columns:
            return [known]
    counted = _EMNIST.get(columns, tuple(str(i) for i in range(columns)))
    # Some count 1 to 9 and then 0, as SVHN does.
    return [counted, (*counted[1:], "0")] if columns == 10 else [counted]
