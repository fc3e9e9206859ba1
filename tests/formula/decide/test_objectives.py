"""Objectives and policies: functions by every library's name, gradients of constants, z3's samples.

Each line hangs on one step of the evaluation, so that a slip in that step changes its verdict.
"""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

CLIP = r"\min(r A, clip(r, 1-\epsilon, 1+\epsilon) A)"
SCORE = r"\nabla \log \pi(a_t|s_t)"
SURPRISE = r"\delta_t - r_t - \gamma V(s_{t+1}) + V(s_t)"

PROBLEM = r"\max_\theta E[r_t(\theta) A_t] \text{ s.t. } E[KL(\pi_{old} \| \pi_\theta)] \le \delta"

RIGHT = (
    ("ratio", "torch.pow(pi / pi_old, 1)"),
    ("ratio", "np.square(np.sqrt(pi / pi_old))"),
    ("ratio", "torch.exp(torch.sub(logp, logp_old))"),
    ("ratio", "torch.exp(torch.add(logp, -logp_old))"),
    ("ratio", "torch.div(pi, pi_old)"),
    ("ratio", "torch.mul(pi, 1 / pi_old)"),
    ("ppo_clip", rf"E_{{s,a \sim \pi_{{old}}}}[{CLIP}]"),
    ("ppo_clip", "torch.minimum(ratio*adv, ratio.clamp(min=1-eps, max=1+eps)*adv).mean()"),
    ("policy_gradient", rf"E[{SCORE} A_t + \nabla \pi_{{old}}(a_t|s_t)]"),
    ("policy_gradient", rf"E[{SCORE} A_t + ({SURPRISE})^2]"),
    ("policy_gradient", rf"E[{SCORE} \sum_k \gamma^k r_k]"),
    ("ppo_kl_penalty", "(ratio*adv).mean() - beta*F.kl_div(logp, p_old)"),
    ("advantage", "Q(s,a) = V(s) + A(s,a)"),
    ("entropy", "h = 0\nfor p in probs:\n    x = p * math.log(p)\n    h -= x"),
    ("ratio", r"r_t(\theta) \pi_{old}(a_t|s_t) = \pi_\theta(a_t|s_t)"),
    ("policy_gradient", r"\nabla J(\theta) = g = E[\nabla \log \pi_\theta(a|s) A(s,a)]"),
    ("trpo", rf"{PROBLEM}, \delta > 0"),
    ("trpo", rf"{PROBLEM}, \sum_a \pi_\theta(a|s) = 1"),
)


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_a_right_objective_is_read(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "equivalent", verdict.message


WRONG = (
    ("ratio", "np.square(pi / pi_old)"),
    ("ratio", "torch.exp(torch.add(logp, logp_old))"),
    ("ratio", "torch.div(pi_old, pi)"),
    ("ppo_clip", rf"E_{{s,a \sim \pi_\theta}}[{CLIP}]"),
    ("ppo_clip", "torch.minimum(ratio*adv, ratio.clamp(min=1-eps)*adv).mean()"),
    ("policy_gradient", rf"E[{SCORE} A_t + \nabla \pi(a_t|s_t)]"),
    ("policy_gradient", rf"E[{SCORE} A_t + ({SURPRISE} - 1)^2]"),
    ("advantage", "Q(s,a) = V(s) - A(s,a)"),
    (
        "ppo_clip",
        rf"\begin{{cases}} {CLIP} & r < 1 + \epsilon \\ {CLIP} & 1 + \epsilon < r \\"
        r" 0 & \text{otherwise} \end{cases}",
    ),
)


@pytest.mark.parametrize(("formula", "text"), WRONG)
def test_a_slip_in_an_objective_is_seen(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "different", verdict.message


def test_a_clip_without_bounds_is_unreadable() -> None:
    text = r"E[\min(r A, \mathrm{clip}_{\epsilon}(r) A)]"
    assert decide(specs()["ppo_clip"], text).verdict == "unreadable"


def test_a_sample_that_no_grid_holds_is_found() -> None:
    verdict = decide(specs()["ppo_clip"], rf"E[{CLIP} + \max(r - 50, 0)]")
    assert verdict.verdict == "different"
    assert verdict.proof.startswith("z3")
    assert verdict.counterexample
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


def test_only_a_strict_bound_is_remarked_on() -> None:
    said = "a strict bound is read as the bound"
    bounds = {op: decide(specs()["trpo_constraint"], rf"E[KL(\pi_{{old}} \| \pi)] {op} \delta")
              for op in ("<", r"\le")}  # fmt: skip
    assert said in bounds["<"].remarks
    assert said not in bounds[r"\le"].remarks


LIMITS = (
    ("nstep_advantage", r"\sum_{0 \le l < n} \gamma^l \delta_{t+l}", "equivalent"),
    ("nstep_advantage", r"\sum_{-1 < l < n} \gamma^l \delta_{t+l}", "equivalent"),
    ("nstep_advantage", r"\sum_{0 < l < n} \gamma^l \delta_{t+l}", "different"),
    ("nstep_advantage", r"\sum_{0 \le l \le n} \gamma^l \delta_{t+l}", "different"),
    ("gae_finite", r"\sum_{t \le k < T} (\gamma\lambda)^{k-t} \delta_k", "equivalent"),
    ("gae_finite", r"\sum_{t-1 < k < T} (\gamma\lambda)^{k-t} \delta_k", "equivalent"),
    ("gae_finite", r"\sum_{t < k < T} (\gamma\lambda)^{k-t} \delta_k", "different"),
    ("gae_finite", r"\sum_{t \le k \le T} (\gamma\lambda)^{k-t} \delta_k", "different"),
)


@pytest.mark.parametrize(("formula", "text", "expected"), LIMITS)
def test_strict_and_weak_limits_of_a_sum_differ_by_one_term(formula, text, expected) -> None:
    assert decide(specs()[formula], text).verdict == expected


FORWARD = r"\sum_x P(x) \log \frac{P(x)}{Q(x)}"
SHOWN = (
    ("kl", rf"{FORWARD} = \sum_x Q(x) \log \frac{{Q(x)}}{{P(x)}}", {"P", "Q"},
     "0.298637", "0.372753"),
    ("advantage", "Q(s,a) + V(s)", {"Q(s,a)", "V(s)"}, "29/12", "-5/12"),
    ("trpo", r"\max_\theta E[r_t(\theta) A_t]", {"pi_theta", "pi_old", "states", "A", "delta"},
     "objective 331/120, no constraint", "objective 331/120, constraint -0.621168 <= 0"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "at", "yours", "reference"), SHOWN)
def test_a_counterexample_shows_what_the_formula_depends_on(
    formula, text, at, yours, reference
) -> None:
    found = decide(specs()[formula], text).counterexample
    assert found is not None
    assert (set(found["at"]), found["yours"], found["reference"]) == (at, yours, reference)
