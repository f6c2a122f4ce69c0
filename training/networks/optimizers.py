"""Optimisers and learning rates, as recipes name them."""

from __future__ import annotations

from typing import Any

import keras

from training.recipes import Recipe


def optimizer_of(recipe: Recipe, steps: int) -> Any:
    """A recipe's optimiser, with its learning rate and schedule over so many steps."""
    rate = _schedule(recipe, steps) if recipe.schedule == "cosine" else recipe.learning_rate
    if recipe.optimizer == "sgd":
        # Keras multiplies the decay by the learning rate.
        decay = recipe.weight_decay / recipe.learning_rate
        optimizer = keras.optimizers.SGD(rate, recipe.momentum, weight_decay=decay)
    elif recipe.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    else:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return optimizer


def _schedule(recipe: Recipe, steps: int) -> Any:
    warmup = max(1, round(recipe.warmup * steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(1, steps - warmup),
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
    )
