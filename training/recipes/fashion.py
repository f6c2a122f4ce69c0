"""The bundled model for clothes."""

from __future__ import annotations

from training.recipes.schema import Augmentation, Recipe

FASHION = Recipe(
    name="fashion",
    summary="The second bundled model: ten kinds of clothes.",
    dataset="fashion-mnist",
    architecture="wide_residual_cnn",
    epochs=40,
    batch_size=128,
    learning_rate=3e-3,
    warmup=0.1,
    weight_decay=0.05,
    label_smoothing=0.05,
    dropout=0.25,
    ema_epochs=1.0,
    distorted=1.0,
    augmentation=Augmentation(shift=1.0, mirrored=0.5, erased=0.5, fitted=False),
    quick={"epochs": "3"},
)
