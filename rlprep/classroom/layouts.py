"""How a class's folder is arranged, and so whose each entry of it is.

Two layouts of one's own. `files`: every ``.py`` file of the folder is a submission, and its stem
the student. `folders`: every folder in it is a student, who handed in the one ``.py`` file in it
(or in folders of it). Three of platforms, as they are unpacked: `canvas` and `moodle`, which put
it into names (`downloads`), and `gradescope`, which lists it in a file.
"""

import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from rlprep.classroom import gradescope
from rlprep.classroom.downloads import Label, canvas_label, is_file_folder, moodle_label

Labelled = tuple[Label, os.DirEntry[str]]


class Layout(StrEnum):
    """How a class's folder is arranged."""

    AUTO = "auto"
    FILES = "files"
    FOLDERS = "folders"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


WANTED = {
    Layout.FILES: "no .py file",
    Layout.FOLDERS: "no student's folder",
    Layout.CANVAS: "no .py file with a name that Canvas gives",
    Layout.MOODLE: "no file or folder with a name that Moodle gives",
    Layout.GRADESCOPE: f"no folder that {gradescope.METADATA} names",
}


def guessed(shown: Sequence[os.DirEntry[str]]) -> Layout:
    """Return a platform's layout where everything is in it, else what there is more of."""
    if any(each.name == gradescope.METADATA for each in shown):
        return Layout.GRADESCOPE
    files, folders = _files(shown), _folders(shown)
    chosen = folders if len(folders) > len(files) else files
    if chosen and all(moodle_label(each.name) for each in chosen):
        return Layout.MOODLE
    if chosen is files and _is_canvas([canvas_label(each.name) for each in files]):
        return Layout.CANVAS
    return Layout.FOLDERS if chosen is folders else Layout.FILES


def _is_canvas(labels: Sequence[Label | None]) -> bool:
    """Whether these are people and not, say, ``hw1_2024_07_ada.py`` and ``hw1_2024_07_bob.py``."""
    people = {(label.student, label.name) for label in labels if label}
    students = {student for student, _ in people}
    return all(labels) and len(students) == len(people) >= min(2, len(labels)) > 0


def _files(shown: Sequence[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    return [each for each in shown if is_python(each.name)]


def _folders(shown: Sequence[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    return [each for each in shown if not is_python(each.name) and each.is_dir()]


def _in_files(shown: Sequence[os.DirEntry[str]]) -> list[Labelled]:
    return [(Label(each.name[: -len(".py")]), each) for each in _files(shown)]


def _in_folders(shown: Sequence[os.DirEntry[str]]) -> list[Labelled]:
    return [(Label(each.name), each) for each in _folders(shown)]


def _as_canvas(shown: Sequence[os.DirEntry[str]]) -> list[Labelled]:
    known = [(label, each) for each in shown if (label := canvas_label(each.name))]
    return _best(known, is_python)


def _as_moodle(shown: Sequence[os.DirEntry[str]]) -> list[Labelled]:
    known = [(label, each) for each in shown if (label := moodle_label(each.name))]
    return _best(known, lambda name: is_python(name) or is_file_folder(name))


def _best(known: Sequence[Labelled], may_hold: Callable[[str], bool]) -> list[Labelled]:
    """Return what may hold Python; of who has none of that, all: they didn't hand in nothing."""
    best = [(label, each) for label, each in known if may_hold(each.name)]
    students = {label.student for label, _ in best}
    return best + [(label, each) for label, each in known if label.student not in students]


def _as_gradescope(shown: Sequence[os.DirEntry[str]]) -> list[Labelled]:
    listed = [each for each in shown if each.name == gradescope.METADATA]
    where = Path(listed[0].path if listed else gradescope.METADATA)
    metadata = gradescope.read_metadata(where)
    return [
        (label, each)
        for each in _folders(shown)
        if each.name in metadata
        # A folder of nobody's is for a person to look at; it mustn't vanish.
        for label in metadata[each.name] or [Label(each.name)]
    ]


def labelled(shown: Sequence[os.DirEntry[str]], layout: Layout) -> list[Labelled]:
    """Return whose the entries are, but for those that are nobody's in this layout.

    Raises:
        LearnerError: the layout needs a file that isn't there.
    """
    return _LABELLED[layout](shown)


_LABELLED: dict[Layout, Callable[[Sequence[os.DirEntry[str]]], list[Labelled]]] = {
    Layout.FILES: _in_files,
    Layout.FOLDERS: _in_folders,
    Layout.CANVAS: _as_canvas,
    Layout.MOODLE: _as_moodle,
    Layout.GRADESCOPE: _as_gradescope,
}


def is_python(name: str) -> bool:
    """Whether a name is that of a Python source."""
    return name.lower().endswith(".py")
