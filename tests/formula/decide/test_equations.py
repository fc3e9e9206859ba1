"""Equations that what is asked for solves, and what stands beside a formula of a trajectory."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

STEP = r"A_t = \delta_t + \gamma\lambda A_{t+1}"
TAIL = r"\sum_{l=0}^{N_t} (\gamma\lambda)^l \delta_{t+l}, N_t = "
LINES = (
    ("gae_recursive", r"A_t - \gamma\lambda A_{t+1} = \delta_t", "equivalent"),
    ("gae_recursive", r"A_t - \gamma\lambda A_{t+1} \le \delta_t", "undecided"),
    ("gae_lambda0", r"A_t + A_t^2 = \delta_t + \delta_t A_t", "undecided"),  # A_t = -1 solves it
    ("gae_lambda1", r"\gamma A_{t+1} + \gamma V(s_{t+1}) = G_t - r_t", "equivalent"),
    ("gae_lambda1", r"\gamma A_{t+1} - \gamma V(s_{t+1}) = G_t - r_t", "different"),
    ("gae", r"(1-\lambda)\sum_{n=1}^\infty \lambda^{n-1} A_t^{(n)} "
            r"= \sum_{l=0}^\infty (\gamma\lambda)^l \delta_{t+l}", "equivalent"),
    ("gae_recursive", rf"{STEP}, \delta_{{t+1}} = r_{{t+1}} + \gamma V(s_{{t+2}}) - V(s_{{t+1}})",
     "equivalent"),
    ("gae_lambda1", r"\delta_t + \gamma \delta_{t+1} + \cdots, V(s_T) = 0", "equivalent"),
    ("gae_finite", rf"{TAIL} T - t - 1", "equivalent"),
    ("gae_finite", rf"{TAIL} T - t", "different"),
    ("td_residual", r"\left(r_t + \gamma V(s_{t+1}) - V(s_t)\right)_{t+1}", "undecided"),
    ("td_residual", r"r_t + \gamma V(s_{t+1}) - V(s_t) + \infty", "undecided"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), LINES)
def test_an_equation_is_taken_by_what_solves_it(formula: str, text: str, expected: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


def test_an_equation_in_suttons_index_says_so() -> None:
    verdict = decide(specs()["td_residual"], r"R_{t+1} + \gamma V(S_{t+1}) - V(S_t)")
    assert verdict.verdict == "equivalent"
    assert any(said.startswith("rewards bear Sutton and Barto's index") for said in verdict.remarks)
