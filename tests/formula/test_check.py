"""Whole verdicts: the proof, the witness, the mistake's name, the place, and what is loaded."""

import subprocess
import sys

import pytest

from rlprep.formula.check import check
from rlprep.formula.spec import SCHEMA, FormulaSpec
from tests.formula.corpus.labels import specs

KEYS = {"schema", "formula", "verdict", "proof", "counterexample", "misconception", "message",
        "position", "span", "remarks", "reading"}  # fmt: skip


def verdict(formula: str, text: str):
    return check(specs()[formula], text)


@pytest.mark.parametrize("text", ["E[min(r*A, clip(r,1-eps,1+eps)*A)]", "E[r*A]", "E[", "x_y"])
def test_the_json_object_has_the_contracts_keys(text):
    shown = verdict("ppo_clip", text).as_json()
    assert set(shown) == KEYS
    assert shown["schema"] == SCHEMA == "rlprep.formula/v1"
    assert shown["verdict"] in {"equivalent", "different", "undecided", "unreadable"}


def test_a_series_names_the_first_coefficient_that_differs():
    found = verdict("td_residual", "r_t + gamma*lambda*V(s_{t+1}) - V(s_t)")
    assert found.verdict == "different"
    assert found.counterexample == {
        "quantity": "the coefficient of V_{t+1}",
        "at": {"gamma": "1/2", "lambda": "1/3"},
        "yours": "gamma lambda (= 1/6)",
        "reference": "gamma (= 1/2)",
    }
    assert found.misconception is not None
    assert found.misconception[0] == "lambda_in_delta"


def test_a_clip_is_proved_by_z3_and_a_far_corner_is_found():
    assert verdict("ppo_clip", "E[min(r*A, clip(r, 1-eps, 1+eps)*A)]").proof.startswith("z3")
    corner = "E[min(r*A, clip(r, 1-eps, 1+eps)*A) + max(0, r - 1000)]"
    found = verdict("ppo_clip", corner)
    assert found.verdict == "different"
    assert found.counterexample is not None
    assert set(found.counterexample["at"]) == {"r", "A", "epsilon"}


def test_a_witness_in_the_fields_terms():
    found = verdict("ppo_clip", "E[clip(r, 1-eps, 1+eps)*A]")
    assert found.counterexample is not None
    assert found.counterexample["at"] == {"r": "1/2", "A": "1", "epsilon": "1/5"}
    assert (found.counterexample["yours"], found.counterexample["reference"]) == ("4/5", "1/2")


@pytest.mark.parametrize(
    ("formula", "text", "slip", "underlined"),
    [
        ("gae", "sum_{l=0}^inf (gamma*lam)^l delta_{t+l+1}", "one step too late",
         "delta_{t+l+1}"),
        ("trpo_constraint", "E[KL(pi || pi_old)] <= delta", "the arguments are exchanged",
         "pi || pi_old"),
        ("kv_reduction", "H_kv/H_q", "a fraction upside down", "H_kv/H_q"),
        ("gqa_head_map", "ceil(h*H_kv/H_q)", None, "ceil(h*H_kv/H_q)"),
        ("nstep_advantage", r"\sum_{l=0}^{n} \gamma^l \delta_{t+l}", "upper limit too large", "n"),
    ],
)  # fmt: skip
def test_a_slip_is_named_and_underlined(formula, text, slip, underlined, monkeypatch):
    monkeypatch.setattr("rlprep.formula.explain.POINT_S", 2)  # a loaded machine is slow
    monkeypatch.setattr("rlprep.formula.check.EXPLAINING_S", 5)
    found = verdict(formula, text)
    assert found.verdict == "different"
    assert found.span is not None
    assert text[slice(*found.span)] == underlined
    if slip:
        assert slip in found.message


@pytest.mark.parametrize(
    ("formula", "text", "remark"),
    [
        ("ppo_clip", "min(r*A, clip(r, 1-eps, 1+eps)*A)", "per-sample integrand"),
        ("td_residual", "R_{t+1} + gamma V(S_{t+1}) - V(S_t)", "Sutton"),
        ("ppo_clip", "loss = -torch.min(ratio*adv, ratio.clamp(1-eps, 1+eps)*adv).mean()", "loss"),
        ("policy_gradient", "E[grad log pi(a|s) G_t]", "right in expectation"),
        ("linear_attention", "(F.elu(q)+1) @ ((F.elu(k)+1).T @ v) / ((F.elu(q)+1) @ "
         "(F.elu(k)+1).sum(0))[:, None]", "feature map"),
    ],
)  # fmt: skip
def test_a_verdict_that_leans_on_a_convention_says_so(formula, text, remark):
    found = verdict(formula, text)
    assert found.verdict == "equivalent"
    assert any(remark in said for said in found.remarks)


def test_a_right_answer_in_another_form_names_the_identity():
    found = verdict("nstep_advantage", r"\sum_{l=0}^{n-1} \gamma^l \delta_{t+l}")
    assert any("telescopes" in remark for remark in found.remarks)


def test_a_symbol_that_nobody_knows_is_undecided_and_named():
    found = verdict("td_residual", "r_t + gamma V(s_{t+1}) - zeta")
    assert found.verdict == "undecided"
    assert "zeta" in found.message


def test_a_formula_without_decider_is_undecided():
    assert check(FormulaSpec("nothing_known", "x"), "x").verdict == "undecided"


@pytest.mark.parametrize(
    ("formula", "text", "loaded"),
    [
        ("gae", "sum_{l=0}^inf (gamma*lam)^l delta_{t+l}", set()),
        ("ppo_clip", "E[r*A]", set()),
        ("ppo_clip", "E[min(r*A, clip(r,1-eps,1+eps)*A)]", {"z3"}),
        ("trpo_step", r"\sqrt{2 \delta / (g^T H^{-1} g)} H^{-1} g", {"numpy"}),
    ],
)
def test_heavy_libraries_are_loaded_only_where_they_decide(formula, text, loaded):
    probe = (
        "import sys\nfrom rlprep.formula.check import check\n"
        "from rlprep.formula.spec import FormulaSpec\n"
        f"check(FormulaSpec({formula!r}, {specs()[formula].reference!r}), {text!r})\n"
        "print(*sorted({'torch', 'sympy', 'numpy', 'z3', 'yaml', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert set(done.stdout.split()) == loaded, done.stderr


def test_a_bug_of_a_decider_is_undecided_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rlprep.formula.check.decide", broken)
    verdict = check(specs()["gae"], "x")
    assert verdict.verdict == "undecided"
    assert "a fault of the checker" in verdict.message
