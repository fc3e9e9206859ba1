"""What formulas of packs may be written with: functions, matrices, sums, cases, domains."""

import pytest

from rlprep.formula.check import decide
from rlprep.formula.notation import Notation, Quantity
from rlprep.formula.spec import FormulaSpec

NOTATION = Notation(
    (
        Quantity(("x",), ("d",)),
        Quantity(("w",), ("d",)),
        Quantity(("A",), ("n", "d")),
        Quantity(("B",), ("d", "d")),
        Quantity(("p",), ("d",), "distribution"),
        Quantity(("h",), ("d",), "one_hot"),
        Quantity(("m",), ("n",), "integer"),
        Quantity(("u",), (), "probability"),
        Quantity(("c",), (), "positive"),
        Quantity(("y",), (), "index", "d"),
        Quantity(("s",)),
        Quantity(("lr",)),
    ),
    (("d", ("d", "D")), ("n", ("n",))),
    ("f",),
)

RIGHT = [
    (r"\|x\|^2", r"\|x\|_2^2"),
    (r"\|x\|^2", r"\|x\|_{2}^{2}"),
    (r"\|x\|^2", "norm(x)^2"),
    (r"\|x\|^2", r"x^\top x"),
    (r"\|x\|^2", "np.dot(x, x)"),
    (r"\|x\|^2", "torch.inner(x, x)"),
    (r"|s|", "abs(s)"),
    (r"|s|", r"\max(s, -s)"),
    (r"|s|", r"\begin{cases} s & s \ge 0 \\ -s & s < 0 \end{cases}"),
    (r"|s|", r"\begin{cases} -s & s < 0 \\ s & \text{otherwise} \end{cases}"),
    (r"|s|", "np.where(s > 0, s, -s)"),
    (r"\max(s, 0)", r"s \cdot 1[s > 0]"),
    (r"\max(s, 0)", r"s \mathbf{1}_{s > 0}"),
    (r"\max(s, 0)", r"s \mathbb{1}(s > 0)"),
    (r"\max(s, 0)", "np.maximum(s, 0)"),
    (r"\max(s, 0)", "(s > 0).float() * s"),
    (r"\max(s, 0)", "relu(s)"),
    (r"\min(\max(s, -c), c)", "clip(s, -c, c)"),
    (r"\min(\max(s, -c), c)", r"\max(\min(s, c), -c)"),
    (r"\tanh(s)", r"\frac{e^s - e^{-s}}{e^s + e^{-s}}"),
    (r"\tanh(s)", r"2\sigma(2s) - 1, \sigma(x) = \frac{1}{1+e^{-x}}"),
    (r"\sigma(w^\top x)", r"\sigma(w^\top x), \sigma(t) = \frac{1}{1+e^{-t}}"),
    (r"A x", "A @ x"),
    (r"B^\top x", r"x^\top B"),
    (r"A x", r"\sum_j A_{ij} x_j"),
    (r"A x", "np.matmul(A, x)"),
    (r"A x", r"(x^\top A^\top)"),
    (r"\prod_i x_i", "prod(x)"),
    (r"\prod_i x_i", "p = 1\nfor a in x:\n    p *= a"),
    (r"\prod_i x_i", "np.prod(x)"),
    (r"\prod_i x_i", "x.prod()"),
    (r"\frac1d \sum_i x_i", "x.sum() / x.numel()"),
    (r"\frac1d \sum_i x_i", "x.sum() / len(x)"),
    (r"\frac1d \sum_i x_i", r"\bar x"),
    (r"\frac1d \sum_i x_i", r"\frac1d \sum x"),
    (r"\max_i x_i", r"\max x"),
    (r"\max_i x_i", "max(x)"),
    (r"\max_i x_i", "x.max()"),
    (r"\sum_i p_i x_i", r"\mathbb{E}_{i \sim p}[x_i]"),
    (r"\sum_i p_i x_i", "(p * x).sum()"),
    (r"\sum_i p_i x_i", r"p^\top x"),
    (r"\sum_i h_i x_i", "sum(h * x)"),
    (r"\sum_i h_i^2 x_i", r"\sum_i h_i x_i"),
    (r"x_y", r"\sum_i 1[i = y] x_i"),
    (r"s^3", "pow(s, 3)"),
    (r"s^3", r"s \cdot s \cdot s"),
    (r"c^{1/2}", r"\sqrt{c}"),
    (r"\exp(s)^2", r"\exp(2 s)"),
    (r"\exp(s)^2", r"\exp^2(s)"),
    (r"\log(u / (1 - u))", r"\log u - \log(1 - u)"),
    (r"\sum_i m_i", "m.sum()"),
    (r"\sum_i m_i^2", r"\sum_{i=1}^n m_i m_i"),
    (r"\sum_{i<j} x_i x_j", r"\frac12 \left((\sum_i x_i)^2 - \sum_i x_i^2\right)"),
    (r"\sum_i x_i", r"\sum_{i=0}^{d-1} x_i"),
    (r"\sum_i x_i", r"\sum_{i \in [d]} x_i"),
    (r"\sum_{i \le y} x_i", r"\sum_i x_i 1[i \le y]"),
    (r"A^\top A x", r"A^\top (A x)"),
    (r"\frac1d \sum_i (x_i - \bar x)^2", "var(x)"),
    (r"\frac1d \sum_i (x_i - \bar x)^2", r"v, v = \frac1d \sum_i (x_i - a)^2, a = \bar x"),
    (r"\sum_{i,j} x_i B_{ij} x_j", r"x^\top B x"),
    (r"-\frac12 \sum_{i,j} x_i B_{ij} w_j", r"-\frac12 x^\top B w"),
    (r"\frac12 \sum_i x_i w_i", r"\frac12 x^\top w"),
    (r"s \sum_i x_i w_i", r"s x^\top w"),
    (r"w_i \sum_j x_j^2", r"w x^\top x"),
    (r"x_i \sum_j B_{ji} w_j", r"B^\top w \odot x"),
    (r"\sum_j A_{ij}", r"A \mathbf{1}"),
    (r"\sum_{i,j} A_{ij} x_j", r"\mathbf{1}^\top A x"),
    (r"\sum_i x_i", r"\mathbf{1} \cdot x"),
    (r"2 \sum_i x_i", r"2 \cdot \mathbf{1}^\top x"),
    (r"\sum_i x_i", "np.ones(d) @ x"),
    ("d", "np.ones(d).sum()"),
    (r"x_i + 1", r"x + \mathbf{1}"),
    (r"w_i - \mathrm{lr}\, x_i", "w-lrx"),
    (r"\max_i x_i", "x.max(0)"),
    (r"\sum_i \max(x_i, 0)", "np.maximum(x, 0).sum()"),
    (r"\sum_i \max(x_i, 0)", "np.maximum(0, x).sum()"),
    (r"\sum_{i,j} A_{ij} 1[m_i > 1]", "A[m > 1, :].sum()"),
    (r"\sum_{i,j} A_{ij} 1[x_j > 0]", "A[:, x > 0].sum()"),
    (r"\sum_{i<j} B_{i,j}", r"\sum_{i<j} B_{ij}"),
    (r"\sum_i x_i - d x_d", r"\sum_{i<d} (x_i - x_d)"),
    (r"x_i - \max_j x_j", r"x_d - \max_j x_j"),
]

WRONG = [
    (r"\|x\|^2", r"\|x\|_2"),
    (r"\|x\|^2", r"w^\top x"),
    (r"|s|", r"\begin{cases} s & s \ge 0 \\ s & s < 0 \end{cases}"),
    (r"|s|", r"\begin{cases} s & s \ge 0 \end{cases}"),
    (r"|s|", r"\min(s, -s)"),
    (r"\max(s, 0)", r"s \cdot 1[s < 0]"),
    (r"\max(s, 0)", "np.where(s > 0, 0, s)"),
    (r"\max(s, 0)", "np.minimum(s, 0)"),
    (r"\min(\max(s, -c), c)", "clip(s, -c, 2 * c)"),
    (r"\min(\max(s, -c), c)", r"\max(s, -c)"),
    (r"\tanh(s)", r"\frac{e^s + e^{-s}}{e^s - e^{-s}}"),
    (r"A x", "A @ w"),
    (r"A x", r"\sum_i A_{ij} x_j"),
    (r"\prod_i x_i", "sum(x)"),
    (r"\frac1d \sum_i x_i", r"\frac1n \sum_i x_i"),
    (r"\max_i x_i", r"\min_i x_i"),
    (r"\sum_i p_i x_i", r"\mathbb{E}_i[x_i]"),
    (r"\sum_i p_i x_i", r"\mathbb{E}_{i \sim h}[x_i]"),
    (r"x_y", r"\sum_i 1[i \neq y] x_i"),
    (r"x_y", r"x_1"),
    (r"s^3", "pow(s, 2)"),
    (r"c^{1/2}", "c^2"),
    (r"\log(u / (1 - u))", r"\log u + \log(1 - u)"),
    (r"\log(u / (1 - u))", r"\log(u - 1)"),
    (r"\sum_i m_i^2", r"\sum_i m_i"),
    (r"\sum_i x_i", r"\sum_{i=1}^{d-1} x_i"),
    (r"\sum_i x_i", r"\sum_{i \le 2} x_i"),
    (r"\sum_i x_i", r"\sum_{i=1}^{3} x_i"),
    (r"\sum_{i \le y} x_i", r"\sum_i x_i"),
    (r"\sum_{i < j} x_i x_j", r"\sum_{i \le j} x_i x_j"),
    (r"B x", r"B^\top x"),
    (r"B x", r"x^\top B"),
    (r"\sum_i x_i", r"\sum_{i=2}^{1} x_i"),
    (r"\prod_i x_i", r"\prod_{i=2}^{1} x_i"),
    (r"c^{1/2}", "c / 0"),
    (r"c^{1/2}", "(-c)^{1/2}"),
    (r"\frac1d \sum_i (x_i - \bar x)^2", "var(s)"),
    (r"\sum_{i,j} x_i B_{ij} x_j", r"x^\top B w"),
    (r"\sum_i \max(x_i, 0)", "torch.max(x, 0).sum()"),
    (r"\sum_i x_i - x_d", r"\sum_{i<d} (x_i - x_d)"),
]

OPEN = [
    (r"\tanh(s)", r"s \pm c"),
    (r"\tanh(s)", r"\int s\, ds"),
    (r"\tanh(s)", "a, a = b, b = a"),
    (r"\tanh(s)", "softmax(s)"),
    (r"\tanh(s)", "softmax(A)"),
    (r"\tanh(s)", r"x_{1.5}"),
    (r"\tanh(s)", r"\mathbb{E}_{i \sim s}[x_i]"),
    (r"\tanh(s)", r"\sum_{k=1}^{x} x_k"),
    (r"\tanh(s)", r"\sum_k s"),
    (r"\tanh(s)", r"\sigma(s), \sigma(2) = 3"),
    (r"\sum_i x_i", r"\sum_{i \in S} x_i"),
    (r"\sum_i x_i", r"\sum_{i \le j} x_i"),
    (r"\sum_i x_i", "np.ones((1, d)) @ x"),
    (r"\sum_i x_i", r"\sum_{(i \ne y) \in [d]} x_i"),
    (r"s^3", "np.add(s)"),
    (r"\sum_i x_i", "p = 0\nfor i in range(0, d, 2):\n    p += x[i]"),
    (r"\sum_{i,j} A_{ij} 1[m_i > 1]", "A[:, m > 1].sum()"),
    (r"\sum_{i,j} A_{ij} 1[m_i > 1]", "A[m > 1, x > 0].sum()"),
]


def verdict_of(reference: str, text: str):
    return decide(FormulaSpec("f", reference, notation=NOTATION), text)


@pytest.mark.parametrize(("reference", "text"), RIGHT)
def test_what_means_the_same_is_equivalent(reference, text) -> None:
    verdict = verdict_of(reference, text)
    assert verdict.verdict == "equivalent", verdict.message


@pytest.mark.parametrize(("reference", "text"), WRONG)
def test_what_differs_has_a_counterexample(reference, text) -> None:
    verdict = verdict_of(reference, text)
    assert verdict.verdict == "different", verdict.message
    assert verdict.counterexample is not None
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


@pytest.mark.parametrize(("reference", "text"), OPEN)
def test_what_has_no_meaning_here_is_left_open(reference, text) -> None:
    assert verdict_of(reference, text).verdict == "undecided"


def test_a_median_is_the_entry_in_the_middle() -> None:
    witness = verdict_of("median(x)", "s").counterexample
    assert witness is not None
    assert (witness["at"]["x"], witness["reference"]) == ("[1.5, -1, 1.4]", "1.4")
