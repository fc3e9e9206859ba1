"""Filling in a gradebook that was exported from Canvas.

Only the column of one assignment is written; every other cell goes back as it came, since Canvas
compares all of them on import. Source: Canvas' own reader, `lib/gradebook_importer.rb` of
instructure/canvas-lms: a header with Student, ID, SIS User ID, SIS Login ID, Section; rows that say
"Points Possible" or "Manual Posting"; columns "Title (id)"; semicolons as well as commas; students
found by ID, then SIS IDs, and only then by name. An empty cell would clear a grade, so who has no
mark keeps what is there. EX, excused, is kept too.

A student may be called =Ann. Such a name gets an apostrophe in front, as in every CSV of ours:
Canvas finds the student by the identities beside it, which are never changed.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from rlprep.classroom.record import ClassReport
from rlprep.errors import LearnerError, MisuseError
from rlprep.report.spreadsheet import guarded
from rlprep.report.views import StaffEntry, staff_view

_IDENTITIES = ("SIS Login ID", "SIS User ID", "ID")
"""Where a student's identity is looked up, the first that has it."""
_POINTS_POSSIBLE = "Points Possible"
_NOTE_ROW = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Filled:
    """A gradebook with the marks in it.

    Attributes:
        text: the file to import.
        written: how many marks it got.
        unmatched: students with a mark and without a row.
        remarks: what else a person should know, a sentence each.
    """

    text: str
    written: int
    unmatched: tuple[str, ...]
    remarks: tuple[str, ...]


def fill_canvas(report: ClassReport, gradebook: str, column: str) -> Filled:
    """Write the marks of a class into a gradebook.

    Args:
        report: the class.
        gradebook: text of the exported file, as it was read with `newline=""`.
        column: the assignment, as "Title" or as "Title (id)"; a new one is added at the end, and
            Canvas offers to create it.

    Raises:
        LearnerError: the file is no export of a gradebook.
        MisuseError: the column can't be written.
    """
    table = _Table(gradebook)
    at = table.column(column, report.max_points)
    written, unmatched, filled = 0, [], set()
    for entry in staff_view(report).entries:
        if entry.points is None:
            continue
        row = table.row_of(entry)
        if row is None:
            unmatched.append(entry.student)
        elif table.rows[row][at].strip().upper() == "EX":
            table.remarks.append(f"{entry.student} is excused (EX) and keeps that")
        elif row in filled:
            unmatched.append(entry.student)
            table.remarks.append(f"{entry.student}: the row has another student's mark already")
        else:
            table.rows[row][at] = str(entry.points)
            filled.add(row)
            written += 1
    return Filled(table.text(), written, tuple(unmatched), tuple(table.remarks))


class _Table:
    """The cells of a gradebook, and how its file was written."""

    def __init__(self, text: str) -> None:
        self.bom = "\ufeff" if text.startswith("\ufeff") else ""
        text = text.removeprefix("\ufeff")
        self.newline = "\r\n" if "\r\n" in text else "\n"
        first = text.split("\n", 1)[0]
        self.separator = ";" if first.count(";") > first.count(",") else ","
        try:
            self.rows = list(csv.reader(io.StringIO(text), delimiter=self.separator, strict=True))
        except csv.Error as error:
            raise _no_export(f"it is no CSV ({error})") from None
        self.rows = [row for row in self.rows if any(cell.strip() for cell in row)]
        self.head = [name.strip() for name in self.rows[0]] if self.rows else []
        if "Student" not in self.head or not set(_IDENTITIES) & set(self.head):
            raise _no_export("its first line lacks Student and ID")
        self.remarks: list[str] = []
        width = len(self.head)
        for number, row in enumerate(self.rows, 1):
            if len(row) > width:
                raise _no_export(f"row {number} has {len(row)} cells, the first one {width}")
            row += [""] * (width - len(row))
        self.students = [at for at in range(1, len(self.rows)) if self._is_student(self.rows[at])]
        self.by_identity = [self._index(name) for name in _IDENTITIES if name in self.head]

    def column(self, wanted: str, max_points: int) -> int:
        """Return the position of an assignment's column, which is made if there is none."""
        wanted = wanted.strip()
        if not wanted or wanted in ("Student", "Section", "Root Account", *_IDENTITIES):
            raise MisuseError(f"'{wanted}' is no column for marks", hint="name the assignment")
        titled = re.compile(rf"{re.escape(wanted)} \(\d+\)")
        found = [at for at, name in enumerate(self.head) if name == wanted]
        found = found or [at for at, name in enumerate(self.head) if titled.fullmatch(name)]
        if len(found) > 1:
            names = ", ".join(self.head[at] for at in found)
            raise MisuseError(
                f"the gradebook has several columns '{wanted}'", hint=f"give it whole: {names}"
            )
        return self._known(found[0], max_points) if found else self._added(wanted, max_points)

    def row_of(self, entry: StaffEntry) -> int | None:
        """Return the row of a student, None if there is none, or not only one."""
        key = _key(entry.student)
        for index in self.by_identity:
            found = index.get(key, [])
            if len(found) > 1:
                self.remarks.append(f"{entry.student} stands in several rows")
                return None
            if found:
                return found[0]
        return None

    def text(self) -> str:
        """Return the table as a file like the one it came from."""
        name = self.head.index("Student")
        for at in self.students:
            if self.rows[at][name] != (safe := guarded(self.rows[at][name])):
                self.rows[at][name] = safe
        file = io.StringIO()
        csv.writer(file, delimiter=self.separator, lineterminator=self.newline).writerows(self.rows)
        return self.bom + file.getvalue()

    def _known(self, at: int, max_points: int) -> int:
        possible = next((row[at].strip() for row in self.rows if _is_points_row(row)), "")
        if "read only" in possible.lower():
            raise MisuseError(f"Canvas calculates the column '{self.head[at]}'")
        try:
            differs = bool(possible) and float(possible.replace(",", ".")) != max_points
        except ValueError:
            differs = True
        if differs:
            self.remarks.append(
                f"'{self.head[at]}' is worth {possible} points in Canvas, the marks are out of"
                f" {max_points}"
            )
        return at

    def _added(self, wanted: str, max_points: int) -> int:
        if guarded(wanted) != wanted:
            raise MisuseError(
                f"a spreadsheet would take '{wanted}' for a formula", hint="call it otherwise"
            )
        for row in self.rows:
            row.append(str(max_points) if _is_points_row(row) else "")
        self.rows[0][-1] = wanted
        self.head.append(wanted)
        self.remarks.append(f"'{wanted}' is new: Canvas will ask whether to create it")
        return len(self.head) - 1

    def _is_student(self, row: list[str]) -> bool:
        is_note = all(_NOTE_ROW.fullmatch(cell) for cell in row)
        return not is_note and not _is_points_row(row)

    def _index(self, name: str) -> dict[str, list[int]]:
        at = self.head.index(name)
        index: dict[str, list[int]] = {}
        for row in self.students:
            if key := _key(self.rows[row][at]):
                index.setdefault(key, []).append(row)
        return index


def _is_points_row(row: list[str]) -> bool:
    return _POINTS_POSSIBLE in row[0]


def _key(identity: str) -> str:
    return unicodedata.normalize("NFC", identity.strip()).casefold()


def _no_export(why: str) -> LearnerError:
    return LearnerError(
        f"this is no gradebook that Canvas exported: {why}",
        hint="in Canvas: Grades, Export, 'Export Entire Gradebook'",
    )
