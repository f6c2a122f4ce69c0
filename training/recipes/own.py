"""What ``--data`` is trained with, unless another recipe is named."""

from __future__ import annotations

from training.recipes.schema import Augmentation, Recipe

#: Mild distortions: what is right for the digits may turn one of somebody's own signs into another.
OWN = Recipe(
    name="own",
    summary="Your own images or ink, with your own classes (--data).",
    dataset="own",
    architecture="compact_cnn",
    epochs=30,
    batch_size=64,
    learning_rate=3e-3,
    warmup=0.1,
    weight_decay=0.02,
    dropout=0.2,
    ema_epochs=1.0,
    distorted=0.8,
    augmentation=Augmentation(
        rotation=4,
        slant=4,
        aspect=0.08,
        scale=0.05,
        shift=0.4,
        elastic=0.5,
        thinner=0.3,
        thicker=0.4,
    ),
    quick={"epochs": "5"},
)
