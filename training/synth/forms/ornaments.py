"""The strokes that some writers add to a digit, from the place where they are added.

``high`` is the height of the digit, the unit of every length; all else is in the same units.
"""

from __future__ import annotations

import numpy as np

from training.synth.forms.pen import Point, line, spline
from training.synth.strokes import Points


def slash(rng: np.random.Generator, centre: Point, radii: Point, slant: float = 0.0) -> Points:
    """Through a 0, rising to the right or, seldom, falling; inside the ring or out of it.

    Args:
        rng: source of chance.
        centre: of the ring.
        radii: half the width and half the height of the ring, upright.
        slant: how far the ring's top leans to the right, as a share of its height.
    """
    rx, ry = radii
    inside = rng.random() < 0.5
    reach = rng.uniform(0.65, 0.95) if inside else rng.uniform(1.05, 1.45)
    angle = np.deg2rad(rng.uniform(36, 64 if inside else 58))
    dx, dy = rx * np.cos(angle) * reach, ry * np.sin(angle) * reach
    if rx > 0.6 * ry and rng.random() < 0.15:
        dx = -dx
    x, y = centre[0] + rng.normal(0, 0.04) * rx, centre[1] + rng.normal(0, 0.05) * ry
    dx += slant * dy
    ends = line(rng, (x + dx, y - dy), (x - dx, y + dy))
    return ends if rng.random() < 0.7 else ends[::-1]


def dot(rng: np.random.Generator, centre: Point, radii: Point) -> Points:
    """In the middle of a 0: a dot or a short dash."""
    angle, half = rng.uniform(0, 2 * np.pi), rng.uniform(0.01, 0.09) * radii[1]
    x, y = centre[0] + rng.normal(0, 0.05) * radii[0], centre[1] + rng.normal(0, 0.05) * radii[1]
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    return line(rng, (x - dx, y - dy), (x + dx, y + dy))


def flag(rng: np.random.Generator, top: Point, bottom: Point) -> Points:
    """Up to the top of a 1: short and flat or, as on the Continent, long and steep.

    The longer it is, the more steeply it falls from the top: else the 1 would turn into a 7.
    """
    dx, dy = bottom[0] - top[0], bottom[1] - top[1]
    continental = rng.random() < 0.25
    long = rng.uniform(0.45, 0.75) if continental else rng.uniform(0.14, 0.5)
    steep = np.deg2rad(rng.uniform(33, 50) + 36 * max(long - 0.2, 0))
    # Where the stem leans to the right, the gap between both would close.
    steep -= 0.65 * max(np.arctan2(-dx, dy), 0.0)
    reach = long * float(np.hypot(dx, dy))
    tip = top[0] - reach * np.cos(steep), top[1] + reach * np.sin(steep)
    return line(rng, tip, top, 0.04)


def foot(rng: np.random.Generator, bottom: Point, high: float) -> Points:
    """Under the stem of a 1, about level."""
    left, right = rng.uniform(0.13, 0.32, 2) * high
    rise = rng.normal(0, 0.02) * high
    x, y = bottom[0], bottom[1] + rng.uniform(-0.01, 0.02) * high
    return line(rng, (x - left, y + rise), (x + right, y - rise), 0.02)


def cross(rng: np.random.Generator, middle: Point, high: float) -> Points:
    """Through the stem of a 7, about level or rising to the right."""
    left, right = rng.uniform(0.13, 0.28, 2) * high
    rise = rng.normal(0.02, 0.035) * high
    x, y = middle
    return line(rng, (x - left, y + rise), (x + right, y - rise), 0.02)


def serif(rng: np.random.Generator, start: Point, high: float, longest: float = 0.25) -> Points:
    """A short tick that leads up to the left end of the bar of a 7."""
    x, y = start
    tip = (x + rng.normal(-0.01, 0.03) * high, y + rng.uniform(0.1, longest) * high)
    return line(rng, tip, start, 0.02)


def hook(rng: np.random.Generator, end: Point, high: float) -> Points:
    """From the end of the leg of a 9 to the left, in a bow."""
    x, y = end
    reach, drop = rng.uniform(0.25, 0.5) * high, rng.uniform(0.05, 0.12) * high
    tip = (x - reach, y + drop * rng.uniform(-1.0, 0.9))
    return spline(
        np.array([(x, y), (x - reach * 0.14, y + drop * 0.7), (x - reach * 0.5, y + drop), tip])
    )
