"""One mark as Gradescope's `results.json`.

Source: Gradescope's autograder specification, "Output format", "Controlling Test Case Visibility"
and "Output String Formatting" (gradescope-autograders.readthedocs.io/en/latest/specs). Output
defaults to a format that renders HTML there, so every text is marked as text.
"""

from typing import Any

from rlprep.report.json_text import json_document
from rlprep.report.views import ExerciseView, FamilyView, StudentView


def gradescope(view: StudentView) -> str | None:
    """Return the file's text, or None where there is no mark.

    Without the file Gradescope says that the autograder failed, and releases nothing: a file that
    it could read would be a 0.
    """
    if view.points is None:
        return None
    tests = [test for exercise in view.exercises for test in _tests(exercise, view.max_points)]
    tests += [
        _test(f"{each}: not found", 0, None, "The submission doesn't define it.")
        for each in view.not_found
    ]
    data = {
        "score": view.points,
        "output": view.score,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json_document(data)


def _tests(exercise: ExerciseView, max_points: int) -> list[dict[str, Any]]:
    if not exercise.families:
        what = exercise.message or exercise.verdict.replace("_", " ")
        return [_test("The file can be graded", 0, max_points, what)]
    tests = [
        _test(_name(exercise, family), family.points, family.max_points, _output(family))
        for family in exercise.families
    ]
    if exercise.diagnosis:
        # Worth nothing: the families have taken the points already.
        text = exercise.diagnosis.text
        tests.append(_test(f"{exercise.exercise}: what it looks like", None, None, text))
    return tests


def _name(exercise: ExerciseView, family: FamilyView) -> str:
    return f"{exercise.exercise}: {family.claim}"


def _output(family: FamilyView) -> str:
    return "\n\n".join(text for text in (family.reason, family.example_text) if text)


def _test(name: str, score: int | None, max_score: int | None, output: str) -> dict[str, Any]:
    """Return a test; one that has no points to give is there for its text."""
    passed = score is not None and score == max_score and score > 0
    test: dict[str, Any] = {
        "name": name,
        "name_format": "text",
        "visibility": "visible",
        "status": "passed" if passed else "failed",
    }
    if score is not None:
        test["score"] = score
    if max_score is not None:
        test["max_score"] = max_score
    if output:
        test |= {"output": output, "output_format": "text"}
    return test
