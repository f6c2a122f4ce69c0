"""The networks of the five tutorials, with their initialisers; none of them has an OOD head.

Where a text ends in logits and a loss that takes them, the network here ends in a softmax, and
Keras computes that loss from its logits.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from digitpad.image.normalize import SIZE
from training.base.errors import BuildError


def tfjs_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """TensorFlow.js: two convolutions of 5x5, 208 + 3,216 + 2,570 parameters.

    ``varianceScaling`` is there, as in Keras, a truncated normal distribution by fan-in.
    """
    _refuse_ood_head(has_ood_head)
    scaled = keras.initializers.VarianceScaling
    image, x = _image()
    x = layers.Conv2D(8, 5, activation="relu", kernel_initializer=scaled())(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu", kernel_initializer=scaled())(x)
    x = layers.MaxPooling2D(2)(x)
    return _answered(image, _flat(x), classes, dropout, scaled())


def mygrad_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """MyGrad: images padded to 32x32, then 520 + 5,010 + 5,020 + 210 parameters.

    Weights by Glorot's uniform distribution with a gain of sqrt(2), which is a scale of 2.
    """
    _refuse_ood_head(has_ood_head)

    def glorot() -> Any:
        return keras.initializers.VarianceScaling(2.0, mode="fan_avg", distribution="uniform")

    image, x = _image()
    x = layers.ZeroPadding2D(2)(x)
    x = layers.Conv2D(20, 5, activation="relu", kernel_initializer=glorot())(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(10, 5, activation="relu", kernel_initializer=glorot())(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(20, activation="relu", kernel_initializer=glorot(), name="features")(x)
    return _answered(image, x, classes, dropout, glorot())


def dense(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """TensorFlow and Keras: one hidden layer of 128, 100,480 + 1,290 parameters."""
    _refuse_ood_head(has_ood_head)
    image = keras.Input((SIZE, SIZE), name="image")
    x = layers.Flatten()(image)
    x = layers.Dense(128, activation="relu", name="features")(x)
    return _answered(image, x, classes, dropout, "glorot_uniform")


def fashion_cnn(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """The book's CNN for clothes: 320 + 18,496 + 313,700 + 1,010 parameters."""
    _refuse_ood_head(has_ood_head)
    image, x = _image()
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(100, activation="relu", name="features")(x)
    return _answered(image, x, classes, dropout, "glorot_uniform")


def _image() -> tuple[Any, Any]:
    """The input, and the same with an axis for channels."""
    image = keras.Input((SIZE, SIZE), name="image")
    return image, keras.ops.expand_dims(image, -1)


def _flat(x: Any) -> Any:
    return layers.Flatten(name="features")(x)


def _answered(image: Any, x: Any, classes: int, dropout: float, initializer: Any) -> Any:
    if dropout:
        x = layers.Dropout(dropout)(x)
    answer = layers.Dense(
        classes, activation="softmax", kernel_initializer=initializer, name="probabilities"
    )
    return keras.Model(image, answer(x))


def _refuse_ood_head(has_ood_head: bool) -> None:
    if has_ood_head:
        raise BuildError(
            "the networks of the tutorials have no digit score; leave mixture.per_family at 0, or"
            " choose another architecture"
        )
