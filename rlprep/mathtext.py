r"""LaTeX mathematics as one line of text: Unicode for a terminal, spelled out for a screen reader.

The bank's texts carry mathematics in LaTeX. A terminal can't set it, so ``\frac{a}{b+c}`` becomes
``a/(b + c)`` and ``s_{t+1}`` becomes ``sₜ₊₁``. What has no Unicode form keeps ``_`` and ``^`` with
brackets, because dropping them would change the meaning (``a_{t+1}`` is not ``a_t + 1``).
The spelled style says ``s_{t+1}`` and ``gamma`` instead, which screen readers can speak.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

Style = Literal["unicode", "spelled"]

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
# command -> (Unicode, spelled); a relation or binary operator gets its spaces from _SPACED.
_SYMBOLS: dict[str, tuple[str, str]] = {
    "infty": ("∞", "infinity"), "partial": ("∂", "d"), "nabla": ("∇", "grad"),
    "ell": ("ℓ", "l"), "top": ("ᵀ", "T"), "prime": ("′", "'"), "dots": ("…", "..."),
    "ldots": ("…", "..."), "cdots": ("…", "..."), "cdot": ("·", "*"), "times": ("×", "*"),
    "odot": ("⊙", "odot"), "otimes": ("⊗", "outer"), "circ": ("∘", "o"), "pm": ("±", "+-"),
    "le": ("≤", "<="), "leq": ("≤", "<="), "ge": ("≥", ">="), "geq": ("≥", ">="),
    "ll": ("≪", "<<"), "gg": ("≫", ">>"), "ne": ("≠", "!="), "neq": ("≠", "!="),
    "approx": ("≈", "~="), "sim": ("~", "~"), "propto": ("∝", "proportional to"),
    "equiv": ("≡", "=="), "in": ("∈", "in"), "notin": ("∉", "not in"), "to": ("→", "->"),
    "rightarrow": ("→", "->"), "mapsto": ("↦", "->"), "Rightarrow": ("⇒", "=>"),
    "leftarrow": ("←", "<-"), "iff": ("⇔", "<=>"), "mid": ("|", "|"), "vert": ("|", "|"),
    "lVert": ("‖", "||"), "rVert": ("‖", "||"), "Vert": ("‖", "||"), "|": ("‖", "||"),
    "langle": ("⟨", "<"), "rangle": ("⟩", ">"), "lfloor": ("⌊", "floor("), "rfloor": ("⌋", ")"),
    "lceil": ("⌈", "ceil("), "rceil": ("⌉", ")"), "sum": ("∑", "sum"), "prod": ("∏", "product"),
    "int": ("∫", "integral"), "forall": ("∀", "for all"), "cup": ("∪", "union"),
    "{": ("{", "{"), "}": ("}", "}"), "%": ("%", "%"), "_": ("_", "_"), "#": ("#", "#"),
    "$": ("$", "$"), "&": ("&", "&"), "colon": (":", ":"), "ast": ("∗", "*"), "star": ("⋆", "*"),
    "lbrace": ("{", "{"), "rbrace": ("}", "}"), "neg": ("¬", "not "), "doteq": ("≐", "="),
    "triangleq": ("≜", "="), "blacksquare": ("∎", ""), "lvert": ("|", "|"), "rvert": ("|", "|"),
}  # fmt: skip
_WORDS = {
    "log", "ln", "exp", "min", "max", "arg", "argmin", "argmax", "sup", "inf", "lim", "det", "tr",
    "mod", "bmod", "Pr", "dim", "tanh", "sin", "cos", "softmax", "clip",
}  # fmt: skip
_SPACES = {",": " ", ";": " ", ":": " ", "!": "", " ": " ", "quad": "  ", "qquad": "   "}
_FONTS = {
    "mathrm", "text", "operatorname", "mathcal", "mathbf", "mathit", "textit", "boldsymbol",
    "textbf", "mathsf", "mathtt", "textrm", "mathbb", "operatorname*", "texttt",
}  # fmt: skip
_IGNORED = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "limits",
    "nolimits", "displaystyle", "textstyle", "rm", "bigm", "middle",
}  # fmt: skip
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
            "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}  # fmt: skip
_BLACKBOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ"}
_OPERATORS = set("=+−<>≤≥≪≫≠≈∝≡∈∉→↦⇒←⇔±×·⊙⊗‖~∘≐≜") | {"<=", ">=", "<<", ">>", "!=", "~=", "==",
    "->", "=>", "<-", "<=>", "||", "+-", "*", "in", "not in", "proportional to", "outer", "odot",
    "-"}  # fmt: skip
_SUBSCRIPTS = dict(
    zip("0123456789+−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)  # fmt: skip
_SUPERSCRIPTS = dict(
    zip("0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ", strict=True)
)  # fmt: skip

_SCRIPTED = f"[{''.join(_SUBSCRIPTS.values())}{''.join(_SUPERSCRIPTS.values())}]"
# One letter with its scripts, one number, or one named function, each perhaps with an argument.
_SINGLE = re.compile(
    rf"√?(\d+|[^\W\d_][\u0300-\u036f]?|[a-z]{{3,}}(?=[_(]|$))"
    rf"({_SCRIPTED}|[_^](\w+|\{{[^{{}}]*\}}|\([^()]*\)))*(\([^()]*\))?"
)

_TOKEN = re.compile(r"\\operatorname\*|\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.DOTALL)
_SPAN = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)


class MathError(ValueError):
    """The LaTeX is unbalanced or uses a command that this module does not know."""


class _Atom(NamedTuple):
    """A piece of output and how it stands beside its neighbours."""

    text: str
    kind: Literal["plain", "scripted", "fraction", "word", "big", "operator", "space"] = "plain"


class _Reader:
    """A recursive reader of one formula, from tokens to text in one pass."""

    def __init__(self, latex: str, style: Style) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.at = 0
        self.unicode = style == "unicode"

    def sequence(self, closing: str | None, *, tight: bool = False) -> str:
        """Read up to `closing`; `tight` leaves out the spaces around operators (scripts)."""
        atoms: list[_Atom] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token == closing:
                self.at += 1
                return _join(atoms, tight)
            if token in ("^", "_"):
                self.at += 1
                base = atoms.pop() if atoms else _Atom("")
                kind = "big" if base.kind in ("big", "word") else "scripted"
                atoms.append(_Atom(base.text + self.script(token), kind))
            elif token.isspace():
                self.at += 1
            else:
                atoms.append(self.atom(tight))
        if closing is not None:
            raise MathError(f"a '{closing}' is missing")
        return _join(atoms, tight)

    def atom(self, tight: bool = False) -> _Atom:
        """Read one token, or a command with its arguments."""
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            return _Atom(self.sequence("}", tight=tight))
        if token == "}":
            raise MathError("a '}' without its '{'")
        if token.startswith("\\"):
            return self.command(token[1:])
        if token == "-":
            return _Atom("−" if self.unicode else "-", "operator")
        if token == "'":
            return _Atom("′" if self.unicode else "'")
        return _Atom(token, "operator" if token in _OPERATORS else "plain")

    def argument(self, *, tight: bool = False) -> str:
        """Read a command's argument: a group, or the next token that is no space."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        if self.at == len(self.tokens):
            raise MathError("an argument is missing at the end")
        return self.atom(tight).text

    def command(self, name: str) -> _Atom:
        if name in _GREEK:
            return _Atom(_GREEK[name] if self.unicode else name)
        if name in _SYMBOLS:
            text = _SYMBOLS[name][0 if self.unicode else 1]
            big = name in ("sum", "prod", "int")
            return _Atom(text, "operator" if text in _OPERATORS else "big" if big else "plain")
        if name in _WORDS:
            return _Atom(name.removeprefix("b"), "word")
        if name in _SPACES:
            return _Atom(_SPACES[name], "space")
        if name in _IGNORED:
            if name in ("left", "right") and self.tokens[self.at : self.at + 1] == ["."]:
                self.at += 1
            return _Atom("")
        if name in _FONTS:
            return self.font(name)
        if name in _ACCENTS:
            return _Atom(self.accent(name))
        if name in ("frac", "tfrac", "dfrac"):
            top, bottom = self.argument(), self.argument()
            return _Atom(f"{_bracketed(top)}/{_bracketed(bottom, divisor=True)}", "fraction")
        if name == "sqrt":
            body = self.argument()
            text = f"√{_bracketed(body, divisor=True)}" if self.unicode else f"sqrt({body})"
            return _Atom(text, "scripted")
        if name in ("underset", "overset"):
            script, base = self.argument(tight=True), self.argument()
            return _Atom(f"{base}{'_' if name == 'underset' else '^'}{{{script}}}", "big")
        if name == "begin":
            return self.cases()
        if name in ("underbrace", "boxed"):
            return _Atom(self.argument())
        raise MathError(f"unknown command \\{name}")

    def font(self, name: str) -> _Atom:
        if name.startswith("text") and self.tokens[self.at : self.at + 1] == ["{"]:
            return _Atom(self.verbatim())
        body = self.argument()
        if name == "mathbb" and self.unicode:
            return _Atom(_BLACKBOARD.get(body, body))
        return _Atom(body, "word" if name.startswith("operatorname") else "plain")

    def cases(self) -> _Atom:
        """Read ``cases``, rows of a value and a condition, as ``{value if condition; ...}``."""
        name = self.verbatim()
        if name != "cases":
            raise MathError(f"unknown environment {name}")
        rows = [""]
        while True:
            cell, end = self.cell()
            rows[-1] += cell
            if end == "&":
                rows[-1] += " if "
            elif end == "\\\\":
                rows.append("")
            else:
                break
        if self.verbatim() != "cases":
            raise MathError("an environment is closed by another one's name")
        return _Atom("{" + "; ".join(row for row in rows if row) + "}", "scripted")

    def cell(self) -> tuple[str, str]:
        """Read up to the end of a cell; return its text and what ended it."""
        begun = self.at
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            depth += (token == "{") - (token == "}")
            if depth == 0 and token in ("&", "\\\\", "\\end"):
                inner = _Reader("", "unicode" if self.unicode else "spelled")
                inner.tokens = self.tokens[begun : self.at]
                self.at += 1
                return inner.sequence(None), token
            self.at += 1
        raise MathError("\\end is missing")

    def verbatim(self) -> str:
        """Read a group of words whose spaces count."""
        if self.tokens[self.at : self.at + 1] != ["{"]:
            raise MathError("a '{' is missing")
        if "}" not in self.tokens[self.at :]:
            raise MathError("a '}' is missing")
        end = self.tokens.index("}", self.at)
        words = "".join(self.tokens[self.at + 1 : end])
        self.at = end + 1
        return words

    def accent(self, name: str) -> str:
        body = self.argument().strip()
        if self.unicode:
            return unicodedata.normalize("NFC", body[:1] + _ACCENTS[name] + body[1:])
        return f"{body}_{name.removeprefix('wide')}"

    def script(self, mark: str) -> str:
        body = self.argument(tight=True).strip()
        table = _SUBSCRIPTS if mark == "_" else _SUPERSCRIPTS
        if self.unicode:
            if body in ("ᵀ", "′", "*", "⋆", "∗"):
                return body
            if all(char in table for char in body):
                return "".join(table[char] for char in body)
        if len(body) == 1 or body.isalnum():
            return mark + body
        return f"{mark}({body})" if mark == "^" else f"{mark}{{{body}}}"


def _join(atoms: list[_Atom], tight: bool) -> str:
    """Join atoms: spaces around binary operators and names, none where none is needed."""
    atoms = [atom for atom in atoms if atom.text or atom.kind == "space"]
    out = ""
    before = _Atom("")
    for atom in atoms:
        if atom.kind == "operator" and not tight:
            binary = out.strip() and out.rstrip()[-1] not in "([{,|" and before.kind != "operator"
            out = f"{out.rstrip()} {atom.text} " if binary else out + atom.text
        elif atom.kind == "space" and out.endswith(" ") and len(atom.text) < 2:
            pass
        elif atom.text == ",":
            out = out.rstrip() + ("," if tight else ", ")
        elif atom.kind == "fraction" and before.kind == "word":
            out += f"({atom.text})"  # log a/b would be read as (log a)/b
        else:
            out += _gap(before, atom) + atom.text
        before = atom
    # A thin space inside a number must not become a place to break the line.
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "\u202f", out.strip())


def _gap(before: _Atom, after: _Atom) -> str:
    """Return what stands between two neighbours, neither of which is an operator."""
    first = after.text[:1]
    if (
        not after.text
        or not before.text
        or before.text[-1] in "([{|,/ "
        or before.kind in ("operator", "space")
    ):
        return ""
    if after.kind == "word":
        return " "
    if before.kind == "big":
        return " "
    if before.kind == "word":
        return " " if first.isalnum() or first in "√∑∇∂−" else ""
    if before.kind in ("scripted", "fraction") or len(before.text) > 1 or len(after.text) > 1:
        return " " if first.isalpha() or first in "√∑∇∂" else ""
    return " " if first in "∑∏∫" else ""


def _bracketed(text: str, *, divisor: bool = False) -> str:
    """Put brackets around `text` where a fraction or a root would otherwise read wrongly.

    A numerator may be a product; a divisor may not: ``1/ab`` would be read as ``(1/a) b``.
    """
    if divisor:
        return text if _SINGLE.fullmatch(text) else f"({text})"
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and at > 0 and char in " +−-=/·×":
            return f"({text})"
    return text


def render(latex: str, style: Style = "unicode") -> str:
    r"""Return one formula (LaTeX without dollar signs) as a line of text.

    Raises:
        MathError: unbalanced braces, or a command outside the supported subset.
    """
    try:
        text = _Reader(latex, style).sequence(None).strip()
    except RecursionError:
        raise MathError("nested too deeply") from None
    return text if style == "unicode" else text.replace("\u202f", "")


def spans(text: str) -> list[tuple[str, bool, bool]]:
    """Split text at its mathematics: (piece, is mathematics, is a display of its own)."""
    pieces: list[tuple[str, bool, bool]] = []
    end = 0
    for found in _SPAN.finditer(text):
        pieces.append((text[end : found.start()], False, False))
        display = found[1] is not None
        pieces.append((found[1] if display else found[2], True, display))
        end = found.end()
    pieces.append((text[end:], False, False))
    return [piece for piece in pieces if piece[0]]
