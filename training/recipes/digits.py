"""The model of the window, and what was tried on the way to it."""

from __future__ import annotations

from dataclasses import replace

from training.recipes.schema import Augmentation, Mixture, Recipe, StrokeAugmentation

# The mean of seeds 0, 1 and 2 reads 99.61 % of the MNIST test set and 99.45 % of the validation
# writers' pen digits: python -m training.build. Each of them alone reads 99.54 % of the test set,
# standard deviation 0.05. The bundled model had teachers, too (README.md, "The bundled models"):
# 99.61 % of the test set in eight bits, each of its three 99.55 %, standard deviation 0.04, and
# 99.55 % of the validation writers.
# What was tried and left is listed at the end.
DIGITS = Recipe(
    name="digits",
    summary="The model of the window: everybody's digits, and what is no digit.",
    dataset="mnist",
    architecture="residual_cnn",
    epochs=40,
    batch_size=128,
    precision="auto",
    learning_rate=3e-3,
    warmup=0.1,
    weight_decay=0.02,
    label_smoothing=0.0,
    dropout=0.2,
    averaging=1.0,
    distorted=0.9,
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
    mixture=Mixture(
        pen=16_000,
        per_glyph=140,
        per_mark=280,
        per_image_mark=280,
        per_family=1_100,
        held_out=("greek and cyrillic letters", "spirals", "clothes"),
        epochs_apart=8,
        pen_width=2.5,
        pen_spread=0.45,
        distorted=0.9,
        strokes=StrokeAugmentation(
            rotation=12,
            slant=0.22,
            aspect=0.3,
            warp=0.032,
            proportion=0.22,
            wander=0.022,
            misjoin=0.7,
            retrace=0.05,
            overshoot=0.4,
            shorten=0.4,
            gap=0.06,
            corner_cutting=0.3,
            tremor=0.3,
            few_points=0.25,
            staircase=0.15,
        ),
    ),
    ensemble=3,
    quick={"epochs": "3", "ensemble": "1"},
)
#: The same without regional forms, to show what they bring.
NO_FORMS = replace(
    DIGITS,
    name="digits-no-forms",
    summary="The same without the synthesised regional forms, for comparison.",
    mixture=replace(DIGITS.mixture, per_glyph=0, per_mark=0, per_image_mark=0),
)

#: MNIST alone: what it knows of MNIST it can teach (``--teacher``); strangers it reads badly.
MNIST_ALONE = replace(
    DIGITS,
    name="mnist-alone",
    summary="The same network on MNIST alone: a teacher of it, and no reader of strangers' hands.",
    epochs=24,
    mixture=Mixture(),
)

# Tried and left, one run of seed 0 each unless it says otherwise. The figures are accuracy in per
# cent on MNIST's validation images / on the digits of pendigits' validation writers; the former
# vary by about 0.1 from seed to seed, the latter by about 0.3.
#
# Before strokes were distorted (10 to 28 epochs):
#   learning from MNIST alone                                                  99.58 / 95.35
#   the same, without averaged weights                                         99.64 / 94.40
#   the same, rotation 8, slant 10, elastic 1.3                                99.40 / 93.80
#   the same, rotation 12, slant 14, elastic 1.8 (4 of 12 epochs)              98.02 / 86.64
#   the same, smoother elastic fields (2.0 px at a smoothness of 7)            99.54 / 94.90
#   the same, stronger still (3.0 px at 8; 8 of 12 epochs)                     98.98 / 93.05
#   the same, with quadratic bends of the whole digit                          99.40 / 94.70
#   pen digits as they are, at one width; compact_cnn, 20 epochs               99.56 / 98.45
#   the same at four widths, 2 of 7 images (6 epochs)                          99.40 / 98.20
#   the same at three widths, features of 64                                   99.48 / not measured
#   the same at two widths, two first convolutions at full resolution          99.52 / not measured
# With distorted strokes, and 25,000 or 20,000 pen digits an epoch:
#   MNIST always distorted as images, pen digits never (12 epochs). Blur gave
#     the dataset away, and sharp American 7s were read as flagged 1s          98.60 / 98.75
#   both always distorted as images, with glyphs (8 epochs)                    99.38 / 98.80
#   MNIST 3 of 4, pen digits 1 of 2; milder strokes: rotation 10, slant 0.2,
#     aspect 0.22, warp 0.02, proportion 0.14, wander 0.014 (8 epochs)         99.44 / 98.90
#   today's strokes, compact_cnn with 48, 96 and 112 channels (8 epochs)       99.38 / 99.05
#   milder strokes, residual_cnn (8 epochs)                                    99.48 / 98.80
#   today's strokes, residual_cnn, marks and what is no digit (8 epochs)       99.54 / 99.35
#   the same with 32,000 pen digits, 1 of 4 distorted as images (8 epochs)     99.38 / 99.20
#   the same with 14,000 pen digits (8 epochs)                                 99.48 / 99.35
# Three seeds each, mean and standard deviation:
#   65 of 100 MNIST images and 50 of 100 pen digits distorted as images,
#     96 features (45 epochs; MNIST's test set: 99.51 +- 0.06)           99.54 +- .07 / 99.47 +- .12
#   20 epochs, 9 of 10 distorted as images (MNIST and pen), dropout
#     0.25, 14,000 pen digits: better at MNIST, worse at strangers, and
#     a higher loss over both                                            99.61 +- .03 / 99.25 +- .17
#   today's recipe, 45 epochs (MNIST's test set: 99.50 +- 0.03)          99.59 +- .05 / 99.43 +- .08
# Of today's recipe, put together:
#   seeds 0 and 1                                                               99.68 / 99.45
#   seeds 0, 1 and 2, 45 epochs, calibrated as a whole: bundled until there
#     were teachers. Mean loss of both sets 0.02142, the one before it 0.02151  99.68 / 99.45
#   40 epochs in bfloat16, seeds 0, 1 and 2, kept at 31, 13 and 31: what the default build
#     makes on a processor with AMX. Mean loss of both sets 0.02113             99.76 / 99.45
#
# What MNIST and everybody's hand cost each other: 99.68 % of the validation images are all but 16.
# Three of these are 7s whose bar falls like a flag, which every network that knows flagged 1s calls
# 1 (0.6 to 0.7), and one that knows only MNIST calls 7 (0.75 to 1.0); five more are wrong or
# illegible to people, too. Accuracy as above, then the mean loss, calibrated, of MNIST's validation
# images and of six distortions of each:
#   MNIST alone, 24 epochs, seed 10                             99.64 / 96.55   0.0136   0.0185
#   the same, wide_residual_cnn, 18 epochs                      99.68 / 96.90   0.0130   0.0178
#   the same, the first convolution at full resolution and its
#     maps averaged in squares of two, 14 epochs                99.70 / 96.35   0.0131   0.0192
#   6,000 pen digits, no forms, fewer negatives, 14 epochs      99.62 / 98.60   0.0144   0.0186
#   today's recipe, seeds 0, 1 and 2                            99.54 / 99.35   0.0177   0.0197
#                                                               99.64 / 99.50   0.0158   0.0189
#                                                               99.60 / 99.45   0.0184   0.0213
#   the mean of these three                                     99.68 / 99.45   0.0153   0.0176
#   the mean of them and of the wide one that knows MNIST alone 99.76 / 99.25   0.0141   0.0169
#   the mean of seeds 1, 2 and the one with 6,000 pen digits    99.70 / 99.30   0.0144   0.0173
# Of 12 epochs and seed 40:
#   today's recipe                                              99.56 / 99.35   0.0189   0.0239
#   a third of the forms (50, 100 and 60 of each)               99.52 / 99.25   0.0195   0.0234
#   exposure 0.05                                               99.58 / 99.25   0.0183   0.0230
#   both, and judgement 0.2                                     99.54 / 99.10   not measured
#   exposure 0.05, the first convolution at full resolution     99.54 / 99.40   0.0185   0.0220
#   exposure 0.05, 7/10 of each target what teachers say at a
#     temperature of 1.5: of MNIST three networks that know
#     MNIST alone, of drawings the bundled model. As good at
#     MNIST as 45 epochs without, at distorted drawings worse   99.52 / 99.35   0.0152   0.0189
#
# The teachers of the bundled model are four networks of mnist-alone (24 epochs, bfloat16, seeds 0
# to 3), kept at epochs 20, 20, 12 and 12. Losses with the temperature that each file has:
#   each of them                                                99.58 to 99.68   0.0128 to 0.0143
#   their mean                                                  99.68 / 96.80   0.0123   0.0172
# What they taught, 34 epochs in bfloat16 with everything else as above, kept at epochs 26, 28 and
# 30, beside the recipe without teachers (the distortions are other ones than above):
#   seeds 0, 1 and 2                                            99.58 / 99.40   0.0167   0.0209
#                                                               99.62 / 99.45   0.0149   0.0212
#                                                               99.56 / 99.55   0.0156   0.0209
#   the mean of these three: the bundled model                  99.64 / 99.55   0.0146   0.0194
#   the mean of three without teachers                          99.68 / 99.45   0.0153   0.0193
# Mean loss of both sets 0.01956, where that of the model without teachers is 0.02141: the gain is
# the strangers', whose loss fell from 0.0275 to 0.0245. Of their drawings with twice the pen's
# width, three more are misread (98.55 % instead of 98.70 %). MNIST's 99.75 % wants better teachers:
# these make as many mistakes as the model that had none.
#
# Tried after that, and left:
#   one-stroke 1s that distortion makes 7s of, and the reverse, drawn anew (by how far the line at
#     the top falls: one in five continental 1s, one in twelve flagged ones), the same teachers,
#     26 epochs instead of 34: mean loss of both sets 0.02164 (MNIST's test set: 99.56 %; which of
#     the two changes made it worse was not measured)                       99.64 / 99.30   0.0148
#   answers averaged over 17 views of each drawing (turned by 4 and 8 degrees, slanted by 5 and 10,
#     squeezed and enlarged by 5 to 7 %, moved by half a pixel), mean loss
#     0.01925: as many MNIST images are misread (18)                        99.64 / 99.50   0.0137
#   the weights of the last epoch, calibrated, instead of the best one's: mean loss 0.01997
# Together, those four teachers and the bundled model know MNIST better than either: the mean of
# their logits, calibrated, misreads 12 of the 5,000 validation images. Not yet of use:
#   the mean itself                                             99.76 / 98.45   0.0112   0.0153
#   what it taught the recipe, twelve versions of each image (lessons=12) and pens that vary more
#     (mixture.pen_spread=0.5), as a mean of three after 30 of 48 epochs, where it was stopped:
#     mean loss of both sets 0.0211                             99.62 / 99.45   0.0157
#   what it taught one network on MNIST alone, seed 0, 10 epochs, lessons=5:
#     taught=0.7, softness=1.5                                  99.66           0.0138   0.0197
#     taught=1, softness=1.5                                    99.64           0.0143   0.0208
#     taught=1, softness=1                                      99.60           0.0138   0.0211
#     taught=1, softness=2.5                                    99.46           0.0167   0.0244
#
# In eight bits (weights of seven, calibrated on 600 training images), loss of MNIST's validation
# images and of the validation writers, for the bundled mean of three. In half precision it is
# 0.0146 and 0.0245, too, and an image takes twice as long:
#   up to the features: no answer moves by more than 0.03, one more
#     MNIST image is misread, none of the writers': this one is bundled        0.0146   0.0244
#   everything, the digit score's logit, too: scores move by up to 0.5         0.0146   0.0244
#   weights of eight bits, which may overflow on processors without VNNI       0.0147   0.0245
#   signed integers between layers: five times as slow                         0.0147   0.0245
# Half the time and room were meant for a larger network: broad_residual_cnn, 36 epochs, both
# teachers above (four new networks of mnist-alone, whose mean misreads 14 of the 5,000, and 12 with
# the bundled model), a version for every epoch, mixture.pen_spread=0.5, kept at epochs 31, 30, 26:
#   each of the three (MNIST's test set: 99.49 +- 0.03)         99.52 to 99.62 / 99.45 to 99.50
#   their mean in eight bits, 944 kB (MNIST's test set: 99.54)  99.68 / 99.55   0.0149   0.0242
# On validation that is a draw (mean loss 0.0195, as the bundled model's), so the smaller and faster
# model stays. From epochs 26 to 31 on validation losses rose: neither capacity nor time is lacking.
# Four networks of mnist-alone in the mean (a fifth of the logits, the bundled model the rest)
# misread 13 of MNIST's 5,000 instead of 18, and 13 of the writers' 1,999 instead of 9.
