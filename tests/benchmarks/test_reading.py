"""From one drawing to its answer: each step, beside the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from person import drawing

from digitpad.image.normalize import normalize_bitmap, normalize_ink
from digitpad.inference.recognizer import Recognizer


@pytest.mark.benchmark(group="one drawing")
@pytest.mark.parametrize("points", [20, 200, 2_000, 10_000])
def test_normalise_ink(benchmark: Any, points: int) -> None:
    assert benchmark(normalize_ink, drawing(points)) is not None


@pytest.mark.benchmark(group="one drawing")
def test_normalise_bitmap_300_pixels(benchmark: Any) -> None:
    image = normalize_ink(drawing(200))
    assert image is not None
    pixels = np.kron(image, np.ones((10, 10), np.float32))
    assert benchmark(normalize_bitmap, pixels) is not None


@pytest.mark.benchmark(group="one drawing")
def test_predict(benchmark: Any) -> None:
    recognizer = Recognizer.load("digits", "cpu")
    image = normalize_ink(drawing(200))
    assert image is not None
    assert benchmark(recognizer.predict, image[None]).shape == (1, 10)


@pytest.mark.parametrize("points", [20, 200, 2_000])
def test_event_to_painted_bars(report: Callable[[str], None], tmp_path: Path, points: int) -> None:
    """Movements on a drawing, in the whole window as a person has it, in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("person.py")), "reading", str(points)]
    environment = os.environ | {"DIGITPAD_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    measured = json.loads(done.stdout)
    latencies = measured["latencies"]
    assert measured["unpainted"] < len(latencies) / 4  # most movements end in bars
    middle, late = np.percentile(latencies, [50, 99])
    work = np.percentile(measured["work"], [50, 99])
    report(
        f"event to painted bars, {points:,} points: p50 {middle:.1f} ms (target 3),"
        f" p99 {late:.1f} ms (target 8); of CPU {work[0]:.1f} and {work[1]:.1f} ms"
        f" (n = {len(latencies)})"
    )
