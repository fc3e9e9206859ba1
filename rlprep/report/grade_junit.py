"""The result of grading as JUnit XML: a suite for each submission, a test case for each family.

Kept to what the strict Jenkins schema allows: properties at the suite, none in a test case.
"""

import re
from xml.etree import ElementTree as ET

from rlprep.grader.result import FamilyResult, GradeReport, SubmissionResult, Verdict

# What XML 1.0 can't hold at all, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def grade_junit(report: GradeReport) -> str:
    """Return the report as an XML document."""
    root = ET.Element("testsuites")
    for result in report.submissions:
        root.append(_suite(result, report.seed))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: SubmissionResult, seed: int) -> ET.Element:
    families = result.families or (_whole_file(result),)
    failed = [family for family in families if family.verdict is not Verdict.PASSED]
    errors = [family for family in failed if family.verdict is Verdict.INTERNAL_ERROR]
    exercise = result.exercise or "unread"
    suite = _element("testsuite", name=f"{result.path}: {exercise}")
    suite.set("tests", str(len(families)))
    suite.set("failures", str(len(failed) - len(errors)))
    suite.set("errors", str(len(errors)))
    suite.set("skipped", "0")
    suite.set("time", f"{result.seconds:.3f}")
    suite.append(_properties(result, seed))
    for family in families:
        suite.append(_case(exercise, family))
    return suite


def _properties(result: SubmissionResult, seed: int) -> ET.Element:
    properties = ET.Element("properties")
    values = {
        "verdict": str(result.verdict),
        "points": str(result.points),
        "max_points": str(result.max_points),
        "seed": str(seed),
    }
    if result.diagnosis:
        values["diagnosis"] = result.diagnosis.id
    for name, value in values.items():
        properties.append(_element("property", name=name, value=value))
    return properties


def _case(exercise: str, family: FamilyResult) -> ET.Element:
    case = _element("testcase", classname=exercise, name=family.id, time="0")
    if family.verdict is not Verdict.PASSED:
        tag = "error" if family.verdict is Verdict.INTERNAL_ERROR else "failure"
        failure = _element(tag, message=family.reason, type=str(family.verdict))
        failure.text = _clean(family.message)
        case.append(failure)
    return case


def _whole_file(result: SubmissionResult) -> FamilyResult:
    """Return the one test case of a file in which nothing could be graded."""
    what = "The file can be graded"
    return FamilyResult("file", 0, 0, result.verdict, what, result.message)


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: _clean(value) for name, value in attributes.items()})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
