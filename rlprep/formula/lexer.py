"""Text to tokens: one alphabet for LaTeX, Unicode and plain text, with the place of every token.

Nothing here knows what a formula means. Runs of letters are split with the vocabulary's help
(`QK` into Q and K, `logp` not), LaTeX commands and Unicode characters fold through their tables.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rlprep.formula import characters, latex
from rlprep.formula.errors import Unreadable
from rlprep.formula.vocabulary import FUNCTIONS, GREEK_WORDS, OPTIMISERS, Vocabulary

MAX_CHARACTERS = 4000
MAX_TOKENS = 1000
MAX_INTEGER = 10**6

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+")
_LETTERS = re.compile(r"[A-Za-z]+\d*|[A-Za-z]")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.)", re.DOTALL)
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9 _\-.\\,;:~'/]*\Z")
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


_PROSE = {"is", "the", "are", "denotes", "of", "an", "defined", "means", "called", "our", "this"}
_SPOKEN_SUM = re.compile(
    r"sum\s+(?:over\s+)?(?P<var>[a-z]\w*)\s*(?:from|=)\s*(?P<lo>[^\s,]+)\s+to\s+(?P<hi>[^\s,]+)"
    r"(?:\s+of\b)?", re.IGNORECASE,
)  # fmt: skip

LABELS = {"old", "new", "clip", "kv", "theta", "pi", "kl", "vf", "model", "head", "max", "min",
          "seq", "targ", "target", "next", "ref", "top", "ent", "ppo", "cpi", "klpen", "gae", "in",
          "out"}  # fmt: skip
"""Words that are meant whole even where LaTeX would take only their first letter."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its normalised text, and the characters it came from."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """The characters of the input that this token covers."""
        return self.start, self.end


@lru_cache(maxsize=4096)
def split_run(run: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the names that a run of letters stands for, itself when it is one word."""
    known = vocabulary.words | FUNCTIONS | GREEK_WORDS | OPTIMISERS.keys()
    if len(run) == 1 or run in known or (run[:-1].isalpha() and run[-1].isdigit()):
        return (run,)
    pieces: list[str] = []
    rest = run
    if len(run) > 4:  # a long run falls apart only into Greek letters and functions
        known, letters = GREEK_WORDS | {"log", "exp", "min", "max", "sqrt", "ln"}, frozenset()
    else:
        letters = vocabulary.letters
    while rest:
        for size in range(min(len(rest), 20), 0, -1):
            head = rest[:size]
            if head in known if size > 1 else head in letters:
                break
        else:
            return (run,)
        pieces.append(head)
        rest = rest[size:]
    return tuple(pieces)


class _Lexer:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens: list[Token] = []
        self.environments: list[tuple[str, int]] = []
        self.script_depths: list[bool] = []
        self.is_latex = "\\" in text

    def emit(self, kind: str, text: str, start: int, end: int) -> None:
        if len(self.tokens) >= MAX_TOKENS:
            raise Unreadable(
                f"the input is longer than {MAX_TOKENS} symbols", (start, end),
                hint="write the one formula that is asked",
            )  # fmt: skip
        if kind == "{":
            self.script_depths.append(self._in_script())
        elif kind == "}" and self.script_depths:
            self.script_depths.pop()
        if kind == "|" and self.tokens and self.tokens[-1].kind == "|" and (
            not self.text[self.tokens[-1].end : start].strip()
        ):  # fmt: skip
            start, kind, text = self.tokens.pop().start, "||", "||"
        self.tokens.append(Token(kind, text, start, end))

    def _in_script(self) -> bool:
        """Return whether the next word is (part of) a subscript, where words are never split."""
        if self.tokens and self.tokens[-1].kind == "_":
            return True
        return bool(self.script_depths) and self.script_depths[-1]

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

    def word(self, at: int) -> int:
        match = re.compile(r"s\. ?t\.(?![A-Za-z])").match(self.text, at)
        if match:
            self.emit("kw", "subject_to", at, match.end())
            return match.end()
        if spoken := _SPOKEN_SUM.match(self.text, at):
            return self.spoken_sum(spoken)
        match = _LETTERS.match(self.text, at)
        assert match is not None
        run, end = match.group(), match.end()
        if not self._in_script():
            for phrase in ("subject to", "such that", "constrained to"):
                if self.text[at : at + len(phrase)].lower() == phrase:
                    self.emit("kw", "subject_to", at, at + len(phrase))
                    return at + len(phrase)
            keyword = latex.PHRASES.get(run.lower()) if len(run) > 1 and run != "st" else None
            if keyword and (run.islower() or run.istitle()):
                self.emit("kw", keyword, at, end)
                return end
        if self.tokens and self.tokens[-1].kind == "^" and re.fullmatch(r"T\d+", run):
            run, end = "T", at + 1  # a transpose, then a number
        if self.is_latex and self.tokens and self.tokens[-1].text in {"_", "^"}:
            if run.lower() not in LABELS:
                run, end = run[0], at + 1  # in LaTeX a script without braces is one character
            self.emit("name", run, at, end)
            return end
        if self._in_script() and not self.is_latex:
            self.emit("name", run, at, end)
            return end
        start = at
        if run == "x" and not self.vocabulary.expects | self.vocabulary.matrices:
            self.emit("*", "*", at, end)  # 2 x layers x heads
            return end
        is_identifier = not self.is_latex and re.match(r"_[A-Za-z]{2,}", self.text[end : end + 3])
        keep = self._in_script() or is_identifier
        pieces = (run,) if keep else split_run(run, self.vocabulary)
        if (
            run in self.vocabulary.applied
            and self.text[end : end + 1] != "("
            and run in {"Hx", "Fx"}
        ):
            pieces = tuple(run)  # Hx is a function only where it is applied
        if self.is_latex and len(pieces) == 1 and not self._in_script() and len(run) <= 3:
            pieces = self._letters(run)
        for piece in pieces:
            self.emit("name", piece, start, start + len(piece))
            start += len(piece)
        return end

    def spoken_sum(self, match: re.Match[str]) -> int:
        """`sum over l from 0 to inf of`: the sign with its limits."""
        self.emit("sum", "sum", match.start(), match.start() + 3)
        for mark, groups in (("_", ("var", "lo")), ("^", ("hi",))):
            self.emit(mark, mark, match.start(groups[0]), match.start(groups[0]))
            self.emit("{", "{", match.start(groups[0]), match.start(groups[0]))
            for number, group in enumerate(groups):
                start, end = match.span(group)
                if number:
                    self.emit("rel", "=", start, start)
                while start < end:
                    start = self.step(start)
            self.emit("}", "}", match.end(groups[-1]), match.end(groups[-1]))
        return match.end()

    def _letters(self, run: str) -> tuple[str, ...]:
        """In LaTeX a short unknown run is a product of letters."""
        known = self.vocabulary.words | FUNCTIONS | GREEK_WORDS | OPTIMISERS.keys()
        is_word = run in known or not run.isalpha() or run.lower() in LABELS
        return (run,) if is_word else tuple(run)

    def full_stop(self, at: int) -> int:
        """A point alone is the placeholder of `pi(.|s)`, or punctuation."""
        rest = self.text[at + 1 :].lstrip()
        if (
            rest[:1] in {"|", ")"} and self.tokens and self.tokens[-1].kind in {"(", "[", ","}
        ) or rest.startswith(("\\mid", "\\vert")):
            self.emit("cdot", ".", at, at + 1)
        elif re.match(r"[)\]}\w]\.[A-Za-z]", self.text[max(0, at - 1) : at + 2]):
            self.emit(".", ".", at, at + 1)
        elif rest:
            self.emit(";", ";", at, at + 1)
        return at + 1

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

    def named(self, name: str, at: int, end: int) -> None:
        """Emit the token of a command that takes no argument here."""
        kind, text = latex.TOKENS.get(name, ("name", name))
        if name in {"top", "intercal"} and (not self.tokens or self.tokens[-1].kind not in "^{"):
            self.emit("^", "^", at, at)
        self.emit(kind, text, at, end)

    def command(self, at: int) -> int:
        match = _COMMAND.match(self.text, at)
        if not match:
            raise Unreadable("a backslash with nothing after it", (at, at + 1))
        name, end = match.group()[1:], match.end()
        if name.endswith("*") and name not in latex.WORDS | latex.SWALLOWED:
            name, end = name[:-1], end - 1
        if name in {"begin", "end"}:
            return self.environment(name, at, end)
        if name in {"left", "right", "middle"}:
            return self.delimiter(name, end)
        if name in latex.WORDS:
            return self.text_group(at, end)
        if name in latex.SWALLOWED:
            return self._argument_end(end)
        if name in latex.BOLD:
            match = re.compile(r"\s*(?:\{\s*1\s*\}|1)").match(self.text, end)
            if match:
                self.emit("name", "ones", at, match.end())
                return match.end()
            return end
        if name in latex.MARKS and self.vocabulary.marks:
            self.emit("mark", latex.MARKS[name], at, end)
            return end
        if name in latex.DROPPED or (name in latex.SPACING and name != "|"):
            return end
        if name in {"underset", "overset", "stackrel", "atop"}:
            self.emit("under", name, at, end)
            return end
        if name not in latex.TOKENS and not self._is_known_macro(name) and (
            self.text[end : end + 1] == "{"
        ):  # fmt: skip
            raise Unreadable(f"the command \\{name} is not known", (at, end))
        self.named(name, at, end)
        return end

    def _is_known_macro(self, name: str) -> bool:
        """Whether papers define a macro of this name for something that is read here."""
        known = self.vocabulary.words | FUNCTIONS | GREEK_WORDS | OPTIMISERS.keys()
        return name in known or name.lower() in known or len(name) < 3

    def delimiter(self, name: str, end: int) -> int:
        r"""After \\left or \\right: an empty delimiter is dropped, so is the brace before cases."""
        rest = self.text[end:].lstrip()
        skipped = len(self.text) - end - len(rest)
        if rest.startswith("."):
            return end + skipped + 1
        if name == "left" and re.match(r"\\(\{|lbrace)\s*\\begin", rest):
            return end + skipped + rest.index("\\begin")
        return end

    def environment(self, name: str, at: int, end: int) -> int:
        match = re.compile(r"\s*\{([A-Za-z]+\*?)\}").match(self.text, end)
        if not match:
            raise Unreadable(f"\\{name} needs the name of an environment", (at, end))
        kind, end = match.group(1), match.end()
        if kind in {"array", "alignedat"} and name == "begin":
            end = self._argument_end(end)
        if name == "begin":
            self.environments.append((kind, at))
        elif not self.environments or self.environments.pop()[0] != kind:
            raise Unreadable(f"\\end{{{kind}}} closes nothing that is open", (at, end))
        if kind in latex.CASES:
            self.emit(f"{name}cases", kind, at, end)
        elif kind not in latex.ENVIRONMENTS:
            raise Unreadable(f"a {kind} environment is not part of a formula", (at, end))
        elif name == "end":
            self.emit("row", "row", at, end)
        return end

    def _argument_end(self, at: int) -> int:
        """Return where the braced (or bracketed) argument that starts at `at` ends."""
        match = re.compile(r"\s*(?:\{[^{}]*\}|\[[^\[\]]*\])").match(self.text, at)
        return match.end() if match else at

    def text_group(self, at: int, end: int) -> int:
        r"""Read the words of `\text{...}`: a keyword, a name, or plain mathematics."""
        match = re.compile(r"\s*\{([^{}]*)\}|\s+([A-Za-z])|()").match(self.text, end)
        assert match is not None
        if match.group(1) is None:
            if match.group(2) is None:
                return end  # nested braces: read what is inside as mathematics
            self.emit("name", match.group(2), at, match.end())
            return match.end()
        content = match.group(1)
        if not _PLAIN_TEXT.match(content) or re.search(r"\\[A-Za-z]", content):
            return end
        self.words(re.sub(r"\\[_,;: ]", lambda m: "_" if m.group() == "\\_" else " ", content), at,
                   match.end())  # fmt: skip
        return match.end()

    def words(self, content: str, at: int, end: int) -> None:
        """Emit the words of a text group: keywords apart, the rest joined into one name."""
        phrase = re.sub(r"[~\s]+", " ", content).strip()
        bare = phrase.rstrip(".,;:") if phrase.lower() not in latex.PHRASES else phrase
        if not bare:
            return
        if not self._in_script() and (keyword := latex.PHRASES.get(bare.lower())):
            self.emit("kw", keyword, at, end)
            return
        parts = re.split(r"[ ]+", bare)
        if len(parts) > 1 and not self._in_script() and _PROSE & {p.lower() for p in parts}:
            return  # `\text{ is the TD residual}` explains
        if not self._in_script() and len(parts) > 1:
            for cut in range(len(parts) - 1, 0, -1):
                head = latex.PHRASES.get(" ".join(parts[:cut]).lower())
                if head:
                    self.emit("kw", head, at, end)
                    self.words(" ".join(parts[cut:]), at, end)
                    return
        for number, part in enumerate(re.split(r"[ _\-/.,:;']+", bare)):
            if number:
                self.emit("_", "_", at, end)
            if part:
                self.emit("num" if part.isdigit() else "name", part, at, end)


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
