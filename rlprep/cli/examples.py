"""The end of every help page: the command as it is typed."""


def examples(*commands: str) -> str:
    """Return commands, one a line, for a help page that leaves its lines as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  rlprep {each}" for each in commands)
