"""Feature maps against the functions that their products stand for."""

import pytest
import torch

from rlprep.labs.feature_maps import feature_maps, random_features, second_order


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_second_order_features_multiply_to_the_series_of_the_exponential():
    q, k = torch.randn(2, 5, 6, dtype=torch.float64, generator=generator())
    scores = q @ k.T / 6**0.5
    expected = 1 + scores + scores**2 / 2
    torch.testing.assert_close(second_order(q) @ second_order(k).T, expected)


def test_random_features_estimate_the_exponential_without_bias():
    q, k = 0.5 * torch.randn(2, 4, 6, generator=generator())
    features = random_features(6, 400_000, generator()).map
    expected = (q @ k.T / 6**0.5).exp()
    torch.testing.assert_close(features(q) @ features(k).T, expected, rtol=0.02, atol=0.0)


@pytest.mark.parametrize("width", [3, 8])
def test_features_are_as_many_as_they_say_and_positive_where_normalised(width: int):
    keys = torch.randn(20, width, generator=generator())
    for features in feature_maps(width, generator()):
        found = features.map(keys)
        assert found.shape == (20, features.count)
        if features.normalize:
            assert (found @ found.T).min() >= 0
