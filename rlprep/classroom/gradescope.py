"""Whose a folder is that was exported from Gradescope: `submission_metadata.yml` says so.

    submission_4711:
      :submitters:
      - :name: Ada Lovelace
        :sid: '123'
        :email: ada@uni.edu
      :results: ...

Only the submitters are parsed. The rest is long, and full of what submissions printed.
"""

from pathlib import Path
from typing import Any

from rlprep.classroom.downloads import Label
from rlprep.errors import LearnerError, reason_of

METADATA = "submission_metadata.yml"
MOST_BYTES = 1 << 28


def read_metadata(path: Path) -> dict[str, list[Label]]:
    """Return the submitters of each folder; a group hands in one for all of them.

    Raises:
        LearnerError: the file can't be read, or is something else.
    """
    import yaml

    where = path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LearnerError(f"larger than {MOST_BYTES >> 20} MB", where=where)
        data = yaml.load(_submitters(path.read_text("utf-8-sig")), Loader=yaml.BaseLoader)
    except OSError as error:
        reason = reason_of(error)
        hint = "an export of Gradescope's has one; unpack all of it"
        raise LearnerError(f"can't be read: {reason}", where=where, hint=hint) from None
    except (ValueError, RecursionError, yaml.YAMLError):
        raise LearnerError("not what Gradescope writes", where=where) from None
    if not isinstance(data, dict):
        raise LearnerError("not what Gradescope writes", where=where)
    return {str(folder): _labels(entry) for folder, entry in data.items()}


def _submitters(text: str) -> str:
    """Return the names of the folders, and of what is below them only the submitters.

    What a submission printed stands deeper than two columns, so that it can't begin either.
    """
    kept, inside = [], False
    for line in text.split("\n"):
        if line[:1].strip():
            inside = True
        elif line[:2] == "  " and line[2:3].strip(" -\r"):
            inside = line.rstrip() == "  :submitters:"
        if inside:
            kept.append(line)
    return "\n".join(kept)


def _labels(entry: Any) -> list[Label]:
    submitters = entry.get(":submitters") if isinstance(entry, dict) else None
    if not isinstance(submitters, list):
        return []
    return [label for each in submitters if isinstance(each, dict) and (label := _label(each))]


def _label(submitter: dict[str, Any]) -> Label | None:
    name, sid, email = (
        text.strip() if isinstance(text := submitter.get(key), str) else ""
        for key in (":name", ":sid", ":email")
    )
    student = sid or email or name
    return Label(student, name, tuple(filter(None, (email,)))) if student else None
