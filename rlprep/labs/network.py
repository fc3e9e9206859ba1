"""A small network as a function of one flat vector of parameters."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron with tanh between its layers.

    Attributes:
        sizes: widths from the input to the output.
    """

    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of parameters."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    def init(self, generator: torch.Generator, *, last_gain: float) -> Tensor:
        """Return parameters `[count]`: orthogonal weights, zero biases.

        Args:
            generator: source of the randomness.
            last_gain: of the last layer; a small one makes a nearly uniform policy.
        """
        parts = []
        layers = list(pairwise(self.sizes))
        for i, (inputs, outputs) in enumerate(layers):
            weights = torch.empty(outputs, inputs)
            gain = last_gain if i == len(layers) - 1 else math.sqrt(2)
            torch.nn.init.orthogonal_(weights, gain, generator=generator)
            parts += [weights.flatten(), torch.zeros(outputs)]
        return torch.cat(parts)

    def __call__(self, params: Tensor, inputs: Tensor) -> Tensor:
        """Return the outputs `[*B, last size]` for inputs `[*B, first size]`."""
        place = 0
        layers = list(pairwise(self.sizes))
        for i, (width, outputs) in enumerate(layers):
            weights = params[place : place + width * outputs].view(outputs, width)
            place += width * outputs
            bias = params[place : place + outputs]
            place += outputs
            inputs = torch.nn.functional.linear(inputs, weights, bias)
            if i < len(layers) - 1:
                inputs = inputs.tanh()
        return inputs
