"""Whose a file is that was downloaded from a learning platform: its name says so.

Canvas, one folder of files: ``lovelaceada_LATE_4711_90210_gae-1.py``. That is the sortable name in
lower case without spaces and punctuation; LATE where it is; the student's id; the upload's id; and
the name that the student gave. Where marking is anonymous: ``anon_x7Qd1_90210_gae.py``.
Source: `lib/content_zipper.rb` of instructure/canvas-lms.

Moodle, a folder a student: ``Ada Lovelace_4711_assignsubmission_file_``, the last underscore only
in older ones, or files that begin with that. The number is the participant's in this assignment;
underscores of a name become spaces. Beside it may lie the same with ``onlinetext``.
Source: `mod/assign/classes/downloader.php` of moodle/moodle.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CANVAS = re.compile(
    r"(?P<name>.*?)_?(?P<late>LATE_)?"
    r"((?<=_)(?P<user>[0-9]+)|(?<![^_])(?P<anonymous>anon_[^\W_]+))_(?P<upload>[0-9]+)_(?P<file>.+)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>[^_]*)_(?P<number>[0-9]+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)", re.DOTALL
)
_AGAIN = re.compile(r"-[0-9]+(?=(\.\w*)?$)")


@dataclass(frozen=True)
class Label:
    """Whose an entry of a class's folder is.

    Attributes:
        student: the identity.
        name: for people; may be empty.
        also: other identities that a roster may know the student by.
        upload: of two uploads the later one has the larger number; 0 where nobody says.
        file: what the student called it; empty where nobody says.
    """

    student: str
    name: str = ""
    also: tuple[str, ...] = ()
    upload: int = 0
    file: str = ""


def canvas_label(entry: str) -> Label | None:
    """Return whose file it is, None if the name isn't one that Canvas gives."""
    found = _CANVAS.fullmatch(entry)
    if not found:
        return None
    student = found["user"] or found["anonymous"]
    return Label(student, found["name"], upload=int(found["upload"]), file=found["file"])


def moodle_label(entry: str) -> Label | None:
    """Return whose file or folder it is, None if the name isn't one that Moodle gives."""
    found = _MOODLE.fullmatch(entry)
    if not found:
        return None
    # A grading worksheet of Moodle's calls people "Participant 4711".
    return Label(found["number"], found["name"], (f"Participant {found['number']}",))


def is_file_folder(entry: str) -> bool:
    """Whether Moodle's name is that of a folder of uploads, and not of what was typed online."""
    found = _MOODLE.fullmatch(entry)
    return bool(found) and found["kind"] == "file" and not found["rest"]


def newest(labels: Sequence[Label]) -> int | None:
    """Return the position of the last upload, None if they aren't the same file handed in again.

    A name that was there before gets ``-1``, ``-2``, … from Canvas. Files of another name, or under
    another person's name, are for somebody to look at.
    """
    files = {_AGAIN.sub("", label.file).casefold() for label in labels}
    uploads = [label.upload for label in labels]
    if len(files) > 1 or len({label.name for label in labels}) > 1 or not all(uploads):
        return None
    return max(range(len(labels)), key=uploads.__getitem__)
