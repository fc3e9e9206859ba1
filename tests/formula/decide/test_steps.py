"""The trust-region step, in mathematics and as code: products, transposes, norms, solvers."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

STEP = r"H^{-1} g"
SCALE = r"\sqrt{\frac{2\delta}{g^T H^{-1} g}}"
GRADIENT = r"\nabla_\theta J(\theta)"
SOLVED = "x = cg(Fvp, g); "

MATHEMATICS = (
    (r"\sqrt{\frac{2\delta}{x \cdot H x}} x", "equivalent"),
    (r"\sqrt{\frac{2\delta}{x \cdot x}} x", "different"),
    (r"\sqrt{2\delta / (g \cdot x)} x", "equivalent"),
    (r"\sqrt{2\delta / (g \cdot H x)} x", "different"),
    (rf"\sqrt{{\frac{{2\delta}}{{{GRADIENT}^T H^{{-1}} {GRADIENT}}}}} H^{{-1}} {GRADIENT}",
     "equivalent"),
    (rf"\sqrt{{\frac{{2\delta}}{{{GRADIENT}^T H {GRADIENT}}}}} H^{{-1}} {GRADIENT}", "different"),
    (rf"\sqrt{{\frac{{2\delta}}{{{GRADIENT} H^{{-1}} {GRADIENT}}}}} H^{{-1}} {GRADIENT}",
     "different"),
    (r"\sqrt{\frac{2\delta}{\nabla L^T H^{-1} \nabla L}} H^{-1} \nabla L", "equivalent"),
    (r"\sqrt{2\delta / (g^\top x + 10^{-8})} x", "equivalent"),
    (r"\sqrt{2\delta / (g^\top x + 1e-8)} x", "equivalent"),
    (r"\sqrt{2\delta / (g^\top x + 10^{8})} x", "different"),
    (r"\sqrt{2} \delta^{1/2} (g^T x)^{-1/2} x", "equivalent"),
    (r"\sqrt{\frac{2\delta}{\langle g, H^{-1} g \rangle}} H^{-1} g", "equivalent"),
    (rf"{SCALE} (g^T H^{{-1}})^T", "equivalent"),
    (rf"{SCALE} \text{{transpose}}(g^T H^{{-1}})", "equivalent"),
    (rf"\theta_{{k+1}} = \theta_k + \alpha^j {SCALE} {STEP}", "equivalent"),
    (rf"\theta[k+1] = \theta[k] + {SCALE} {STEP}", "equivalent"),
    (rf"\theta[k+1] = \theta[k] - {SCALE} {STEP}", "different"),
    (rf"\theta_{{k+1}} = \theta_{{new}} = \theta_k + {SCALE} {STEP}", "equivalent"),
    (rf"{STEP} {SCALE}", "equivalent"),
    (r"\sqrt{2\delta} \frac{g}{\|g\|}", "different"),
    (r"\sqrt{2\delta} \frac{H^{-1} g}{\|H^{-1/2} g\|}", "equivalent"),
    (rf"{SCALE} H^{{-2}} H g", "equivalent"),
    (r"\left(\frac{2\delta}{g^T H^{-1} g}\right)^{H} H^{-1} g", "undecided"),
    (r"\sqrt{\frac{-2\delta}{g^T H^{-1} g}} H^{-1} g", "different"),
    (rf"{SCALE} H^{{-1}}", "different"),
    (rf"{SCALE} {STEP} + 1", "different"),
    (rf"2\theta + {SCALE} {STEP}", "different"),
    (r"\sqrt{2\delta / (g^\top x)} x, x = y, y = x", "undecided"),
    (r"g \% x", "undecided"),
    (r"\begin{cases} g & a \\ x & b \end{cases}", "undecided"),
    ("foo(g)", "unreadable"),
)  # fmt: skip

SHORT = rf"{SCALE} H^{{-1}} g"
ALSO = (
    (r"\sqrt{\frac{2\delta}{10^{-8} + x^T H x}} x", "equivalent"),
    (r"\sqrt{\frac{2\delta}{1 + g^\top H^{-1} g - 1}} H^{-1} g", "equivalent"),
    ("theta + sqrt(2*delta/(x @ (H @ x))) * x, x = H^-1 g", "equivalent"),
    (rf"{SCALE} H^{{-1}} \cdot H \cdot H^{{-1}} g", "equivalent"),
    (rf"{SCALE} H^{{-1}} \cdot H \cdot g", "different"),
    (rf"{SHORT}, g = \nabla_\theta \mathbb{{E}}[L]", "equivalent"),
    (r"\sqrt{\frac{2\delta}{search\_dir_k^T H search\_dir_k}} search\_dir_k", "equivalent"),
    ("theta + np.sqrt(2*delta/(x @ M(x))) * x", "equivalent"),
    ("theta + np.sqrt(2*delta/(x @ H @ x)) * d(x, x)", "unreadable"),
    ("theta + x * np.sqrt(2*delta/(x.T * H * x))", "equivalent"),  # as with np.matrix
)

CODE = (
    ("np.sqrt(2 * max_kl / np.dot(g, x)) * x", "equivalent"),
    ("theta + np.sqrt(2 * delta / x.dot(H.dot(x))) * x", "equivalent"),
    ("theta + np.sqrt(2 * delta / x.dot(x)) * x", "different"),
    ("theta + np.sqrt(2 * delta / (x @ H(x))) * x", "equivalent"),
    (SOLVED + "theta + torch.sqrt(2 * delta / (x * Fvp(x)).sum()) * x", "equivalent"),
    (SOLVED + "theta + torch.sqrt(2 * delta / (x * Fvp(x)).sum(0)) * x", "equivalent"),
    (SOLVED + "theta + torch.sqrt(2 * delta / (x * x).sum()) * x", "different"),
    (SOLVED + "theta + torch.sqrt(2 * delta) / torch.norm(x) * x", "different"),
    (SOLVED + "theta + x / (0.5 * (x @ Fvp(x)) / delta)**0.5", "equivalent"),
    ("x = cg(H, g); theta + np.sqrt(2*delta/(x @ H @ x)) * x", "equivalent"),
    ("x = solve(fisher, g); theta + np.sqrt(2*delta/(x @ fisher @ x)) * x", "equivalent"),
    ("x = solve(2 * H, 2 * g); theta + np.sqrt(2*delta/(x @ H @ x)) * x", "equivalent"),
    ("x = solve(2 * H, g); theta + np.sqrt(2*delta/(g @ x)) * x", "different"),
    ("np.linalg.solve(g, H)", "different"),
    ("np.linalg.solve()", "unreadable"),
    ("g[0]", "different"),
)


@pytest.mark.parametrize(("text", "expected"), [*MATHEMATICS, *ALSO, *CODE])
def test_a_step_is_taken_by_its_value(text, expected) -> None:
    verdict = decide(specs()["trpo_step"], text)
    assert verdict.verdict == expected, verdict.message


REMARKS = (
    (rf"{SCALE} {STEP}", "the increment alone is written; it is added to theta"),
    (rf"\theta + \alpha {SCALE} {STEP}", "the backtracking factor is read as 1"),
    (r"\sqrt{2\delta / (g^\top x + 1e-8)} x", "the small number that keeps a denominator"),
    (r"\sqrt{2\delta / (g^\top x)} x", "x is read as H^-1 g"),
    (r"\sqrt{\frac{2\delta}{\nabla L^T H^{-1} \nabla L}} H^{-1} \nabla L", "is read as g"),
)


@pytest.mark.parametrize(("text", "said"), REMARKS)
def test_a_step_says_what_its_reading_leans_on(text, said) -> None:
    remarks = decide(specs()["trpo_step"], text).remarks
    assert any(said in remark for remark in remarks)


def test_a_root_of_a_negative_number_is_no_step() -> None:
    text = r"\sqrt{\frac{-2\delta}{g^T H^{-1} g}} H^{-1} g"
    found = decide(specs()["trpo_step"], text).counterexample
    assert found is not None
    assert found["yours"] == "no value: a root of a negative number, or a division by zero"
