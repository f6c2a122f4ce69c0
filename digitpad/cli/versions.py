"""Which versions of digitpad, and of what it stands on, are installed."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from digitpad import __version__
from digitpad.inference.session import onnxruntime


def versions() -> dict[str, str]:
    """What digitpad runs on here, such as ``{"Python": "3.11.2 (CPython)"}``.

    Raises:
        ModelError: if onnxruntime cannot be loaded.
    """
    return {
        "digitpad": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "platform": platform.platform(),
        "numpy": _installed("numpy"),
        # Three wheels of different names hold onnxruntime; only the module knows its version.
        "onnxruntime": str(onnxruntime().__version__),
        "Pillow": _installed("pillow"),
        # PySide6's version is Qt's. Asked of the package, so that no display library is loaded.
        "PySide6 and Qt": _installed("pyside6-essentials"),
    }


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
