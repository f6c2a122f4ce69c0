"""What goes wrong with models: one error, whose message is one sentence for the user."""

from __future__ import annotations

#: Said where conventions are given for a model that has its own.
NOT_NEEDED = "this is a digitpad model, and needs no conventions"


class ModelError(Exception):
    """A model that cannot be used; the message is one sentence for the user."""


class DeadlineError(ModelError):
    """A model that took longer for an image than one may, and was stopped."""
