"""The best way to cut a line into digits: dynamic programming over candidates, and how sure it is.

A semi-Markov conditional random field (Sarawagi and Cohen, NIPS 2004): what a cut is worth is the
sum of the weighted terms of its digits and of its neighbours. The 20 weights were chosen by maximum
likelihood on ``european/numbers`` and on the drawings of several strokes of ``european``,
``uji-val`` and ``pendigits-val``; what they reach is in training/README.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.segments import Runs

Values = NDArray[np.float64]

#: What each term of a digit and of two neighbours counts; in the order of the functions below.
DIGIT_WEIGHTS: Values = np.array(
    (1.76, 1.41, -0.18, -0.89, 0.16, -0.43, 0.07, 0.43, -0.25, -1.41, -0.53, -0.91, -4.91)
)
PAIR_WEIGHTS: Values = np.array((1.43, 1.44, -0.73, -1.66, -1.14, -2.4, -1.28))


def digit_terms(runs: Runs, probabilities: Values, scores: Values) -> Values:
    """What speaks for and against each of N candidates as a digit.

    Args:
        runs: the candidates.
        probabilities: (N,), of the likeliest class, 0..1.
        scores: (N,), digit scores, 0..1.

    Returns:
        float64 (N, terms).
    """
    left, top, right, bottom = runs.bounds.T
    height = runs.height
    count = runs.after - runs.first
    high, wide = (bottom - top) / height, (right - left) / height
    return np.stack(
        [
            np.log(probabilities + 1e-6),
            np.log(scores + 1e-4),
            np.ones(len(scores)),
            np.maximum(0.6 - high, 0),
            np.maximum(high - 1.2, 0),
            np.maximum(wide - 0.9, 0),
            np.maximum(0.25 - wide, 0),
            (count > 1) * 1.0,
            np.maximum(count - 2.0, 0),
            runs.gap / height,
            (runs.gap > 0) * 1.0,
            np.minimum(runs.breaks, 3),
            runs.cuts,
        ],
        axis=1,
    )


def pair_terms(runs: Runs, left: NDArray[np.intp], right: NDArray[np.intp]) -> Values:
    """What speaks for and against M pairs of candidates as neighbours: float64 (M, terms)."""
    a, b = runs.bounds[left] / runs.height, runs.bounds[right] / runs.height
    gap = b[:, 0] - a[:, 2]
    narrow = np.maximum(np.minimum(a[:, 2] - a[:, 0], b[:, 2] - b[:, 0]), 0.05)
    share = np.clip(-gap / narrow, 0, 1)  # of the narrower one that lies in the other's columns
    together = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    low = np.maximum(np.minimum(a[:, 3] - a[:, 1], b[:, 3] - b[:, 1]), 0.05)
    return np.stack(
        [
            np.clip(gap, 0, 0.5),
            np.clip(gap, 0, 2),
            np.clip(-gap, 0, 1),
            share,
            1 - np.clip(together / low, 0, 1),
            np.abs(a[:, 3] - b[:, 3]),
            np.abs(a[:, 1] - b[:, 1]),
        ],
        axis=1,
    )


def best_path(runs: Runs, values: Values) -> tuple[list[int], float]:
    """The best cut of a line.

    Args:
        runs: the candidates.
        values: (N,), what each is worth by its terms.

    Returns:
        The candidates from left to right, and the probability of this cut among all, 0..1.
    """
    n = len(runs.pieces)
    starting: list[list[int]] = [[] for _ in range(n + 1)]
    for run, first in enumerate(runs.first.tolist()):
        starting[first].append(run)
    after = runs.after.tolist()
    pairs = [(a, b) for a, end in enumerate(after) for b in starting[end]]
    left, right = (
        (np.array(x, dtype=np.intp) for x in zip(*pairs, strict=True))
        if pairs
        else (
            np.zeros(0, np.intp),
            np.zeros(0, np.intp),
        )
    )
    worth = pair_terms(runs, left, right) @ PAIR_WEIGHTS
    following: list[list[tuple[int, float]]] = [[] for _ in after]
    for (a, b), value in zip(pairs, worth.tolist(), strict=True):
        following[a].append((b, value))
    best, total, back = (
        np.full(len(after), -np.inf),
        np.full(len(after), -np.inf),
        [-1] * len(after),
    )
    for run in starting[0]:
        best[run] = total[run] = 0.0
    for run in np.argsort(runs.first, kind="stable").tolist():
        best[run] += values[run]
        total[run] += values[run]
        for other, value in following[run]:
            total[other] = np.logaddexp(total[other], total[run] + value)
            if best[run] + value > best[other]:
                best[other], back[other] = best[run] + value, run
    ends = np.flatnonzero(runs.after == n)
    last = int(ends[best[ends].argmax()])
    probability = float(np.exp(best[last] - np.logaddexp.reduce(total[ends])))
    path = [last]
    while back[path[-1]] >= 0:
        path.append(back[path[-1]])
    return path[::-1], min(probability, 1.0)
