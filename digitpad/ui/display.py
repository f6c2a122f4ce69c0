"""Whether there is a screen to open a window on; asked first, because Qt aborts without one."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from digitpad.cli.terminal import printable

#: What Qt's window plugin needs and PySide6's wheel does not bring.
DEBIAN_PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)


class DisplayError(Exception):
    """No window can be opened; the message is a sentence with the fix."""


def require_display() -> None:
    """Check that Qt can open windows here; only Linux and the BSDs can be without a screen.

    Raises:
        DisplayError: if there is no display, or a system library is missing.
    """
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    wayland = os.environ.get("WAYLAND_DISPLAY")
    # An absolute WAYLAND_DISPLAY stands for itself.
    if wayland and _connects(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/"), wayland))):
        return
    display = os.environ.get("DISPLAY", "")
    if not display or not _answers(display):
        raise DisplayError(
            "there is no screen to open a window on; start digitpad in a desktop session, or use"
            " `digitpad predict` or `digitpad --screenshot`, which need none"
        )
    _require_x11_libraries()


def use_no_display() -> None:
    """Let Qt draw into memory, for pictures and tests on machines without a screen."""
    if sys.platform not in ("win32", "darwin"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        # Imported here, because this module must say what is missing where Qt does not load.
        from PySide6.QtCore import qInstallMessageHandler

        qInstallMessageHandler(_print_message)


#: What Qt says of drawing into memory and of an environment without a locale: harmless, and not
#: for a person who asked for a picture.
_NOISE = ("does not support propagateSizeHints", "Detected locale")


def _print_message(_kind: object, _context: object, message: str) -> None:
    if not any(noise in message for noise in _NOISE):
        print(*map(printable, message.splitlines()), sep="\n", file=sys.stderr)


def _answers(display: str) -> bool:
    """Whether an X server listens at ``[host]:number[.screen]``."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdecimal():
        return False
    if host in ("", "unix"):
        return any(
            _connects(address)
            # X11's own place, not a temporary file (S108); Linux has an abstract name for it too.
            for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}")  # noqa: S108
        )
    if host.startswith("/"):  # XQuartz names its socket's path
        return _connects(display)
    return _connects((host, 6000 + int(number)))


def _connects(address: str | tuple[str, int]) -> bool:
    """Whether somebody listens on a socket's file, or at a host's port."""
    import socket  # which offscreen, Windows and macOS do without

    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(address)
    except (OSError, OverflowError):  # OverflowError: no such port
        return False
    return True


def _require_x11_libraries() -> None:
    """Load Qt's X11 plugin, which Qt does next anyway, to learn whether its libraries are there."""
    spec = find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return
    plugin = Path(spec.submodule_search_locations[0], "Qt/plugins/platforms/libqxcb.so")
    if not plugin.is_file():
        return
    import ctypes

    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = str(error).partition(":")[0]
        raise DisplayError(
            f"Qt's system library {missing} is missing; on Debian or Ubuntu, run:"
            f" sudo apt install {DEBIAN_PACKAGES}"
        ) from error
