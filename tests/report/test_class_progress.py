"""The line of a class being graded: there at once, gone at the end, never in a pipe."""

import io

import pytest

from rlprep.report.class_progress import ClassProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_says_something_before_the_first_mark_and_wipes_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    line = ClassProgress(stream)
    line.begin(6)
    assert stream.getvalue() == "  grading 6, one moment"
    line(0, 6)
    assert stream.getvalue().endswith("\r\x1b[2K  graded 0 of 6")
    line.wipe()
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_a_pipe_gets_nothing():
    stream = io.StringIO()
    line = ClassProgress(stream)
    line.begin(6)
    line(1, 6)
    line.wipe()
    assert stream.getvalue() == ""
