"""Many builds of one recipe: over seeds, or in search of better settings, on any machines.

Every build is a *job*; each try at it is a trial of an Optuna study, which lies in a database that
all workers share. The objective is always validation.
"""

from __future__ import annotations

from training.base.errors import BuildError


class SweepError(BuildError):
    """A sweep that cannot be started or go on; the message is one sentence."""
