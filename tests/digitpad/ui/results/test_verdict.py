"""When a drawing is rejected, and when that is taken back."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.ui.results.verdict import MARGIN, Verdict

THRESHOLD = 0.5
LOW, HIGH = 0.2, 0.9
BARELY = THRESHOLD + MARGIN / 2


@pytest.fixture
def verdict(qtbot: QtBot) -> Verdict:
    """One whose time passes only by :meth:`Verdict.settle`."""
    return Verdict(THRESHOLD, settle_ms=3_600_000)


def reject(verdict: Verdict) -> None:
    verdict.update(LOW, drawing=False)
    verdict.settle()
    assert verdict.rejected


def test_a_low_score_is_rejected_once_the_pen_has_been_up_for_a_while(qtbot: QtBot) -> None:
    verdict = Verdict(THRESHOLD, settle_ms=20)
    with qtbot.waitSignal(verdict.settled, timeout=5000):
        assert not verdict.update(LOW, drawing=False)
        assert verdict.pending
    assert verdict.rejected
    assert not verdict.pending


def test_while_the_pen_is_down_nothing_is_rejected(verdict: Verdict) -> None:
    for score in (LOW, 0.0, THRESHOLD - 1e-6):
        assert not verdict.update(score, drawing=True)
        assert not verdict.pending


def test_a_pen_that_comes_back_in_time_was_not_up(verdict: Verdict) -> None:
    """The two strokes of a 4, and the bar of a crossed 7."""
    verdict.update(LOW, drawing=False)
    assert verdict.pending
    verdict.update(LOW, drawing=True)
    assert not verdict.pending
    verdict.settle()
    assert not verdict.rejected


def test_every_edit_begins_the_wait_anew(verdict: Verdict) -> None:
    verdict.update(LOW, drawing=False)
    verdict.update(HIGH, drawing=False)
    assert not verdict.pending
    verdict.update(LOW, drawing=False)
    assert verdict.pending


@pytest.mark.parametrize("score", [THRESHOLD, BARELY, HIGH])
def test_with_the_pen_up_a_digit_is_taken_for_one_at_once(verdict: Verdict, score: float) -> None:
    reject(verdict)
    assert verdict.update(0.3, drawing=False)
    assert not verdict.update(score, drawing=False)
    assert not verdict.pending


def test_with_the_pen_down_only_a_clear_digit_is(verdict: Verdict) -> None:
    reject(verdict)
    for score in (LOW, THRESHOLD, BARELY):
        assert verdict.update(score, drawing=True)
    assert not verdict.update(HIGH, drawing=True)


def test_the_verdict_stands_from_one_rejected_drawing_to_the_next(verdict: Verdict) -> None:
    reject(verdict)
    assert verdict.update(0.1, drawing=False)
    assert not verdict.pending


@pytest.mark.parametrize("drawing", [True, False])
def test_an_empty_page_has_no_verdict(verdict: Verdict, drawing: bool) -> None:
    reject(verdict)
    assert not verdict.update(None, drawing=drawing)
    verdict.update(LOW, drawing=False)
    verdict.update(None, drawing=drawing)
    assert not verdict.pending


def test_a_model_that_does_not_judge_rejects_nothing(qtbot: QtBot) -> None:
    verdict = Verdict(None)
    assert not verdict.update(0.0, drawing=False)
    assert not verdict.pending


@pytest.mark.parametrize("threshold", [0.0, 0.97, 1.0])
def test_every_threshold_can_be_cleared_while_drawing(qtbot: QtBot, threshold: float) -> None:
    verdict = Verdict(threshold)
    verdict.update(-1.0, drawing=False)
    verdict.settle()
    assert verdict.rejected
    assert not verdict.update(1.0, drawing=True)


@pytest.mark.parametrize("rejected", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_the_verdict_does_not_flicker_under_the_pen(
    verdict: Verdict, seed: int, rejected: bool
) -> None:
    if rejected:
        reject(verdict)
    scores = np.random.default_rng(seed).uniform(0, 1, 200)
    assert ((scores[1:] < THRESHOLD) != (scores[:-1] < THRESHOLD)).sum() > 50  # it could
    shown = [rejected, *(verdict.update(float(score), drawing=True) for score in scores)]
    assert np.count_nonzero(np.diff(shown)) <= rejected
