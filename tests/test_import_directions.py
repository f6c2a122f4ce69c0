"""Which module may import which: the directions of the layout, read from the source itself.

Imports inside functions and under ``TYPE_CHECKING`` count too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ("digitpad", "training")

#: What these may import of digitpad, itself and ``__version__`` (the name ``digitpad``) apart.
OF_DIGITPAD = {
    "digitpad.ink": (),
    "digitpad.bitmap": ("digitpad.blobs", "digitpad.paper", "digitpad.rules"),
    "digitpad.blobs": ("digitpad.paper",),
    "digitpad.paper": (),
    "digitpad.rules": ("digitpad.paper",),
    "digitpad.resources": (),
    "digitpad.normalize": ("digitpad.ink", "digitpad.bitmap"),
    "digitpad.contract": ("digitpad.normalize",),
    "digitpad.recents": ("digitpad.ink", "digitpad.recents_file"),
    "digitpad.recents_file": (),
    "digitpad.feature_maps": (
        "digitpad.adapter",
        "digitpad.graph",
        "digitpad.recognizer",
        "digitpad.session",
    ),
    "digitpad.importance": ("digitpad.ink", "digitpad.normalize", "digitpad.recognizer"),
    "digitpad.late": ("digitpad.recognizer", "digitpad.resources"),
    "digitpad.model_file": ("digitpad.resources",),
    "digitpad.graph": (),
    "digitpad.rehearsal": (),
    "digitpad.session": (),
    "digitpad.reference": ("digitpad.ink", "digitpad.normalize"),
    "digitpad.conventions": ("digitpad.contract", "digitpad.normalize"),
    "digitpad.adapter": ("digitpad.contract", "digitpad.conventions", "digitpad.normalize"),
    "digitpad.probe": (
        "digitpad.adapter",
        "digitpad.conventions",
        "digitpad.normalize",
        "digitpad.reference",
    ),
    "digitpad.understanding": (
        "digitpad.adapter",
        "digitpad.conventions",
        "digitpad.probe",
        "digitpad.reference",
    ),
    "digitpad.recognizer": (
        "digitpad.adapter",
        "digitpad.contract",
        "digitpad.conventions",
        "digitpad.graph",
        "digitpad.model_file",
        "digitpad.normalize",
        "digitpad.rehearsal",
        "digitpad.session",
        "digitpad.understanding",
    ),
    "digitpad.document": ("digitpad.ink", "digitpad.normalize"),
    "digitpad.edit": ("digitpad.ink",),
    "digitpad.replay": ("digitpad.ink",),
    "digitpad.ui.canvas": (
        "digitpad.ink",
        "digitpad.replay",
        "digitpad.ui.brush",
        "digitpad.ui.eraser",
        "digitpad.ui.pointer",
        "digitpad.ui.recorder",
        "digitpad.ui.theme",
    ),
    "digitpad.ui.pointer": (),
    "digitpad.ui.journal": ("digitpad.ui.places",),
    "digitpad.ui.first_paint": (),
    "digitpad.ui.brush": (),
    "digitpad.ui.bars": ("digitpad.ui.theme",),
}
#: What training may import of digitpad.
OF_TRAINING = tuple(
    f"digitpad.{name}"
    for name in (
        "bitmap",
        "contract",
        "ink",
        "model_file",
        "normalize",
        "recognizer",
        "resources",
        "sources",
        "terminal",
    )
)
#: What its window may import besides.
OF_LIVE = (*OF_TRAINING, "digitpad.ui.display", "digitpad.ui.theme")
#: Where alone these packages may be imported.
ONLY_IN = {
    "PySide6": ("digitpad.ui", "training.live"),
    "shiboken6": ("digitpad.ui", "training.live"),
    "pyqtgraph": ("training.live",),
    "optuna": ("training.sweep",),
    "tensorboard": ("training.tensorboard",),
    "keras": ("training",),
    "tensorflow": ("training",),
    "tf2onnx": ("training",),
    "onnx": ("training",),
    "cv2": ("training",),
    "matplotlib": ("training.plots", "training.sweep.plots"),
}
#: The container: it imports the window where it starts it.
MAIN = "digitpad.__main__"


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def module_name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def modules(root: Path) -> dict[str, Path]:
    """Every module of the project under a folder, by its dotted name."""
    paths = [path for package in PROJECT for path in sorted((root / package).rglob("*.py"))]
    return {module_name(path, root): path for path in paths}


def imports(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a module imports.

    ``from digitpad import ink`` names the module ``digitpad.ink``, ``from digitpad import
    __version__`` the package ``digitpad``; ``import_module("...")`` counts as an import.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, path, root)
            for alias in node.names:
                name = f"{base}.{alias.name}" if is_module(base, alias.name, root) else base
                yield node.lineno, name
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: unreadable"
            yield node.lineno, str(node.args[0].value)


def absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parts[: -node.level]
    return ".".join((*package, *((node.module,) if node.module else ())))


def is_module(base: str, name: str, root: Path) -> bool:
    folder = root.joinpath(*base.split("."))
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def complaint(module: str, imported: str) -> str:
    """What is wrong with one import, or nothing."""
    for package, homes in ONLY_IN.items():
        if within(imported, package) and not within(module, *homes):
            return f"only {' and '.join(homes)} may import {package}"
    if within(module, "digitpad"):
        if within(imported, "training"):
            return "digitpad must run without training"
        if within(imported, "digitpad.ui") and not within(module, "digitpad.ui", MAIN):
            return "the core must run without a window"
        allowed, who = OF_DIGITPAD.get(module), "it"
    else:
        allowed = OF_LIVE if within(module, "training.live") else OF_TRAINING
        who = "training"
    if allowed is None or not within(imported, "digitpad"):
        return ""
    if imported in ("digitpad", module, *allowed):
        return ""
    return f"of digitpad {who} may import only {', '.join(allowed) or 'its __version__'}"
    return ""


def violations(path: Path, root: Path) -> list[str]:
    module = module_name(path, root)
    found = ((line, name, complaint(module, name)) for line, name in imports(path, root))
    return [f"{path}:{line}: {module} imports {name}: {why}" for line, name, why in found if why]


MODULES = modules(ROOT)


def test_there_are_imports_to_check():
    found = {module: [name for _, name in imports(path, ROOT)] for module, path in MODULES.items()}
    assert set(OF_DIGITPAD) <= set(found), "a module with a rule of its own is gone"
    assert "digitpad.normalize" in found["digitpad.recognizer"]
    assert any(within(name, "PySide6") for name in found["digitpad.ui.canvas"])
    assert any(name == "keras" for names in found.values() for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module):
    wrong = violations(MODULES[module], ROOT)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "digitpad")])
def test_digitpad_imports_only_its_declared_dependencies(module):
    declared = {"PySide6", "onnxruntime", "numpy", "PIL", "rich", "digitpad"}
    names = {name.partition(".")[0] for _, name in imports(MODULES[module], ROOT)}
    assert names <= declared | sys.stdlib_module_names


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("digitpad.ink", "import PySide6"),
        ("digitpad.ink", "from digitpad.normalize import SIZE"),
        ("digitpad.bitmap", "def f():\n    from . import ink"),
        ("digitpad.resources", "from digitpad import ink"),
        ("digitpad.normalize", "import digitpad.recognizer"),
        ("digitpad.recognizer", "from .ui.theme import GRID"),
        ("digitpad.predict", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import cv2"),
        ("digitpad.predict", "import digitpad.ui"),
        ("digitpad.predict", "import importlib\nimportlib.import_module('PySide6.QtGui')"),
        ("digitpad.__main__", "def f():\n    from PySide6.QtCore import Qt"),
        ("digitpad.__main__", "import training.build"),
        ("digitpad.ui.bars", "from digitpad.recognizer import Recognizer"),
        ("digitpad.ui.bars", "from .canvas import Canvas"),
        ("digitpad.ui.canvas", "from .. import normalize"),
        ("digitpad.ui.window", "import keras.layers"),
        ("training.augment", "from matplotlib import pyplot"),
        ("training.plots", "from digitpad.ui import theme"),
        ("training.build", "from digitpad import predict"),
    ],
)
def test_a_planted_violation_is_found(tmp_path, module, code):
    for name, source in MODULES.items():
        path = tmp_path / source.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code if name == module else "", encoding="utf-8")
    planted = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    planted.write_text(code, encoding="utf-8")
    (complaint,) = violations(planted, tmp_path)
    assert module in complaint
    assert str(planted) in complaint
