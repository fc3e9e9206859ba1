"""PPO's whole objective: the three terms however they are written, their signs and coefficients."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

WHOLE = r"L^{CLIP} - c_1 L^{VF} + c_2 S"

CALLED = r"L^{CLIP} - c_1 L^{VF}(\theta) + c_2 S, L^{VF}(\theta) ="

FORMS = (
    (rf"L = L^{{PPO}} = {WHOLE}", "equivalent"),
    (rf"L = L^{{PPO}} = {WHOLE} = L^{{CLIP}} - c_1 L^{{VF}}", "different"),
    (r"L^{CLIP} - L^{VF}/2 + S/100", "equivalent"),
    (r"L^{CLIP} - L^{VF}/2 + S/100 + 3", "different"),
    (r"L^{CLIP} / (c_1 L^{VF}) + c_2 S", "different"),
    ("policy_loss + 0.5 * value_loss - 0.01 * entropy", "equivalent"),
    ("policy_loss + 0.5 * value_loss + 0.01 * entropy", "different"),
    ("-policy_loss + 0.5 * value_loss - 0.01 * entropy", "different"),
    ("surr - 0.5 * (values - returns).pow(2).mean() + 0.01 * entropy", "equivalent"),
    ("surr - 0.5 * (values - returns).pow(3).mean() + 0.01 * entropy", "different"),
    ("surr - 0.5 * torch.square(values - returns).mean() + 0.01 * entropy", "equivalent"),
    ("surr - 0.5 * torch.square(values + returns).mean() + 0.01 * entropy", "different"),
    ("surr - 0.5 * F.mse_loss(values, returns) + 0.01 * entropy", "equivalent"),
    ("surr + 0.5 * F.mse_loss(values, returns) + 0.01 * entropy", "different"),
    (rf"{WHOLE}, L^{{VF}} = (V - V^{{targ}})^2", "equivalent"),
    (rf"{WHOLE}, L^{{VF}} = (V - V^{{targ}})^3", "different"),
    (rf"{CALLED} (V_\theta - V^{{targ}})^2", "equivalent"),
    (rf"{CALLED} (V_\theta + V^{{targ}})^2", "different"),
    (r"L^{CLIP} - c_1 L^{VF} + c_2 H, H = -S[\pi](s)", "different"),
    (r"L^{CLIP} - c_1 X + c_2 S, X = Y, Y = X", "undecided"),
    (r"L^{CLIP} - \|V_\theta - V^{targ}\|^2 c_1 + c_2 S", "equivalent"),
    (r"L^{CLIP} - |V_\theta + V^{targ}|^2 c_1 + c_2 S", "different"),
    (r"L^{CLIP} - |V_\theta - V^{targ}| c_1 + c_2 S", "undecided"),
    (r"L^{CLIP} - |L^{VF}| c_1 + c_2 S", "equivalent"),
    (r"|L^{CLIP}| - c_1 L^{VF} + c_2 S", "undecided"),
    (r"L^{CLIP} - c_1 L^{VF} - 2 L^{VF} + c_2 S", "undecided"),
    (r"L^{CLIP} - L^{VF} + S", "undecided"),
    (r"L^{CLIP} - \exp(c_1) L^{VF} + c_2 S", "undecided"),
    (rf"{WHOLE} \le 0", "undecided"),
    (r"L^{X} - c_1 L^{VF} + c_2 S", "undecided"),
    ("surr - vf_coef * value_loss + ent_coef * entropy", "equivalent"),
    ("surr - ent_coef * value_loss + 0.01 * entropy", "different"),
    (r"L^{CLIP} - x L^{VF} + c_2 S", "undecided"),
    (r"L^{CLIP} - c_1 foo(x) + c_2 S", "unreadable"),
    (r"L^{CLIP} - c_1 mean() + c_2 S", "unreadable"),
    (r"L^{CLIP} - c_1 L^{VF} - c_2 \sum_a \pi(a|s) \log \pi(a|s)", "equivalent"),
    (r"L^{CLIP} - c_1 L^{VF} + c_2 \sum_a \pi(a|s) \log \pi(a|s)", "different"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_the_terms_of_a_whole_objective(text, expected) -> None:
    verdict = decide(specs()["ppo_total"], text)
    assert verdict.verdict == expected, verdict.message


WITNESSES = (
    (r"L^{CLIP} + c_1 L^{VF} + c_2 S", "the coefficient of the value loss", "c1", "-c1"),
    (r"2 L^{CLIP} - c_1 L^{VF} + c_2 S", "the coefficient of the clipped surrogate",
     "another number", "1"),
    (r"L^{CLIP} - c_1 L^{VF}", "the coefficient of the entropy", "0", "c2"),
    (r"L^{CLIP} - L^{VF}/2 + S/100 + 3", "what else is in it", "a term that does not belong",
     "nothing"),
    (rf"L = {WHOLE} = {WHOLE} + V", "what else is in it", "a term that does not belong",
     "nothing"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "quantity", "yours", "reference"), WITNESSES)
def test_a_witness_names_the_term(text, quantity, yours, reference) -> None:
    found = decide(specs()["ppo_total"], text).counterexample
    assert found == {"quantity": quantity, "yours": yours, "reference": reference}
