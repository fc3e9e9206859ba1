"""What the reader makes of an input: the echo of the tree, or the place where it stopped."""

import pytest

from rlprep.formula import pycode
from rlprep.formula.errors import Unreadable
from rlprep.formula.read import read
from rlprep.formula.show import latex
from rlprep.formula.understand import family_of

ATTENTION = family_of("softmax_attention").VOCABULARY
POLICY = family_of("ppo_clip").VOCABULARY
SERIES = family_of("gae").VOCABULARY


@pytest.mark.parametrize(
    ("vocabulary", "text", "echo"),
    [
        (SERIES, "γ(r + V)", r"\gamma \left(r + V\right)"),
        (SERIES, "V(s_{t+1})", r"V\left(s_{t + 1}\right)"),
        (SERIES, "δₜ₊₁", r"\delta_{t + 1}"),
        (SERIES, "r_t+gamma*V(s_t+1)", r"r_{t} + \gamma V\left(s_{t + 1}\right)"),
        (SERIES, "sum_{l=0}^inf (gamma*lam)^l",
         r"\sum_{l = 0}^{\infty} \left(\gamma \lambda\right)^{l}"),
        (POLICY, r"\hat{\mathbb{E}}_t\left[r_t \hat A_t\right]",
         r"\mathbb{E}_{t}\left[r_{t} A_{t}\right]"),
        (POLICY, "πθ(a|s)", r"\pi_{\theta}\left(a \mid s\right)"),
        (POLICY, r"\log \pi(a|s) A", r"\log\left(\pi\left(a \mid s\right)\right) A"),
        (POLICY, "p log p/q", r"p \log\left(\frac{p}{q}\right)"),
        (POLICY, "-max(a, b)", r"-\max\left(a, b\right)"),
        (POLICY, r"{a \over b}", r"\frac{a}{b}"),
        (POLICY, r"\frac12 A", r"\frac{1}{2} A"),
        (POLICY, "a / b A", r"\frac{a}{b} A"),
        (ATTENTION, "2δ / gᵀF⁻¹g", r"\frac{2 \delta}{g^{T} F^{-1} g}"),
        (ATTENTION, "softmax(QK^T/√d)V",
         r"\mathrm{softmax}\left(\frac{Q K^{T}}{\sqrt{d}}\right) V"),
        (ATTENTION, "φ(Q)(φ(K)ᵀV)", r"\phi\left(Q\right) \left(\phi\left(K\right)^{T} V\right)"),
    ],
)  # fmt: skip
def test_an_input_is_read_as(vocabulary, text, echo):
    (statement,) = read(text, vocabulary).statements
    assert latex(statement) == echo


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("E[min(r*A, A)", "'[' is not closed: expected ']' before the end of the input", 1),
        ("r * ", "expected an expression, but found the end of the input", 4),
        (r"\frac{r}{", "expected an expression, but found the end of the input", 9),
        ("r + ) A", "expected an expression, but found ')'", 4),
        ("r A)", "expected an operator or the end of the formula, but found ')'", 3),
        ("Σ_{l=0}^∞", "expected what the sum runs over, but found the end of the input", 9),
        ("A = ???", "unexpected character '?'", 4),
        ("r\u202e * A", "an invisible control character (U+202E)", 1),
        (r"\begin{aligned} r", r"\begin{aligned} is never closed", 0),
        ("r * 99999999", "a number is too large to be part of this formula", 4),
        (r"\left(" * 80 + "r" + r"\right)" * 80, "nested more than 60 levels deep", None),
        ("r +" * 200 + "r^2", "a sum of more than 100 terms", None),
        ("r +" * 600 + "r^2", "the input is longer than 1000 symbols", None),
        ("r" * 5000, "the input has 5000 characters; at most 4000 are read", 4000),
        ("   ", "there is nothing to read", 0),
    ],
)
def test_the_message_says_what_and_where(text, message, position):
    with pytest.raises(Unreadable) as stopped:
        read(text, POLICY)
    assert stopped.value.what == message
    if position is not None:
        assert stopped.value.span[0] == position


@pytest.mark.parametrize(
    "code",
    [
        '__import__("os").system("true")',
        "().__class__.__mro__",
        "lambda r: r",
        "self.__dict__",
        "[x for x in y if x]",
        "f'{r}'",
        "await r",
        "{1: 2}",
        "x[::2]",
        "while True: pass",
    ],
)
def test_code_that_is_no_formula_is_refused(code):
    with pytest.raises((Unreadable, SyntaxError)):
        pycode.parse(code)


@pytest.mark.parametrize(
    ("code", "echo"),
    [
        ("torch.exp(a - b)", r"\exp\left(a - b\right)"),
        ("(a - b).exp()", r"\exp\left(a - b\right)"),
        ("self.gamma * x.T", r"\gamma x^{\top}"),
        ("sum(g**l * r[t+l] for l in range(n))",
         r"\sum_{l = 0}^{n - 1} g^{l} r[t + l]"),
        ("sum(a * b for a, b in zip(p, q))", r"\mathrm{sum}\left(\sum p q\right)"),
    ],
)  # fmt: skip
def test_libraries_and_holders_are_transparent(code, echo):
    (statement,) = pycode.parse(code)
    assert latex(statement) == echo.replace(r"\mathrm{sum}\left(\sum p q\right)", r"\sum p q")
