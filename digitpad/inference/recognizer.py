"""A model in onnxruntime: which device runs it, and what it says of 28x28 images."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE
from digitpad.inference.contract import Contract, OtherModelError, check
from digitpad.inference.errors import NOT_NEEDED, DeadlineError, ModelError
from digitpad.inference.model_file import ModelFile, open_model
from digitpad.inference.session import DEVICES, metadata, start

if TYPE_CHECKING:  # what digitpad's own models do not need is imported where it is used
    from digitpad.inference.foreign.adapter import Adapter
    from digitpad.inference.foreign.conventions import Conventions
    from digitpad.inference.foreign.conventions_search import InferredConventions

#: From this many images on, all cores work on a batch. Below it, handing the work to more threads
#: costs more than it saves, and the slowest of 100 single predictions takes 40 times as long.
_BATCH = 16
_BLANK: NDArray[np.float32] = np.zeros((1, SIZE, SIZE), dtype=np.float32)


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
        model: the whole file.
        foreign: whether it may be other people's, and its memory is bounded.
        adapter: feeds a model of other people's; None for digitpad's own.
        inferred: how a model of other people's is used, and how that is known; None for digitpad's
            own.
    """

    def __init__(
        self,
        model: bytes,
        name: str,
        device: str,
        card: dict[str, Any],
        *,
        foreign: bool = False,
        inferred: InferredConventions | None = None,
    ) -> None:
        """A recognizer of a model that is trusted, or that was tried in a sandbox.

        Args:
            model: the whole file.
            name: short name.
            device: one of :data:`DEVICES`.
            card: the model card.
            foreign: whether it may be other people's, and its memory is to be bounded.
            inferred: how it is used, where it is not of digitpad's own kind.

        Raises:
            ModelError: if it cannot be used.
        """
        self.model, self.foreign = model, foreign
        self.name, self.card = name, card
        self.adapter: Adapter | None = None
        self.inferred: InferredConventions | None = None
        self._session, self.notice = self._start(device, threads=1)
        self.metadata = metadata(self._session)
        try:
            contract = check(self._session, self.metadata)
        except OtherModelError:
            if inferred is None:
                raise
            from digitpad.inference.foreign.adapter import Adapter

            self.inferred = inferred
            self.adapter = Adapter(inferred.input, inferred.best.conventions)
            contract = Contract(inferred.best.conventions.labels, None)
        self.labels = contract.labels
        self.digit_score_threshold = contract.digit_score_threshold
        if self.adapter is not None:
            self.predict(_BLANK)  # what the sandbox has said of it, it does

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        device: str = "auto",
        overrides: Mapping[str, Any] | None = None,
    ) -> Self:
        """Load a bundled model by name, or a file.

        A file that is not digitpad's own is checked, and tried out in another process, before it is
        run here; and where it is no digitpad model, how it wants its images is worked out.

        Args:
            name_or_path: ``"digits"``, or the path of an ``.onnx`` file.
            device: one of :data:`DEVICES`; ``"auto"`` takes the best that works.
            overrides: values of :class:`Conventions` that are not to be worked out; all of them,
                from :meth:`Conventions.as_dict`, where a choice was remembered.

        Raises:
            ModelError: if there is no such model or digitpad cannot use it.
        """
        if device not in DEVICES:
            raise ModelError(f"no device {device!r}; choose one of {', '.join(DEVICES)}")
        file, inferred = open_model(name_or_path), None
        if not file.bundled:
            from digitpad.inference.foreign.sandbox import try_model
            from digitpad.inference.foreign.validate import validate

            validate(file.content)
            inferred = try_model(file.content, overrides or {})
        elif overrides:
            raise ModelError(NOT_NEEDED)
        return cls.of_file(file, device, inferred)

    @classmethod
    def of_file(
        cls, file: ModelFile, device: str, inferred: InferredConventions | None = None
    ) -> Self:
        """A recognizer of a bundled model's file, or of one that was tried in a sandbox.

        Raises:
            ModelError: if it cannot be used.
        """
        foreign = not file.bundled
        return cls(file.content, file.name, device, file.card, foreign=foreign, inferred=inferred)

    @property
    def conventions(self) -> Conventions | None:
        """How a model of other people's is used; None for digitpad's own."""
        return None if self.adapter is None else self.adapter.conventions

    def adapted(self, conventions: Conventions) -> Self:
        """The same model, of other people's, used in another way.

        Raises:
            ModelError: if it does not run that way.
        """
        if self.adapter is None or self.inferred is None:
            raise ModelError(NOT_NEEDED)
        from digitpad.inference.foreign.adapter import Adapter

        classes = self.inferred.outputs.get(conventions.output, 0)
        if classes != len(conventions.labels):
            raise ModelError(f"{classes} classes need {classes} labels")
        other = copy(self)
        other.adapter = Adapter(self.adapter.input, conventions)
        other.labels = conventions.labels
        other.predict(_BLANK)
        return other

    @property
    def provider(self) -> str:
        """The provider that onnxruntime really uses, such as ``"CPUExecutionProvider"``."""
        return str(self._session.get_providers()[0])

    @property
    def has_digit_score(self) -> bool:
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
            ModelError: if the images have another shape, or the device failed and so did
                the CPU.
        """
        _check_shape(images)
        probabilities, *scores = self._run(images, self._outputs)
        return self._judged(probabilities, scores)

    def read_with_features(
        self, images: NDArray[np.float32]
    ) -> tuple[Readings, NDArray[np.float32]]:
        """The same as :meth:`read`, and the features that it is said by, float32 (N, D).

        Raises:
            ModelError: as of :meth:`read`, or if the model has no features.
        """
        if not self.has_features:
            raise ModelError(f"the model {self.name} has no features")
        _check_shape(images)
        probabilities, *scores, features = self._run(images, [*self._outputs, "features"])
        return self._judged(probabilities, scores), features

    def _judged(
        self, probabilities: NDArray[np.float32], scores: Sequence[NDArray[np.float32]]
    ) -> Readings:
        threshold = self.digit_score_threshold
        if threshold is None:
            return Readings(probabilities, None, np.zeros(len(probabilities), dtype=np.bool_))
        # In double precision, so that it agrees with a comparison of the two as Python floats.
        return Readings(probabilities, scores[0], scores[0] < np.float64(threshold))

    @property
    def has_features(self) -> bool:
        """Whether the model says what it sees in a drawing, from which a person can be learned."""
        return self._features > 0

    @cached_property
    def _features(self) -> int:
        """How many features the model gives of an image; 0 for none."""
        if self.adapter is not None:
            return 0
        shapes = {
            output.name: (output.type, output.shape) for output in self._session.get_outputs()
        }
        kind, shape = shapes.get("features", ("", []))
        known = kind == "tensor(float)" and len(shape) == 2 and isinstance(shape[1], int)
        return shape[1] if known else 0

    @property
    def _outputs(self) -> list[str]:
        return ["probabilities", "digit_score"] if self.has_digit_score else ["probabilities"]

    def _run(self, images: NDArray[np.float32], names: list[str]) -> list[NDArray[np.float32]]:
        """Outputs of the model by their names."""
        if len(images) == 0:
            widths = {"probabilities": len(self.labels), "features": self._features}
            shapes = [(0, widths[name]) if name in widths else (0,) for name in names]
            return [np.zeros(shape, dtype=np.float32) for shape in shapes]
        session = self._session if len(images) < _BATCH else self._batch_session
        try:
            outputs: list[NDArray[np.float32]] = (
                [self.adapter.predict(session, images)]
                if self.adapter
                else session.run(names, {"image": np.ascontiguousarray(images, dtype=np.float32)})
            )
        except DeadlineError as error:
            raise DeadlineError(f"{self.name} takes too long on this drawing") from error
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            if self.provider == "CPUExecutionProvider":
                raise ModelError(f"the model {self.name} failed on this image") from error
            self._fall_back()
            return self._run(images, names)
        if any(len(output) != len(images) for output in outputs):
            raise ModelError(f"the model {self.name} does not answer every image")
        return outputs

    @cached_property
    def _batch_session(self) -> Any:
        """All cores, for batches. A device other than the CPU has only one session."""
        if self.provider != "CPUExecutionProvider" or (os.cpu_count() or 1) == 1:
            return self._session
        return self._start("cpu", threads=0)[0]

    def _fall_back(self) -> None:
        """Go on on the CPU after a device failed at run time."""
        failed = self.provider
        self._session, _ = self._start("cpu", threads=1)
        self.__dict__.pop("_batch_session", None)
        self.notice = f"{failed} stopped working; going on on the CPU."

    def _start(self, device: str, threads: int) -> tuple[Any, str | None]:
        return start(self.model, device, threads, bounded=self.foreign)


def _check_shape(images: NDArray[np.float32]) -> None:
    if images.ndim != 3 or images.shape[1:] != (SIZE, SIZE):
        raise ModelError(f"images must be (N, {SIZE}, {SIZE}), not {images.shape}")
