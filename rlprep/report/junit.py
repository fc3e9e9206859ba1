"""JUnit XML from what was marked: a suite for each exercise, a test case for each family.

Kept to what the strict schema of Jenkins' xUnit plugin allows (junit-10.xsd): properties at the
suite and none in a test case, so points stand at the suite.
"""

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from rlprep.grader.result import Verdict
from rlprep.report.views import ExerciseView, FamilyView

# What XML 1.0 can't hold at all, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(suites: Iterable[ET.Element]) -> str:
    """Return suites as an XML document."""
    root = ET.Element("testsuites")
    root.extend(suites)
    ET.indent(root)
    # ElementTree would declare the encoding of this process' locale; the file is UTF-8 anywhere.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def exercise_suite(
    name: str, view: ExerciseView, properties: Mapping[str, str], seconds: float | None = None
) -> ET.Element:
    """Return the suite of one exercise.

    Args:
        name: of the suite.
        view: the exercise, marked.
        properties: what else to say of it.
        seconds: how long grading took.
    """
    families = view.families or (_whole_file(view),)
    points = "no mark" if view.verdict == Verdict.INTERNAL_ERROR else view.points
    known = {"verdict": view.verdict, "points": points, "max_points": view.max_points}
    if view.diagnosis:
        known["diagnosis"] = view.diagnosis.id
    cases = [_case(view.exercise or "unread", family) for family in families]
    return suite(name, cases, {**known, **properties}, seconds)


def suite(
    name: str,
    cases: list[ET.Element],
    properties: Mapping[str, object],
    seconds: float | None = None,
) -> ET.Element:
    """Return a suite with what its cases add up to."""
    made = element("testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        made.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    if seconds is not None:
        made.set("time", f"{seconds:.3f}")
    listed = ET.SubElement(made, "properties")
    for key, value in properties.items():
        listed.append(element("property", name=key, value=str(value)))
    made.extend(cases)
    return made


def case(classname: str, name: str, tag: str = "", message: str = "", kind: str = "") -> ET.Element:
    """Return a test case; `tag` says how it ended where it didn't pass."""
    made = element("testcase", classname=classname, name=name, time="0")
    if tag:
        ended = element(tag, message=message)
        if kind:
            ended.set("type", kind)
        made.append(ended)
    return made


def element(tag: str, **attributes: str) -> ET.Element:
    """Return an element whose attributes XML can hold."""
    return ET.Element(tag, {name: clean(value) for name, value in attributes.items()})


def clean(text: str) -> str:
    """Return a text with what XML can't hold replaced."""
    return _FORBIDDEN.sub("\ufffd", text)


def _case(classname: str, family: FamilyView) -> ET.Element:
    if family.passed:
        return case(classname, family.id)
    tag = "error" if family.verdict == Verdict.INTERNAL_ERROR else "failure"
    made = case(classname, family.id, tag, family.reason, family.verdict)
    made[0].text = clean(family.message)
    return made


def _whole_file(view: ExerciseView) -> FamilyView:
    """Return the one test case of a file in which nothing could be graded."""
    what = "The file can be graded"
    return FamilyView("file", what, view.verdict, 0, 0, view.message, None)
