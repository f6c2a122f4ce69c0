"""Files as they come from a bad disk or a bad person: bytes changed, cut out, doubled."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

#: How many damaged files a test tries: DIGITPAD_FUZZ=5000 for a long night.
CASES = int(os.environ.get("DIGITPAD_FUZZ", "250"))


def damaged(wholes: Sequence[bytes], cases: int = CASES, seed: int = 0) -> Iterator[bytes]:
    """So many files, each one of ``wholes`` with one to eight wounds."""
    rng = np.random.default_rng(seed)
    for case in range(cases):
        content = bytearray(wholes[case % len(wholes)])
        for _ in range(rng.integers(1, 9)):
            at = int(rng.integers(len(content) + 1))
            end = min(len(content), at + int(rng.integers(1, 40)))
            wound = rng.integers(5)
            if wound == 0:
                content[at:end] = rng.bytes(end - at)
            elif wound == 1:
                del content[at:end]
            elif wound == 2:
                content[at:at] = content[at:end] * int(rng.integers(1, 20))
            elif wound == 3:
                content[at:at] = rng.choice([b"9" * 30, b"-1e999", b"\xff\xfe", b"</g>", b"NaN,"])
            else:
                del content[at + (len(content) - at) // 2 :]
        yield bytes(content)
