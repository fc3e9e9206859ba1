"""What the model answers claim and the RL labs measure: quick forms, with margins for any seed."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch

from rlprep.labs import gamma_vs_lambda, on_off_policy, ppo_clip, stale_replay, train, trust_region
from rlprep.labs.lab import LabResult
from rlprep.labs.learners import ppo_update
from tests.labs.conftest import number

Quick = Callable[[str], LabResult]
Numbers = dict[tuple, dict[str, float]]


def numbers(result: LabResult, keys: int) -> Numbers:
    """The table's means by the cells of its first columns, and by the names of the others."""
    names = [column.name for column in result.columns[keys:]]
    found: Numbers = {}
    for row in result.rows:
        cells = zip(names, row[keys:], strict=True)
        found[row[:keys]] = {name: number(cell) for name, cell in cells if cell is not None}
    return found


def test_lambda_trades_bias_for_variance_and_the_best_one_moves_with_the_sample(quick: Quick):
    """solutions/policy_gradient/gae.md."""
    by_lambda = {key[0]: row for key, row in numbers(quick("gae-lambda"), 1).items()}
    bias = [row["bias² (exact)"] for row in by_lambda.values()]
    assert bias[0] > 0.05
    assert bias == sorted(bias, reverse=True)
    assert bias[-1] == 0
    for row in by_lambda.values():
        assert row["bias² (measured)"] == pytest.approx(row["bias² (exact)"], abs=0.15)
    assert by_lambda[1.0]["variance"] > 4 * by_lambda[0.0]["variance"]

    def best(size: int) -> float:
        return min(by_lambda, key=lambda lam: by_lambda[lam][f"RMSE, N = {size}"])

    assert best(1) <= 0.5
    assert best(512) >= 0.8


def test_gamma_changes_the_target_and_lambda_does_not(quick: Quick):
    """solutions/follow_ups/gamma_lambda.md: with an exact critic each λ has the same mean."""
    table = numbers(quick("gamma-vs-lambda"), 2)
    for (gamma, _), row in table.items():
        assert row["bias"] == pytest.approx(0, abs=0.2)  # five standard errors
        assert (row["gain"] > 0) == (gamma >= 0.99)
    for gamma, against in ((0.9, -1.73), (0.95, -1.25), (0.99, -0.35)):
        rows = [row for (each, _), row in table.items() if each == gamma]
        assert len(rows) == 6
        for row in rows:
            assert row["bias against γ = 1"] == pytest.approx(against, abs=0.2)
    assert table[0.99, 1.0]["gain if V = 0"] - table[0.99, 0.0]["gain if V = 0"] > 1.3
    assert table[1.0, 1.0]["variance"] > 10 * table[1.0, 0.0]["variance"]


def test_old_data_cost_return_and_a_smaller_clip_range_does_not_help(quick: Quick):
    """solutions/follow_ups/stale_replay.md: what was measured."""
    result = quick("stale-replay")
    table = numbers(result, 2)
    score = f"return after {stale_replay.UPDATES} updates"
    spent, kl = "no gradient before any step", "KL per update"

    def usual(age: int) -> dict[str, float]:
        return table["clip, ε = 0.2", age]

    assert usual(0)[score] > 0.95
    assert usual(0)[score] > usual(8)[score] > usual(16)[score]
    assert usual(16)[score] < usual(0)[score] - 0.2
    assert usual(0)[spent] == 0
    assert 0.25 < usual(16)[spent] < 0.5
    assert usual(16)[kl] > 2 * usual(0)[kl]
    assert usual(16)["ratio, 5 % quantile"] < 0.7
    assert usual(16)["ratio, 95 % quantile"] > 1.3
    smallest, largest = table["clip, ε = 0.05", 16], table["clip, ε = 0.5", 16]
    assert smallest[score] < usual(16)[score] - 0.1 < largest[score] - 0.2
    assert table["clip, ε = 0.05", 8][spent] > table["clip, ε = 0.5", 8][spent] + 0.1
    decoupled = table["decoupled, ε = 0.2", 16]
    assert decoupled[score] > usual(16)[score] + 0.2
    assert decoupled[spent] == 0


def test_the_slope_is_flat_on_the_favourable_side_only():
    """solutions/policy_gradient/ppo.md: the case analysis."""
    ratios = (0.5, 0.79, 0.81, 1.0, 1.19, 1.21, 2.0)
    assert ppo_clip.surrogate(1.0, ratios)[1] == pytest.approx([1, 1, 1, 1, 1, 0, 0])
    assert ppo_clip.surrogate(-1.0, ratios)[1] == pytest.approx([0, 0, -1, -1, -1, -1, -1])
    assert ppo_clip.surrogate(1.0, ratios)[0] == pytest.approx([*ratios[:5], 1.2, 1.2])
    assert ppo_clip.surrogate(-1.0, ratios)[0] == pytest.approx(
        [-0.8, -0.8, *(-r for r in ratios[2:])]
    )


def test_ratios_and_kl_leave_the_range_while_one_batch_is_optimised(quick: Quick):
    """solutions/policy_gradient/ppo.md: what clipping doesn't do."""
    table = numbers(quick("ppo-clip"), 2)
    first, last = table["0.001", 0], table["0.001", 20]
    assert first["smallest ratio"] == pytest.approx(1, abs=1e-4)
    assert first["largest ratio"] == pytest.approx(1, abs=1e-4)
    assert first["no gradient"] == 0
    assert last["smallest ratio"] < 0.78
    assert last["largest ratio"] > 1.22
    assert last["largest KL of a state"] > 1.2 * ppo_clip.BOUND
    assert pytest.approx(0.0204, abs=1e-4) == ppo_clip.BOUND


def test_one_learning_rate_grows_in_kl_and_a_natural_step_does_not(quick: Quick):
    """solutions/policy_gradient/trpo.md: what goes wrong without a trust region."""
    panels = {panel.title: panel for panel in quick("trust-region").panels}

    def line(title: str, label: str) -> tuple[float, ...]:
        return next(each.y for each in panels[title].lines if each.label == label)

    plain = line("Step in KL", "gradient, one rate")
    assert plain[0] == pytest.approx(trust_region.MAX_KL, rel=0.5)
    assert max(plain) > 100 * plain[0]
    moved = line("Step in the parameters", "gradient, one rate")
    assert max(moved) < 15 * moved[0]
    for label in ("natural gradient", "TRPO"):
        steps = line("Step in KL", label)
        assert max(steps) < 1.3 * trust_region.MAX_KL
        distance = line("Distance to the best return", label)
        assert all(later < before for before, later in pairwise(distance))
    assert max(line("Step in KL", "TRPO")) <= trust_region.MAX_KL
    worst = max(line("Distance to the best return", "gradient, one rate")[-10:])
    assert worst > 2 * line("Distance to the best return", "TRPO")[-1]


def test_learning_begins_in_the_quick_form_which_says_that_it_ends_early(quick: Quick):
    result = quick("train")
    table = numbers(result, 2)
    for method in ("PPO", "TRPO"):
        returns = [row["return, sampled"] for (name, _), row in table.items() if name == method]
        assert returns[-1] > 2.5 * returns[0]
    assert any(sentence.startswith("Quick form") for sentence in result.findings)


def test_ppo_balances_the_pole_for_475_steps():
    """Two thirds of the full form's steps; `rlprep lab run train --seeds 3` has more."""
    found = train.learn(
        ppo_update, torch.Generator().manual_seed(0), lambda share: None, updates=20, every=20
    )
    assert found[-1, 0] >= train.GOAL
    assert found[-1, 1] >= 400


def test_corrections_trade_bias_for_variance_off_policy(quick: Quick):
    """solutions/policy_gradient/on_off_policy.md."""
    table = numbers(quick("on-off-policy"), 2)
    deviation, share = "standard deviation", "effective episodes"
    for name in on_off_policy.ESTIMATORS:
        assert table[0.0, name]["|bias|"] < 0.15
        assert table[0.0, name][share] == pytest.approx(1)
    plain, product = table[0.75, "no correction"], table[0.75, "whole episode"]
    assert plain["|bias|"] > 5 * plain["its standard error"]
    assert product[deviation] > 1.5 * table[0.0, "whole episode"][deviation]
    assert product[share] < 0.6
    truncated, exact = table[0.75, "V-trace, bound 1"], table[0.75, "V-trace, no bound"]
    assert 0 < truncated["|bias|"] < plain["|bias|"]
    assert exact["|bias|"] < truncated["|bias|"]
    assert exact["RMSE"] < plain["RMSE"]


@pytest.mark.parametrize(
    "measure",
    [
        lambda generator: gamma_vs_lambda.measure(generator, samples=10),
        lambda generator: on_off_policy.measure(generator, n_sets=2),
        lambda generator: train.learn(
            ppo_update, generator, lambda share: None, updates=1, every=1
        ),
    ],
    ids=["gamma-vs-lambda", "on-off-policy", "train"],
)
def test_the_same_seed_gives_the_same_numbers(measure: Callable):
    first, second, other = (measure(torch.Generator().manual_seed(seed)) for seed in (5, 5, 6))
    assert (first == second).sum() + (first != first).sum() == first.size  # NaN counts as equal
    assert (first != other).any()
