r"""An answer as tokens, each with its span in the original text.

One spelling for what means one thing: ``λ``, ``\lambda`` and ``lam`` are all ``lambda``; ``isn't``
is ``is not``; ``N²`` and ``N^2`` are ``n ^ 2``; brackets, hats, transposes and multiplication
signs disappear. Patterns go through the same door, so that an author writes words as people do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rlprep.answers import symbols
from rlprep.answers.word_lists import words


@dataclass(slots=True)
class Token:
    """A word, number or operator of an answer.

    Attributes:
        form: its one spelling, lower-case (``A`` where it is the symbol, not the article).
        start: where it begins in the answer.
        end: where it ends.
        kind: ``word``, ``number``, ``op``, ``comma``, ``stop`` (ends a sentence), ``break`` (ends a
            clause), ``open`` or ``close`` (a bracket).
    """

    form: str
    start: int
    end: int
    kind: str


_LEXEME = re.compile(
    r"\\(?P<latex>[A-Za-z]+)"
    r"|(?P<number>\d+(?:\.\d+)?|(?<![^\s([{=<>~≈,:±+−-])\.\d+)"
    r"|(?P<word>[Aa][23][Cc](?![^\W_])|[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*)"
    r"|(?P<arrow>-->|==>|:=|==|!=|<=|>=|->|=>|<-|\+=|\*\*|<<|>>)"
    r"|(?P<newline>\n\s*)"
    r"|(?P<dash>(?:(?<=\s)(?:--+|–)(?=\s))|—|---?(?=\s))"
    r"|(?P<other>[^\s\w]|_)"
    r"|(?P<letter>\w)"
)
_ARTICLE_AFTER = re.compile(r"\s+[a-z]{2,}")
_MARKER = re.compile(r"(?:[-*•–·]|\(?[0-9a-z]{1,2}[.)])\s+")
_INLINE_MARKER = re.compile(r"\d\)\s")
_NOT_1 = words(
    """
    of more such can could would might may should must needs wants gets takes thing way
    reason another who says thinks uses often usually has does also hears hear sees reads
    finds knows believes assumes
    """
)
_CONTRACTED = words(
    """
    it that there what here he she who let where how this which
    """
)
_UNQUOTED = words(
    """
    doesnt isnt dont cant wont didnt arent wasnt werent wouldnt shouldnt couldnt hasnt
    havent
    """
)
_ABBREVIATIONS = words(
    """
    e.g i.e vs etc approx assoc resp cf eq fig sec ie eg st wrt prob est min max var adv
    dist comp mem obj avg quad disc traj param params expon geom neg pos eff
    """
)


def tokenise(text: str) -> list[Token]:
    """Return the tokens of an answer, in order; linear in its length."""
    tokens: list[Token] = []
    depth = 0
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup or ""
        piece, start, end = match[kind], match.start(), match.end()
        if kind == "newline":
            _newline(text, tokens, match)
        elif kind == "number":
            form = f"0{piece}" if piece.startswith(".") else piece  # .95 is 0.95
            tokens.append(Token(form, start, end, "number"))
        elif kind in ("word", "letter"):
            tokens += _words(text, piece, start, tokens)
        elif kind == "latex":
            if piece in ("top", "intercal") and tokens and tokens[-1].form == "^":
                tokens.pop()  # a transpose: it changes nothing of what is said
            tokens += _latex(piece, start, end)
        elif kind == "arrow":
            tokens.append(Token(symbols.OPERATORS[piece], start, end, "op"))
        elif kind == "dash":
            minus = bool(tokens) and (tokens[-1].kind != "word" or len(tokens[-1].form) == 1)
            tokens.append(
                Token("-", start, end, "op") if minus else Token("--", start, end, "break")
            )
        elif piece in "([{":
            depth += 1
            tokens.append(Token(piece, start, end, "open"))
        elif piece in ")]}":
            if depth:
                depth -= 1
                tokens.append(Token(piece, start, end, "close"))
            elif piece == ")" and tokens and _INLINE_MARKER.match(text, tokens[-1].start):
                tokens[-1] = Token(".", tokens[-1].start, end, "stop")
        elif piece == "," and not depth:
            tokens.append(Token(",", start, end, "comma"))
        else:
            tokens += _mark(text, piece, start, tokens)
    return [
        token
        for index, token in enumerate(tokens)
        if token.form and not _repeats_power(tokens, index)
    ]


def _repeats_power(tokens: list[Token], index: int) -> bool:
    """Whether a ``^`` only continues an exponent: ``⁻¹`` is one, of two characters."""
    if tokens[index].form != "^" or index < 2 or tokens[index].start != tokens[index].end:
        return False
    return tokens[index - 2].form == "^" and tokens[index - 2].start == tokens[index - 2].end


def _mark(text: str, piece: str, start: int, tokens: list[Token]) -> Iterator[Token]:
    """Yield what a single character that is no letter stands for: mostly nothing."""
    end = start + 1
    spaced = end >= len(text) or text[end].isspace()
    if piece in ";":
        yield Token(piece, start, end, "break")
    elif piece in "!?。" or (piece == "." and spaced):
        if piece != "." or not (_abbreviates(text, tokens, start) or _goes_on(text, start)):
            yield Token(piece, start, end, "stop")
    elif piece == ":" and spaced:
        yield Token(":", start, end, "op")
    elif (special := _special(piece, start)) is not None:
        yield from special
    elif piece in "-−" and not _is_minus(text, start):
        return
    elif piece in "'’′" and _primes(text, start):
        yield Token("prime", start, end, "word")
    elif piece == "×" and tokens and tokens[-1].kind == "number":
        yield Token("x", start, end, "word")
    elif piece in symbols.OPERATORS:
        name = symbols.OPERATORS[piece]
        yield Token(name, start, end, "word" if name.isalpha() else "op")


def _abbreviates(text: str, tokens: list[Token], dot: int) -> bool:
    """Whether a full stop belongs to a shortened word: the sentence goes on in lower case."""
    if not tokens or tokens[-1].end != dot:
        return False
    if dot >= 3 and text[dot - 2] == "." and text[dot - 1].isalpha():
        return True  # e.g., i.e., w.r.t.
    after = text[dot + 1 : dot + 40].lstrip()
    word = text[tokens[-1].start : dot].lower()
    return word in _ABBREVIATIONS and bool(after) and not after[0].isupper()


def _goes_on(text: str, dot: int) -> bool:
    """Whether a full stop ends an ellipsis inside a series: ``half, a quarter, ... until``."""
    before = text[max(0, dot - 4) : dot].replace(" ", "")
    return before.endswith(",..") and text[dot + 1 : dot + 40].lstrip()[:1].islower()


def _is_minus(text: str, at: int) -> bool:
    """Whether a dash subtracts; in ``one-step`` and ``GQA-8`` it only joins."""
    before, after = text[:at][-1:], text[at + 1 : at + 2]
    if not after or not before or before.isspace() or after.isspace():
        return bool(after) and not (before and not before.isspace() and after.isspace())
    left = re.search(r"[^\W_]*$", text[max(0, at - 30) : at])
    right = re.match(r"[^\W_]*", text[at + 1 : at + 31])
    first, second = left[0] if left else "", right[0] if right else ""
    if not first or not second:
        return True
    if second in symbols.GREEK or second in ("eps", "epsilon"):
        return True
    if first.isdigit():
        return len(second) == 1 or second.isdigit()
    return len(second) == 1 and len(first) == 1


def _primes(text: str, at: int) -> bool:
    """Whether a quotation mark is the prime of a symbol: it follows a single letter, as in s'."""
    before = text[max(0, at - 2) : at]
    return (
        before[-1:].isalpha() and not before[:-1].isalpha() and not text[at + 1 : at + 2].isalpha()
    )


def _newline(text: str, tokens: list[Token], match: re.Match[str]) -> None:
    """End a sentence at a line's end, unless the line was merely wrapped."""
    rest = match.end()
    if not tokens or tokens[-1].kind == "stop":
        return
    line = text.rfind("\n", 0, match.start()) + 1
    is_code = "=" in text[line : match.start()] or "=" in text[rest : rest + 60].partition("\n")[0]
    wrapped = text[rest : rest + 1].islower() and match[0].count("\n") == 1 and not is_code
    if not wrapped or _MARKER.match(text, rest):
        tokens.append(Token("\n", match.start(), rest, "stop"))


def _latex(name: str, start: int, end: int) -> Iterator[Token]:
    if name in symbols.SILENT_LATEX:
        return
    if name in symbols.LATEX_OPERATORS:
        form = symbols.LATEX_OPERATORS[name]
        yield Token(form, start, end, "word" if form.isalpha() else "op")
    else:
        form = symbols.NAMES.get(name.lower(), name.lower())
        yield Token(form, start, end, "word")


def _words(text: str, piece: str, start: int, before: list[Token]) -> Iterator[Token]:
    """Yield the words inside a run of letters: Greek apart, contractions written out."""
    plain = piece.replace("’", "'").replace("ʼ", "'").replace("`", "'")
    if plain.isascii():
        yield from _word(text, plain, start, start + len(piece), before)
        return
    run = ""
    for offset, char in enumerate(plain):
        at = start + offset
        special = _special(char, at)
        if special is None:
            run += symbols.base_letter(char)
            continue
        if run:
            yield from _word(text, run, at - len(run), at, before)
        run = ""
        yield from special
    if run:
        end = start + len(piece)
        yield from _word(text, run, end - len(run), end, before)


def _special(char: str, at: int) -> list[Token] | None:
    """Return the tokens of a Greek, raised or lowered character, or None for a plain letter."""
    if char in symbols.GREEK:
        return [Token(symbols.GREEK[char], at, at + 1, "word")]
    if (raised := symbols.superscript(char)) is not None:
        if raised == "T":
            return []
        kind = "number" if raised.isdigit() else "op" if raised in "+-" else "word"
        return [Token("^", at, at, "op"), Token(raised, at, at + 1, kind)]
    if (lowered := symbols.subscript(char)) is not None:
        kind = "number" if lowered.isdigit() else "op" if lowered in "+-" else "word"
        return [Token(lowered, at, at + 1, kind)]
    return None


def _word(text: str, word: str, start: int, end: int, before: list[Token]) -> Iterator[Token]:
    if (word == "T" and before and before[-1].form == "^") or (
        word == "T" and text[:start][-1:] == "."
    ):
        if before and before[-1].form == "^":
            before[-1].form = ""
        return
    if word == "A" and not (
        _ARTICLE_AFTER.match(text, end) and (not before or before[-1].kind in ("stop", "op"))
    ):
        yield Token("A", start, end, "word")
        return
    if len(word) == 2 and word[0].islower() and word[1].isupper():  # a product such as rA
        yield Token(word[0], start, start + 1, "word")
        yield Token("A" if word[1] == "A" else word[1].lower(), start + 1, end, "word")
        return
    lower = word.lower()
    if lower == "a" and re.match(r"\s*[<>=]", text[end : end + 3]):
        yield Token("A", start, end, "word")
    elif lower == "one":
        after = re.match(r"[\s-]*([a-z]*)", text[end : end + 20])
        keeps = after is not None and after[1] in _NOT_1
        yield Token("one" if keeps else "1", start, end, "word" if keeps else "number")
    elif lower == "cannot":
        yield from (Token("can", start, end, "word"), Token("not", start, end, "word"))
    elif lower.endswith("n't") or lower in _UNQUOTED:
        stem = lower.replace("'", "")[:-2]
        stem = {"ca": "can", "wo": "will"}.get(stem, stem)
        yield from (Token(stem, start, end, "word"), Token("not", start, end, "word"))
    elif "'" in lower:
        head, tail = lower.split("'", 1)
        yield Token(symbols.NAMES.get(head, head), start, end, "word")
        form = {"s": "is" if head in _CONTRACTED else "", "re": "are", "ve": "have"}.get(tail, "")
        yield Token(form or {"d": "would", "ll": "will"}.get(tail, ""), start, end, "word")
    else:
        form = symbols.NAMES.get(lower, lower)
        if _counts_on(text, form, start, before):  # thirty-two
            before[-1].form = str(int(before[-1].form) + int(form))
            before[-1].end = end
            return
        yield Token(form, start, end, "number" if form.isdigit() else "word")


def _counts_on(text: str, form: str, start: int, before: list[Token]) -> bool:
    """Whether a numeral from one to nine is the rest of the tens before it, both in letters."""
    if len(form) != 1 or not form.isdigit() or not before or before[-1].kind != "number":
        return False
    tens = before[-1]
    spoken = text[tens.start : tens.end].isalpha() and text[tens.end : start] in ("-", " ")
    return spoken and len(tens.form) == 2 and tens.form[0] > "1" and tens.form[1] == "0"
