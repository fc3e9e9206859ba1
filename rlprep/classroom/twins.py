"""Submissions that are the same but for names and formatting: for staff to look at, no accusation."""

from collections.abc import Callable, Iterable, Sequence


def twins(
    handed: Iterable[tuple[str, str]], source_of: Callable[[str], bytes], exercises: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Return the groups of students whose submissions are the same."""
    return ()
