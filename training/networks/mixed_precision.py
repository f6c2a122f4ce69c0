"""A mixed-precision copy of a network, which is trained in its place because it is faster.

Keras normalises a batch in some ten passes over it; TensorFlow has one operation for that. And
where a processor multiplies bfloat16 (Intel's AMX and AVX512-BF16, AMD's Zen 4), layers compute in
it, while weights, their averages and the loss stay float32 (P. Micikevicius et al., "Mixed
precision training", ICLR 2018). What is scored, saved and exported is the plain network, in
float32.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cpuinfo
import keras
from keras import layers

#: What Intel and AMD call instructions that multiply bfloat16.
_MULTIPLY_BFLOAT16 = {"amx_bf16", "avx512_bf16"}


@cache
def chosen(precision: str) -> str:
    """The precision that a recipe's means on this machine: ``"auto"`` is bfloat16 where TensorFlow
    trains on a processor that multiplies it, which is 1.5 times as fast; elsewhere it is slower.
    """
    if precision != "auto":
        return precision
    if keras.backend.backend() != "tensorflow":
        return "float32"
    flags = cpuinfo.get_cpu_info().get("flags", [])
    return "float32" if _MULTIPLY_BFLOAT16.isdisjoint(flags) else "bfloat16"


def mixed_precision_copy(network: Any, precision: str) -> Any:
    """A copy of a network, to be trained in its place: a model of its own that computes in a
    precision as :func:`chosen` takes it, with the same weights in the same order, as float32.
    """
    fused = keras.backend.backend() == "tensorflow"
    policy = "mixed_bfloat16" if chosen(precision) == "bfloat16" else "float32"

    def copied(operation: Any) -> Any:
        if not isinstance(operation, layers.Layer):
            return operation  # such as expand_dims, which has no arithmetic
        kind = type(operation)
        if fused and kind is layers.BatchNormalization:
            kind = _FusedNormalization
        # Of small probabilities bfloat16 has too few digits for a loss.
        last = operation.name in network.output_names
        config = operation.get_config() | {"dtype": "float32" if last else policy}
        return kind.from_config(config)

    model = keras.models.clone_model(network, clone_function=copied)
    # Dropout's random numbers go on from the same state, too.
    for its, own in zip(model.variables, network.variables, strict=True):
        its.assign(own)
    return model


class _FusedNormalization(layers.BatchNormalization):  # type: ignore[misc]  # Keras is untyped
    """Batch normalisation of (N, rows, columns, channels) as one operation of TensorFlow's.

    It differs from Keras' in that the moving variance is of samples: by one part in their number.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise, by the batch's own statistics while training."""
        if not training or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma.value, self.beta.value, epsilon=self.epsilon, is_training=True
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return normalised
