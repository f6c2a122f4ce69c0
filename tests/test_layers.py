"""Which package may import which: one ordered list, read from the source itself.

Every module belongs to the longest prefix of its name in :data:`LAYERS`, and may import what stands
there or above, never what stands below. Imports inside functions and under ``TYPE_CHECKING`` count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ("digitpad", "training")

#: From what knows nothing of the rest to what knows everything.
LAYERS = (
    "digitpad",
    "digitpad.child",
    "digitpad.ink",
    "digitpad.image",
    "digitpad.library",
    "digitpad.inference",
    "digitpad.reading",
    "digitpad.cli",
    "digitpad.ui",
    "digitpad.ui.display",
    "digitpad.ui.style",
    "digitpad.ui.pad",
    "digitpad.ui.results",
    "digitpad.ui.settings",
    "digitpad.ui.window",
    "digitpad.ui.why",
    "digitpad.ui.hand",
    "digitpad.ui.models",
    "digitpad.ui.files",
    "digitpad.ui.session",
    "digitpad.ui.app",
    "digitpad.__main__",
    "training",
    "training.base",
    "training.recipes",
    "training.networks",
    "training.runs",
    "training.data",
    "training.synth",
    "training.fit",
    "training.measure",
    "training.export",
    "training.report",
    "training.live",
    "training.cli",
    "training.build",
    "training.evaluate",
    "training.compare",
    "training.forms",
    "training.negatives",
    "training.sweep",
)
#: What training may import of digitpad: nothing of the window but its looks, for the live window.
TRAINING_OF_DIGITPAD = (
    "digitpad.ink",
    "digitpad.image",
    "digitpad.library",
    "digitpad.inference",
    "digitpad.reading",
    "digitpad.cli",
)
LIVE_OF_DIGITPAD = (*TRAINING_OF_DIGITPAD, "digitpad.ui.display", "digitpad.ui.style")
#: Where alone these packages may be imported.
ONLY_IN = {
    "PySide6": ("digitpad.ui", "training.live"),
    "shiboken6": ("digitpad.ui", "training.live"),
    "pyqtgraph": ("training.live",),
    "optuna": ("training.sweep",),
    "keras": ("training",),
    "tensorflow": ("training",),
    "tf2onnx": ("training",),
    "onnx": ("training",),
    "cv2": ("training",),
    "matplotlib": ("training.report",),
}
#: What digitpad needs of others, by its pyproject.toml.
DIGITPADS_DEPENDENCIES = {"PySide6", "onnxruntime", "numpy", "PIL", "rich", "digitpad"}


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def layer(module: str) -> int | None:
    """The place of a module's longest prefix in the list; the two top packages hold no others."""
    for prefix in sorted(LAYERS, key=len, reverse=True):
        if module == prefix or (within(module, prefix) and prefix not in (*PROJECT, "digitpad.ui")):
            return LAYERS.index(prefix)
    return None


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
    top = imported.partition(".")[0]
    if within(module, "digitpad"):
        if top == "training":
            return "digitpad must run without training"
        if top not in DIGITPADS_DEPENDENCIES | sys.stdlib_module_names:
            return "digitpad must run without it"
    elif within(imported, "digitpad") and imported != "digitpad":
        allowed = LIVE_OF_DIGITPAD if within(module, "training.live") else TRAINING_OF_DIGITPAD
        return "" if within(imported, *allowed) else "training may not import it"
    if top not in PROJECT:
        return ""
    above, below = layer(module), layer(imported)
    if above is None or below is None:
        return f"{module if above is None else imported} belongs to no layer of {__name__}"
    return "" if below <= above else "its layer is below; see LAYERS"


def violations(root: Path) -> list[str]:
    """A sentence for every import that goes the wrong way, and for every circle."""
    found = {name: (path, list(imports(path, root))) for name, path in modules(root).items()}
    wrong = [
        f"{path}:{line}: {module} imports {name}: {why}"
        for module, (path, names) in found.items()
        for line, name in names
        if (why := complaint(module, name))
    ]
    homeless = [
        f"{path}: {module} has no layer"
        for module, (path, _) in found.items()
        if layer(module) is None
    ]
    return [*wrong, *homeless, *circles({module: names for module, (_, names) in found.items()})]


def circles(found: dict[str, list[tuple[int, str]]]) -> list[str]:
    """One sentence for each import that leads back to where it came from.

    A package's face (``__init__``) imports its own modules, so ways through it do not count.
    """
    graph = {
        module: {name for _, name in names if name in found and not within(module, name)}
        for module, names in found.items()
    }
    done: set[str] = set()
    told: list[str] = []

    def visit(module: str, way: tuple[str, ...]) -> None:
        if module in way:
            told.append("a circle: " + " -> ".join((*way[way.index(module) :], module)))
        elif module not in done:
            for name in sorted(graph[module]):
                visit(name, (*way, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())
    return told


def test_there_are_imports_to_check():
    found = {
        module: [name for _, name in imports(path, ROOT)] for module, path in modules(ROOT).items()
    }
    assert "digitpad.image.normalize" in found["digitpad.inference.contract"]
    assert any(within(name, "PySide6") for name in found["digitpad.ui.pad.canvas"])
    assert any(name == "keras" for names in found.values() for name in names)
    empty = [each for each in LAYERS if not any(within(module, each) for module in found)]
    assert not empty, "layers without a module"


def test_imports_go_one_way():
    wrong = violations(ROOT)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "code", "says"),
    [
        ("digitpad.ink.ink", "import PySide6", "only digitpad.ui"),
        ("digitpad.ink.ink", "from digitpad.image.normalize import SIZE", "below"),
        ("digitpad.image.bitmap", "def f():\n    from ..library import document", "below"),
        ("digitpad.library.resources", "import training.build", "without training"),
        ("digitpad.image.normalize", "import digitpad.inference.recognizer", "below"),
        ("digitpad.inference.recognizer", "from ..ui.style.theme import GRID", "below"),
        (
            "digitpad.cli.predict",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import cv2",
            "only training",
        ),
        ("digitpad.inference.session", "import digitpad.reading.reader", "below"),
        ("digitpad.cli.predict", "import digitpad.ui", "below"),
        (
            "digitpad.cli.predict",
            "import importlib\nimportlib.import_module('PySide6.QtGui')",
            "only",
        ),
        ("digitpad.cli.predict", "import pandas", "without it"),
        ("digitpad.__main__", "def f():\n    from PySide6.QtCore import Qt", "only digitpad.ui"),
        ("digitpad.ui.style.theme", "from digitpad.ui.pad.canvas import Canvas", "below"),
        ("digitpad.ui.pad.canvas", "from ..results import bars", "below"),
        ("digitpad.ui.window.window", "import keras.layers", "only training"),
        ("digitpad.novel", "", "no layer"),
        ("training.fit.augment", "from matplotlib import pyplot", "only training.report"),
        ("training.report.plots.style", "from digitpad.ui.style import theme", "may not import"),
        ("training.build", "from digitpad.ui.style import theme", "may not import"),
        ("training.base.errors", "from training.recipes import Recipe", "below"),
        ("training.novel", "", "no layer"),
        ("training.live.window", "from digitpad.ui.window import window", "may not import"),
        ("training.fit.augment", "import training.fit.batches", "circle"),
    ],
)
def test_a_planted_violation_is_found(tmp_path, module, code, says):
    for source in modules(ROOT).values():
        path = tmp_path / source.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    batches = tmp_path / "training" / "fit" / "batches.py"
    batches.write_text("import training.fit.augment", encoding="utf-8")
    planted = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    planted.write_text(code, encoding="utf-8")
    assert violations(tmp_path), f"{code} in {module} was not found"
    told = "\n".join(violations(tmp_path))
    assert says in told
    assert module in told
