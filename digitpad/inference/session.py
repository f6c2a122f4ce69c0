"""onnxruntime sessions: which device runs a model, on how many threads, within what limits.

onnxruntime is imported when it is first needed, so that a window can be shown before.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import numpy as np

from digitpad.inference.errors import DeadlineError, ModelError

if sys.platform == "win32":
    # There, its libraries do not load after Qt's: this module is imported before PySide6.
    with suppress(ImportError):  # onnxruntime() says it when it is needed
        import onnxruntime as _onnxruntime  # noqa: F401

#: onnxruntime's providers behind each device, in order of preference.
PROVIDERS = {
    "cuda": ("CUDAExecutionProvider", "MIGraphXExecutionProvider", "ROCMExecutionProvider"),
    "directml": ("DmlExecutionProvider",),
    "coreml": ("CoreMLExecutionProvider",),
    "cpu": ("CPUExecutionProvider",),
}
DEVICES = ("auto", *PROVIDERS)
#: Bytes that all models of other people's together may have for weights and results on the CPU.
MAX_MEMORY = 2**29
#: Seconds after which a run of other people's is stopped, and how much longer for each 28 x 28
#: numbers that it is given.
_DEADLINE_S, _MORE_S = 1.0, 0.02
_LOOK_S = 0.1  # between two looks at the clock while something runs

#: What to do where a library does not load.
LIBRARY_FIX = "reinstall digitpad and, on Windows, install the Microsoft Visual C++ Redistributable"
_FATAL = 4  # onnxruntime's severity of messages that are always printed
_WARNING = 2  # onnxruntime's default


class _Watchdog:
    """One thread that stops runs at their deadlines, and waits while there are none.

    A thread or timer of its own for each run would cost more than the run.
    """

    def __init__(self) -> None:
        self._running: dict[int, tuple[float, Any]] = {}
        self._wake = Event()
        Thread(target=self._look, name="deadlines of models", daemon=True).start()

    def watch(self, options: Any, seconds: float) -> None:
        self._running[id(options)] = monotonic() + seconds, options
        self._wake.set()

    def forget(self, options: Any) -> None:
        self._running.pop(id(options), None)

    def _look(self) -> None:
        while True:
            self._wake.wait()
            sleep(_LOOK_S)
            for until, options in list(self._running.values()):
                if monotonic() > until:
                    options.terminate = True
            self._wake.clear()
            if self._running:
                self._wake.set()


@cache
def _watchdog() -> _Watchdog:
    return _Watchdog()


class BoundedSession:
    """A session whose runs end: between two operators, soon after a deadline.

    How long a model takes may depend on the drawing, so that no trial can tell.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        #: Besides the image: single numbers that switch dropout, for a model at work.
        self._switches: dict[str, Any] = {
            i.name: np.full([1] * len(i.shape), value, np.bool_ if "bool" in i.type else np.float32)
            for i in session.get_inputs()
            if (value := _switch(i)) is not None
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def get_inputs(self) -> list[Any]:
        """As of onnxruntime's session, without switches of dropout."""
        return [i for i in self._session.get_inputs() if i.name not in self._switches]

    def run(self, outputs: Sequence[str] | None, feed: Mapping[str, Any]) -> list[Any]:
        """As of onnxruntime's session.

        Raises:
            DeadlineError: if it took too long.
            Exception: whatever onnxruntime raises.
        """
        options = onnxruntime().RunOptions()
        options.log_severity_level = _FATAL
        numbers = max(array.size for array in feed.values())
        watchdog = _watchdog()
        watchdog.watch(options, _DEADLINE_S + numbers * _MORE_S / 784)
        try:
            answers: list[Any] = self._session.run(outputs, {**self._switches, **feed}, options)
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            if options.terminate:
                raise DeadlineError("this model takes too long on this drawing") from error
            raise
        finally:
            watchdog.forget(options)
        return answers


def _switch(given: Any) -> float | None:
    """What a single number that a model wants besides the image is at work; None for others."""
    if given.type not in ("tensor(float)", "tensor(bool)") or set(given.shape) - {1}:
        return None
    name = given.name.lower()
    keeps = given.type == "tensor(float)" and not any(w in name for w in ("drop", "rate", "train"))
    return 1.0 if keeps else 0.0


def onnxruntime() -> Any:
    """The module.

    Raises:
        ModelError: if its libraries cannot be loaded.
    """
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise ModelError(f"a library cannot be loaded ({error}); {LIBRARY_FIX}") from error
    return ort


def metadata(session: Any) -> dict[str, str]:
    """What a session's model says of itself."""
    return dict(session.get_modelmeta().custom_metadata_map)


def available_devices() -> tuple[str, ...]:
    """Devices that the installed onnxruntime was built for, best first, ``"cpu"`` last.

    Raises:
        ModelError: if its libraries cannot be loaded.
    """
    present = set(onnxruntime().get_available_providers())
    return tuple(device for device, names in PROVIDERS.items() if present & set(names))


def start(
    model: bytes, device: str, threads: int, *, bounded: bool = False
) -> tuple[Any, str | None]:
    """A session on the wanted device or, failing that, on the CPU.

    Args:
        model: the whole file.
        device: one of :data:`DEVICES`.
        threads: how many work on one image; 0 for all cores.
        bounded: whether the model has to do with a share of :data:`MAX_MEMORY`.

    Returns:
        The session, and a sentence for the user where it is not on the wanted device.

    Raises:
        ModelError: if onnxruntime does not run the model.
    """
    wanted = tuple(PROVIDERS) if device == "auto" else (device,)
    present = set(onnxruntime().get_available_providers())
    providers = [p for d in wanted for p in PROVIDERS[d] if p in present and d != "cpu"]
    notice = None
    for provider in providers:
        session = _session(model, [provider, "CPUExecutionProvider"], threads, bounded)
        if session is not None and session.get_providers()[0] == provider:
            return session, None
    if device not in ("auto", "cpu"):
        reason = "did not start" if providers else "is not in the installed onnxruntime"
        notice = f"The device {device} {reason}; using the CPU."
    session = _session(model, ["CPUExecutionProvider"], threads, bounded)
    if session is None:
        raise ModelError("this file is not an ONNX model that digitpad can run")
    return session, notice


def _session(model: bytes, providers: list[str], threads: int, bounded: bool) -> Any | None:
    """A session, or None where onnxruntime refuses the model or the providers."""
    ort = onnxruntime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    # Not onnxruntime's own format, which it would take from the same bytes, unchecked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    if not bounded:
        return _started(model, options, providers)
    from tempfile import TemporaryDirectory  # a window shows before it needs this

    _share_memory()
    options.add_session_config_entry("session.use_env_allocators", "1")
    try:
        with TemporaryDirectory() as empty:
            # A model names files for its weights ("external data") at its writer's will. From
            # bytes and with an empty folder, no such file can be found.
            options.add_session_config_entry(
                "session.model_external_initializers_file_folder_path", empty
            )
            session = _started(model, options, providers)
            return None if session is None else BoundedSession(session)
    except OSError as error:
        raise ModelError(
            "there is no room for the temporary folder of a model; make some on the disk"
        ) from error


def _started(model: bytes, options: Any, providers: list[str]) -> Any | None:
    ort = onnxruntime()
    # Providers that are built in but have no device print errors through the default logger.
    ort.set_default_logger_severity(_FATAL)
    try:
        return ort.InferenceSession(model, options, providers=providers)
    except Exception:  # onnxruntime's exceptions have no common base of their own
        return None
    finally:
        ort.set_default_logger_severity(_WARNING)


@cache
def _share_memory() -> None:
    """Register the one allocator that bounded sessions share, once a process."""
    ort = onnxruntime()
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    # Strategy 1: grow by what is asked for, not by powers of two.
    limits = ort.OrtArenaCfg({"max_mem": MAX_MEMORY, "arena_extend_strategy": 1})
    ort.create_and_register_allocator(memory, limits)
