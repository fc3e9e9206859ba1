"""Text to tokens: one alphabet for LaTeX, Unicode and plain text, with the place of every token.

Nothing here knows what a formula means. Runs of letters are split with the vocabulary's help
(`QK` into Q and K, `logp` not), LaTeX commands and Unicode characters fold through their tables.

Words are read in `words.py`, LaTeX commands in `commands.py`.
"""

import re

from rlprep.formula import characters, latex
from rlprep.formula.commands import Commands
from rlprep.formula.errors import Unreadable
from rlprep.formula.tokens import Token
from rlprep.formula.vocabulary import Vocabulary
from rlprep.formula.words import LABELS

MAX_CHARACTERS = 4000
MAX_INTEGER = 10**6

VERBS = {"is", "are", "denotes", "denote", "means", "stands", "has", "have", "was"}

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+")
_OPERATORS = [
    ("...", "dots", "dots"), ("<=>", ";", ";"), ("<=", "rel", "<="), (">=", "rel", ">="),
    ("=<", "rel", "<="), ("!=", "rel", "!="), ("==", "rel", "="), (":=", "rel", "="),
    ("=:", "rel", "="), ("<-", "rel", "<-"), ("->", "rel", "->"), ("=>", ";", ";"),
    ("||", "||", "||"), ("..", "..", ".."), ("**", "^", "^"), ("//", "//", "//"),
    ("+/-", "pm", "pm"), ("+-", "pm", "pm"), ("=", "rel", "="), ("<", "rel", "<"),
    (">", "rel", ">"), ("~", "rel", "~"), ("+", "+", "+"), ("-", "-", "-"), ("*", "*", "*"),
    ("/", "/", "/"), ("^", "^", "^"), ("_", "_", "_"), ("(", "(", "("), (")", ")", ")"),
    ("[", "[", "["), ("]", "]", "]"), ("{", "{", "{"), ("}", "}", "}"), ("|", "|", "|"),
    (",", ",", ","), (";", ";", ";"), (":", ":", ":"), ("&", "&", "&"), ("'", "'", "'"),
    ("@", "@", "@"), ("%", "%", "%"),
]  # fmt: skip


class _Lexer(Commands):
    def run(self) -> list[Token]:
        position = 0
        while position < len(self.text):
            position = self.step(position)
        if self.environments:
            name, start = self.environments[-1]
            raise Unreadable(f"\\begin{{{name}}} is never closed", (start, len(self.text)))
        end = len(self.text)
        self.tokens.append(Token("end", "end of the input", end, end))
        return self.tokens

    def step(self, at: int) -> int:
        """Read one token (or skip) at `at`; return where the next one starts."""
        text, char = self.text, self.text[at]
        if char in characters.SPACES:
            return at + 1
        if char == "\n":
            self.emit("nl", "nl", at, at + 1)
            return at + 1
        if char == "\\":
            return self.command(at)
        if char in "$`":
            return at + 1
        if match := _NUMBER.match(text, at):
            return self.number(match)
        if char.isascii() and char.isalpha():
            return self.word(at)
        if char == "." and not text.startswith("..", at):
            return self.full_stop(at)
        for spelling, kind, name in _OPERATORS:
            if text.startswith(spelling, at):
                self.emit(kind, name, at, at + len(spelling))
                return at + len(spelling)
        if char == "#" and (at == 0 or text[at - 1] in " \n"):
            end = text.find("\n", at)
            return len(text) if end < 0 else end
        return self.symbol(at)

    def number(self, match: re.Match[str]) -> int:
        start, end = match.span()
        # `\frac12` is one half: after a bare \frac, and for its second argument, one digit each.
        takes_digit = self.tokens and (
            self.tokens[-1].kind == "frac"
            or (len(self.tokens) > 1 and self.tokens[-2].kind == "frac"
                and self.tokens[-1].kind == "num")
            or (self.tokens[-1].kind in "_^" and self.is_latex)
        )  # fmt: skip
        if takes_digit and match.group().isdigit():
            end = start + 1
        literal = self.text[start:end]
        digits = literal.partition("e")[0].partition("E")[0]
        exponent = literal[len(digits) + 1 :] or "0"
        if len(digits) > 12 or float(digits) > MAX_INTEGER or abs(int(exponent[:6])) > 30:
            raise Unreadable("a number is too large to be part of this formula", (start, end))
        self.emit("num", literal, start, end)
        return end

    def full_stop(self, at: int) -> int:
        """A point alone is the placeholder of `pi(.|s)`, or punctuation."""
        rest = self.text[at + 1 :].lstrip()
        if (
            rest[:1] in {"|", ")"} and self.tokens and self.tokens[-1].kind in {"(", "[", ","}
        ) or rest.startswith(("\\mid", "\\vert")):
            self.emit("cdot", ".", at, at + 1)
        elif re.match(r"[)\]}\w]\.[A-Za-z]", self.text[max(0, at - 1) : at + 2]):
            self.emit(".", ".", at, at + 1)
        elif self._is_dot_product(at):
            self.emit("cdot", "cdot", at, at + 1)
        elif rest:
            self.emit(";", ";", at, at + 1)
        return at + 1

    def _is_dot_product(self, at: int) -> bool:
        """Whether a point with a gap on both sides stands for a product: `phi(q) . phi(k)`.

        A sentence may follow one too: `. Note that`, `. q is a query`.
        """
        before, rest = self.text[max(0, at - 2) : at], self.text[at + 1 :]
        if self.is_latex or not (re.fullmatch(r"[\w)\]}'] ", before) and re.match(r" [\w(]", rest)):
            return False
        first, *others = re.findall(r"[A-Za-z]+|\W", rest[1:])[:3] or [""]
        if first.lower() in latex.PHRASES or re.match(r" [A-Z][a-z]+ [a-z]", rest):
            return False
        return not (others[:1] == [" "] and others[-1] in VERBS)

    def symbol(self, at: int) -> int:
        """Fold one non-ASCII character (or refuse it)."""
        char = self.text[at]
        for table, mark in ((characters.SUBSCRIPTS, "_"), (characters.SUPERSCRIPTS, "^")):
            if char in table:
                return self.script(at, table, mark)
        if char in characters.GREEK:
            self.emit("name", characters.GREEK[char], at, at + 1)
        elif char in characters.COMMANDS:
            self.named(characters.COMMANDS[char], at, at + 1)
        elif char in characters.ASCII:
            for plain in characters.ASCII[char]:
                self.plain(plain, at)
        elif char in characters.MARKS:
            self.late_mark(characters.MARKS[char], at)
        elif characters.unicodedata.combining(char):
            pass
        elif characters.is_hostile(char):
            raise Unreadable(
                f"an invisible control character (U+{ord(char):04X})", (at, at + 1),
                hint="delete it; it may hide or reorder what you see",
            )  # fmt: skip
        else:
            folded = characters.fold(char)
            if folded == char or not folded:
                raise Unreadable(f"unexpected character {char!r}", (at, at + 1))
            for plain in folded:
                self.plain(plain, at)
        return at + 1

    def plain(self, char: str, at: int) -> None:
        """Emit the one token that a folded character stands for."""
        if char in characters.GREEK:
            self.emit("name", characters.GREEK[char], at, at + 1)
        elif char in characters.MARKS:
            self.late_mark(characters.MARKS[char], at)
        elif char.isascii() and char.isalpha():
            self.emit("name", char, at, at + 1)
        elif char.isascii() and char.isdigit():
            self.emit("num", char, at, at + 1)
        else:
            for spelling, kind, name in _OPERATORS:
                if char == spelling:
                    self.emit(kind, name, at, at + 1)
                    return
            if char not in {".", " "}:
                raise Unreadable(f"unexpected character {self.text[at]!r}", (at, at + 1))

    def late_mark(self, mark: str, at: int) -> None:
        """A combining mark follows its letter; the parser wants it before."""
        is_wanted = mark == "tilde" or self.vocabulary.marks
        if is_wanted and self.tokens and self.tokens[-1].kind == "name":
            self.tokens.insert(-1, Token("mark", mark, at, at + 1))

    def script(self, at: int, table: dict[str, str], mark: str) -> int:
        """Fold a run of sub- or superscript characters to `_{...}` or `^{...}`."""
        end = at
        while end < len(self.text) and self.text[end] in table:
            end += 1
        self.emit(mark, mark, at, at)
        self.emit("{", "{", at, at)
        place = at
        while place < end:
            letters = place
            while letters < end and table[self.text[letters]].isascii() and (
                table[self.text[letters]].isalpha()
            ):  # fmt: skip
                letters += 1
            word = "".join(table[c] for c in self.text[place:letters])
            if len(word) > 1 and word in LABELS:
                self.emit("name", word, place, letters)
                place = letters
                continue
            self.plain(table[self.text[place]], place)
            place += 1
        self.emit("}", "}", end, end)
        return end


def tokenize(text: str, vocabulary: Vocabulary) -> list[Token]:
    """Return the tokens of `text`, ended by one of kind 'end'.

    Raises:
        Unreadable: too long, a hostile or unknown character, or an unbalanced environment.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"the input has {len(text)} characters; at most {MAX_CHARACTERS} are read",
            (MAX_CHARACTERS, len(text)),
            hint="write the one formula that is asked",
        )
    return _Lexer(text, vocabulary).run()
