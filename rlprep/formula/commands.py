"""LaTeX commands: names, decorations, delimiters, environments, text groups."""

import re

from rlprep.formula import latex
from rlprep.formula.errors import Unreadable
from rlprep.formula.vocabulary import FUNCTIONS, GREEK_WORDS, OPTIMISERS
from rlprep.formula.words import Words

_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.)", re.DOTALL)
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9 _\-.\\,;:~'/]*\Z")


class Commands(Words):
    """Reads what begins with a backslash."""

    def named(self, name: str, at: int, end: int) -> None:
        """Emit the token of a command that takes no argument here."""
        kind, text = latex.TOKENS.get(name, ("name", name))
        if name in {"top", "intercal"} and (not self.tokens or self.tokens[-1].kind not in "^{"):
            self.emit("^", "^", at, at)
        self.emit(kind, text, at, end)

    def command(self, at: int) -> int:
        """Read one command; return where the next token starts."""
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
            match = re.compile(r"\s*\{([QKV]{2,})\}").match(self.text, end)
            if match and self.vocabulary.matrices:  # \mathbf{QK}^T: the sign is K's alone
                for place in range(*match.span(1)):
                    self.emit("name", self.text[place], place, place + 1)
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
        r"""Read `\begin{...}` or `\end{...}`; return where the next token starts."""
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
