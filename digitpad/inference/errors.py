"""What goes wrong with models: one error, whose message is one sentence for the user."""

from __future__ import annotations


class ModelError(Exception):
    """A model that cannot be used; the message is one sentence for the user."""
