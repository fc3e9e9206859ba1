import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlprep.mathtext import MathError, render, spans


@pytest.mark.parametrize(
    ("latex", "shown", "spelled"),
    [
        (r"s_{t+1}", "sₜ₊₁", "s_{t+1}"),
        (r"\hat A_t^{(n)}", "Âₜ⁽ⁿ⁾", "A_hat_t^((n))"),
        (r"\pi_{\theta_{\text{old}}}(a|s)", "π_{θ_old}(a|s)", "pi_{theta_old}(a|s)"),
        (r"\frac{a+b}{c}", "(a + b)/c", "(a + b)/c"),
        (r"\frac{1}{ab}", "1/(ab)", "1/(ab)"),
        (r"\frac{2\delta}{g^\top F^{-1} g}", "2δ/(gᵀ F⁻¹ g)", "(2 delta)/(g^T F^(-1) g)"),
        (r"\sqrt{d}", "√d", "sqrt(d)"),
        (r"\sqrt{2\delta}", "√(2δ)", "sqrt(2 delta)"),
        (r"x \ge 0, y = -1", "x ≥ 0, y = −1", "x >= 0, y = -1"),
        (r"\left[ -x \right]", "[−x]", "[-x]"),
        (
            r"\sum_{l=0}^{\infty} (\gamma\lambda)^l \delta_{t+l}",
            "∑ₗ₌₀^∞ (γλ)ˡ δₜ₊ₗ",
            "sum_{l=0}^infinity (gamma lambda)^l delta_{t+l}",
        ),
        (r"\log \pi_\theta(a \mid s)", "log π_θ(a|s)", "log pi_theta(a|s)"),
        (r"\mathrm{KL}(p \| q) \le \delta", "KL(p ‖ q) ≤ δ", "KL(p || q) <= delta"),
        (r"19\,800", "19\u202f800", "19800"),
        (
            r"g = \begin{cases} (1+\epsilon) A & A \ge 0 \\ \frac{A}{2} & A < 0 \end{cases}",
            "g = {(1 + ε)A if A ≥ 0; A/2 if A < 0}",
            "g = {(1 + epsilon)A if A >= 0; A/2 if A < 0}",
        ),
        (r"\log\frac{P(x)}{Q(x)}", "log(P(x)/Q(x))", "log(P(x)/Q(x))"),
        (r"\min(a, \; b)", "min(a, b)", "min(a, b)"),
        (r"\mathbb{R}^{d \times d}", "ℝ^(d×d)", "R^(d*d)"),
    ],
)
def test_a_formula_reads_as_one_line(latex: str, shown: str, spelled: str):
    assert render(latex) == shown
    assert render(latex, "spelled") == spelled


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\frac{a}{b", "a '}' is missing"),
        ("a}", "a '}' without its '{'"),
        (r"\frac{a}", "an argument is missing"),
        (r"\begin{align}", "unknown environment align"),
        (r"\begin{cases} a & b", r"\end is missing"),
        (r"\begin cases", "a '{' is missing"),
        (r"\foo", r"unknown command \foo"),
        (r"\text{old", "a '}' is missing"),
        ("{" * 5000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_named(latex: str, message: str):
    with pytest.raises(MathError, match=message.replace("\\", r"\\")):
        render(latex)


@given(st.text(alphabet=r"\{}_^ab+-/|frcsqtlehm()[]', ", max_size=60))
def test_any_text_is_rendered_or_refused(latex: str):
    try:
        shown = render(latex)
    except MathError:
        return
    assert "\\" not in shown


def test_spans_tell_prose_mathematics_and_displays_apart():
    assert spans("so $a$ and\n$$b$$\nend") == [
        ("so ", False, False),
        ("a", True, False),
        (" and\n", False, False),
        ("b", True, True),
        ("\nend", False, False),
    ]
