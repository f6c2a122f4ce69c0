"""The ensemble of a build: its seeds in one small ONNX file.

Its members compute with eight-bit integers (:mod:`training.export.quantize`), as long as that moves
no answer by more than :data:`ROUNDING`; where it does, their weights are stored in half precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.recognizer import Recognizer
from training.base import calibration
from training.base.calibration import Calibration
from training.data.datasets import Split
from training.export import ensemble, export
from training.export.finish import Finished, accuracies, write_predictions
from training.export.quantize import in_eight_bits
from training.export.run_ensemble import read
from training.fit.train import cross_entropy
from training.fit.training_data import TrainingData
from training.measure.scores import evaluate
from training.runs import RunFolder

#: Largest difference that rounding may make in a validation image's probability or digit score.
ROUNDING = 0.05
#: Training images that tell the range of what lies between a network's layers.
_RANGING = 600
#: What an ensemble's folder has of its first member.
_INHERITED = ("environment.json", "samples.npz", "model.json", "metrics.jsonl")


def build_ensemble(
    finished: Sequence[Finished], folder: RunFolder, training_data: TrainingData, test: Split | None
) -> Finished:
    """Combine the runs of several seeds, the first one first, and measure the result.

    Each member has its temperature already; their mean, which is less sure than any of them where
    they disagree, gets another one. The threshold of the digit score is fitted anew, too. The
    folder gets everything but card and result; ``test`` is None where the test set is not read.
    Raises BuildError if the runs do not go together, RunError if the folder cannot be written
    to.
    """
    first, sets = finished[0], training_data.validation_sets
    recipe = first.training.recipe
    described = export.metadata(recipe, training_data, {}, first.calibration)
    members, arithmetic = smaller(
        [each.model for each in finished],
        described,
        seen=training_data.train.first(_RANGING).images,
        images=np.concatenate([split.images for split in sets]),
    )
    fitted, draft = _calibrated(members, described, sets)
    reads = [read(draft, split) for split in sets]
    own = evaluate(reads[0].probabilities, reads[0].labels)
    tested = read(draft, test) if test else None
    scores = evaluate(tested.probabilities, tested.labels) if tested else None
    stated = accuracies(recipe, training_data, own.accuracy, scores)
    described = export.metadata(recipe, training_data, stated, fitted) | {
        "seed": ", ".join(str(each.training.recipe.seed) for each in finished),
        "members": str(len(finished)),
    }
    model = ensemble.average(members, described, fitted.temperature)
    ensemble.check_mean(model, members, training_data.validation.images, fitted.temperature)
    _fill(folder, first, model)
    write_predictions(folder, training_data, test, Recognizer(model, "ensemble", "cpu", {}).predict)
    losses = [cross_entropy(each.probabilities, each.labels) for each in reads]
    return Finished(
        training=first.training,
        folder=folder,
        calibration=fitted,
        difference=max(each.difference for each in finished),
        validation_loss=float(np.mean(losses)),
        validation_accuracy=own.accuracy,
        test=scores,
        test_loss=cross_entropy(tested.probabilities, tested.labels) if tested else None,
        model=model,
        members=tuple(finished),
        at_once=first.at_once,
        arithmetic=arithmetic,
    )


def _calibrated(
    members: Sequence[bytes], described: Mapping[str, str], sets: Sequence[Split]
) -> tuple[Calibration, bytes]:
    """Temperature and threshold of a mean, and the mean that has the temperature."""
    draft = ensemble.average(members, described)
    fitted = calibration.fit(read(draft, split) for split in sets)
    return fitted, ensemble.average(members, described, fitted.temperature)


def _fill(folder: RunFolder, first: Finished, model: bytes) -> None:
    for name in _INHERITED:
        folder.write(name, (first.folder.path / name).read_bytes())
    folder.write(f"{first.training.recipe.name}.onnx", model)


def smaller(
    models: Sequence[bytes],
    described: Mapping[str, str],
    *,
    seen: NDArray[np.float32],
    images: NDArray[np.float32],
) -> tuple[list[bytes], str]:
    """Models, ONNX files, as small as they can be without their mean answering otherwise.

    No answer to validation ``images`` may move by more than :data:`ROUNDING`; ``seen`` are training
    images; both float32 (N, 28, 28). The second value says what the models compute with:
    ``"int8"``; where that is too coarse, or nothing is convolved, weights are stored in
    ``"float16"``; where even that is too coarse, in ``"float32"`` as they were.
    """
    halves = [ensemble.in_half_precision(model) for model in models]
    eighths = [ensemble.in_half_precision(in_eight_bits(model, seen)) for model in models]
    kinds = {"int8": eighths, "float16": halves}
    if eighths == halves:
        del kinds["int8"]
    for arithmetic, small in kinds.items():
        together = ensemble.average(small, described)
        if ensemble.distance(together, models, images) <= ROUNDING:
            return small, arithmetic
    return list(models), "float32"
