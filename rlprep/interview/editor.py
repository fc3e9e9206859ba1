"""An answer written in the person's own editor."""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from rlprep.errors import MisuseError

_FALLBACKS = ("nano", "vi")
_VI = "(vi: i begins to write; Esc, then :wq and Enter, saves and closes)"
_MARKER = "--- write above this line; what is below is ignored ---"


def edit(draft: str, below: str) -> str:
    """Return `draft` as it stands after the person's editor closed.

    Args:
        draft: the answer so far.
        below: shown under the draft for reference, ignored afterwards.

    Raises:
        MisuseError: there is no editor or it failed; the draft is then as it was.
    """
    command = _command()
    below = f"{_VI}\n{below}" if command == _FALLBACKS[-1] else below
    with tempfile.TemporaryDirectory(prefix="rlprep-") as folder:
        file = Path(folder) / "answer.md"
        file.write_text(f"{draft}\n\n{_MARKER}\n{below}\n", "utf-8")
        try:
            done = subprocess.run([*shlex.split(command), str(file)], check=False)
            text = file.read_text("utf-8", errors="replace")
        except (OSError, ValueError) as error:
            raise MisuseError(
                f"the editor '{command}' can't be run: {error}", hint="set EDITOR"
            ) from None
    if done.returncode != 0:
        raise MisuseError(
            f"the editor '{command}' ended with status {done.returncode}",
            hint="your draft is as it was; type /edit to try again",
        )
    return text.partition(_MARKER)[0].strip("\n")


def _command() -> str:
    """Return the editor that is set, else one that is there."""
    for name in ("VISUAL", "EDITOR"):
        if command := os.environ.get(name, "").strip():
            return command
    found = next(filter(shutil.which, _FALLBACKS), None)
    if found is None:
        raise MisuseError(
            f"no editor is set, and neither {' nor '.join(_FALLBACKS)} is here",
            hint="set EDITOR to the command of yours, for example: export EDITOR='code --wait'",
        )
    return found
