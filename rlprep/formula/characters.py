"""Unicode characters folded to the LaTeX commands and ASCII characters that mean the same.

After this table the lexer knows one alphabet. Sub- and superscript characters fold to the character
that they lower or raise; combining hats and bars fold to nothing, a combining tilde is a mark.
"""

import unicodedata

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "ϱ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi",
    "Ω": "Omega",
}  # fmt: skip

COMMANDS = {
    "Σ": "sum", "∑": "sum", "Π": "prod", "∏": "prod", "∫": "int", "∇": "nabla", "√": "sqrt",
    "∂": "partial", "∞": "infty", "·": "cdot", "⋅": "cdot", "∙": "cdot", "•": "cdot", "×": "times",
    "∗": "times", "⊙": "odot", "⊘": "oslash", "∘": "times", "✕": "times", "⊗": "otimes",
    "±": "pm", "÷": "div",
    "⁄": "div", "∕": "div", "≤": "le", "⩽": "le", "≦": "le", "≥": "ge", "⩾": "ge", "≧": "ge",
    "≠": "ne", "≈": "approx", "≡": "equiv", "≜": "triangleq", "≝": "triangleq", "≔": "coloneqq",
    "≐": "doteq", "∝": "propto", "∼": "sim", "～": "sim", "→": "to", "⟶": "to", "↦": "to",
    "⇒": "implies", "⟹": "implies", "⇔": "iff", "⟺": "iff",
    "←": "gets", "⟵": "gets", "∈": "in", "∀": "forall", "‖": "Vert", "∥": "Vert", "∣": "mid",
    "❘": "mid", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil", "⌉": "rceil", "⟨": "langle",
    "⟩": "rangle", "…": "dots", "⋯": "dots", "⊤": "top", "⟙": "top", "𝟏": "ones", "𝟙": "ones",
    "𝔼": "E", "𝐄": "E", "ⅇ": "e",
}  # fmt: skip

ASCII = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "′": "'", "ʹ": "'",
    "″": "''", "“": '"', "”": '"', "⟦": "[", "⟧": "]", "【": "[", "】": "]", "、": ",", "。": ".",
    "；": ";", "：": ":", "｜": "|", "＝": "=", "∶": ":",
}  # fmt: skip

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
"0123456789+-=()aehijklmnoprstuvxβγρφχ",
                      strict=True))  # fmt: skip
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂᵝᵞᵟᶿᵠᵡᵅ",
        "0123456789+-=()abcdefghijklmnoprstuvwxyzTABDEGHIJKLMNOPRUVWβγδθφχα",
        strict=True,
    )
)

SPACES = set("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
             "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff \t\r")  # fmt: skip
MARKS = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar", "\u0305": "bar"}


def is_hostile(char: str) -> bool:
    """Return whether a character may hide or reorder what is shown (control, bidirectional)."""
    return char not in SPACES and char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def fold(char: str) -> str:
    """Return a compatibility character as the plain one (𝑟 is r, ０ is 0), without its accents."""
    plain = unicodedata.normalize("NFKD", char)
    kept = "".join(c for c in plain if not unicodedata.combining(c) or c in MARKS)
    return kept if MARKS.keys() & set(kept) else unicodedata.normalize("NFC", kept)
