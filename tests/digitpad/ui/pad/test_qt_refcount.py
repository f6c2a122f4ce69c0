"""PySide6 6.12.0 gives None away: every void call drops one reference that it never took.

On Python 3.11 the interpreter aborts once the count reaches zero, which is why PySide6 is pinned.
From Python 3.12 on None is immortal, its count constant, and the first test cannot fail.
"""

from __future__ import annotations

import sys

import pytest

CALLS = 1_000
#: References to None that come and go meanwhile, with garbage collection and test machinery; the
#: fault cost 900.
TOLERANCE = 50


def test_void_calls_keep_the_reference_count_of_none():
    # Without Qt's system libraries, such as libEGL, this import fails.
    qt = pytest.importorskip("PySide6.QtGui", exc_type=ImportError)
    image = qt.QImage(4, 4, qt.QImage.Format.Format_ARGB32)
    image.fill(0)  # the first call of a kind makes PySide6 set up types, which keep references
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        image.fill(0)
    assert abs(sys.getrefcount(None) - before) < TOLERANCE


def test_the_faulty_release_is_not_installed():
    import PySide6

    version = tuple(int(part) for part in PySide6.__version__.split(".")[:2])
    assert (6, 8) <= version < (6, 12)
