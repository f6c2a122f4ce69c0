"""What all tests share: Qt without a screen, the data directory, and no silent skips in CI."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from rich.console import Console

from tests.support.fuzz import FUZZ, examples

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nobody's own settings and drawings.
os.environ["DIGITPAD_HOME"] = tempfile.mkdtemp(prefix="digitpad-")
# A shell that runs the tests in the background hands down an ignored Ctrl-C; tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Many short-lived sessions and processes on few cores: TensorFlow's start-up notes are noise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# The same examples every time, or, where more are asked for, others.
hypothesis.settings.register_profile(
    "digitpad",
    max_examples=examples(25),
    deadline=None,
    derandomize=FUZZ == 1,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("digitpad")

try:
    import onnxruntime  # noqa: F401  before PySide6: on Windows the other order fails
    import PySide6.QtWidgets  # noqa: F401

    QT_MISSING = ""
except ImportError as error:  # a system library, such as libEGL.so.1
    QT_MISSING = f"Qt does not load here ({error}); see README.md, Troubleshooting"


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Without Qt, pytest-qt would end the whole run; its tests skip by themselves."""
    if QT_MISSING and manager.get_name(plugin) == "pytest-qt":
        manager.unregister(plugin)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI everything that a test can need is there, so a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of datasets with MNIST in it, downloaded into the cache if need be.

    Skips, with the reason, only where there is neither a folder nor a network.
    """
    fetch = pytest.importorskip("training.data.fetch")
    datasets = pytest.importorskip("training.data.datasets")
    try:
        folder = fetch.data_folder(None)
        datasets.load_test(datasets.MNIST, folder, Console(stderr=True))
    except fetch.DatasetError as error:
        pytest.skip(f"no MNIST here: {error}")
    return folder


@pytest.fixture(scope="session")
def mnist_test_images(data_dir: Path) -> np.ndarray:
    """uint8 (10000, 28, 28)."""
    datasets = pytest.importorskip("training.data.datasets")
    images = datasets.load_test(datasets.MNIST, data_dir, Console(stderr=True)).images
    return (images * 255).round().astype(np.uint8)
