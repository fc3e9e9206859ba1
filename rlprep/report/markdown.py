"""Putting texts from outside into Markdown so that they stay texts.

For GitHub's flavour, where tables, mentions and bare addresses are markup too.
"""

import re

# ASCII punctuation that means something anywhere in a line; a backslash makes each literal.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~&@$])")
# What begins a list, a quotation or a heading at the start of a line.
_START = re.compile(r"^([-+=]|\d+(?=[.)]))")


def literal(text: str) -> str:
    """Return a text as one line that shows as it is, in prose or in a cell of a table."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    escaped = _START.sub(lambda found: _escaped_start(found[0]), escaped)
    # An address would become a link.
    return escaped.replace("://", r"\://").replace("www.", r"www\.")


def _escaped_start(text: str) -> str:
    return f"{text}\\" if text.isdigit() else f"\\{text}"


def fenced(text: str) -> str:
    """Return a text as a block of code: the fence is longer than any within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def table(head: list[str], rows: list[list[str]], numeric: set[int]) -> str:
    """Return a table.

    Args:
        head: names of the columns, ready.
        rows: cells, ready.
        numeric: columns to be aligned to the right.
    """
    rule = ["---:" if at in numeric else "---" for at in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *rows])
