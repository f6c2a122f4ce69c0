"""Where the files that travel with digitpad are: models, icons.

The same from a checkout (``assets/`` beside the package), from a wheel (``digitpad/assets/``, put
there by the build) and from a PyInstaller bundle (unpacked as ``digitpad/assets/`` too).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


class AssetError(FileNotFoundError):
    """A file that should have been installed with digitpad is not there."""


def assets_dir() -> Path:
    """The folder of bundled files.

    Raises:
        AssetError: if the installation has none.
    """
    # The installed copy first: beside a wheel's package lie other projects' folders.
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        if folder.is_dir():
            return folder
    raise AssetError("digitpad's assets folder is missing; reinstall digitpad")


def asset(name: str) -> Path:
    """The path of one bundled file, such as ``"models/digits.onnx"``.

    Raises:
        AssetError: if there is no such file.
    """
    path = assets_dir() / name
    if not path.is_file():
        raise AssetError(f"digitpad's file {name} is missing; reinstall digitpad")
    return path


def bundled_models() -> list[str]:
    """Names of the bundled models, sorted: ``["digits", ...]``."""
    return sorted(path.stem for path in (assets_dir() / "models").glob("*.onnx"))
