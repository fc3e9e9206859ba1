"""What the reader has to know of the formula being asked: which words exist and which apply.

`V(s)` is application and `gamma(r + V)` a product; `QK` is two matrices and `logp` one word. The
answers depend on the formula, so each family of meanings hands its `Vocabulary` to the reader.
"""

from dataclasses import dataclass

FUNCTIONS = frozenset(
    {
        "min", "max", "clip", "clamp", "log", "ln", "exp", "sqrt", "floor", "ceil", "abs",
        "softmax",
        "mean", "avg", "diag", "sum", "where", "minimum", "maximum", "KL", "sign", "relu", "elu",
        "outer", "trace", "tr", "log_softmax", "logsumexp", "Softmax", "SoftMax", "int", "round",
        "Clip", "Min", "Max", "sgn", "norm", "grad", "matmul", "dot", "cumsum", "average",
        "transpose", "identity", "mod", "rowsum", "rowSum", "kl", "kl_divergence", "entropy",
        "DKL", "dKL", "stopgrad", "sg", "detach", "ReLU", "ELU", "CLIP", "softplus", "sigmoid",
        "tanh",
    }
)  # fmt: skip
"""Names whose parentheses always hold arguments, whatever is being asked."""

PREFIXES = frozenset({"log", "ln", "exp", "sqrt", "diag", "tr", "trace", "grad", "sg", "tanh",
                      "mean"})  # fmt: skip
"""Functions that are also written without parentheses: `log pi(a|s)`."""

OPTIMISERS = {
    "max": "max", "maximize": "max", "maximise": "max", "argmax": "max", "maximizes": "max",
    "sup": "max", "maximum": "max", "min": "min", "minimize": "min", "minimise": "min",
    "argmin": "min", "Maximize": "max", "Minimize": "min", "Max": "max", "Min": "min",
    "maximizing": "max", "minimizing": "min", "Maximise": "max", "Minimise": "min", "arg": "arg",
}  # fmt: skip

GREEK_WORDS = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "eps", "zeta", "eta", "theta", "kappa",
        "lambda", "lam", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi",
        "omega", "inf", "infty", "infinity", "oo", "varepsilon", "nabla", "ratio", "adv", "old",
        "new", "hat", "integral", "loss", "total", "top", "ones", "elu", "Delta", "Phi", "Psi",
        "dots", "mathbb",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How a family's formulas are worded.

    Attributes:
        words: words of several letters that are one name (`logp`, `seq`), never split.
        letters: single letters into which a run of letters may fall apart (`QK`, `rA`).
        applied: names whose parentheses always hold arguments (`V(t+1)`).
        multiplied: names whose parentheses never do (`gamma(1 - lambda)`).
        labels: whether other names apply to plain labels (`A(s, a)`, `r_t(theta)`).
        expects: whether E is the expectation.
        matrices: whether a quotient by a matrix or row vector takes what follows along.
        marks: whether a hat or a bar tells one symbol from another (a label from its prediction).
        cases: whether what a function of code returns before its end is one of its cases.
    """

    words: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()
    multiplied: frozenset[str] = frozenset()
    labels: bool = True
    expects: bool = True
    matrices: bool = False
    marks: bool = False
    cases: bool = False
