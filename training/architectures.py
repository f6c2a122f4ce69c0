"""The networks, as Keras 3 models.

Every network takes ``image``, float32 (N, 28, 28), 0..1, and ends in a layer called ``features``
and a softmax called ``probabilities``; :mod:`training.export` asks for these two by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from digitpad.normalize import SIZE

#: Keras' default of 0.99 still remembers the first batches when a short run ends.
_MOMENTUM = 0.9


def compact_cnn(classes: int, dropout: float) -> Any:
    """Five convolutions, the last of which sees the whole digit: 122,000 parameters.

    The first convolution has a stride of 2 and a large kernel: a quarter of the arithmetic of one
    with stride 1 and a pool behind it.

    Args:
        classes: how many.
        dropout: share of activations dropped before and after the features while training.
    """
    image = keras.Input((SIZE, SIZE), name="image")
    x = keras.ops.expand_dims(image, -1)
    x = _activated(layers.Conv2D(32, 5, strides=2, padding="same", use_bias=False)(x))
    x = _activated(layers.Conv2D(32, 3, padding="same", use_bias=False)(x))
    x = layers.MaxPooling2D(2)(x)
    x = _activated(layers.Conv2D(64, 3, padding="same", use_bias=False)(x))
    x = _activated(layers.Conv2D(64, 3, padding="same", use_bias=False)(x))
    x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(dropout)(x)
    # A hidden layer, written as a convolution so that its normalisation is folded on export.
    x = _activated(layers.Conv2D(96, 3, use_bias=False)(x))
    # One pixel is left. Reshape or Flatten would take it away too, but compute their shape in the
    # graph, and whether tf2onnx folds that is left to chance.
    features = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout)(features)
    probabilities = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, probabilities)


def _activated(x: Any) -> Any:
    """Batch normalisation, which export folds into the layer before it, and ReLU."""
    return layers.ReLU()(layers.BatchNormalization(momentum=_MOMENTUM)(x))


ARCHITECTURES: dict[str, Callable[[int, float], Any]] = {"compact_cnn": compact_cnn}
