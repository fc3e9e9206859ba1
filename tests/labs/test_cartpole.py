"""The physics against trajectories of Gymnasium and against the equations on Python floats."""

import math
import random

import pytest
import torch

from rlprep.labs.cartpole import TIME_LIMIT, CartPoles, dynamics, has_fallen

# Gymnasium 1.4.0, CartPole-v1, reset(seed=3); the episode ends with the 30th action.
FIRST = [-0.04143508328563757, -0.02631894934039003, 0.030127446520639686, 0.008216203606436781]
ACTIONS = [int(each) for each in "101010101110000001111111111101"]
REACHED = {
    1: [-0.04196146227244537, 0.16835826814074892, 0.03029177059276842, -0.27481097724869463],
    2: [-0.03859429690963039, -0.027182489412550553, 0.024795551047794528, 0.02727001812675084],
    8: [-0.03024769860973498, -0.0289675505065512, 0.012682169442234296, 0.06664445795016888],
    29: [0.09823143854790131, 1.33975544003298, -0.17391705201324842, -2.069883385924035],
    30: [0.12502654734856092, 1.5361679880587626, -0.2153147197317291, -2.4109319777657454],
}


def one(values: list[float]) -> torch.Tensor:
    return torch.tensor([values], dtype=torch.float64)


def upright(states: torch.Tensor) -> torch.Tensor:
    """A controller that never lets the pole fall."""
    position, velocity, angle, spin = states.unbind(-1)
    return (angle + 0.5 * spin + 0.05 * position + 0.1 * velocity > 0).to(torch.int64)


def test_it_moves_as_gymnasium_does_until_the_pole_falls():
    poles = CartPoles(1, torch.Generator().manual_seed(0))
    poles.states = one(FIRST)
    for count, action in enumerate(ACTIONS, 1):
        step = poles.step(torch.tensor([action]))
        if count in REACHED:
            assert step.reached[0].tolist() == pytest.approx(REACHED[count], rel=1e-12)
        assert step.terminated.item() == (count == len(ACTIONS))
        assert not step.truncated.item()
        assert step.returns.item() == count


def test_one_step_solves_newtons_equations():
    """Barto, Sutton and Anderson's two equations hold for the accelerations of one step."""
    luck = random.Random(1)
    for _ in range(20):
        state = [luck.uniform(-1, 1) for _ in range(4)]
        action = luck.randrange(2)
        after = dynamics(one(state), torch.tensor([action]))[0].tolist()
        x, v, a, w = state
        assert after[0] == pytest.approx(x + 0.02 * v, abs=1e-14)
        assert after[2] == pytest.approx(a + 0.02 * w, abs=1e-14)
        linear, angular = (after[1] - v) / 0.02, (after[3] - w) / 0.02
        force = 10.0 if action else -10.0
        along = 1.1 * linear + 0.1 * 0.5 * (angular * math.cos(a) - w**2 * math.sin(a))
        around = 4 / 3 * 0.5 * angular + linear * math.cos(a) - 9.8 * math.sin(a)
        assert along == pytest.approx(force, abs=1e-9)
        assert around == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("state", "fallen"),
    [
        ([2.39, 0, 0, 0], False),
        ([2.41, 0, 0, 0], True),
        ([-2.41, 0, 0, 0], True),
        ([0, 9, 0.209, 9], False),
        ([0, 0, 0.2095, 0], True),
        ([0, 0, -0.2095, 0], True),
    ],
)
def test_it_falls_past_two_point_four_metres_and_twelve_degrees(state: list[float], fallen: bool):
    assert has_fallen(one(state)).item() == fallen


def test_the_time_limit_truncates_and_does_not_terminate():
    poles = CartPoles(8, torch.Generator().manual_seed(1))
    for _ in range(TIME_LIMIT - 1):
        step = poles.step(upright(poles.states))
        assert not (step.terminated | step.truncated).any()
    step = poles.step(upright(poles.states))
    assert step.truncated.all()
    assert not step.terminated.any()
    assert (step.returns == 500).all()
    assert (poles.states.abs() <= 0.05).all()  # begun anew
    assert not torch.equal(step.reached, poles.states)
    assert (poles.step(upright(poles.states)).returns == 1).all()


def test_a_pole_that_falls_at_the_time_limit_is_terminated():
    poles = CartPoles(1, torch.Generator().manual_seed(0))
    for _ in range(TIME_LIMIT - 1):
        poles.step(upright(poles.states))
    poles.states = one([0, 0, 0.2, 3])
    step = poles.step(torch.tensor([0]))
    assert step.terminated.item()
    assert not step.truncated.item()


def test_each_pole_moves_on_its_own():
    generator = torch.Generator().manual_seed(2)
    states = torch.rand(5, 4, generator=generator, dtype=torch.float64) - 0.5
    actions = torch.tensor([0, 1, 1, 0, 1])
    together = dynamics(states, actions)
    apart = [dynamics(states[i : i + 1], actions[i : i + 1])[0] for i in range(5)]
    assert torch.equal(together, torch.stack(apart))
