"""The flat network and the Gaussian policy against torch's own."""

import pytest
import torch

from rlprep.labs import gaussian
from rlprep.labs.network import Network


def test_a_flat_network_is_the_stack_of_torchs_layers():
    network = Network((3, 5, 4, 2))
    params = network.init(torch.Generator().manual_seed(0), last_gain=0.5)
    layers = [torch.nn.Linear(3, 5), torch.nn.Linear(5, 4), torch.nn.Linear(4, 2)]
    stack = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    assert network.count == len(params) == sum(each.numel() for each in stack.parameters())
    torch.nn.utils.vector_to_parameters(params + 0.1, stack.parameters())
    inputs = torch.randn(7, 6, 3, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(network(params + 0.1, inputs), stack(inputs), atol=1e-6)


def test_its_first_weights_are_orthogonal_its_biases_zero_and_the_last_layer_small():
    network = Network((4, 4, 2))
    params = network.init(torch.Generator().manual_seed(3), last_gain=0.01)
    first = params[:16].view(4, 4)
    assert torch.allclose(first @ first.T, 2 * torch.eye(4), atol=1e-5)
    assert not params[16:20].any()
    assert network(params, torch.ones(1, 4)).abs().max() < 0.05
    again = network.init(torch.Generator().manual_seed(3), last_gain=0.01)
    assert torch.equal(params, again)


def gaussian_params() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(gaussian.first_params().shape, generator=generator, dtype=torch.float64)


def test_log_density_is_that_of_torchs_normal():
    params = gaussian_params()
    states, actions = gaussian.play(params, 9, torch.Generator().manual_seed(1))
    means, log_std = gaussian.distribution(params, states)
    expected = torch.distributions.Normal(means, log_std.exp()).log_prob(actions).sum(-1)
    assert torch.allclose(gaussian.log_density(params, states, actions), expected)


def test_the_exact_return_is_the_mean_of_the_rewards():
    params = gaussian_params() / 2
    target = gaussian.Target(gaussian.split(gaussian_params().flip(0))[0])
    states, actions = gaussian.play(params, 100_000, torch.Generator().manual_seed(2))
    rewards = target.reward(states, actions)
    error = rewards.std().item() / len(rewards) ** 0.5
    assert rewards.mean().item() == pytest.approx(target.mean_return(params), abs=4 * error)
