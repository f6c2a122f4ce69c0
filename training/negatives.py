"""Contact sheets of the families in :mod:`training.negatives`, to be looked at."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.base.environment import require
from training.base.errors import BuildError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a contact sheet for each family; the exit code: 0, or 2 after an error."""
    parser = argparse.ArgumentParser(
        prog="python -m training.negatives",
        description="Write a contact sheet for each family of drawings that are no digit.",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    options = parser.parse_args(arguments)
    try:
        require()
        _write(options.output, options.data_dir, options.seed)
    except (BuildError, OSError) as error:
        print(f"training.negatives: {error}", file=sys.stderr)
        return 2
    return 0


def _write(output: Path, data_dir: Path | None, seed: int) -> None:
    # Only now: require() has made sure of what these import.
    import cv2

    from training.base.publish import make_folders
    from training.data.fetch import data_folder
    from training.synth.contact_sheet import contact_sheet
    from training.synth.negatives.sheets import pages

    make_folders(output)
    for name, images in pages(data_folder(data_dir), seed).items():
        path = output / f"{name.replace(' ', '-')}.png"
        sheet = contact_sheet({name: images})
        path.write_bytes(cv2.imencode(".png", sheet)[1].tobytes())
        print(path)


if __name__ == "__main__":
    sys.exit(main())
