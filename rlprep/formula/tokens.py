"""Tokens: what a text consists of, each with its place, and the list that they are put on."""

from dataclasses import dataclass

from rlprep.formula.errors import Unreadable
from rlprep.formula.vocabulary import Vocabulary

MAX_TOKENS = 1000


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


class TokenList:
    """The tokens read so far, and where in the text's structure the next one stands."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens: list[Token] = []
        self.environments: list[tuple[str, int]] = []
        self.script_depths: list[bool] = []
        self.is_latex = "\\" in text

    def emit(self, kind: str, text: str, start: int, end: int) -> None:
        """Put a token on the list; two bars side by side become one."""
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
