"""What a recipe is: every hyper-parameter of a model, with the bounds that are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Positive = Annotated[int, Field(ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Strength = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
#: What files are named after: words of small letters and figures, and what joins them; no path.
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=200)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
#: What older run folders, checkpoints and commands call some of a recipe's settings.
FORMER_NAMES = {
    "ema_epochs": "averaging",
    "ood_weight": "judgement",
    "outlier_exposure": "exposure",
    "distillation_weight": "taught",
    "distillation_temperature": "softness",
    "augmented_copies": "lessons",
}


def _formerly(name: str) -> Any:
    return Field(validation_alias=AliasChoices(name, FORMER_NAMES[name]))


#: The keys of ``training.networks.architectures.ARCHITECTURES``, which needs Keras.
Architecture = Literal[
    "compact_cnn",
    "residual_cnn",
    "broad_residual_cnn",
    "wide_residual_cnn",
    "dense",
    "fashion_cnn",
    "mygrad_cnn",
    "tfjs_cnn",
]


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
        mirrored: how many, 0..1, have left and right exchanged.
        erased: how many, 0..1, lose a rectangle to noise (Z. Zhong et al., "Random erasing data
            augmentation", AAAI 2020).
        fitted: whether the longest side is brought back to about 20 pixels, as that of a drawing
            is; otherwise images are moved by whole pixels.
    """

    rotation: Strength = 0.0
    slant: Strength = 0.0
    aspect: Strength = 0.0
    scale: Strength = 0.0
    shift: Strength = 0.0
    elastic: Strength = 0.0
    smoothness: Annotated[float, Field(gt=0, le=28)] = 4.0
    thinner: Share = 0.0
    thicker: Share = 0.0
    mirrored: Share = 0.0
    erased: Share = 0.0
    fitted: bool = True


@dataclass(frozen=True)
class StrokeAugmentation:
    """How strongly pen strokes are distorted before they are inked; all 0: not at all.

    Lengths are shares of the drawing's longest side; :mod:`training.synth.strokes` has the
    functions.

    Attributes:
        rotation: standard deviation in degrees.
        slant: standard deviation of the shear, in x per y.
        aspect: standard deviation of the logarithm of width over height.
        warp: standard deviation of each of the waves that bend the sheet.
        proportion: standard deviation of how much one half grows at the other's expense.
        wander: standard deviation of each of the waves of the path's drift.
        misjoin, retrace, overshoot, shorten, gap, corner_cutting, tremor, few_points, staircase:
            how often, 0..1.
    """

    rotation: Strength = 0.0
    slant: Strength = 0.0
    aspect: Strength = 0.0
    warp: Strength = 0.0
    proportion: Strength = 0.0
    wander: Strength = 0.0
    misjoin: Share = 0.0
    retrace: Share = 0.0
    overshoot: Share = 0.0
    shorten: Share = 0.0
    gap: Share = 0.0
    corner_cutting: Share = 0.0
    tremor: Share = 0.0
    few_points: Share = 0.0
    staircase: Share = 0.0


@dataclass(frozen=True)
class Mixture:
    """What joins the dataset's images in every epoch: drawings that are inked from strokes.

    Attributes:
        pen: digits of the training writers of pendigits, UJI and the tablets; of each writer as
            many.
        per_glyph: of each regional form that :data:`training.forms.GLYPHS` draws from nothing,
            times its weight; so also the next three.
        per_mark: of each mark that :data:`training.forms.MARKS` adds to the training writers'
            digits, such as a slash through a 0.
        per_image_mark: of each mark that :data:`training.forms.IMAGE_MARKS` adds to the dataset's
            images.
        per_family: of each family of :data:`training.negatives.FAMILIES` that is not one digit.
        held_out: families that are left out of training, to validate on.
        epochs_apart: a drawing comes again after so many epochs; so many times more of them are
            inked before training begins.
        pen_width: median width of the pen in pixels of the image.
        pen_spread: standard deviation of the logarithm of that width.
        distorted: how many of them, 0..1, are also distorted as images.
        strokes: how their paths are distorted.
        seed: of all of these drawings, whatever the seed of training.
    """

    pen: Count = 0
    per_glyph: Count = 0
    per_mark: Count = 0
    per_image_mark: Count = 0
    per_family: Count = 0
    held_out: tuple[str, ...] = ()
    epochs_apart: Positive = 1
    pen_width: Annotated[float, Field(ge=0.5, le=10)] = 2.4
    pen_spread: Strength = 0.0
    distorted: Share = 0.0
    strokes: StrokeAugmentation = field(default_factory=StrokeAugmentation)
    seed: Seed = 0


@dataclass(frozen=True)
class Recipe:
    """One reproducible model. Its name is also the name of its file.

    Attributes:
        name: such as ``"digits"``.
        summary: one sentence for ``--list``.
        dataset: a key of ``training.data.datasets.SOURCES``.
        architecture: of the network.
        split: what the model is validated on: ``"last 5000"`` of the training images, a
            ``"random fifth"`` of them (scikit-learn's ``train_test_split`` with
            ``random_state=42``), or, as many tutorials do, the ``"test"`` set; then nothing may be
            chosen by it, so the last epoch is kept and no temperature is fitted.
        train_images: at most so many of the training images, the first ones; 0 for all.
        validation_images: the same of the validation images.
        epochs: passes over the training images.
        patience: training ends after so many epochs without a lower validation loss; 0 for never.
        batch_size: images per step.
        precision: in which layers compute while they are trained. With ``"bfloat16"`` training is
            faster on processors that multiply it, and much slower on others; ``"auto"`` looks.
        last_batch: whether the last batch of an epoch, which may be smaller, is trained on too.
        optimizer: ``"adamw"``, ``"adam"`` or ``"sgd"``.
        learning_rate: at the end of the warm-up.
        schedule: the learning rate stays ``"constant"``, or rises from 0 and falls back to 0 along
            a half ``"cosine"``.
        warmup: share of all steps over which it rises.
        momentum: SGD's.
        weight_decay: AdamW's, on kernels only; SGD's is the share of each kernel that a step takes
            away, at the full learning rate, as MyNN has it.
        label_smoothing: probability taken from the right class and spread over all.
        dropout: share of activations dropped.
        ema_epochs: time constant of the weights' exponential moving average; 0 for none.
        calibrated: whether a temperature is fitted on validation.
        ood_weight: weight of the loss of the out-of-distribution head, whose output is the digit
            score; that of the classes has 1.
        outlier_exposure: weight of the classes' loss for what is not a digit: there, all classes
            are to be equally likely (D. Hendrycks, M. Mazeika and T. Dietterich, "Deep anomaly
            detection with outlier exposure", ICLR 2019). At full weight it would compete with
            reading.
        distillation_weight: share of the dataset's labels, 0..1, that teachers' answers take the
            place of.
        distillation_temperature: what the teachers' logits are divided by.
        augmented_copies: distorted copies of each of the dataset's images that teachers answer
            before training begins; they come again after so many epochs. 0 for one an epoch.
        distorted: how many of the dataset's images, 0..1, are distorted.
        augmentation: how they are.
        mixture: what joins them.
        seed: of weights, order and distortions, unless the command names another.
        ensemble: how many networks, of this seed and those that follow, are trained one after the
            other; above 1, the model is their mean.
        quick: settings that ``--quick`` changes.
    """

    name: Name
    summary: str
    dataset: str
    architecture: Architecture
    epochs: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    split: Literal["last 5000", "random fifth", "test"] = "last 5000"
    train_images: Count = 0
    validation_images: Count = 0
    patience: Count = 0
    precision: Literal["float32", "bfloat16", "auto"] = "float32"
    last_batch: bool = False
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: Share = 0.0
    momentum: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    weight_decay: Strength = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    dropout: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    ema_epochs: Annotated[Strength, _formerly("ema_epochs")] = 0.0
    calibrated: bool = True
    ood_weight: Annotated[Strength, _formerly("ood_weight")] = 0.3
    outlier_exposure: Annotated[Strength, _formerly("outlier_exposure")] = 0.2
    distillation_weight: Annotated[Share, _formerly("distillation_weight")] = 0.0
    distillation_temperature: Annotated[
        float, Field(gt=0, le=20), _formerly("distillation_temperature")
    ] = 1.0
    augmented_copies: Annotated[Count, _formerly("augmented_copies")] = 0
    distorted: Share = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    mixture: Mixture = field(default_factory=Mixture)
    seed: Seed = 0
    ensemble: Annotated[int, Field(ge=1, le=50)] = 1
    quick: Mapping[str, str] = field(default_factory=dict)

    @property
    def watched(self) -> Literal["validation", "test"]:
        """What is looked at after every epoch; people's own data always have a validation part."""
        return "test" if self.split == "test" and self.dataset != "own" else "validation"

    @property
    def keeps_best(self) -> bool:
        """Whether the epoch with the lowest validation loss is kept, and not the last one."""
        return self.watched == "validation"
