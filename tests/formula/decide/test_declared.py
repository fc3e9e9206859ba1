"""Formulas of packs: declared by data, decided by values in worlds of several sizes."""

import pytest

from rlprep.formula.check import decide
from rlprep.formula.lint import spec_faults
from rlprep.formula.notation import Notation, Quantity
from rlprep.formula.spec import FormulaSpec, RightForm, WrongForms

SPECS = {
    spec.id: spec
    for spec in (
        FormulaSpec(
            "softmax",
            r"p_i = \frac{e^{z_i}}{\sum_{j=1}^C e^{z_j}}",
            (
                WrongForms("no_exp", (r"\frac{z_i}{\sum_j z_j}",), "no exponentials"),
                WrongForms("sigmoid", (r"\frac{1}{1 + e^{-z_i}}",), "a sigmoid"),
            ),
            (RightForm(r"e^{z_i - \log \sum_j e^{z_j}}", "a quotient of exponentials"),),
            Notation(
                (Quantity(("z", "x", "logits"), ("C",)),), (("C", ("C", "K", "n")),), ("p", "y")
            ),
        ),
        FormulaSpec(
            "cross_entropy",
            r"L = -\sum_i y_i \log \hat y_i",
            (
                WrongForms("swapped", (r"-\sum_i \hat y_i \log y_i",), "swapped"),
                WrongForms("sign", (r"\sum_i y_i \log \hat y_i",), "no minus"),
            ),
            (),
            Notation(
                (
                    Quantity(("y", "t", "labels"), ("C",), "distribution"),
                    Quantity(("y_hat", "p", "q", "probs"), ("C",), "distribution"),
                ),
                (("C", ("C", "K")),),
                ("L", "H"),
            ),
        ),
        FormulaSpec(
            "nll",
            r"-z_y + \log \sum_j e^{z_j}",
            (),
            (),
            Notation(
                (Quantity(("z", "logits"), ("C",)), Quantity(("y", "target"), (), "index", "C")),
                (("C", ("C",)),),
                ("L",),
            ),
        ),
        FormulaSpec(
            "layer_norm",
            r"y_i = \gamma_i \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_i,"
            r"\ \mu = \frac1d \sum_j x_j,\ \sigma^2 = \frac1d \sum_j (x_j - \mu)^2",
            (),
            (),
            Notation(
                (
                    Quantity(("x",), ("d",)),
                    Quantity(("gamma", "g"), ("d",)),
                    Quantity(("beta", "b"), ("d",)),
                    Quantity(("epsilon", "eps"), (), "positive"),
                ),
                (("d", ("d", "D")),),
                ("y", "LN"),
            ),
        ),
        FormulaSpec(
            "grpo",
            r"\hat A_i = \frac{r_i - \operatorname{mean}(r)}{\operatorname{std}(r)}",
            (WrongForms("not_scaled", (r"r_i - \operatorname{mean}(r)",), "not scaled"),),
            (),
            Notation((Quantity(("r", "R", "rewards"), ("G",)),), (("G", ("G", "n")),), ("A",)),
        ),
        FormulaSpec(
            "logistic",
            r"\sigma(w^\top x + b)",
            (),
            (),
            Notation(
                (Quantity(("w", "theta"), ("d",)), Quantity(("x",), ("d",)), Quantity(("b",))),
                (("d", ("d",)),),
                ("p",),
            ),
        ),
        FormulaSpec(
            "auc",
            r"\frac{1}{P N}\sum_{i: y_i = 1}\sum_{j: y_j = 0}"
            r"\left(1[s_i > s_j] + \tfrac12 1[s_i = s_j]\right),"
            r"\ P = \sum_i y_i,\ N = \sum_i (1 - y_i)",
            (),
            (),
            Notation(
                (Quantity(("s", "scores"), ("n",)), Quantity(("y", "labels"), ("n",), "binary")),
                (("n", ("n",)),),
                ("AUC",),
            ),
        ),
    )
}

RIGHT = [
    ("softmax", "exp(z_i)/sum_j exp(z_j)"),
    ("softmax", "np.exp(z)/np.exp(z).sum()"),
    ("softmax", "torch.exp(z - z.max()) / torch.exp(z - z.max()).sum(-1, keepdim=True)"),
    ("softmax", "softmax(z)_i = exp(z_i - max_j z_j)/sum_j exp(z_j - max_j z_j)"),
    ("softmax", r"\frac{\exp(z_k)}{\sum_{l=1}^{K}\exp(z_l)}"),
    ("softmax", r"\frac{1}{\sum_j e^{z_j - z_i}}"),
    ("softmax", "F.softmax(logits, dim=-1)"),
    ("cross_entropy", r"-\sum_{i=1}^C y_i \log \hat{y}_i"),
    ("cross_entropy", "-Σ_i y_i log ŷ_i"),
    ("cross_entropy", "-(labels * np.log(probs)).sum()"),
    ("cross_entropy", r"\sum_k y_k \ln \frac{1}{p_k}"),
    ("cross_entropy", r"-\mathbb{E}_{i \sim y}[\log \hat y_i]"),
    ("nll", r"-\log \frac{e^{z_y}}{\sum_j e^{z_j}}"),
    ("nll", "-logits[target] + torch.logsumexp(logits, 0)"),
    ("nll", "-torch.log_softmax(logits, -1)[y]"),
    ("layer_norm", "(x - x.mean(-1))/np.sqrt(x.var(-1)+eps)*gamma+beta"),
    ("layer_norm", r"g_i \frac{x_i - \bar x}"
                   r"{\sqrt{\frac1d \sum_j (x_j - \bar x)^2 + \epsilon}} + b_i"),
    ("grpo", "(r - r.mean())/r.std()"),
    ("grpo", "(r - r.mean())/r.std(ddof=0)"),
    ("cross_entropy", r"L = CE(y, \hat y) = -\sum_i y_i \log \hat y_i"),  # one side only names it
    ("layer_norm", "F.layer_norm(x, (d,), gamma, beta, eps)"),
    ("softmax", r"\frac{e^{z_i}}{\sum_{j<C} (e^{z_j} + e^{z_C}/(C-1))}"),
    ("grpo", r"\frac{r_i - \mathrm{mean}(\{r_1, \ldots, r_G\})}"
             r"{\mathrm{std}(\{r_1, \ldots, r_G\})}"),
    ("grpo", r"\frac{r_i - \mu}{s},\ \mu = \frac1G \sum_j r_j,"
             r"\ s = \sqrt{\frac1G \sum_j (r_j - \mu)^2}"),
    ("logistic", "1/(1+exp(-(w@x+b)))"),
    ("logistic", r"\frac{e^{w \cdot x + b}}{1 + e^{w \cdot x + b}}"),
    ("logistic", "sigmoid(sum_i w_i x_i + b)"),
    ("auc", r"\frac{\sum_{i,j} y_i (1-y_j) (1[s_i>s_j] + 0.5 \cdot 1[s_i = s_j])}"
            r"{\sum_i y_i \sum_j (1-y_j)}"),
]  # fmt: skip

WRONG = [
    ("softmax", "z_i/sum(z)", "no_exp"),
    ("softmax", "1/(1+exp(-z))", "sigmoid"),
    ("softmax", "exp(z_i)/sum_j exp(z_i)", None),
    ("softmax", "exp(z)/mean(exp(z))", None),
    ("cross_entropy", "-sum_i p_i log y_i", "swapped"),
    ("cross_entropy", "sum(y * log(y_hat))", "sign"),
    ("cross_entropy", "-mean(y*log(p))", None),
    ("nll", "-z_y", None),
    ("nll", "-log(softmax(z))", None),
    ("layer_norm", "gamma*(x - mean(x))/(std(x) + eps) + beta", None),
    ("layer_norm", "(x - mean(x))/sqrt(var(x) + eps)", None),
    ("grpo", "r_i - mean(r)", "not_scaled"),
    ("grpo", "(r_i - mean(r))/var(r)", None),
    ("logistic", "sigmoid(w^T x)", None),
    ("logistic", r"\frac{1}{1 + e^{w^\top x + b}}", None),
    ("auc", r"\frac{1}{P N}\sum_{i: y_i = 1}\sum_{j: y_j = 0} 1[s_i < s_j], P = \sum_i y_i,"
            r" N = \sum_i (1 - y_i)", None),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_what_means_the_same_is_equivalent_and_called_evidence(formula, text):
    verdict = decide(SPECS[formula], text)
    assert verdict.verdict == "equivalent", verdict.message
    assert verdict.proof.startswith("evidence")


@pytest.mark.parametrize(("formula", "text", "slip"), WRONG)
def test_what_differs_has_a_counterexample(formula, text, slip):
    verdict = decide(SPECS[formula], text)
    assert verdict.verdict == "different", verdict.message
    assert verdict.counterexample is not None
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]
    assert (verdict.misconception[0] if verdict.misconception else None) == slip


@pytest.mark.parametrize(
    "text",
    [
        "exp(q_i)/sum_j exp(q_j)",
        "foo(z)",
        "sum_i sum_j",
        "z_{99}",
        "\\int e^z dz",
        "softmax()",
        "\\sigma(z), \\sigma = \\frac{1}{1 + e^{-x}}",
        "\\frac{e^{z_i} C_1}{\\sum_j e^{z_j} C}",
    ],
)
def test_what_is_not_declared_is_never_called_wrong(text):
    assert decide(SPECS["softmax"], text).verdict in {"undecided", "unreadable"}


def test_a_spread_over_n_less_one_is_read_too_and_said():
    verdict = decide(SPECS["grpo"], "(r - r.mean())/r.std(unbiased=True)")
    assert verdict.verdict == "different"
    sample = FormulaSpec(
        "sample",
        r"\frac{r_i - \bar r}{\sqrt{\frac{1}{G-1} \sum_j (r_j - \bar r)^2}}",
        notation=SPECS["grpo"].notation,
    )
    verdict = decide(sample, "(r - r.mean())/r.std()")
    assert verdict.verdict == "equivalent"
    assert verdict.remarks == ("the spread is read with n - 1 below the sum",)
    assert decide(SPECS["grpo"], "(r - r.mean())/r.std()").remarks == ()


def test_a_counterexample_with_a_large_number_can_be_read() -> None:
    verdict = decide(SPECS["grpo"], r"10^{30} r_i")
    assert verdict.counterexample is not None
    assert verdict.counterexample["yours"] == "[1.5e+30, -1e+30, 1.4e+30]"


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_the_forms_of_a_sound_formula_hold(spec):
    assert list(spec_faults(spec)) == []


def test_an_unsound_formula_is_named():
    good = SPECS["softmax"]
    bad = FormulaSpec(
        "softmax",
        good.reference,
        (WrongForms("right", (r"\frac{\exp z_i}{\sum_j \exp z_j}",), "is right"),),
        (RightForm("z_i", "no"),),
        good.notation,
    )
    said = " ".join(what for what, _ in spec_faults(bad))
    assert "the accepted form z_i: different" in said
    assert "the wrong form" in said
    undeclared = FormulaSpec("f", "a b", notation=good.notation)
    assert "the reference: undecided" in " ".join(what for what, _ in spec_faults(undeclared))


LOSS = "loss = {start}\nfor c in range({classes}):\n    loss {op} y[c] * math.log(p[c])"
PAIRS = """\
P = s[y == {right}]
N = s[y == {wrong}]
((P[:, None] > N[None, :]) + 0.5 * (P[:, None] == N[None, :])).mean()"""
WRITTEN = [
    ("cross_entropy", LOSS.format(start=0, classes="C", op="-="), True),
    ("cross_entropy", LOSS.format(start=1, classes="C", op="-="), False),
    ("cross_entropy", LOSS.format(start=0, classes="C - 1", op="-="), False),
    ("cross_entropy", LOSS.format(start=0, classes="C", op="= -"), False),
    ("cross_entropy", "-sum(a * math.log(b) for a, b in zip(y, p))", True),
    ("cross_entropy", r"-\sum_{i \ge 2} y_i \log p_i", False),
    ("cross_entropy", r"-\sum_i^{C-1} y_i \log p_i", False),
    ("cross_entropy", r"-\mathbf{1}^\top(\mathbf{y}\odot\log\hat{\mathbf{y}})", True),
    ("cross_entropy", r"-\sum_i y_i \log p_i + 1 = -\sum_i y_i \log p_i", False),
    ("softmax", "[math.exp(a) / sum(math.exp(b) for b in z) for a in z]", True),
    ("softmax", "t = 0\nfor a in z:\n    t += math.exp(a)\n[math.exp(a) / t for a in z]", True),
    ("softmax", r"\frac{1}{1 + \sum_{j \ne i} e^{z_j - z_i}}", True),
    ("softmax", r"\frac{e^{z_i}}{\sum_{j<i} e^{z_j}}", False),
    ("softmax", r"p_i = e^{z_i} = \frac{e^{z_i}}{\sum_j e^{z_j}}", False),
    ("auc", PAIRS.format(right=1, wrong=0), True),
    ("auc", PAIRS.format(right=0, wrong=1), False),
    ("auc", "sum((s[i] > s[j]) + 0.5 * (s[i] == s[j]) for i in range(n) if y[i] == 1"
            " for j in range(n) if y[j] == 0) / (sum(y) * (n - sum(y)))", True),
    ("auc", r"\frac{\sum_{i,j} y_i (1 - y_j) (\mathbb{1}[s_i > s_j]"
            r" + \frac12 \mathbb{1}[s_i = s_j])}"
            r"{\sum_i y_i \sum_j (1 - y_j)}", True),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "right"), WRITTEN)
def test_loops_lists_and_limits_mean_what_they_say(formula, text, right):
    verdict = decide(SPECS[formula], text)
    assert verdict.verdict == ("equivalent" if right else "different"), verdict.message
