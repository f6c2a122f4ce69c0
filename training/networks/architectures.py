"""The networks, as Keras 3 models.

Every network takes ``image``, float32 (N, 28, 28), 0..1, and ends in a layer called ``features``
and a softmax called ``probabilities``; one with an out-of-distribution (OOD) head has a
second output, the sigmoid ``digit_score`` (N, 1). :mod:`training.export.export` asks for them by
name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from digitpad.image.normalize import SIZE
from training.networks import tutorials

#: Keras' default of 0.99 still remembers the first batches when a short run ends.
_MOMENTUM = 0.9


def compact_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """Five convolutions, the last of which sees the whole digit: 122,000 parameters. Dropout, 0..1,
    is before and after the features; the out-of-distribution head has the digit score.
    """
    image = keras.Input((SIZE, SIZE), name="image")
    x = _halved(image)
    x = _activated(_conv(32)(x))
    x = layers.MaxPooling2D(2)(x)
    x = _activated(_conv(64)(x))
    x = _activated(_conv(64)(x))
    return _read(image, layers.MaxPooling2D(2)(x), classes, dropout, has_ood_head)


def residual_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """The same with a residual block in each half: two convolutions more, 160,000 parameters.

    Arguments as for :func:`compact_cnn`.
    """
    return _residual_blocks(64, classes, dropout, has_ood_head)


def broad_residual_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """The same with half as many channels more in the second half: 283,000 parameters.

    Arguments as for :func:`compact_cnn`.
    """
    return _residual_blocks(96, classes, dropout, has_ood_head)


def _residual_blocks(channels: int, classes: int, dropout: float, has_ood_head: bool) -> Any:
    """A residual block in each half, with so many channels in the second one."""
    image = keras.Input((SIZE, SIZE), name="image")
    x = _residual(_halved(image), 32)
    x = layers.MaxPooling2D(2)(x)
    x = _residual(_activated(_conv(channels)(x)), channels)
    return _read(image, layers.MaxPooling2D(2)(x), classes, dropout, has_ood_head, hidden=80)


def wide_residual_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """Wider, with a first convolution at full resolution, for photographs: 374,000 parameters.

    Arguments as for :func:`compact_cnn`.
    """
    image = keras.Input((SIZE, SIZE), name="image")
    x = _activated(_conv(24)(keras.ops.expand_dims(image, -1)))
    x = _residual(_activated(_conv(48, strides=2)(x)), 48)
    x = layers.MaxPooling2D(2)(x)
    x = _residual(_activated(_conv(96)(x)), 96)
    return _read(image, layers.MaxPooling2D(2)(x), classes, dropout, has_ood_head, hidden=128)


def _halved(image: Any) -> Any:
    """A first convolution with a stride of 2 and a large kernel: 14x14.

    That is a quarter of the arithmetic of one with stride 1 and a pool behind it.
    """
    x = keras.ops.expand_dims(image, -1)
    return _activated(layers.Conv2D(32, 5, strides=2, padding="same", use_bias=False)(x))


def _conv(channels: int, strides: int = 1) -> Any:
    return layers.Conv2D(channels, 3, strides=strides, padding="same", use_bias=False)


def _residual(x: Any, channels: int) -> Any:
    """Two convolutions that learn what to add to their input (K. He et al., CVPR 2016)."""
    y = _conv(channels)(_activated(_conv(channels)(x)))
    y = layers.BatchNormalization(momentum=_MOMENTUM)(y)
    return layers.ReLU()(layers.Add()([x, y]))


def _activated(x: Any) -> Any:
    """Batch normalisation, which export folds into the layer before it, and ReLU."""
    return layers.ReLU()(layers.BatchNormalization(momentum=_MOMENTUM)(x))


def _read(
    image: Any, x: Any, classes: int, dropout: float, has_ood_head: bool, hidden: int = 96
) -> Any:
    """From feature maps of 3x3 to the answer."""
    x = layers.Dropout(dropout)(x)
    # A hidden layer, written as a convolution so that its normalisation is folded on export.
    x = _activated(layers.Conv2D(hidden, 3, use_bias=False)(x))
    # One pixel is left. Reshape or Flatten would take it away too, but compute their shape in the
    # graph, and whether tf2onnx folds that is left to chance.
    features = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout)(features)
    probabilities = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    if not has_ood_head:
        return keras.Model(image, probabilities)
    return keras.Model(image, [probabilities, _digit_score(x)])


def _digit_score(features: Any) -> Any:
    """One hidden layer: what is no digit lies on all sides of the digits."""
    hidden = layers.Dense(32, activation="relu")(features)
    return layers.Dense(1, activation="sigmoid", name="digit_score")(hidden)


ARCHITECTURES: dict[str, Callable[[int, float, bool], Any]] = {
    "compact_cnn": compact_cnn,
    "residual_cnn": residual_cnn,
    "broad_residual_cnn": broad_residual_cnn,
    "wide_residual_cnn": wide_residual_cnn,
    "dense": tutorials.dense,
    "fashion_cnn": tutorials.fashion_cnn,
    "mygrad_cnn": tutorials.mygrad_cnn,
    "tfjs_cnn": tutorials.tfjs_cnn,
}
