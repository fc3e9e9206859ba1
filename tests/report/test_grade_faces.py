"""The faces of one result: JSON by contract, JUnit by schema, HTML and terminal harmless."""

import io
import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from rlprep.grader.result import (
    Diagnosis,
    FamilyResult,
    GradeReport,
    Shown,
    SubmissionResult,
    Verdict,
)
from rlprep.report.grade_html import grade_html
from rlprep.report.grade_json import grade_json
from rlprep.report.grade_junit import grade_junit
from rlprep.report.grade_terminal import show_grades

HOSTILE = "<script>alert('x')</script>[red]\x1b[31m&\x00\ud800\u202e]]>"


def report(text: str = "wrong") -> GradeReport:
    shown = Shown(f"gae({text})", "[1.0]", text, agrees=False)
    families = (
        FamilyResult("rollout", 3, 3, Verdict.PASSED, "Right"),
        FamilyResult("short", 0, 1, Verdict.WRONG, "Short too", text, shown),
    )
    diagnosis = Diagnosis("leak", f"this looks like: {text}", "Because $x_t$ and `code`.")
    graded = SubmissionResult(
        f"{text}.py", "gae", Verdict.WRONG, 3, 4, families, diagnosis, text, 0.5
    )
    unread = SubmissionResult("b.py", None, Verdict.SYNTAX, 0, 0, message=f"line 1: {text}")
    return GradeReport(5, {"mode": "strict", "layers": {"limits": True}}, (graded, unread))


def test_the_keys_of_the_json_are_a_contract():
    data = json.loads(json.dumps(grade_json(report())))
    assert list(data) == ["schema", "seed", "sandbox", "submissions"]
    assert (data["schema"], data["seed"]) == ("rlprep.grade/v1", 5)
    graded, unread = data["submissions"]
    assert graded == {
        "path": "wrong.py",
        "exercise": "gae",
        "verdict": "wrong",
        "points": 3,
        "max_points": 4,
        "families": [
            {
                "id": "rollout",
                "claim": "Right",
                "verdict": "passed",
                "points": 3,
                "max_points": 3,
                "reason": "",
                "example": None,
                "message": "",
            },
            {
                "id": "short",
                "claim": "Short too",
                "verdict": "wrong",
                "points": 0,
                "max_points": 1,
                "reason": "wrong",
                "example": {
                    "call": "gae(wrong)",
                    "expected": "[1.0]",
                    "got": "wrong",
                    "agrees": False,
                },
                "message": "Short too: wrong; gae(wrong) should be [1.0]; got wrong",
            },
        ],
        "diagnosis": {
            "id": "leak",
            "text": "this looks like: wrong",
            "page": "Because $x_t$ and `code`.",
        },
        "message": "wrong",
    }
    assert unread["exercise"] is None
    assert unread["diagnosis"] is None
    assert unread["families"] == []


def test_the_junit_report_has_a_suite_for_each_submission_and_no_properties_in_a_case():
    root = ET.fromstring(grade_junit(report()))
    first, second = root.findall("testsuite")
    counts = [first.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["2", "1", "0", "0"]
    properties = {p.get("name"): p.get("value") for p in first.findall("properties/property")}
    assert properties["points"] == "3"
    assert properties["max_points"] == "4"
    assert first.findall("testcase/properties") == []
    assert [c.get("name") for c in first.findall("testcase")] == ["rollout", "short"]
    failure = second.find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "syntax"


def test_an_internal_error_is_an_error_and_no_failure():
    ours = SubmissionResult("a.py", "gae", Verdict.INTERNAL_ERROR, 0, 4, message="our fault")
    suite = ET.fromstring(grade_junit(GradeReport(1, {}, (ours,)))).find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_page_loads_nothing_and_escapes_everything():
    page = grade_html(report(HOSTILE))
    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "img", "link", "iframe", "object"}
    assert not tags.attributes & {"src", "href", "onclick", "onerror"}
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;script&gt;" in page
    page.encode()
    assert "\x1b" not in page


def test_the_page_suits_dark_screens_and_paper():
    page = grade_html(report())
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "3 of 4 points" in page


def test_hostile_text_is_harmless_in_junit():
    root = ET.fromstring(grade_junit(report(HOSTILE)))
    assert "<script>" in (root.findtext("testsuite/testcase/failure") or "")


@pytest.mark.parametrize("explain", [False, True])
def test_the_terminal_obeys_no_markup_and_no_escape_of_a_submission(explain):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, highlight=False)
    text = HOSTILE.replace("\ud800", "")
    show_grades(report(text), explain=explain, console=console)
    said = stream.getvalue()
    assert "[red]" in said
    assert "\x1b[31m&" not in said
    assert "\u202e" not in said
    assert ("Because" in said) == explain
    assert "--seed 5" in said
