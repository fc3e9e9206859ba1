"""Feature maps of linear attention: what replaces the exponential of the scores."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rlprep.kernels.attention.linear import FeatureMap, elu_features

RANDOM_PER_WIDTH = 4


@dataclass(frozen=True)
class Features:
    """A feature map for keys of one width.

    Attributes:
        label: in tables and legends.
        count: features of one key; the state has that many rows.
        map: from keys to features.
        normalize: whether outputs are divided by the sum of weights: no use where those can be
            negative.
    """

    label: str
    count: int
    map: FeatureMap
    normalize: bool = True


def feature_maps(width: int, generator: torch.Generator) -> tuple[Features, ...]:
    """Return the feature maps that are compared, for keys of this width."""
    return (
        Features("elu + 1", width, elu_features),
        Features("ReLU", width, torch.relu),
        random_features(width, RANDOM_PER_WIDTH * width, generator),
        Features("no map", width, lambda x: x, normalize=False),
        Features("2nd order", 1 + width + width * width, second_order),
    )


def random_features(width: int, count: int, generator: torch.Generator) -> Features:
    """Return positive random features, whose products estimate exp(q·k / √width).

    φ(x) = exp(w·x − |x|²/2) / √count for random normal w, x scaled by width^(−1/4).

    Source: Choromanski et al. 2021, Performer, arXiv 2009.14794, Lemma 1; without orthogonality.
    """
    directions = torch.randn(count, width, generator=generator)

    def features(x: Tensor) -> Tensor:
        scaled = x * width**-0.25
        half_norm = scaled.square().sum(-1, keepdim=True) / 2
        return (scaled @ directions.T - half_norm).exp() / math.sqrt(count)

    return Features("random", count, features)


def second_order(x: Tensor) -> Tensor:
    """Return features whose products are 1 + s + s²/2 with s = q·k / √width, above 0.

    Source: Arora et al. 2024, Based, arXiv 2402.18668: the exponential to second order.
    """
    scaled = x * x.shape[-1] ** -0.25
    pairs = (scaled.unsqueeze(-1) * scaled.unsqueeze(-2)).flatten(-2) / math.sqrt(2)
    return torch.cat([torch.ones_like(x[..., :1]), scaled, pairs], dim=-1)
