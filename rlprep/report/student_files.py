"""What a student's file is called: readable, safe in any folder, one for each student."""

import hashlib
import re
import unicodedata
from collections import Counter

from rlprep.classroom.record import ClassReport

_ODD = re.compile(r"[^\w.-]+")
# An identity that looks like a hashed name could have been chosen to be another student's file.
_HASHED = re.compile(r"-[0-9a-f]{10}$", re.IGNORECASE)
MAX_CHARS = 40
# Names that Windows keeps for devices, whatever stands behind the first full stop.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def stems(report: ClassReport) -> dict[str, str]:
    """Return a file name without suffix for each student of a class.

    A name is the student's identity where that is a plain one and no other student's differs from
    it only in what a file system may not tell apart; else it ends with some of its hash.
    """
    students = [entry.student for entry in report.entries]
    plain = {student: _plain(student) for student in students}
    taken = Counter(stem.casefold() for stem in plain.values())
    return {
        student: stem
        if stem == student and taken[stem.casefold()] == 1 and not _HASHED.search(stem)
        else _hashed(student, stem)
        for student, stem in plain.items()
    }


def _plain(student: str) -> str:
    stem = _ODD.sub("_", unicodedata.normalize("NFC", student))[:MAX_CHARS].strip("._-")
    return "" if _DEVICE.fullmatch(stem) else stem


def _hashed(student: str, stem: str) -> str:
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{stem or 'student'}-{digest}"
