"""What an epoch trains on, row by row: distorted or not, how much it counts, what it is to read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the train extra")
pytest.importorskip("pydantic", reason="needs the train extra")

from tests.support.training_fixtures import drawn_digits
from training.data.datasets import Split
from training.fit.batches import Batch, Batches
from training.fit.distillation import DistillationTargets
from training.recipes import Augmentation, Mixture, Recipe
from training.synth.pool import NOT_A_DIGIT, Kind, SyntheticPool

OWN, GLYPHS, OTHERS = 1_200, 150, 450
RECIPE = Recipe(
    name="rows",
    summary="",
    dataset="mnist",
    architecture="compact_cnn",
    epochs=4,
    batch_size=100,
    learning_rate=1e-3,
    distorted=0.3,
    augmentation=Augmentation(rotation=20, shift=2, elastic=1),
    mixture=Mixture(per_glyph=GLYPHS, per_family=OTHERS, distorted=0.7),
)


def numbered(images: np.ndarray, first: int) -> np.ndarray:
    """Images no two of which are alike: their numbers stand in the top row, in binary."""
    numbers = np.arange(first, first + len(images))[:, None]
    images[:, 0, :12] = 255 * ((numbers >> np.arange(12)) & 1)
    return images


@pytest.fixture(scope="module")
def own() -> Split:
    images, labels = drawn_digits(OWN)
    images = numbered(images, 1)
    return Split(images.astype(np.float32) / 255, labels.astype(np.int64))


@pytest.fixture(scope="module")
def pool() -> SyntheticPool:
    """Drawings of a digit, and of what is none."""
    kinds = [
        Kind("glyph", "3", 3, GLYPHS),
        Kind("family", "lines", NOT_A_DIGIT, OTHERS),
    ]
    glyphs, others = (drawn_digits(count, 5)[0] for count in (GLYPHS, OTHERS))
    return SyntheticPool(kinds, [numbered(glyphs, 2_000), numbered(others, 3_000)])


def rows(
    recipe: Recipe,
    own: Split,
    pool: SyntheticPool,
    targets: DistillationTargets | None = None,
    epoch: int = 1,
) -> Batch:
    """All batches of an epoch as one."""
    parts = list(Batches(recipe, own, pool, 10, targets).epoch(epoch))
    names = ("images", "classes", "is_digit", "weights")
    return Batch(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def undistorted(batch: Batch, images: np.ndarray) -> np.ndarray:
    """Which rows are one of these images, uint8, exactly: bool (N,)."""
    known = {image.tobytes() for image in images.astype(np.float32) / np.float32(255)}
    return np.array([image.tobytes() in known for image in batch.images])


@pytest.mark.parametrize(("dataset", "drawings"), [(0.0, 1.0), (0.3, 0.7), (1.0, 0.0)])
def test_as_many_are_distorted_as_the_recipe_says(own, pool, dataset, drawings):
    mixture = replace(RECIPE.mixture, distorted=drawings)
    batch = rows(replace(RECIPE, distorted=dataset, mixture=mixture), own, pool)
    dataset_images = np.rint(255 * own.images)
    plain = [undistorted(batch, images).sum() for images in (dataset_images, pool.images)]
    counts = np.array([OWN, GLYPHS + OTHERS])
    shares = 1 - np.array(plain) / counts
    # Four standard deviations of a coin thrown so often; none at 0 and 1.
    spread = 4 * np.sqrt(np.array([dataset * (1 - dataset), drawings * (1 - drawings)]) / counts)
    assert (abs(shares - (dataset, drawings)) <= spread).all()


def test_what_is_distorted_is_still_ink_on_paper(own, pool):
    batch = rows(replace(RECIPE, distorted=1.0), own, pool)
    assert batch.images.dtype == np.float32
    assert batch.images.shape == (OWN + GLYPHS + OTHERS, 28, 28)
    assert batch.images.min() == 0.0
    assert 0.9 < batch.images.max() <= 1.0


@pytest.mark.parametrize("weight", [0.0, 0.2, 1.0])
def test_every_row_counts_as_the_recipe_says(own, pool, weight):
    """A digit in full; what is none by the outlier-exposure weight, as any class alike."""
    batch = rows(replace(RECIPE, outlier_exposure=weight), own, pool)
    digits = batch.is_digit[:, 0] == 1
    assert digits.sum() == OWN + GLYPHS
    assert set(batch.is_digit[~digits, 0]) == {0.0}
    np.testing.assert_array_equal(batch.weights, np.where(digits, 1, np.float32(weight)))
    np.testing.assert_allclose(batch.classes[~digits], 0.1)
    assert set(batch.classes[digits].ravel()) == {0.0, 1.0}
    expected = np.bincount(own.labels, minlength=10) + GLYPHS * np.eye(10)[3]
    np.testing.assert_array_equal(batch.classes[digits].sum(axis=0), expected)


def test_a_row_is_to_be_read_as_its_own_image(own, pool):
    mixture = replace(RECIPE.mixture, distorted=0.0)
    batch = rows(replace(RECIPE, distorted=0.0, mixture=mixture), own, pool)
    label_of = {
        image.tobytes(): label for image, label in zip(own.images, own.labels.tolist(), strict=True)
    }
    labels = [label_of.get(image.tobytes()) for image in batch.images]
    known = [(label, row) for row, label in enumerate(labels) if label is not None]
    assert len(known) == OWN
    assert all(batch.classes[row].argmax() == label for label, row in known)


def test_an_epoch_has_every_image_once_in_an_order_of_its_own(own, pool):
    plain = replace(RECIPE, distorted=0.0, mixture=replace(RECIPE.mixture, distorted=0.0))
    first, second = (rows(plain, own, pool, epoch=epoch) for epoch in (1, 2))
    assert sorted(image.tobytes() for image in first.images) == sorted(
        image.tobytes() for image in second.images
    )
    assert (first.images != second.images).any()
    expected = np.concatenate([np.rint(255 * own.images), pool.images])
    assert undistorted(first, expected).all()


def test_seed_and_epoch_decide_everything(own, pool):
    def told(seed: int, epoch: int) -> bytes:
        batch = rows(replace(RECIPE, seed=seed), own, pool, epoch=epoch)
        return batch.images.tobytes() + batch.classes.tobytes()

    assert told(1, 2) == told(1, 2)
    assert len({told(seed, epoch) for seed in (0, 1) for epoch in (1, 2)}) == 4


def test_epochs_do_not_depend_on_those_before(own, pool):
    """So that a resumed run goes on with the same batches."""
    batches = Batches(RECIPE, own, pool, 10)
    list(batches.epoch(1))
    after = list(batches.epoch(2))
    alone = list(Batches(RECIPE, own, pool, 10).epoch(2))
    for one, other in zip(after, alone, strict=True):
        np.testing.assert_array_equal(one.images, other.images)


@pytest.mark.parametrize("weight", [0.25, 1.0])
def test_teachers_have_their_share_of_the_dataset_s_rows_alone(own, pool, weight):
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.ones(10), OWN).astype(np.float16)
    targets = DistillationTargets({0: answers}, 1, "")
    recipe = replace(RECIPE, distillation_weight=weight, distorted=0.0)
    batch = rows(recipe, own, pool, targets)
    answer_of = {
        image.tobytes(): row for row, image in enumerate(np.rint(255 * own.images).astype(np.uint8))
    }
    seen = np.rint(255 * batch.images).astype(np.uint8)
    found = [(answer_of.get(image.tobytes()), row) for row, image in enumerate(seen)]
    of_dataset = [(own_row, row) for own_row, row in found if own_row is not None]
    assert {own_row for own_row, _ in of_dataset} == set(answer_of.values())
    for own_row, row in of_dataset[:400]:
        right = np.eye(10)[own.labels[own_row]]
        expected = (1 - weight) * right + weight * answers[own_row]
        np.testing.assert_allclose(batch.classes[row], expected, atol=1e-3)
    others = batch.classes[[row for own_row, row in found if own_row is None]]
    assert set(np.unique(others)) <= {np.float32(0), np.float32(0.1), np.float32(1)}


@pytest.mark.parametrize(
    ("size", "last", "count"), [(700, False, 2), (700, True, 3), (600, True, 3)]
)
def test_the_last_batch_may_be_smaller(own, pool, size, last, count):
    batches = Batches(replace(RECIPE, batch_size=size, last_batch=last), own, pool, 10)
    sizes = [len(batch.images) for batch in batches.epoch(1)]
    assert batches.count == len(sizes) == count
    assert sum(sizes) == (batches.images if last else size * count)
