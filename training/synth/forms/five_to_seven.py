"""Forms of 5, 6 and 7."""

from __future__ import annotations

import numpy as np

from training.synth.forms.ornaments import cross, serif
from training.synth.forms.pen import Glyph, Point, joined, line, oval, smooth
from training.synth.strokes import Points, Strokes


def _belly(rng: np.random.Generator, shoulder: float) -> list[Point]:
    """The bowl of a 5, from its top to its end at the lower left."""
    x, wide = rng.uniform(0.22, 0.34), rng.uniform(0.2, 0.46)
    middle, high = (shoulder + 1) / 2, (1 - shoulder) / 2
    return oval((x, middle), (wide, high), -80, rng.uniform(90, 165))


def five(rng: np.random.Generator) -> Strokes:
    """Hasty writers: one stroke from the top right, like an S."""
    shoulder = rng.uniform(0.3, 0.48)
    left = rng.uniform(0.02, 0.14)
    top = [
        (rng.uniform(0.6, 0.85), rng.uniform(-0.02, 0.06)),
        (left + 0.2, rng.uniform(0.0, 0.05)),
        (left + 0.05, rng.uniform(0.1, 0.18)),
        (left, shoulder - 0.06),
        (left + 0.12, shoulder),
    ]
    return [smooth(rng, [*top, *_belly(rng, shoulder - 0.02)])]


def _shoulder(rng: np.random.Generator) -> tuple[Point, Point]:
    """Both ends of the upright of a 5."""
    x, y = rng.uniform(0.02, 0.18), rng.uniform(0.28, 0.5)
    return (x + rng.uniform(-0.02, 0.12), rng.uniform(0, 0.05)), (x, y)


def five_capped(rng: np.random.Generator) -> Strokes:
    """As taught in English-speaking schools: the bar last, and not always touching."""
    top, shoulder = _shoulder(rng)
    x, y = top[0] + rng.uniform(-0.05, 0.1), top[1] + rng.uniform(-0.1, 0.03)
    cap = line(rng, (x, y), (rng.uniform(0.6, 0.95), y + rng.normal(-0.03, 0.03)), 0.04)
    bowl = smooth(rng, [shoulder, *_belly(rng, shoulder[1] - 0.05)])
    return [joined(line(rng, top, shoulder), bowl), cap]


def five_angular(rng: np.random.Generator) -> Strokes:
    """One stroke with corners at the top left and at the shoulder."""
    top, shoulder = _shoulder(rng)
    bar = line(rng, (rng.uniform(0.6, 0.85), top[1] + rng.normal(-0.01, 0.03)), top, 0.04)
    bowl = smooth(rng, [shoulder, *_belly(rng, shoulder[1] - rng.uniform(0.02, 0.08))])
    return [joined(bar, line(rng, top, shoulder), bowl)]


def _six(low: float, wide: float, turn: float) -> list[Point]:
    """The loop of a 6 of height ``low``: from its left side round, ``turn`` degrees."""
    return oval((wide / 2, 1 - low / 2), (wide / 2, low / 2), 180, 180 - turn)


def six(rng: np.random.Generator) -> Strokes:
    """Taught nearly everywhere: a bow into a closed loop."""
    low, wide = rng.uniform(0.42, 0.58), rng.uniform(0.42, 0.68)
    curl = [(wide * rng.uniform(0.85, 1.1), rng.uniform(0.06, 0.14))] if rng.random() < 0.3 else []
    bow = [
        *curl,
        (wide * rng.uniform(0.6, 0.75) if curl else wide * rng.uniform(0.6, 1.15), 0.0),
        (wide * rng.uniform(0.25, 0.4), rng.uniform(0.16, 0.24)),
        (wide * 0.06, 0.52),
    ]
    return [smooth(rng, [*bow, *_six(low, wide, rng.uniform(330, 385))])]


def six_curled(rng: np.random.Generator) -> Strokes:
    """Tense writers: a long stem and a small, tightly curled loop."""
    low, wide = rng.uniform(0.24, 0.36), rng.uniform(0.26, 0.42)
    top = (wide * rng.uniform(0.6, 1.3), 0.0)
    stem = [top, (wide * rng.uniform(0.2, 0.4), 0.35), (0.02, 0.7)]
    return [smooth(rng, [*stem, *_six(low, wide, rng.uniform(340, 440))])]


def six_crossing(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the loop's end runs on through the stem and sticks out to the left."""
    low, wide = rng.uniform(0.28, 0.48), rng.uniform(0.26, 0.52)
    top = (wide * rng.uniform(0.7, 1.5), 0.0)
    stem = [top, (wide * rng.uniform(0.2, 0.45), 0.3), (0.02, 0.66)]
    loop = _six(low, wide, 290)
    out = (-rng.uniform(0.08, 0.26), 1 - low * rng.uniform(0.55, 0.95))
    return [smooth(rng, [*stem, *loop, out])]


def six_open(rng: np.random.Generator) -> Strokes:
    """Hasty writers: a big bow whose end does not reach the stem."""
    low, wide = rng.uniform(0.4, 0.52), rng.uniform(0.45, 0.65)
    bow = [(wide * rng.uniform(0.7, 1.2), 0.0), (wide * 0.28, 0.2), (wide * 0.05, 0.5)]
    return [smooth(rng, [*bow, *_six(low, wide, rng.uniform(265, 310))])]


def six_straight(rng: np.random.Generator) -> Strokes:
    """Schematic writers: a straight stem that leans into the loop."""
    low, wide = rng.uniform(0.38, 0.52), rng.uniform(0.4, 0.6)
    stem = line(rng, (wide * rng.uniform(0.25, 1.0), 0.0), (0.01, 1 - low * 0.6), 0.02)
    loop = smooth(rng, _six(low, wide, rng.uniform(340, 375)))
    return [joined(stem, loop)]


def _seven(rng: np.random.Generator, curved: bool = False) -> tuple[Points, Points]:
    """Bar and stem of a 7."""
    wide = rng.uniform(0.48, 0.85)
    corner = (wide, rng.uniform(-0.02, 0.04))
    bottom = (wide * rng.uniform(0.1, 0.65), 1.0)
    bar = line(rng, (0.0, rng.uniform(-0.02, 0.08)), corner, 0.03)
    if not curved:
        return bar, line(rng, corner, bottom, 0.02)
    x = bottom[0] + (wide - bottom[0]) * rng.uniform(0.12, 0.35)
    return bar, smooth(rng, [corner, ((wide + x) / 2, 0.3), (x, 0.6), bottom])


def _crossed(rng: np.random.Generator, stem: Points, highest: float = 0.42) -> Points:
    """A cross about half-way down a stem."""
    x, y = stem[np.argmin(np.abs(stem[:, 1] - rng.uniform(highest, 0.62)))]
    return cross(rng, (x, y), 1.0)


def _both(rng: np.random.Generator, bar: Points, stem: Points) -> Strokes:
    """A tick and a cross; so long as they do not meet, as in a 9."""
    tick = serif(rng, (bar[0, 0], bar[0, 1]), 1.0, longest=0.17)
    return [joined(tick, bar, stem), _crossed(rng, stem, highest=0.5)]


def seven(rng: np.random.Generator) -> Strokes:
    """North America and Britain: bar and stem."""
    return [joined(*_seven(rng))]


def seven_curved(rng: np.random.Generator) -> Strokes:
    """Round writers: the stem bends as it falls."""
    return [joined(*_seven(rng, curved=True))]


def seven_crossed(rng: np.random.Generator) -> Strokes:
    """Continental Europe, Latin America: a bar through the stem."""
    bar, stem = _seven(rng, curved=rng.random() < 0.3)
    return [joined(bar, stem), _crossed(rng, stem)]


def seven_serifed(rng: np.random.Generator) -> Strokes:
    """East Asia, France: a tick down at the left end of the bar."""
    bar, stem = _seven(rng, curved=rng.random() < 0.3)
    return [joined(serif(rng, (bar[0, 0], bar[0, 1]), 1.0), bar, stem)]


def seven_crossed_serifed(rng: np.random.Generator) -> Strokes:
    """Careful continental writers: the tick and the cross."""
    return _both(rng, *_seven(rng, curved=rng.random() < 0.3))


def seven_round(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the bar bends into the stem without a corner; often crossed."""
    wide = rng.uniform(0.45, 0.75)
    end = (wide * rng.uniform(0.1, 0.7), 1.0)
    top = [
        (0.0, rng.uniform(0.02, 0.13)),
        (wide * rng.uniform(0.3, 0.5), rng.uniform(-0.02, 0.03)),
        (wide * rng.uniform(0.85, 0.95), rng.uniform(0.02, 0.07)),
        (wide, rng.uniform(0.14, 0.24)),
    ]
    stem = smooth(rng, [*top, (wide * 0.4 + end[0] * 0.6, 0.62), end])
    if rng.random() < 0.25:
        return [stem]
    bow, fall = stem[: len(stem) // 2], stem[len(stem) // 2 :]
    return _both(rng, bow, fall) if rng.random() < 0.3 else [stem, _crossed(rng, fall)]


def seven_wavy(rng: np.random.Generator) -> Strokes:
    """Ornate writers: the bar is a wave; sometimes crossed."""
    _, stem = _seven(rng)
    wide, wave = stem[0, 0], rng.uniform(0.03, 0.07)
    points = [
        (0.0, rng.uniform(0.04, 0.14)),
        (wide * 0.25, -wave * 0.5),
        (wide * 0.65, wave),
        (wide, stem[0, 1]),
    ]
    strokes = [joined(smooth(rng, points), stem)]
    return [*strokes, _crossed(rng, stem)] if rng.random() < 0.5 else strokes


GLYPHS = (
    Glyph("5 at once", "5", five),
    Glyph("5 capped", "5", five_capped),
    Glyph("5 angular", "5", five_angular),
    Glyph("6 plain", "6", six),
    Glyph("6 curled", "6", six_curled),
    Glyph("6 open", "6", six_open),
    Glyph("6 crossing", "6", six_crossing),
    Glyph("6 straight", "6", six_straight),
    Glyph("7 plain", "7", seven),
    Glyph("7 curved", "7", seven_curved),
    Glyph("7 crossed", "7", seven_crossed),
    Glyph("7 serifed", "7", seven_serifed),
    Glyph("7 crossed and serifed", "7", seven_crossed_serifed),
    Glyph("7 round", "7", seven_round),
    Glyph("7 wavy", "7", seven_wavy),
)
