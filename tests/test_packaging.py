"""What is packaged beside the code: the lock file and the application's icons."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "assets" / "icons"


def declared() -> Iterator[tuple[str, str, str]]:
    """Extra, name and versions of every dependency in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    todo = [("", line) for line in project["dependencies"]]
    todo += [(extra, line) for extra, lines in extras.items() for line in lines]
    for extra, line in todo:
        requirement = Requirement(line)
        if requirement.name == project["name"]:  # digitpad[train,package]
            todo += [(extra, line) for other in requirement.extras for line in extras[other]]
        else:
            yield extra, requirement.name, str(requirement.specifier)


def locked() -> Iterator[tuple[str, str, str]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    (digitpad,) = (package for package in packages if package["name"] == "digitpad")
    for entry in digitpad["metadata"]["requires-dist"]:
        extra = re.search(r"extra == '(\w+)'", entry.get("marker", ""))
        requirement = Requirement(entry["name"] + entry["specifier"])
        yield extra[1] if extra else "", requirement.name, str(requirement.specifier)


def test_the_lock_file_is_that_of_the_declared_dependencies():
    assert set(locked()) == set(declared()), "run `uv lock`"


def test_the_lock_file_names_public_addresses_only():
    hosts = set(re.findall(r"\w+://[^/\"]+", (ROOT / "uv.lock").read_text()))
    assert hosts == {"https://pypi.org", "https://files.pythonhosted.org"}


@pytest.mark.parametrize(
    ("name", "side"), [("digitpad.png", 256), ("digitpad.ico", 256), ("digitpad.icns", 1024)]
)
def test_icons_are_whole_and_transparent_at_the_corners(name, side):
    with Image.open(ICONS / name) as icon:
        icon.load()
        assert icon.size == (side, side)
        assert icon.convert("RGBA").getpixel((0, 0))[3] == 0


def test_the_windows_icon_has_the_small_sizes():
    with Image.open(ICONS / "digitpad.ico") as icon:
        assert {(side, side) for side in (16, 24, 32, 48, 64, 256)} == icon.info["sizes"]
