"""Every hyper-parameter of every model that digitpad builds, and what was measured with it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Augmentation:
    """How strongly training digits are distorted; with every strength at 0, hardly at all.

    Attributes:
        rotation: standard deviation in degrees.
        slant: standard deviation of the shear angle in degrees.
        aspect: standard deviation of the logarithm of width over height.
        scale: the longest side varies by up to this share around 20 pixels.
        shift: standard deviation of the translation in pixels, in x and in y.
        elastic: largest root-mean-square displacement in pixels; uniform from 0.
        smoothness: standard deviation in pixels of the Gaussian that smooths the displacements.
        thinner: most of a 3x3 erosion that is blended in, 0..1.
        thicker: most of a 3x3 dilation that is blended in, 0..1.
    """

    rotation: float = 0.0
    slant: float = 0.0
    aspect: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0
    thinner: float = 0.0
    thicker: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """One reproducible model. Its name is also the name of its file.

    Attributes:
        name: such as ``"digits"``.
        summary: one sentence for ``--list``.
        dataset: a key of ``training.datasets.SOURCES``.
        architecture: a key of ``training.architectures.ARCHITECTURES``.
        epochs: passes over the training images.
        quick_epochs: the same for ``--quick``.
        batch: images per step.
        learning_rate: AdamW's, at the end of the warm-up.
        warmup: share of all steps over which the learning rate rises from 0 before it falls back
            to 0 along a half cosine.
        weight_decay: AdamW's, on kernels only.
        label_smoothing: probability taken from the right class and spread over all.
        dropout: share of activations dropped before and after the features.
        averaging: epochs that the moving average of the weights reaches back; 0 for none.
        pen_widths: the pen digits of the training writers join the training images, inked once
            with each of these widths in pixels; none where the dataset is not there.
        augmentation: how training digits are distorted.
        seed: of weights, order and distortions, unless the command names another.
    """

    name: str
    summary: str
    dataset: str
    architecture: str
    epochs: int
    quick_epochs: int
    batch: int
    learning_rate: float
    warmup: float
    weight_decay: float
    label_smoothing: float
    dropout: float
    averaging: float
    pen_widths: tuple[float, ...] = ()
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of all datasets that the training images come from."""
        return (self.dataset, "pendigits") if self.pen_widths else (self.dataset,)


DIGITS = Recipe(
    name="digits",
    summary="The model of the window: MNIST and pen digits, heavily distorted, in a compact CNN.",
    dataset="mnist",
    architecture="compact_cnn",
    epochs=16,
    quick_epochs=4,
    batch=128,
    learning_rate=3e-3,
    warmup=0.1,
    weight_decay=0.02,
    label_smoothing=0.0,
    dropout=0.25,
    averaging=1.0,
    pen_widths=(1.8, 2.6),
    augmentation=Augmentation(
        rotation=5,
        slant=6,
        aspect=0.1,
        scale=0.06,
        shift=0.4,
        elastic=0.8,
        smoothness=4,
        thinner=0.4,
        thicker=0.5,
    ),
)

RECIPES = {recipe.name: recipe for recipe in (DIGITS,)}
