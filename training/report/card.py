"""What the report takes from a model's card."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from training.runs import RunError, RunFolder


@dataclass(frozen=True)
class _Family:
    name: str
    held_out: bool
    auroc: float
    rejected: float
    confidence: float


@dataclass(frozen=True)
class _Rejected:
    rejected: int
    total: int


@dataclass(frozen=True)
class _Rejection:
    digit_score_threshold: float
    digits_rejected: dict[str, _Rejected]
    families: list[_Family]


@dataclass(frozen=True)
class _Form:
    source: str
    name: str
    accuracy: float
    total: int


@dataclass(frozen=True)
class _Calibration:
    temperature: float | None = None


@dataclass(frozen=True)
class _Member:
    seed: int


@dataclass(frozen=True)
class Card:
    """A model's card, so far as a report speaks of it; shares are 0..1."""

    calibration: _Calibration = field(default_factory=_Calibration)
    rejection: _Rejection | None = None
    forms: list[_Form] = field(default_factory=list)
    members: list[_Member] = field(default_factory=list)


def read_card(folder: RunFolder) -> Card:
    """A run's card; an empty one before there is a model. Raises RunError if it is damaged."""
    found = folder.card()
    try:
        return TypeAdapter(Card).validate_python(found) if found else Card()
    except ValidationError as error:
        raise RunError(f"the model's card in {folder.path} is damaged") from error
