"""Greek letters that are typed as the Latin ones they begin with: ``(g*l)^k`` and ``1+e``.

A letter is only ever taken for a Greek one where the answer itself shows that it is: ``g`` and
``l``, both small, where they stand side by side as a product, ``e`` where it is added to 1 or
subtracted from it, ``d`` where a reward begins what it equals; and never where the Greek letter is
named too.
"""

from itertools import pairwise

from rlprep.answers.tokens import Token

_RELATION = ("=", ":", "->")


def written_out(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens of a text with shorthand letters as the names that they stand for."""
    forms = [_as_typed(text, token) for token in tokens]
    names = _names(forms)
    if not names:
        return tokens
    result: list[Token] = []
    for token, form in zip(tokens, forms, strict=True):
        parts = ("g", "l") if form == "gl" and "g" in names else (form,)
        result += (
            [Token(names[part], token.start, token.end, token.kind) for part in parts]
            if parts[0] in names
            else [token]
        )
    return result


def _as_typed(text: str, token: Token) -> str:
    """Return a letter as it was typed, large or small: ``G`` is the number of groups."""
    piece = text[token.start : token.end]
    return piece if len(piece) <= 2 and piece.isascii() and piece.isalpha() else token.form


def _names(forms: list[str]) -> dict[str, str]:
    """Return which letters stand for which names."""
    pairs = set(pairwise(forms))
    triples = set(zip(forms, forms[1:], forms[2:], strict=False))
    names: dict[str, str] = {}
    if ({("g", "l"), ("l", "g")} & pairs or "gl" in forms) and not {"gamma", "lambda"} & {*forms}:
        names |= {"g": "gamma", "l": "lambda"}
    if ({("1", "+", "e"), ("1", "-", "e")} & triples) and "epsilon" not in forms:
        names["e"] = "epsilon"
    if "delta" not in forms and any(("d", mark, "r") in triples for mark in _RELATION):
        names["d"] = "delta"
    return names
