"""What becomes of a trained network: calibration, predictions, an ONNX file, and the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.base import calibration
from training.base.calibration import Calibration
from training.data.datasets import Split
from training.export import export
from training.fit import train
from training.fit.checkpoint import Training
from training.fit.training_data import TrainingData
from training.measure.scores import Scores, evaluate
from training.networks import mixed_precision
from training.recipes import Recipe
from training.runs import Pictures, Result, RunFolder


@dataclass(frozen=True, eq=False)
class Finished:
    """One finished run, or an ensemble of several."""

    training: Training  #: the run; of an ensemble, the first member's
    folder: RunFolder  #: its folder, which has the predictions and the model by now
    calibration: Calibration  #: what was fitted on validation
    difference: float  #: largest one between Keras and onnxruntime on the validation images
    validation_loss: float  #: mean cross-entropy of the validation sets in nats
    validation_accuracy: float  #: of the dataset's validation images, 0..1
    test: Scores | None  #: scores on the test set, or None where it is not read
    test_loss: float | None  #: mean cross-entropy there in nats, or None
    model: bytes  #: the ONNX file
    members: tuple[Finished, ...] = ()  #: of an ensemble
    at_once: int = 1  #: how many seeds were trained side by side
    #: What most of the file's weights are stored in: ``"float32"``, ``"float16"`` or ``"int8"``.
    arithmetic: str = "float32"

    @property
    def parameters(self) -> int:
        """Of the network, or of all of the members'."""
        return sum(int(each.training.model.count_params()) for each in self.members or (self,))

    @property
    def seconds(self) -> float:
        """How long training took; members side by side share that time."""
        if not self.members:
            return self.training.seconds
        return sum(each.training.seconds for each in self.members) / self.at_once

    @property
    def interrupted(self) -> bool:
        """Whether training was ended early."""
        return any(each.training.interrupted for each in self.members or (self,))

    @property
    def precision(self) -> str:
        """In which it was trained, such as ``"bfloat16"``."""
        return mixed_precision.chosen(self.training.recipe.precision)

    def write_result(self) -> None:
        """Put the run's figures into its folder. Raises RunError if they cannot be written."""
        run = self.training
        result = Result(
            how="stopped" if self.interrupted else "finished",
            epochs=len(run.history),
            best_epoch=run.best.number,
            seconds=round(self.seconds, 1),
            parameters=self.parameters,
            validation_loss=self.validation_loss,
            validation_accuracy=self.validation_accuracy,
            test_correct=self.test.correct if self.test else None,
            test_total=self.test.total if self.test else None,
            onnx=f"{run.recipe.name}.onnx",
            onnx_bytes=len(self.model),
            test_loss=self.test_loss,
        )
        self.folder.write_json("result.json", result)


def finish(
    training: Training, folder: RunFolder, training_data: TrainingData, test: Split | None
) -> Finished:
    """Calibrate on validation, predict, and export.

    A recipe that watches the test set has nothing to fit on, and no validation of its own. Raises
    BuildError if the exported model reads otherwise, RunError if the folder cannot be written to.
    """
    recipe, model, best = training.recipe, training.model, training.best
    fitted = Calibration(temperature=1.0, threshold=None)
    if recipe.keeps_best and recipe.calibrated:
        fitted = calibration.fit(
            calibration.Outputs(*train.predict(model, split.images), split.labels)
            for split in training_data.validation_sets
        )
        export.apply_temperature(model, fitted.temperature)
    predicted = write_predictions(
        folder, training_data, test, lambda images: train.predict(model, images)[0]
    )
    scores = evaluate(predicted["test"], test.labels) if test else None
    stated = accuracies(recipe, training_data, best.validation_accuracy, scores)
    content = export.to_onnx(model, export.metadata(recipe, training_data, stated, fitted))
    difference = export.check_agreement(model, content, training_data.validation.images)
    folder.write(f"{recipe.name}.onnx", content)
    return Finished(
        training,
        folder,
        fitted,
        difference,
        best.validation_loss,
        best.validation_accuracy,
        scores,
        train.cross_entropy(predicted["test"], test.labels) if test else None,
        content,
    )


def write_predictions(
    folder: RunFolder,
    training_data: TrainingData,
    test: Split | None,
    predict: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> dict[str, NDArray[np.float32]]:
    """Write what a model says of test, validation and validation writers; the same by name.

    ``predict`` takes images to probabilities, float32 (N, classes); ``test`` is None where it is
    not read. Raises RunError if the folder cannot be written to.
    """
    sets = {"test": test, "validation": training_data.validation, "writers": training_data.pen}
    predicted = {}
    for name, split in sets.items():
        if split is not None:
            predicted[name] = predict(split.images)
            folder.write_pictures(f"predictions/{name}.npz", pictures(split, predicted[name]))
    return predicted


def pictures(split: Split, probabilities: NDArray[np.float32] | None = None) -> Pictures:
    """Images as a run's folder keeps them."""
    return Pictures(np.rint(255 * split.images).astype(np.uint8), split.labels, probabilities)


def accuracies(
    recipe: Recipe, training_data: TrainingData, validation: float, test: Scores | None
) -> dict[str, float]:
    """What a model's file says of its accuracy, 0..1, by dataset."""
    data = training_data.key
    stated = {f"{data}_test": test.accuracy} if test else {}
    return stated | ({f"{data}_validation": validation} if recipe.keeps_best else {})
