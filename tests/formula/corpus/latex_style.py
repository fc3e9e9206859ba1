r"""Rewrites a LaTeX formula of the bank in another hand, without changing what it says.

The forms in the bank are written in one hand: ``\pi_{\mathrm{old}}``, ``\mathbb{E}_t``, ``\left[``.
A `Style` is another hand, chosen at random but consistently within one formula: which letters stand
for the old policy, what marks an estimate, how brackets grow, which index runs.
"""

import re
from dataclasses import dataclass
from random import Random

RATIO_IDS = frozenset({"ppo_clip", "ppo_kl_penalty", "trpo_objective", "trpo"})
VALUE_IDS = frozenset(
    {
        "td_residual",
        "discounted_return",
        "nstep_advantage",
        "gae",
        "gae_finite",
        "gae_recursive",
        "gae_lambda0",
        "gae_lambda1",
    }
)
TOKEN_IDS = frozenset({"linear_attention", "linear_attention_causal"})

OLD_POLICIES = (
    r"\pi_{\mathrm{old}}",
    r"\pi_{\text{old}}",
    r"\pi_{old}",
    r"\pi_{\rm old}",
    r"\pi_{\theta_{\mathrm{old}}}",
    r"\pi_{\theta_{\text{old}}}",
    r"\pi_{\theta_{old}}",
    r"\pi_{\theta_\mathrm{old}}",
    r"\pi_{\theta_k}",
    r"\pi_k",
)
EXPECTATIONS = (
    r"\mathbb{E}",
    r"\mathbb E",
    r"\hat{\mathbb{E}}",
    r"\hat{\mathbb E}",
    r"\mathrm{E}",
    r"\operatorname{E}",
    "E",
)
BRACKETS = (
    (r"\left", r"\right"),
    ("", ""),
    (r"\big", r"\big"),
    (r"\Bigl", r"\Bigr"),
    (r"\biggl", r"\biggr"),
)
TRANSPOSES = (r"^\top", "^T", "^{T}", r"^{\top}", r"^{\mathsf{T}}", r"^{\mathrm T}")
BARS = (r"\mid", "|", r"\vert", r"\,|\,")
PARALLELS = (r"\,\|\,", r"\|", r"\parallel", r"\Vert", "||", r"\,||\,")
KL_NAMES = (r"\mathrm{KL}", r"\text{KL}", "KL", "D_{KL}", r"D_{\mathrm{KL}}", r"D_{\text{KL}}")
FUNCTION_FONTS = (r"\mathrm{%s}", r"\text{%s}", r"\operatorname{%s}")
LABEL_FONTS = (r"\mathrm{%s}", r"\text{%s}", r"\textrm{%s}", "%s")
FRACTIONS = (r"\frac", r"\frac", r"\dfrac", r"\tfrac", "over", "slash")
FUNCTIONS = frozenset({"clip", "softmax", "diag", "kv", "Attention", "elu"})


@dataclass(frozen=True)
class Style:
    """One consistent hand; every field is a choice among the tables above."""

    old_policy: str
    expectation: str
    bracket: tuple[str, str]
    transpose: str
    bar: str
    parallel: str
    kl: str
    function_font: str
    label_font: str
    fraction: str
    epsilon: str
    compare: tuple[str, str]
    ratio: str
    advantage: str
    estimate: str
    value: str
    index: str
    positions: tuple[str, str]
    late_reward: bool
    fisher: str
    distributions: tuple[str, str]


def random_style(rng: Random) -> Style:
    """Return a hand drawn at random."""
    return Style(
        old_policy=rng.choice(OLD_POLICIES),
        expectation=rng.choice(EXPECTATIONS),
        bracket=rng.choice(BRACKETS),
        transpose=rng.choice(TRANSPOSES),
        bar=rng.choice(BARS),
        parallel=rng.choice(PARALLELS),
        kl=rng.choice(KL_NAMES),
        function_font=rng.choice(FUNCTION_FONTS),
        label_font=rng.choice(LABEL_FONTS),
        fraction=rng.choice(FRACTIONS),
        epsilon=rng.choice((r"\epsilon", r"\varepsilon")),
        compare=rng.choice(((r"\le", r"\ge"), (r"\leq", r"\geq"), (r"\leqslant", r"\geqslant"))),
        ratio=rng.choice((r"r_t(\theta)", "r_t", r"\rho_t", r"\rho_t(\theta)")),
        advantage=rng.choice(("A_t", r"\hat A_t", r"\hat{A}_t", r"\hat{A}_{t}", "A(s_t, a_t)")),
        estimate=rng.choice((r"\hat A", r"\hat{A}", "A", r"\tilde{A}", r"\widehat{A}")),
        value=rng.choice(("V", "V", r"V_\phi", r"V_{\phi}", r"V^\pi", r"\hat{V}", "index")),
        index=rng.choice("lkijm"),
        positions=rng.choice((("i", "j"), ("t", "s"), ("t", "j"), ("m", "j"))),
        late_reward=rng.random() < 0.25,
        fisher=rng.choice("HF"),
        distributions=rng.choice((("P", "Q"), ("p", "q"))),
    )


def restyle(formula: str, form: str, style: Style) -> str:
    """Return `form`, a right or wrong form of the bank's `formula`, written in `style`."""
    # Placeholders first, so that a replaced token is never replaced again.
    form = form.replace(r"\pi_{\theta_{\mathrm{old}}}", "@OLD@").replace(
        r"\pi_{\mathrm{old}}", "@OLD@"
    )
    form = _letters(formula, form, style)
    form = form.replace("@OLD@", style.old_policy)
    form = _functions(form, style)
    form = _marks(form, style)
    return _fractions(form, style)


def _letters(formula: str, form: str, style: Style) -> str:
    if formula in RATIO_IDS:
        form = re.sub(r"(?<![\w\\])r_t(\(\\theta\))?", lambda _: style.ratio, form)
        form = re.sub(r"(?<![\w\\^])A_t(?![\w(])", lambda _: style.advantage, form)
    form = form.replace(r"\hat A", style.estimate)
    if formula in VALUE_IDS:
        form = _values(form, style.value)
        form = _rename(form, "l", style.index)
        if style.late_reward and "R_" not in form:
            form = re.sub(r"(?<![\w\\])r_(?:\{([^{}]*)\}|(\w))", _one_later, form)
    if formula == "trpo_step":
        form = _rename(form, "H", style.fisher)
    if formula == "kl":
        form = _rename(_rename(form, "P", style.distributions[0]), "Q", style.distributions[1])
    if formula in TOKEN_IDS and "t" not in _single_letters(form):
        first, second = style.positions
        form = _rename(_rename(form, "i", first), "j", second)
    return form


def _one_later(reward: re.Match[str]) -> str:
    """Return Sutton and Barto's letter and index for the same reward."""
    index = reward[1] or reward[2]
    if index.endswith("-1"):
        return f"R_{{{index[:-2]}}}"
    base, plus, steps = index.rpartition("+")
    return f"R_{{{base}+{int(steps) + 1}}}" if plus and steps.isdigit() else f"R_{{{index}+1}}"


def _values(form: str, value: str) -> str:
    if value == "index":
        return re.sub(r"V\(s_(\{[^{}]*\}|\w)\)", r"V_\1", form)
    return re.sub(r"(?<![\w\\])V\(", lambda _: value + "(", form)


def _single_letters(form: str) -> set[str]:
    return set(re.findall(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", form))


def _rename(form: str, old: str, new: str) -> str:
    if new in _single_letters(form):
        return form
    return re.sub(rf"(?<![\\a-zA-Z]){old}(?![a-zA-Z])", new, form)


def _functions(form: str, style: Style) -> str:
    form = re.sub(r"\\mathbb\{E\}", lambda _: style.expectation, form)
    form = form.replace(r"\mathrm{KL}", style.kl)

    def font(match: re.Match[str]) -> str:
        word = match[1]
        return (style.function_font if word in FUNCTIONS else style.label_font) % word

    return re.sub(r"\\mathrm\{(\w+)\}", font, form)


def _marks(form: str, style: Style) -> str:
    form = form.replace(r"\,\|\,", f" {style.parallel} ").replace(r"\mid", style.bar)
    form = form.replace(r"\epsilon", style.epsilon).replace(r"^\top", style.transpose)
    form = re.sub(r"\\le(?![a-z])", lambda _: style.compare[0], form)
    form = re.sub(r"\\ge(?![a-z])", lambda _: style.compare[1], form)
    opening, closing = style.bracket
    form = re.sub(r"\\left(?=[(\[\\])", lambda _: opening, form)
    return re.sub(r"\\right(?=[)\]\\])", lambda _: closing, form)


def _fractions(form: str, style: Style) -> str:
    """Write every fraction with the style's command, or as a bracketed quotient."""
    start = form.rfind(r"\frac{")  # innermost last: what follows the last one holds no other
    if start < 0:
        return form.replace("@FRAC@", r"\frac")
    top, after_top = group(form, start + len(r"\frac"))
    bottom, end = group(form, after_top)
    match style.fraction:
        case "over":
            written = f"{{{top} \\over {bottom}}}"
        case "slash":
            written = f"(({top}) / ({bottom}))"
        case r"\frac":
            written = f"@FRAC@{{{top}}}{{{bottom}}}"
        case command:
            written = f"{command}{{{top}}}{{{bottom}}}"
    return _fractions(form[:start] + written + form[end:], style)


def group(text: str, start: int) -> tuple[str, int]:
    """Return the content of the brace group that opens at `start`, and where it ends."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[start + 1 : position], position + 1
    raise ValueError(f"unbalanced braces: {text}")
