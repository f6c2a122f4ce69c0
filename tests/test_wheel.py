"""The wheel: built once, looked into, and run far from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    if find_spec("pip"):
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    else:  # the environments of uv have no pip
        build = [os.environ.get("UV", "uv"), "build", "--quiet", "--wheel", "--out-dir"]
    subprocess.run([*build, folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def names(wheel) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder for PYTHONPATH that holds what the wheel holds and nothing else."""
    target = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(installed), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-m", "digitpad", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def read(wheel: Path, name: str) -> str:
    with ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(f".dist-info/{name}"))
        return archive.read(path).decode()


def test_every_module_is_in_it(names):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "digitpad").rglob("*.py")}
    assert modules <= set(names)


@pytest.mark.parametrize("folder", ["models", "icons", "translations"])
def test_assets_are_in_it(names, folder):
    files = {path.name for path in (ROOT / "assets" / folder).iterdir()}
    assert files & {"digits.onnx", "digitpad.png", "digitpad_ko.qm"}
    assert {f"digitpad/assets/{folder}/{file}" for file in files} <= set(names)


def test_nothing_else_is_in_it(names):
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"digitpad"}
    folders = {name.split("/")[2] for name in names if name.startswith("digitpad/assets/")}
    assert folders == {"models", "icons", "translations"}


def test_it_is_small(wheel):
    assert wheel.stat().st_size < 5_000_000


def test_it_installs_a_console_and_a_window_program(wheel):
    entry_points = ConfigParser()
    entry_points.read_string(read(wheel, "entry_points.txt"))
    assert dict(entry_points["console_scripts"]) == {"digitpad": "digitpad.__main__:main"}
    assert dict(entry_points["gui_scripts"]) == {"digitpad-gui": "digitpad.__main__:main"}


def test_it_carries_the_licence(wheel):
    assert read(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text()
    assert "License-Expression: MIT" in read(wheel, "METADATA")


def test_its_model_is_the_one_in_use(installed, tmp_path):
    result = run(installed, tmp_path, "info", "--json")
    assert result.returncode == 0, result.stderr
    model = json.loads(result.stdout)["models"]["digits"]
    assert Path(model["file"]).is_relative_to(installed)
    assert model["card"]


def test_its_smoke_test_passes(installed, tmp_path):
    pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)  # without Qt's system libraries
    result = run(installed, tmp_path, "--smoke-test")
    assert result.returncode == 0, result.stdout + result.stderr
