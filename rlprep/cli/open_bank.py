"""The bank as a command needs it: with the packs that were named, and a word on those left out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rlprep.bank.load import Bank


def open_bank(packs: list[Path] | None = None) -> "Bank":
    """Return the bank; a pack that is unsound is left out, and stderr says why."""
    from rlprep.bank.load import load_bank

    bank = load_bank(packs or ())
    _warn(bank)
    return bank


def sound_bank(packs: "Sequence[Path]") -> "Bank":
    """Return the bank for marks that count: each pack that was named is in it.

    Raises:
        AuthorError: one is unsound.
    """
    from rlprep.bank.load import author_error, load_bank

    bank = load_bank(packs)
    named = {f"--pack {folder}" for folder in packs}
    for name, problems in bank.skipped:
        if name in named:
            raise author_error(problems)
    _warn(bank)
    return bank


def _warn(bank: "Bank") -> None:
    for name, problems in bank.skipped:
        print(f"warning: pack skipped ({name})", file=sys.stderr)
        for problem in problems[:5]:
            print(f"  {problem}", file=sys.stderr)
