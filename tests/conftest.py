"""What all tests share: Qt without a screen, the data directory, and no silent skips in CI."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A shell that runs the tests in the background hands down an ignored Ctrl-C; tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Many short-lived sessions and processes on few cores: TensorFlow's start-up notes are noise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

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
    """The folder of datasets, or a skip that says how to get one."""
    folder = os.environ.get("DIGITPAD_DATA_DIR")
    if not folder:
        pytest.skip("no datasets here: set DIGITPAD_DATA_DIR (see README.md, Retraining)")
    return Path(folder)


@pytest.fixture(scope="session")
def mnist_test_images(data_dir: Path) -> np.ndarray:
    """uint8 (10000, 28, 28)."""
    import gzip

    path = data_dir / "mnist" / "t10k-images-idx3-ubyte.gz"
    if not path.is_file():
        pytest.skip(f"no MNIST in {data_dir}")
    raw = gzip.decompress(path.read_bytes())
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
