"""The error family, by audience. Anything else that escapes is a bug and keeps its traceback.

A message says what is wrong, where, and what to try, in that order:

    error: questions/attention/gqa.yaml:12: unknown key 'hint'
      try: did you mean 'hints'?
"""


class RlprepError(Exception):
    """A failure with a message for the person at the terminal, and its exit code."""

    exit_code = 4

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Return the whole message, as it is printed after ``error: ``."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  try: {self.hint}" if self.hint else head


class MisuseError(RlprepError):
    """The command was called in a way that can't work (exit code 2)."""

    exit_code = 2


class MissingExtraError(MisuseError):
    """An optional dependency is needed and not installed (exit code 2)."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs the optional extra '{extra}', which is not installed",
            hint=f"pip install 'rlprep[{extra}]'",
        )


class LearnerError(RlprepError):
    """The user's answer or file can't be read (exit code 3)."""

    exit_code = 3


class AuthorError(RlprepError):
    """The content of a pack is unsound or can't be read (exit code 3)."""

    exit_code = 3


def reason_of(error: OSError) -> str:
    """Return what the system says, as the end of a sentence: ``no such file or directory``."""
    return (error.strerror or str(error)).lower()
