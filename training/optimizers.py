"""Optimisers and learning rates, as recipes name them."""

from __future__ import annotations

from typing import Any

import keras

from training.recipes import Recipe


def optimizer_of(recipe: Recipe, steps: int) -> Any:
    """A recipe's optimiser.

    Args:
        recipe: names it, with its learning rate and schedule.
        steps: of the whole training.
    """
    rate = _schedule(recipe, steps) if recipe.schedule == "cosine" else recipe.learning_rate
    if recipe.optimizer == "sgd":
        return SGDWithPenalty(rate, recipe.momentum, recipe.weight_decay)
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(rate)
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


class SGDWithPenalty(keras.optimizers.SGD):  # type: ignore[misc]  # keras has no types
    """SGD with momentum whose weight decay is part of the gradient, as in MyNN and PyTorch.

    Keras' own ``weight_decay`` passes by the momentum, which makes it ten times weaker at 0.9.
    """

    def __init__(self, learning_rate: Any, momentum: float, penalty: float) -> None:
        super().__init__(learning_rate, momentum=momentum)
        self._penalty = penalty

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Take a step along gradients to each of which a share of its weights is added."""
        weights = self._trainable_variables if trainable_variables is None else trainable_variables
        penalised = [
            gradient + self._penalty * weight
            for gradient, weight in zip(grads, weights, strict=True)
        ]
        super().apply(penalised, trainable_variables)
