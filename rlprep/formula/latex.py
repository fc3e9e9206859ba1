r"""What each LaTeX command means to the lexer.

Commands that are not listed are words (`\\clip`, `\\softmax`, `\\KL`: papers define such macros).
"""

TOKENS: dict[str, tuple[str, str]] = {
    "cdot": ("cdot", "cdot"), "bullet": ("cdot", "cdot"), "over": ("over", "over"), "times": ("*",
    "*"), "ast": ("*", "*"),
    "odot": ("*", "odot"), "oslash": ("/", "/"), "circ": ("*", "*"),
    "otimes": ("otimes", "otimes"), "div": ("/", "/"),
    "pm": ("pm", "pm"), "mp": ("pm", "mp"), "bmod": ("%", "%"), "mod": ("%", "%"),
    "le": ("rel", "<="), "leq": ("rel", "<="), "leqslant": ("rel", "<="), "ge": ("rel", ">="),
    "geq": ("rel", ">="), "geqslant": ("rel", ">="), "lt": ("rel", "<"), "gt": ("rel", ">"),
    "ne": ("rel", "!="), "neq": ("rel", "!="), "approx": ("rel", "="), "equiv": ("rel", "="),
    "triangleq": ("rel", "="), "coloneqq": ("rel", "="), "coloneq": ("rel", "="),
    "doteq": ("rel", "="), "simeq": ("rel", "="), "cong": ("rel", "="), "defeq": ("rel", "="),
    "eqdef": ("rel", "="), "propto": ("rel", "propto"), "sim": ("rel", "~"),
    "in": ("rel", "in"), "to": ("rel", "->"), "rightarrow": ("rel", "->"),
    "longrightarrow": ("rel", "->"), "mapsto": ("rel", "->"),
    "gets": ("rel", "<-"), "leftarrow": ("rel", "<-"), "longleftarrow": ("rel", "<-"),
    "mid": ("|", "|"), "vert": ("|", "|"), "lvert": ("|", "|"), "rvert": ("|", "|"),
    "given": ("|", "|"), "Vert": ("||", "||"), "lVert": ("||", "||"), "rVert": ("||", "||"),
    "parallel": ("||", "||"), "Vertbar": ("||", "||"), "|": ("||", "||"),
    "lfloor": ("lfloor", "lfloor"), "rfloor": ("rfloor", "rfloor"), "lceil": ("lceil", "lceil"),
    "rceil": ("rceil", "rceil"), "langle": ("langle", "langle"), "rangle": ("rangle", "rangle"),
    "infty": ("name", "inf"), "top": ("name", "top"), "intercal": ("name", "top"),
    "transpose": ("name", "top"), "prime": ("'", "'"), "dots": ("dots", "dots"),
    "ldots": ("dots", "dots"), "cdots": ("dots", "dots"), "dotsc": ("dots", "dots"),
    "dotsb": ("dots", "dots"), "dotsm": ("dots", "dots"), "hdots": ("dots", "dots"),
    "vdots": ("dots", "dots"), "sum": ("sum", "sum"), "prod": ("sum", "prod"),
    "int": ("sum", "int"), "iint": ("sum", "int"), "nabla": ("nabla", "nabla"),
    "sqrt": ("sqrt", "sqrt"), "frac": ("frac", "frac"), "dfrac": ("frac", "frac"),
    "tfrac": ("frac", "frac"), "cfrac": ("frac", "frac"), "nicefrac": ("frac", "frac"),
    "forall": ("kw", "for"), "quad": ("quad", "quad"), "qquad": ("quad", "quad"),
    "\\": ("row", "row"), "newline": ("row", "row"), "cr": ("row", "row"), "lbrack": ("[", "["),
    "rbrack": ("]", "]"), "lbrace": ("(", "{"), "rbrace": (")", "}"), "{": ("(", "{"),
    "}": (")", "}"), "%": ("%", "%"), "_": ("_", "\\_"), "&": (",", ","), "backslash": ("name",
    "?"),
    "argmax": ("name", "argmax"), "argmin": ("name", "argmin"), "varepsilon": ("name", "epsilon"),
    "vartheta": ("name", "theta"), "varphi": ("name", "phi"), "varrho": ("name", "rho"),
    "varpi": ("name", "pi"), "Sigma": ("sum", "sum"), "Pi": ("sum", "prod"),
    "ell": ("name", "l"), "Expect": ("name", "E"), "EE": ("name", "E"),
    "tilde": ("mark", "tilde"), "widetilde": ("mark", "tilde"), "ones": ("name", "ones"),
    "colon": (":", ":"), "st": ("kw", "subject_to"), "suchthat": ("kw", "subject_to"),
    "implies": (";", ";"), "iff": (";", ";"), "Longrightarrow": (";", ";"),
    "Rightarrow": (";", ";"), "Leftrightarrow": (";", ";"), "Longleftrightarrow": (";", ";"),
}  # fmt: skip

SPACING = {",", ";", ":", "!", " ", ">", "/", "-", "thinspace", "medspace", "enspace", "space"}

DROPPED = {
    "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "bigm",
    "Bigm", "biggl", "biggr", "Biggl", "Biggr", "biggm", "displaystyle", "textstyle", "scriptstyle",
    "limits", "nolimits", "nonumber", "notag", "hfill", "strut", "mathstrut", "rm", "bf", "it",
    "cal", "hat", "widehat", "bar", "overline", "underline", "vec", "dot", "ddot", "check",
    "breve", "mathring", "mathit", "mathcal", "mathfrak", "mathscr", "mathop", "mathnormal",
    "mathbin", "mathrel", "mathord", "mathopen", "mathclose", "boxed", "overbrace", "underbrace",
    "overrightarrow", "(", ")", "[", "]", "centering", "noindent", "ensuremath", "smash",
}  # fmt: skip
"""Commands that leave no trace; the braces of their argument stay and group."""

MARKS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar",
}  # fmt: skip
"""Decorations that tell symbols apart where a vocabulary says so, and are dropped elsewhere."""

BOLD = {"mathbf", "mathbb", "boldsymbol", "bm", "pmb", "mathbbm", "mathds", "bold"}
"""Dropped too, except that a bold or blackboard 1 is the vector of ones."""

WORDS = {
    "text", "textrm", "textit", "textbf", "textsf", "texttt", "textnormal", "mathrm", "mathsf",
    "mathtt", "operatorname", "operatorname*", "mbox", "hbox", "textsc", "DeclareMathOperator",
}  # fmt: skip

SWALLOWED = {"label", "tag", "tag*", "hspace", "vspace", "hspace*", "ref", "eqref", "cite",
             "color", "phantom", "hphantom", "vphantom", "textcolor", "kern", "mkern"}  # fmt: skip
"""Dropped together with their first argument."""

ENVIRONMENTS = {
    "aligned", "align", "align*", "equation", "equation*", "gather", "gather*", "gathered", "split",
    "multline", "multline*", "eqnarray", "eqnarray*", "alignedat", "math", "displaymath",
}  # fmt: skip
CASES = {"cases", "dcases", "rcases", "array", "cases*"}

PHRASES = {
    "s.t.": "subject_to", "s.t": "subject_to", "st": "subject_to", "subject to": "subject_to",
    "such that": "subject_to", "subj. to": "subject_to", "subject to:": "subject_to",
    "s. t.": "subject_to", "constrained to": "subject_to", "under": "subject_to",
    "where": "where", "with": "where", "and": "and", "if": "if", "when": "if", "else": "else",
    "otherwise": "otherwise", "o.w.": "otherwise", "else if": "if", "for": "for", "for all": "for",
    "let": "where", "in which": "where", "given": "where", "or": "and", "then": "and",
    "for each": "for", "w.r.t.": "for", "over": "for", "so": "and", "by": "for",
    "i.e.": "and", "here": "where", "define": "where", "given by": "where", "iff": "and",
}  # fmt: skip
"""Words that shape a statement, as they come inside `\\text{...}` or in plain text."""
