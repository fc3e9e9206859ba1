"""Who should have handed in: a CSV with a column of identities and perhaps one of names.

Whatever exported it: with or without a byte order mark, UTF-8 or UTF-16, separated by commas,
semicolons or tabs. The first row is a header if one of its cells is one of `STUDENT_COLUMNS`; then
`NAME_COLUMNS` names people. Without a header the first column is the identity, the second the name.

A gradebook out of Canvas is one as well: there `Student` is the name, and rows without an identity
hold the points possible or a note.
"""

import codecs
import csv
import io
import unicodedata
from pathlib import Path

from rlprep.classroom.folder import text_of
from rlprep.errors import LearnerError, reason_of

STUDENT_COLUMNS = (
    "student", "student_id", "id", "login", "username", "user", "sis_login_id", "sis_user_id",
    "sid", "identifier", "id_number", "email", "email_address",
)  # fmt: skip
"""The first of these that is in the header identifies students (case and spaces don't matter)."""
NAME_COLUMNS = ("name", "student_name", "full_name")
DELIMITERS = (",", ";", "\t")
MOST_BYTES = 16 << 20


def read_roster(path: Path) -> dict[str, str]:
    """Return the name of each student by identity, names empty where there are none.

    Raises:
        LearnerError: it can't be read, is empty, or lists somebody twice.
    """
    where = text_of(path)
    rows = _rows(_text(path, where), where)
    if not rows:
        raise LearnerError("nobody is on the roster", where=where)
    is_gradebook = _header(rows)[:2] == ["student", "id"]
    student_at, name_at, rows = _columns(rows, where)
    names: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        student = _cell(row, student_at)
        if not student and is_gradebook:
            continue
        if not student:
            raise LearnerError("a row without an identity", where=f"{where}:{line}")
        if student in names:
            raise LearnerError(
                f"'{student}' is on the roster twice: lines {lines[student]} and {line}",
                where=where,
                hint="the identity must be unique; keep one row",
            )
        names[student], lines[student] = _cell(row, name_at), line
    if not names:
        raise LearnerError("nobody is on the roster", where=where)
    return names


def _text(path: Path, where: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = reason_of(error)
        raise LearnerError(f"can't be read: {reason}", where=where) from None
    if len(data) > MOST_BYTES:
        raise LearnerError(f"no roster: larger than {MOST_BYTES >> 20} MB", where=where)
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        hint = "save it as 'CSV UTF-8'"
        raise LearnerError("the roster is no UTF-8 text", where=where, hint=hint) from None


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """Return the rows that aren't blank, with the line on which each ends."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LearnerError(f"no CSV: {error}", where=f"{where}:{reader.line_num}") from None


def _columns(
    rows: list[tuple[int, list[str]]], where: str
) -> tuple[int, int | None, list[tuple[int, list[str]]]]:
    """Return the positions of identity and name, and the rows without the header."""
    header = _header(rows)
    if header[:2] == ["student", "id"]:
        return 1, 0, rows[1:]
    students = [header.index(name) for name in STUDENT_COLUMNS if name in header]
    names = [header.index(name) for name in NAME_COLUMNS if name in header]
    if students:
        return students[0], names[0] if names else None, rows[1:]
    if names:
        raise LearnerError(
            "the roster's header names no column of identities",
            where=where,
            hint=f"call it one of {', '.join(STUDENT_COLUMNS)}",
        )
    return 0, 1, rows


def _header(rows: list[tuple[int, list[str]]]) -> list[str]:
    return ["_".join(cell.casefold().split()) for cell in rows[0][1]]


def _cell(row: list[str], at: int | None) -> str:
    text = row[at] if at is not None and at < len(row) else ""
    return unicodedata.normalize("NFC", text).strip()
