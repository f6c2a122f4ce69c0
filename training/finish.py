"""What becomes of a trained network: limits, predictions, an ONNX file, and the run's result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training import export, limits, train
from training.card import key
from training.datasets import Split
from training.limits import Limits
from training.material import Material
from training.runs import Pictures, Result, RunFolder
from training.scores import Scores, evaluate

_NO_LIMITS = Limits(temperature=1.0, threshold=None)


@dataclass(frozen=True, eq=False)
class Finished:
    """One finished run.

    Attributes:
        training: the run.
        folder: its folder, which has the predictions and the model by now.
        limits: what was fitted on validation.
        difference: largest one between Keras and onnxruntime on the validation images.
        test: scores on the test set, or None where it is not read.
        test_loss: mean cross-entropy there in nats, or None.
        model: the ONNX file.
    """

    training: train.Training
    folder: RunFolder
    limits: Limits
    difference: float
    test: Scores | None
    test_loss: float | None
    model: bytes

    def write_result(self) -> None:
        """Put the run's figures into its folder.

        Raises:
            RunError: if they cannot be written.
        """
        run, best = self.training, self.training.best
        result = Result(
            how="stopped" if run.interrupted else "finished",
            epochs=len(run.history),
            best_epoch=best.number,
            seconds=round(run.seconds, 1),
            parameters=int(run.model.count_params()),
            validation_loss=best.validation_loss,
            validation_accuracy=best.validation_accuracy,
            test_correct=self.test.correct if self.test else None,
            test_total=self.test.total if self.test else None,
            onnx=f"{run.recipe.name}.onnx",
            onnx_bytes=len(self.model),
            test_loss=self.test_loss,
        )
        self.folder.write_json("result.json", result)


def finish(
    training: train.Training, folder: RunFolder, material: Material, test: Split | None
) -> Finished:
    """Fit the limits on validation, predict, and export.

    A recipe that watches the test set has nothing to fit on, and no validation of its own.

    Raises:
        ExportError: if the model cannot be exported, or reads otherwise afterwards.
        RunError: if the folder cannot be written to.
    """
    recipe, model = training.recipe, training.model
    fitted = _NO_LIMITS
    if recipe.keeps_best and recipe.calibrated:
        fitted = limits.fit(
            limits.Read(*train.predict(model, split.images), split.labels)
            for split in material.validation_sets
        )
        export.cool(model, fitted.temperature)
    sets = {"test": test, "validation": material.validation, "writers": material.pen}
    said = {
        name: (split, train.predict(model, split.images)[0])
        for name, split in sets.items()
        if split is not None
    }
    for name, (split, probabilities) in said.items():
        folder.write_pictures(f"predictions/{name}.npz", pictures(split, probabilities))
    scores, loss = None, None
    if test:
        scores = evaluate(said["test"][1], test.labels)
        loss = train.cross_entropy(said["test"][1], test.labels)
    content = export.to_onnx(model, _metadata(training, material, scores, fitted))
    difference = export.largest_difference(model, content, material.validation.images)
    folder.write(f"{recipe.name}.onnx", content)
    return Finished(training, folder, fitted, difference, scores, loss, content)


def pictures(split: Split, probabilities: NDArray[np.float32] | None = None) -> Pictures:
    """Images as a run's folder keeps them."""
    return Pictures(np.rint(255 * split.images).astype(np.uint8), split.labels, probabilities)


def _metadata(
    training: train.Training, material: Material, test: Scores | None, fitted: Limits
) -> dict[str, str]:
    data = key(material.name)
    accuracy = {f"{data}_test": test.accuracy} if test else {}
    if training.recipe.keeps_best:
        accuracy[f"{data}_validation"] = training.best.validation_accuracy
    return export.metadata(training.recipe, material, accuracy, fitted)
