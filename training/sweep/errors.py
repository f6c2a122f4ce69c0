"""What can go wrong in a sweep."""

from __future__ import annotations

from training.base.errors import BuildError


class SweepError(BuildError):
    """A sweep that cannot be started or go on; the message is one sentence."""


class TrialFailedError(BuildError):
    """A build that failed by itself, and would fail again; the message is its sentence."""


class TrialLostError(BuildError):
    """A build whose process was killed; it may well succeed when tried again."""
