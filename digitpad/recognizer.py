"""A model in onnxruntime: which device runs it, and what it says of 28x28 images."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from digitpad.contract import ContractError, check
from digitpad.normalize import SIZE
from digitpad.resources import AssetError, asset, bundled_models

#: onnxruntime's providers behind each device, in order of preference.
PROVIDERS = {
    "cuda": ("CUDAExecutionProvider", "MIGraphXExecutionProvider", "ROCMExecutionProvider"),
    "directml": ("DmlExecutionProvider",),
    "coreml": ("CoreMLExecutionProvider",),
    "cpu": ("CPUExecutionProvider",),
}
DEVICES = ("auto", *PROVIDERS)
#: Largest model file read, in bytes; the bundled one is below 1 MB.
MAX_MODEL_BYTES = 256 * 2**20

#: From this many images on, all cores work on a batch. Below it, handing the work to more threads
#: costs more than it saves, and the slowest of 100 single predictions takes 40 times as long.
_BATCH = 16
_FATAL = 4  # onnxruntime's severity of messages that are always printed
_WARNING = 2  # onnxruntime's default


class RecognizerError(Exception):
    """A model that cannot be used; the message is one sentence for the user."""


def available_devices() -> tuple[str, ...]:
    """Devices that the installed onnxruntime was built for, best first, ``"cpu"`` last."""
    present = set(ort.get_available_providers())
    return tuple(device for device, names in PROVIDERS.items() if present & set(names))


@dataclass(frozen=True)
class Readings:
    """What a model says of N images.

    Attributes:
        probabilities: float32 (N, classes); each row sums to 1.
        digit_scores: float32 (N,), 0..1, higher for what looks more like a digit; None where the
            model does not judge that.
        rejected: bool (N,), true where the score is below the model's threshold; all false where
            there is no score.
    """

    probabilities: NDArray[np.float32]
    digit_scores: NDArray[np.float32] | None
    rejected: NDArray[np.bool_]


class Recognizer:
    """One loaded model. Takes images, not ink, so that test sets go through the shipped path.

    Attributes:
        name: short name, such as ``"digits"``.
        labels: what each class is called, in the order of the probabilities.
        digit_score_threshold: 0..1, the digit score below which a drawing is rejected; None for
            a model that has no such score.
        metadata: what the model's file says of itself; every value is text.
        notice: a sentence for the user when the wanted device could not be used, else None.
    """

    def __init__(self, model: bytes, name: str, device: str, card: dict[str, Any]) -> None:
        self._model = model
        self._session, self.notice = _start(model, device, threads=1)
        self.name = name
        self.card = card
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        try:
            contract = check(self._session, self.metadata)
        except ContractError as error:
            raise RecognizerError(str(error)) from error
        self.labels = contract.labels
        self.digit_score_threshold = contract.digit_score_threshold

    @classmethod
    def load(cls, name_or_path: str | Path, device: str = "auto") -> Recognizer:
        """Load a bundled model by name, or a file.

        Args:
            name_or_path: ``"digits"``, or the path of an ``.onnx`` file.
            device: one of :data:`DEVICES`; ``"auto"`` takes the best that works.

        Raises:
            RecognizerError: if there is no such model or it is not one for digitpad.
        """
        if device not in DEVICES:
            raise RecognizerError(f"no device {device!r}; choose one of {', '.join(DEVICES)}")
        path = _find(name_or_path)
        return cls(_read(path), path.stem, device, _card(path))

    @property
    def provider(self) -> str:
        """The provider that onnxruntime really uses, such as ``"CPUExecutionProvider"``."""
        return str(self._session.get_providers()[0])

    @property
    def judges(self) -> bool:
        """Whether the model may say that a drawing is not a digit."""
        return self.digit_score_threshold is not None

    def predict(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities of images, float32 (N, classes), as in :meth:`read`."""
        return self.read(images).probabilities

    def read(self, images: NDArray[np.float32]) -> Readings:
        """Everything that the model says of images, in one run.

        Args:
            images: float32 (N, 28, 28), ink 1.0 on paper 0.0. N may be 0.

        Raises:
            RecognizerError: if the images have another shape, or the device failed and so did
                the CPU.
        """
        if images.ndim != 3 or images.shape[1:] != (SIZE, SIZE):
            raise RecognizerError(f"images must be (N, {SIZE}, {SIZE}), not {images.shape}")
        probabilities, *scores = self._run(images)
        threshold = self.digit_score_threshold
        if threshold is None:
            return Readings(probabilities, None, np.zeros(len(images), dtype=np.bool_))
        # In double precision, so that it agrees with a comparison of the two as Python floats.
        return Readings(probabilities, scores[0], scores[0] < np.float64(threshold))

    def _run(self, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's probabilities and, where it judges, its digit scores."""
        names = ["probabilities", "digit_score"] if self.judges else ["probabilities"]
        if len(images) == 0:
            empty = np.zeros((0, len(self.labels)), dtype=np.float32)
            return [empty, empty[:, 0]][: len(names)]
        session = self._session if len(images) < _BATCH else self._batch_session
        feed = {"image": np.ascontiguousarray(images, dtype=np.float32)}
        try:
            outputs: list[NDArray[np.float32]] = session.run(names, feed)
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            if self.provider == "CPUExecutionProvider":
                raise RecognizerError(f"the model {self.name} failed on this image") from error
            self._fall_back()
            return self._run(images)
        if any(len(output) != len(images) for output in outputs):
            raise RecognizerError(f"the model {self.name} does not answer every image")
        return outputs

    @cached_property
    def _batch_session(self) -> Any:
        """All cores, for batches. A device other than the CPU has only one session."""
        if self.provider != "CPUExecutionProvider" or (os.cpu_count() or 1) == 1:
            return self._session
        return _start(self._model, "cpu", threads=0)[0]

    def _fall_back(self) -> None:
        """Go on on the CPU after a device failed at run time."""
        failed = self.provider
        self._session, _ = _start(self._model, "cpu", threads=1)
        self.__dict__.pop("_batch_session", None)
        self.notice = f"{failed} stopped working; going on on the CPU."


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    try:
        known = bundled_models()
        if str(name_or_path) in known:
            return asset(f"models/{name_or_path}.onnx")
    except AssetError as error:
        if not path.is_file():
            raise RecognizerError(str(error)) from error
    if path.is_file():
        return path
    raise RecognizerError(
        f"no model {path}: neither a file nor a bundled model ({', '.join(known) or 'none'})"
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise RecognizerError(f"{path} is too large for a model (over 256 MB)")
        return path.read_bytes()
    except OSError as error:
        raise RecognizerError(f"cannot read {path}: {error.strerror}") from error


def _card(path: Path) -> dict[str, Any]:
    """The model card beside a model; {} where there is none or it is damaged."""
    try:
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def _start(model: bytes, device: str, threads: int) -> tuple[Any, str | None]:
    """A session on the wanted device or, failing that, on the CPU, and a notice if so."""
    wanted = tuple(PROVIDERS) if device == "auto" else (device,)
    present = set(ort.get_available_providers())
    providers = [p for d in wanted for p in PROVIDERS[d] if p in present and d != "cpu"]
    notice = None
    for provider in providers:
        session = _session(model, [provider, "CPUExecutionProvider"], threads)
        if session is not None and session.get_providers()[0] == provider:
            return session, None
    if device not in ("auto", "cpu"):
        reason = "did not start" if providers else "is not in the installed onnxruntime"
        notice = f"The device {device} {reason}; using the CPU."
    session = _session(model, ["CPUExecutionProvider"], threads)
    if session is None:
        raise RecognizerError(
            "this file is not an ONNX model that digitpad can run (one file, no external data)"
        )
    return session, notice


def _session(model: bytes, providers: list[str], threads: int) -> Any | None:
    """A session, or None where onnxruntime refuses the model or the providers."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
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
