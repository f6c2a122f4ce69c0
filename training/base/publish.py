"""Replaces the previous model by a finished one: model and card, both or neither."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from digitpad.library.atomic import remedy, replacing
from training.base.errors import BuildError

#: Figures of a bundled model that README.md shows, and every ``drawn-*``.
_FIGURES = ("confusion", "curves", "mistakes", "reliability")


def make_folders(*folders: Path) -> None:
    """Make sure that results will have a place, before hours are spent on them. Raises BuildError
    if one of the folders cannot be made or written to.
    """
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise BuildError(
                f"cannot write to {folder} ({error.strerror}); choose another place with --output"
            ) from error


def publish_model(
    targets: Sequence[Path], model: bytes, card: bytes, figures: Path, assets: Path
) -> None:
    """Put model and card in the place of the previous ones at all targets, ``.onnx`` files.

    A model is bundled when it goes into ``models`` of the app's assets; its figures, PNG files of a
    folder, go there too. Raises BuildError as :func:`publish`.
    """
    files: dict[Path, bytes] = {}
    for target in targets:
        files |= {target: model, target.with_suffix(".json"): card}
        if target.parent.resolve() == (assets / "models").resolve():
            files |= {
                assets / "figures" / f"{target.stem}-{figure.name}": figure.read_bytes()
                for figure in sorted(figures.glob("*.png"))
                if figure.stem in _FIGURES or figure.stem.startswith("drawn-")
            }
    publish(files)


def publish(files: Mapping[Path, bytes]) -> None:
    """Replace all of these files, or none of them; folders are made where missing. Raises
    BuildError if one cannot be written.
    """
    try:
        previous = {path: path.read_bytes() if path.exists() else None for path in files}
        try:
            _replace(files)
        except BaseException:
            _restore(previous)
            raise
    except OSError as error:
        raise BuildError(
            f"cannot write {error.filename2 or error.filename} ({error.strerror}), so the previous"
            f" model was kept; {remedy(error)}, or choose another place with --output"
        ) from error


def _replace(files: Mapping[Path, bytes]) -> None:
    """Write all of them beside their places before the first one takes its place."""
    with ExitStack() as stack:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(replacing(path)).write(content)


def _restore(previous: Mapping[Path, bytes | None]) -> None:
    for path, content in previous.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            path.write_bytes(content)
