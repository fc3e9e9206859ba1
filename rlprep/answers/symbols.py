"""How mathematics is typed: Greek, LaTeX, superscripts and operators, each as one spelling."""

import unicodedata

from rlprep.answers.word_lists import words

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "theta", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Δ": "delta", "Γ": "gamma", "Θ": "theta", "Λ": "lambda", "Π": "product", "Σ": "sum",
    "Φ": "phi", "Ψ": "psi", "Ω": "omega", "µ": "mu",
}  # fmt: skip

OPERATORS = {
    "=": "=", ":=": "=", "==": "=", "≡": "=", "≈": "~", "~": "~", "≃": "~", "≅": "~", "∼": "~",
    "+": "+", "-": "-", "−": "-", "–": "-", "/": "/", "÷": "/", "^": "^", "**": "^", "+=": "=",
    "<": "<", ">": ">", "≤": "<=", "<=": "<=", "⩽": "<=", "≥": ">=", ">=": ">=", "⩾": ">=",
    "≪": "<", "≫": ">", "<<": "<", ">>": ">",
    "->": "->", "=>": "->", "→": "->", "⇒": "->", "⟶": "->", "⟹": "->", "↦": "->", "⟼": "->",
    "-->": "->", "==>": "->", "<-": "=", "←": "=", "≠": "!=", "!=": "!=", "∝": "proportional",
    "↑": "up", "↓": "down", "∞": "infinity", "∑": "sum", "∏": "product", "∇": "gradient",
    "√": "sqrt", "∈": "in", "%": "%", "¬": "not", "&": "and", "∂": "partial",
}  # fmt: skip
RELATIONS = frozenset({"=", "->", "<", ">", "<=", ">=", "~", "!=", ":"})
"""Operators that say something of two sides, as a verb does."""

NAMES = {
    "lam": "lambda", "lamda": "lambda", "lambd": "lambda", "lmbda": "lambda", "lbda": "lambda",
    "eps": "epsilon", "epsilons": "epsilon", "varepsilon": "epsilon", "thet": "theta",
    "varphi": "phi", "gam": "gamma",
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "sixteen": "16",
    "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70",
    "eighty": "80", "ninety": "90", "half": "half", "nabla": "gradient", "infty": "infinity",
    "frac": "", "dfrac": "", "tfrac": "",
    "behaviour": "behavior", "normaliser": "normalizer", "dimension": "dim", "dimensions": "dim",
    "yeah": "um", "uh": "um", "erm": "um", "er": "um", "uhm": "um",
    "bc": "because", "cuz": "because", "hi": "high", "lo": "low", "grad": "gradient",
    "grads": "gradients", "pol": "policy", "pols": "policies", "behav": "behavior",
    "surr": "surrogate", "attn": "attention", "mem": "memory", "undisc": "undiscounted",
    "obj": "objective", "constr": "constraint", "const": "constant", "qual": "quality",
    "arith": "arithmetic", "grp": "group", "grps": "groups", "tok": "token", "toks": "tokens",
    "ckpt": "checkpoint", "ckpts": "checkpoints", "traj": "trajectory", "dist": "distribution",
    "feats": "features", "assoc": "associative",
}  # fmt: skip
"""Other spellings of one word or number, in letters: of another country, or in a hurry."""

LATEX_OPERATORS = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "approx": "~", "sim": "~", "simeq": "~", "neq": "!=", "ne": "!=", "to": "->",
    "rightarrow": "->", "Rightarrow": "->", "implies": "->", "mapsto": "->", "ll": "<", "gg": ">",
    "sum": "sum", "prod": "product", "sqrt": "sqrt", "propto": "proportional", "in": "in",
    "uparrow": "up", "downarrow": "down", "equiv": "=", "Sigma": "sigma",
}  # fmt: skip

SILENT_LATEX = words(
    """
    left right big Big bigg Bigg text mathrm mathbb mathbf mathcal operatorname hat bar
    tilde widehat widetilde overline vec cdot times top intercal mid vert lvert rvert Vert
    lVert rVert parallel quad qquad displaystyle limits nolimits begin end ast circ odot
    prime
    """
)

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀᵗⁿˡ", "0123456789+-TTnl", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₜₙₖₗᵢⱼ", "0123456789+-tnklij", strict=True))


def superscript(char: str) -> str | None:
    """Return the plain character that a raised one stands for."""
    return _SUPERSCRIPTS.get(char)


def subscript(char: str) -> str | None:
    """Return the plain character that a lowered one stands for."""
    return _SUBSCRIPTS.get(char)


def base_letter(char: str) -> str:
    """Return a letter without its hat, bar or accent."""
    return unicodedata.normalize("NFKD", char)[0] if ord(char) > 127 else char
