"""Who should have handed in, from whatever exported it."""

import pytest

from rlprep.classroom.roster import read_roster
from rlprep.errors import LearnerError

BOTH = {"ada": "Ada L.", "bob": "Bob, Jr."}
GOOD = {
    "plain": (b'student,name\nada,Ada L.\nbob,"Bob, Jr."\n', BOTH),
    "byte order mark": (b'\xef\xbb\xbfstudent,name\r\nada,Ada L.\r\nbob,"Bob, Jr."\r\n', BOTH),
    "semicolons": (b"student;name\nada;Ada L.\nbob;Bob, Jr.\n", BOTH),
    "tabs, UTF-16": ("student\tname\nada\tAda L.\nbob\tBob, Jr.\n".encode("utf-16"), BOTH),
    "columns elsewhere": (b'Name,Group,SIS Login ID\nAda L.,1,ada\n"Bob, Jr.",2,bob\n', BOTH),
    "no header": (b'ada,Ada L.\nbob,"Bob, Jr."\n', BOTH),
    "identities only": (b"ada\nbob\n", {"ada": "", "bob": ""}),
    "blank lines and blanks": (b"\nstudent , name\n\n ada , Ada L.\n,\n", {"ada": "Ada L."}),
    "short rows": (b"student,name\nada\n", {"ada": ""}),
    "decomposed": ("student\nrene\u0301\n".encode(), {"ren\u00e9": ""}),
    "a formula": (b"student\n=cmd()\n", {"=cmd()": ""}),
    "Canvas": (
        b"Student,ID,SIS User ID,SIS Login ID,Section\n,,,,\n    Points Possible,,,,\n"
        b'"Lovelace, Ada",4711,u1,ada,A\n',
        {"4711": "Lovelace, Ada"},
    ),
    "Moodle's worksheet": (
        b"Identifier,Full name,Email address,Status\nParticipant 12,Ada Lovelace,ada@u,Submitted\n",
        {"Participant 12": "Ada Lovelace"},
    ),
    "Gradescope": (b"Name,SID,Email,Role\nAda L.,0012,ada@u,Student\n", {"0012": "Ada L."}),
    "a quoted line end": (b'student,name\nada,"Ada\nL."\n', {"ada": "Ada\nL."}),
}


@pytest.mark.parametrize(("data", "expected"), GOOD.values(), ids=GOOD)
def test_read(tmp_path, data, expected):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    assert read_roster(path) == expected


BAD = {
    "twice": (b"student\nada\nbob\nada\n", "'ada' is on the roster twice: lines 2 and 4"),
    "empty": (b"", "nobody is on the roster"),
    "a header only": (b"student,name\n", "nobody is on the roster"),
    "no identity": (b"student,name\n,Ada\n", "roster.csv:2: a row without an identity"),
    "names only": (b"name\nAda\n", "names no column of identities"),
    "no text": (b"student\n\xff\xfa\n", "no UTF-8 text"),
    "an open quote": (b'student\n"ada\n', "no CSV"),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD)
def test_refused(tmp_path, data, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(LearnerError) as caught:
        read_roster(path)
    assert words in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(LearnerError, match=r"roster\.csv: can't be read: no such file"):
        read_roster(tmp_path / "roster.csv")


def test_what_no_class_has(tmp_path, monkeypatch):
    monkeypatch.setattr("rlprep.classroom.roster.MOST_BYTES", 12)
    path = tmp_path / "roster.csv"
    path.write_bytes(b"student\nada\n")
    assert read_roster(path) == {"ada": ""}
    path.write_bytes(b"student\nanna\n")
    with pytest.raises(LearnerError, match="no roster: larger than 0 MB"):
        read_roster(path)
