"""Sentences about symbols: an explanation is skipped, a contradiction leaves the formula open."""

import pytest

from rlprep.formula.check import decide
from rlprep.formula.errors import Undecidable
from rlprep.formula.glosses import refuse_turning
from tests.formula.corpus.labels import specs
from tests.limits import cpu_limit

CLIP = r"L = E_t[min(r_t A_t, clip(r_t, 1-\epsilon, 1+\epsilon) A_t)]"
SOFTMAX = r"O = \mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d}}\right)V"
TD = r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)"
ENTROPY = r"H = -\sum_a \pi(a|s) \log \pi(a|s)"
RATIO = r"r_t = \pi_\theta(a_t|s_t) / \pi_{old}(a_t|s_t)"

TURNED = (
    ("softmax_attention", SOFTMAX, r"\text{ where the softmax runs over the query index}"),
    ("softmax_attention", SOFTMAX, r"\text{ where the softmax is taken over columns}"),
    ("softmax_attention", "softmax(Q K^T / sqrt(d)) V", "where the softmax is over the queries"),
    ("gae", r"A_t = \sum_{l=0}^\infty (\gamma\lambda)^l \delta_{t+l}",
     r"\text{ where the sum skips the first term}"),
    ("ppo_clip", CLIP, r"\text{ where } r_t \text{ is the inverse of the ratio}"),
    ("ppo_clip", CLIP, "where r_t is the reciprocal of the ratio"),
    ("ppo_clip", CLIP, "where r_t is the reward"),
    ("td_residual", TD, "where r_t is the return from t"),
    ("td_residual", TD, r"\text{ where } V(s_{t+1}) \text{ is the value of the current state}"),
    ("td_residual", TD, "where V(s_t) is the value at the next state"),
    ("advantage", "A(s,a) = Q(s,a) - V(s)", "where V(s) is the maximum of Q over actions"),
    ("ratio", RATIO, "where pi_old is the policy after the update"),
    ("entropy", ENTROPY, r"\text{ where the sum is over the states}"),
    ("entropy", ENTROPY, "log to base 2"),
    ("ppo_clip", CLIP, "where A_t is the negative advantage"),
    ("gae", "A_t = sum_{l=0}^inf (gamma lambda)^l delta_{t+l}", "where lambda is squared"),
    ("td_residual", TD, "with V(s_{t+1}) replaced by max_a Q(s_{t+1}, a)"),
    ("softmax_attention", SOFTMAX, "with d the number of tokens"),
)  # fmt: skip

TOLD = (
    ("softmax_attention", SOFTMAX, r"\text{ where the softmax is applied row-wise}"),
    ("softmax_attention", SOFTMAX, r"\text{ where the softmax is over the keys}"),
    ("td_residual", TD, "where r_t is the reward at time t"),
    ("td_residual", TD, r"\text{ where } V \text{ is the value function}"),
    ("td_residual", TD, "where s_{t+1} is the next state"),
    ("td_residual", TD, "where V(s_{t+1}) is the value of the next state"),
    ("advantage", "A(s,a) = Q(s,a) - V(s)", "where V(s) is the expected value of Q over actions"),
    ("advantage", "A(s,a) = Q(s,a) - V(s)", "where V(s) is the return of following pi from s"),
    ("ratio", RATIO, "where pi_old is the policy that collected the data"),
    ("ratio", RATIO, "where pi_old is the policy before the update"),
    ("entropy", ENTROPY, r"\text{ where the sum is over the actions}"),
    ("ppo_clip", CLIP, "where r_t is the probability ratio and A_t is the advantage estimate"),
    ("trpo_step", r"\sqrt{\frac{2\delta}{g^\top H^{-1} g}} H^{-1} g",
     r"\text{ where } H^{-1} \text{ is the inverse of the Hessian}"),
    ("softmax_attention", SOFTMAX, "where d is the head dimension and n the number of tokens"),
    ("ppo_total", "L = L^{CLIP} - c_1 L^{VF} + c_2 S",
     "where L^{VF} is the squared error of the value function and S is the entropy"),
    ("gae", r"A_t = \sum_{l=0}^\infty (\gamma\lambda)^l \delta_{t+l}",
     r"where \delta_t = r_t + \gamma V(s_{t+1}) - V(s_t) is the TD residual"),
    ("ppo_clip", "L = E[min(r A, clip(r, 1-eps, 1+eps) A)]",
     "where r = pi_theta(a|s)/pi_old(a|s) is the probability ratio"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "gloss"), TURNED)
def test_a_gloss_that_contradicts_its_symbol_leaves_the_formula_open(formula, text, gloss) -> None:
    assert decide(specs()[formula], text).verdict == "equivalent"
    verdict = decide(specs()[formula], f"{text}, {gloss}")
    assert verdict.verdict == "undecided"
    assert "write it as a formula" in verdict.message


@pytest.mark.parametrize(("formula", "text", "gloss"), TOLD)
def test_a_gloss_that_explains_changes_nothing(formula, text, gloss) -> None:
    assert decide(specs()[formula], f"{text}, {gloss}").verdict == "equivalent"


LEADS = (
    ("gae_lambda0",
     "with lambda = 0 you get the one-step advantage: A_t = R_{t+1} + gamma V(S_{t+1}) - V(S_t)"),
    ("gae_lambda0", "For λ = 0 the sum reduces to: Â_t = r_t + γV(s_{t+1}) − V(s_t)"),
    ("gae_lambda0", r"\lambda = 0 \Rightarrow \hat A_t = r_t + \gamma V(s_{t+1}) - V(s_t)"),
    ("gae_lambda1", "λ = 1  ⇒  Â_t = G_t − V(s_t),  G_t = r_t + γ G_{t+1}"),
    ("td_residual", "The TD residual is: δ_t = r_t + γ V(s_{t+1}) − V(s_t)"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), LEADS)
def test_words_in_front_of_a_formula_announce_it(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "equivalent"


def test_an_announced_formula_is_read_as_strictly_as_any() -> None:
    text = "with lambda = 0 you get: A_t = r_t + gamma V(s_{t+1})"
    assert decide(specs()["gae_lambda0"], text).verdict == "different"
    code = "if x is None: return rewards[t] - values[t]"
    assert decide(specs()["td_residual"], code).verdict != "equivalent"


def test_what_is_refused_is_quoted_in_plain_words() -> None:
    with pytest.raises(Undecidable, match="'is the reciprocal of it'"):
        refuse_turning(r"x, \text{ where } r_t \text{ is the reciprocal of it}", "ratio")


@pytest.mark.parametrize(
    "text",
    [", " * 2000, "where " * 600, "where r" * 500, ",the" * 1000, "is " * 1300, "get " * 1000,
     ("where r" + " " * 190) * 20],
)  # fmt: skip
def test_no_text_of_words_holds_the_reader_up(text) -> None:
    with cpu_limit(5):
        assert decide(specs()["ratio"], text).verdict in {"unreadable", "undecided"}
