"""The moving average of the weights, against its closed form."""

from __future__ import annotations

import numpy as np
import pytest

from training.networks.ema import EMA


class Network:
    """Weights that tests set."""

    def __init__(self, *weights: float) -> None:
        self.weights = weights

    def get_weights(self) -> list[np.ndarray]:
        return [np.full(3, weight, np.float32) for weight in self.weights]


def averaged(batches: float, values: np.ndarray) -> float:
    """The average after the weights had these values, the first of them before any batch."""
    network = Network(values[0])
    ema = EMA(network, batches)
    for value in values[1:]:
        network.weights = (value,)
        ema.update()
    (mean,) = ema.weights
    assert mean.dtype == np.float32
    assert len(set(mean.tolist())) == 1
    return float(mean[0])


def closed_form(batches: float, values: np.ndarray) -> float:
    """Every value by its share: what it took when it came, less what later ones took from it."""
    every = max(1, min(10, int(batches / 10)))
    steps = np.arange(every, len(values), every)
    taken = np.minimum(1, every / np.maximum(np.minimum(batches, steps / 4), 1))
    left = np.append(np.cumprod((1 - taken)[::-1])[::-1], 1)  # of what was there before each step
    return float(left[0] * values[0] + (taken * left[1:]) @ values[steps])


@pytest.mark.parametrize("batches", [1, 3, 25, 100, 640])
@pytest.mark.parametrize("count", [1, 9, 60, 1_000])
def test_it_is_its_closed_form(batches, count):
    values = np.random.default_rng(count).normal(0, 1, count + 1)
    assert averaged(batches, values) == pytest.approx(closed_form(batches, values), abs=1e-5)


@pytest.mark.parametrize(("batches", "every"), [(50, 5), (400, 10)])
def test_long_after_the_start_a_jump_is_followed_with_the_wanted_decay(batches, every):
    """From 0 to 1: after n updates it stands at 1 - decay ** n."""
    before, after = 4 * batches, 7 * every
    values = np.concatenate([np.zeros(before + 1), np.ones(after)])
    decay = 1 - every / batches
    assert averaged(batches, values) == pytest.approx(1 - decay**7, rel=1e-4)


def test_the_first_batches_are_soon_forgotten():
    """After n batches of a short run it reaches back n / 4 of them, not as far as is wanted."""
    values = np.concatenate([np.ones(1), np.zeros(200)])
    assert averaged(1_000, values) < 0.01


def test_without_one_it_is_the_network_itself():
    network = Network(1.0)
    ema = EMA(network, 0)
    for value in (2.0, 3.0):
        network.weights = (value,)
        ema.update()
        assert ema.weights[0].tolist() == [value] * 3


def test_each_array_has_its_own_average():
    network = Network(0.0, 10.0)
    ema = EMA(network, 4)
    network.weights = (1.0, 30.0)
    for _ in range(40):
        ema.update()
    first, second = (array.mean() for array in ema.weights)
    assert first == pytest.approx(1.0, abs=0.01)
    assert second == pytest.approx(30.0, abs=0.2)
