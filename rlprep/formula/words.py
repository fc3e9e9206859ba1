"""Runs of letters: names, products of letters, phrases, and the words of text groups."""

import re
from functools import lru_cache

from rlprep.formula import latex
from rlprep.formula.tokens import TokenList
from rlprep.formula.vocabulary import FUNCTIONS, GREEK_WORDS, OPTIMISERS, Vocabulary

_LETTERS = re.compile(r"[A-Za-z]+\d*|[A-Za-z]")
_PROSE = {"is", "the", "are", "denotes", "of", "an", "defined", "means", "called", "our", "this"}
_SPOKEN_SUM = re.compile(
    r"sum\s+(?:over\s+)?(?P<var>[a-z]\w*)\s*(?:from|=)\s*(?P<lo>[^\s,]+)\s+to\s+(?P<hi>[^\s,]+)"
    r"(?:\s+of\b)?", re.IGNORECASE,
)  # fmt: skip

_THAT_IS = re.compile(r"i\. ?e\.(?![A-Za-z])")
_WITH = re.compile(r"w/(?=[\s$]+[^\s=]{1,20}\s*:?=)")
"""`w/ r_t = exp(...)`, as notes write it; a product goes on otherwise."""

AT_THE_END = re.compile(
    r"(?:at|after|past|beyond|upon)\s+(?:(?:the|an?)\s+)?(?:(?:very\s+)?end(?:\s+of\s+"
    r"(?:the|an?|each|every)\s+(?:episode|trajectory|rollout|segment|horizon|path|batch|buffer))?"
    r"|(?:episode|trajectory|rollout)(?:'s)?\s+(?:end|termination)|terminal\s+(?:state|step|time)"
    r"|termination|horizon|last\s+step)(?![\w(])", re.IGNORECASE,
)  # fmt: skip
"""Words that say once more what the index of `G_T = 0` says."""

TOLD = re.compile(r"(?:is|are)\s+(?:the|an?|our)(?:\s+[A-Za-z][\w'-]*)+?"
                  r"(?=\s*(?:[,;.\n$}]|\Z)|\s+and\s+\S+\s+(?:is|are)\b)")  # fmt: skip
"""What is said of a definition when it is made: `where d = r - v is the residual`."""

LABELS = {"old", "new", "clip", "kv", "theta", "pi", "kl", "vf", "model", "head", "max", "min",
          "seq", "targ", "target", "next", "ref", "top", "ent", "ppo", "cpi", "klpen", "gae", "in",
          "out"}  # fmt: skip
"""Words that are meant whole even where LaTeX would take only their first letter."""


@lru_cache(maxsize=4096)
def split_run(run: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the names that a run of letters stands for, itself when it is one word."""
    known = vocabulary.words | FUNCTIONS | GREEK_WORDS | OPTIMISERS.keys()
    if len(run) == 1 or run in known or (run[:-1].isalpha() and run[-1].isdigit()):
        return (run,)
    if len(run) > 2 and run.istitle() and run.lower() in vocabulary.words:
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


class Words(TokenList):
    """Reads words; `step` reads one token of any kind."""

    def step(self, at: int) -> int:
        """Read one token (or skip) at `at`; return where the next one starts."""
        raise NotImplementedError

    def word(self, at: int) -> int:
        """Read a run of letters: a keyword, one name, or a product of names."""
        match = re.compile(r"s\. ?t\.(?![A-Za-z])").match(self.text, at)
        if match:
            self.emit("kw", "subject_to", at, match.end())
            return match.end()
        if match := _THAT_IS.match(self.text, at):
            self.emit("kw", "and", at, match.end())
            return match.end()
        if spoken := _SPOKEN_SUM.match(self.text, at):
            return self.spoken_sum(spoken)
        if not self._in_script() and (said := AT_THE_END.match(self.text, at)):
            self.emit("when", said[0], at, said.end())
            return said.end()
        if not self._in_script() and (told := TOLD.match(self.text, at)) and self._is_defined():
            return told.end()
        if not self._in_script() and re.compile(r"w/(?=[\s$]+[^\s=]{1,20}\s*:?=)").match(
            self.text, at
        ):
            self.emit("kw", "where", at, at + 2)
            return at + 2
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

    def _is_defined(self) -> bool:
        """Whether the clause at hand has defined its name already."""
        for token in reversed(self.tokens):
            if token.kind in {",", ";", "nl", "row", "quad", "kw", ":"}:
                return False
            if token.kind == "rel":
                return True
        return False

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
        """In LaTeX a short unknown run is a product of letters, unless it is a verb of prose."""
        known = self.vocabulary.words | FUNCTIONS | GREEK_WORDS | OPTIMISERS.keys() | {"is", "are"}
        is_word = run in known or not run.isalpha() or run.lower() in LABELS
        return (run,) if is_word else tuple(run)

    def words(self, content: str, at: int, end: int) -> None:
        """Emit the words of a text group: keywords apart, the rest joined into one name."""
        phrase = re.sub(r"[~\s]+", " ", content).strip()
        bare = phrase.rstrip(".,;:") if phrase.lower() not in latex.PHRASES else phrase
        if not bare:
            return
        if not self._in_script() and (keyword := latex.PHRASES.get(bare.lower())):
            self.emit("kw", keyword, at, end)
            return
        if not self._in_script() and AT_THE_END.fullmatch(bare):
            self.emit("when", bare, at, end)
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
