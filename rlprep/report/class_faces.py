"""The faces of a class: the one table of what a class can be written as, and for whose eyes.

A staff face is one file made from the staff view. A student face is one file for each student, made
from that student's view alone, so that a folder of them can be handed out file by file. Filling in
an exported gradebook needs that gradebook too: `rlprep.report.canvas`.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rlprep.classroom.record import ClassReport
from rlprep.report.class_csv import class_csv
from rlprep.report.class_folder import write_folder
from rlprep.report.class_html import class_html
from rlprep.report.class_json import class_json, student_json
from rlprep.report.class_junit import class_junit
from rlprep.report.class_markdown import class_markdown
from rlprep.report.files import write_whole
from rlprep.report.gradescope import gradescope
from rlprep.report.json_text import json_document
from rlprep.report.request import STDOUT, Request
from rlprep.report.student_files import stems
from rlprep.report.student_html import student_html
from rlprep.report.student_junit import student_junit
from rlprep.report.student_markdown import student_markdown
from rlprep.report.views import StaffView, StudentView, staff_view, student_view

STUDENT_PAGES = "students"
"""The folder of the pages that the overview links to."""


@dataclass(frozen=True)
class StaffFace:
    """One file about everybody, for staff only."""

    suffix: str
    make: Callable[[StaffView], str]

    def files(self, report: ClassReport) -> dict[str, str]:
        """Return the text of each file by its path."""
        return {f"class{self.suffix}": self.make(staff_view(report))}


@dataclass(frozen=True)
class StudentFace:
    """A file for each student; none for a student of whom `make` returns None."""

    folder: str
    suffix: str
    make: Callable[[StudentView], str | None]

    @property
    def kind(self) -> str:
        """Return the pattern of its files' paths."""
        return f"{self.folder}/*{self.suffix}"

    def files(self, report: ClassReport) -> dict[str, str]:
        """Return the text of each file by its path."""
        names = stems(report)
        made = {
            f"{self.folder}/{names[entry.student]}{self.suffix}": self.make(
                student_view(report, entry)
            )
            for entry in report.entries
        }
        return {path: text for path, text in made.items() if text is not None}


@dataclass(frozen=True)
class Overview:
    """The overview for staff with the page of each student, which it links to."""

    pages: StudentFace

    @property
    def kind(self) -> str:
        """Return the pattern of the students' pages' paths."""
        return self.pages.kind

    def files(self, report: ClassReport) -> dict[str, str]:
        """Return the text of each file by its path."""
        made = self.pages.files(report)
        return {"class.html": class_html(staff_view(report), list(made)), **made}


Face = StaffFace | StudentFace | Overview

_PAGES = StudentFace(STUDENT_PAGES, ".html", student_html)

CLASS_FACES: dict[str, Face] = {
    "json": StaffFace(".json", lambda view: json_document(class_json(view))),
    "csv": StaffFace(".csv", class_csv),
    "junit": StaffFace(".xml", class_junit),
    "markdown": StaffFace(".md", class_markdown),
    "html": Overview(_PAGES),
    "student-html": _PAGES,
    "student-json": StudentFace(
        STUDENT_PAGES, ".json", lambda view: json_document(student_json(view))
    ),
    "student-markdown": StudentFace(STUDENT_PAGES, ".md", student_markdown),
    "student-junit": StudentFace(STUDENT_PAGES, ".xml", student_junit),
    "gradescope": StudentFace("gradescope", ".json", gradescope),
}
"""What `rlprep class report --report FORMAT=PATH` can write."""

FOLDERS = frozenset(name for name, face in CLASS_FACES.items() if not isinstance(face, StaffFace))
"""The formats whose PATH is a folder of files, made where there is none."""


def write_class_reports(report: ClassReport, wanted: Iterable[Request]) -> None:
    """Write reports, each to its file, its folder or stdout.

    Raises:
        RlprepError: one can't be written.
    """
    for request in wanted:
        face = CLASS_FACES[request.format]
        files = face.files(report)
        if not isinstance(face, StaffFace):
            write_folder(request.path, files, face.kind)
            continue
        (text,) = files.values()
        if request.path == STDOUT:
            sys.stdout.write(text)
        else:
            write_whole(request.path, text)
