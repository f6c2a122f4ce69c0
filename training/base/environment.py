"""Starts Keras and its backend, quiet and deterministic, before anything else imports them."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from training.base.errors import BuildError

#: What the ``train`` extra installs, as modules.
NEEDED = (
    "tensorflow",
    "keras",
    "tf2onnx",
    "onnx",
    "cpuinfo",
    "cv2",
    "matplotlib",
    "pooch",
    "ncompress",
    "HersheyFonts",
    "jinja2",
    "pydantic",
    "filelock",
)
#: What decides the numbers, as packages.
_PACKAGES = (
    "keras",
    "numpy",
    "onnx",
    "onnxruntime",
    "opencv-python-headless",
    "tensorflow",
    "tf2onnx",
)
#: What Keras can train with; TensorFlow, the default, is needed to export.
BACKENDS = ("tensorflow", "jax", "torch")
#: The first Python without TensorFlow wheels.
_TOO_NEW = (3, 14)


def require() -> None:
    """Make sure of everything that training imports. Raises BuildError if this Python is too new
    for TensorFlow, or packages are missing.
    """
    if sys.version_info >= _TOO_NEW:
        raise BuildError(
            "TensorFlow has no release for this Python yet; train with Python 3.11 to 3.13:"
            " python3.13 -m venv .venv && .venv/bin/pip install -e '.[train]'"
        )
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise BuildError(
            f"training needs {', '.join(missing)}; install what is missing with"
            " pip install -e '.[train]'"
        )


def prepare() -> None:
    """Make sure of everything that training imports, and start Keras' backend.

    That is TensorFlow, unless the variable ``KERAS_BACKEND`` names another. The same program on the
    same machine then computes the same numbers. Raises BuildError as :func:`require`, or if the
    backend cannot be had.
    """
    require()
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if backend not in BACKENDS:
        raise BuildError(
            f"KERAS_BACKEND is {backend}; set it to one of {', '.join(BACKENDS)}, or leave it out"
        )
    if importlib.util.find_spec(backend) is None:
        raise BuildError(
            f"KERAS_BACKEND asks for {backend}, which is not installed: pip install {backend}"
        )
    if backend == "tensorflow":
        _start_tensorflow()
    import cv2
    import keras

    keras.utils.disable_interactive_logging()
    cv2.setNumThreads(1)


def on_one_core() -> bool:
    """Whether training uses a single core, so that several networks can be trained at once."""
    tensorflow = os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"
    return tensorflow and os.environ.get("CUDA_VISIBLE_DEVICES", "-1") in ("", "-1")


def packages() -> dict[str, str]:
    """Versions of the packages that decide what a training run computes."""
    return {name: version(name) for name in _PACKAGES}


def describe() -> dict[str, str]:
    """Versions and machine, as a run's folder records them."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or 1),
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
        **packages(),
    }


def _start_tensorflow() -> None:
    # GPUs round differently: with one, a build is compared with itself only.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _without_stderr():
        import tensorflow as tf

        # A second thread gains nothing on batches of small images, and one thread adds numbers
        # up in one order; enable_op_determinism would take a quarter longer.
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.get_logger().setLevel("ERROR")
        tf.constant(0.0)


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Mute what native code prints: no setting silences TensorFlow's notes about its own start."""
    sys.stderr.flush()
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silence, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(silence)
        os.close(kept)
