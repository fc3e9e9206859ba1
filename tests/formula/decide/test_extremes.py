"""Minima, clips and cases where none belongs: numbers of ordinary size don't show that they act."""

from fractions import Fraction

import pytest

from rlprep.formula.check import decide
from rlprep.formula.decide.extremes import extreme_worlds
from tests.formula.corpus.labels import specs

ACTING = (
    ("trpo_constraint", r"\min(KL(\pi_{old} \| \pi), 1) \le \delta"),
    ("trpo_constraint", r"E[KL(\pi_{old} \| \pi)] \le \min(\delta, 1)"),
    ("trpo", r"max E[r_t A_t] s.t. min(E[KL(\pi_{old}, \pi)], 1) <= \delta"),
    ("trpo_objective", "E[min(r_t, 1000) A_t]"),
    ("trpo_objective", "(np.where(ratio < 1000, ratio, 1000) * adv).mean()"),
    ("ratio", "exp(clip(logp - logp_old, -5, 5))"),
    ("kl", r"\sum_x P(x) \max(\log \frac{P(x)}{Q(x)}, -4)"),
    ("ppo_kl_penalty", r"E[r_t A_t] - \max(\beta, 0.01) E[KL(\pi_{old}, \pi)]"),
    ("policy_gradient", r"E_\pi[\nabla\log\pi(a|s) \min(A(s,a), 1000)]"),
)


@pytest.mark.parametrize(("formula", "text"), ACTING)
def test_a_bound_that_acts_on_extreme_numbers_is_refuted_there(formula: str, text: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "different", verdict.message
    assert verdict.counterexample


@pytest.mark.parametrize(
    ("formula", "text"),
    [("trpo_objective", "E[min(r_t, 10^9) A_t]"),
     ("entropy", "-sum_a max(pi(a|s) log pi(a|s), -9)"),
     ("kl", r"|\sum_x P(x) \log \frac{P(x)}{Q(x)}|")],
)  # fmt: skip
def test_a_bound_that_acts_nowhere_is_not_called_equal(formula: str, text: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "undecided"
    assert "acts in none" in verdict.message


@pytest.mark.parametrize(
    ("formula", "text"),
    [("kl", "(p * (p / q).clamp(min=1e-8).log()).sum()"),
     ("entropy", "-(p * torch.clamp(p, 1e-8).log()).sum()"),
     ("kl", "np.sum(np.where(p != 0, p * np.log(p / q), 0))")],
)  # fmt: skip
def test_what_only_keeps_a_logarithm_finite_is_accepted(formula: str, text: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "equivalent", verdict.message


@pytest.mark.parametrize("on_policy", [False, True])
def test_extreme_worlds_are_decision_problems(on_policy: bool) -> None:
    worlds = list(extreme_worlds(on_policy=on_policy))
    assert len({world.numbers["bound"] for world in worlds}) == 2
    for world in worlds:
        for s in world.states:
            assert sum(world.new[s]) == sum(world.old[s]) == 1
            assert sum(p * x for p, x in zip(world.new[s], world.slope[s], strict=True)) == 0
            mean = sum(p * x for p, x in zip(world.new[s], world.advantage[s], strict=True))
            assert (mean == 0) is on_policy
            assert all(q - world.v[s] == a
                       for q, a in zip(world.q[s], world.advantage[s], strict=True))  # fmt: skip
        assert min(map(min, world.new)) == Fraction(1, 10**4)
