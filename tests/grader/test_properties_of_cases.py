"""What hidden cases must hold under every seed, so that no mark hangs on what was drawn."""

import numpy as np
import pytest

from rlprep.grader.cases.case import Draw
from rlprep.grader.cases.policies import importance_ratio
from rlprep.grader.cases.rollouts import vtrace
from rlprep.grader.cases.trust_region import conjugate_gradient
from rlprep.sandbox.wire import Built

SEEDS = range(30)


def of(family, generator, seed):
    cases = generator(Draw(seed, generator.__name__))
    return [case.arguments for case in cases if case.family == family]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bars_of_vtrace_come_in_either_order_and_ratios_lie_between(seed):
    orders = set()
    for target, behaviour, *_, rho_bar, c_bar in of("bars", vtrace, seed):
        low, high = sorted((rho_bar, c_bar))
        if (np.exp(target - behaviour)[:-1] > low).any() and high < 1e3:
            orders.add(rho_bar < c_bar)
    assert orders == {False, True}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_ratio_of_e_to_the_5_is_cut_by_no_bar(seed):
    target, behaviour, *_, rho_bar, _c_bar = of("limits", vtrace, seed)[-1]
    assert (np.abs(target - behaviour) > 5).all()
    assert np.exp(target - behaviour).max() < rho_bar


@pytest.mark.parametrize("seed", SEEDS)
def test_ratios_far_from_1_occur(seed):
    new, old = of("improbable", importance_ratio, seed)[-1]
    assert (np.abs(new - old) > 2.9).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_multiple_of_the_identity_leaves_a_residual_of_exactly_0(seed):
    system, b, *_ = of("easy", conjugate_gradient, seed)[0]
    assert isinstance(system, Built)
    product = system.arguments["matrix"] @ b
    residual = b - (b @ b) / (b @ product) * product
    assert not residual.any()
