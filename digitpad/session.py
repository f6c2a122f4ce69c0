"""onnxruntime sessions: which device runs a model, on how many threads, within what limits."""

from __future__ import annotations

import tempfile
from functools import cache
from typing import Any

import onnxruntime as ort

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

_FATAL = 4  # onnxruntime's severity of messages that are always printed
_WARNING = 2  # onnxruntime's default


class SessionError(Exception):
    """A model that onnxruntime does not run; the message is one sentence for the user."""


def available_devices() -> tuple[str, ...]:
    """Devices that the installed onnxruntime was built for, best first, ``"cpu"`` last."""
    present = set(ort.get_available_providers())
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
        SessionError: if onnxruntime does not run the model.
    """
    wanted = tuple(PROVIDERS) if device == "auto" else (device,)
    present = set(ort.get_available_providers())
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
        raise SessionError(
            "this file is not an ONNX model that digitpad can run (one file, no external data)"
        )
    return session, notice


def _session(model: bytes, providers: list[str], threads: int, bounded: bool) -> Any | None:
    """A session, or None where onnxruntime refuses the model or the providers."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    # Not onnxruntime's own format, which it would take from the same bytes, unchecked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    if bounded:
        _share_memory()
        options.add_session_config_entry("session.use_env_allocators", "1")
    with tempfile.TemporaryDirectory() as empty:
        # A model names files for its weights ("external data") at its writer's will; digitpad's
        # models have none. From bytes and with an empty folder, no such file can be found.
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", empty
        )
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
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    # Strategy 1: grow by what is asked for, not by powers of two.
    limits = ort.OrtArenaCfg({"max_mem": MAX_MEMORY, "arena_extend_strategy": 1})
    ort.create_and_register_allocator(memory, limits)
