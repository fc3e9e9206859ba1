"""No student's file holds a seed, a hash, a path, a provenance, or anything of another student."""

from dataclasses import fields, replace

import pytest

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.grader.result import FamilyResult, GradeReport, SubmissionResult, Verdict
from rlprep.report.class_faces import CLASS_FACES, StudentFace
from rlprep.report.grade_faces import CI_FACES, GRADE_FACES
from rlprep.report.views import StudentView, grade_view, student_view
from tests.report.sample import SHOWN, ours, right, single, wrong

STUDENT_FACES = {n: face for n, face in CLASS_FACES.items() if isinstance(face, StudentFace)}


def planted() -> tuple[ClassReport, dict[str, set[str]]]:
    """Return a class full of canaries, and for each student those that are not theirs to see."""
    secret: dict[str, set[str]] = {}
    entries = []
    for number, state in enumerate([*State, State.GRADED, State.GRADED]):
        tag = f"CANARY{number}"
        entry = Entry(
            student=f"{tag}student",
            name=f"{tag} name",
            path=f"{tag}path/file.py",
            sha256=f"{tag}sha256",
            seed=77_000_000_000 + number,
            state=state,
            results=results(tag, number),
            problem=f"{tag}problem: the same as CANARY0student",
            attempts=880_000 + number,
        )
        entries.append(entry)
    report = ClassReport(
        title="CANARYtitle",
        exercises=("gae", "entropy"),
        max_points=10,
        entries=tuple(entries),
        provenance={"CANARYkey": ["CANARYvalue", {"nested": "CANARYnested"}]},
        twins=(("CANARY0student", "CANARYtwin"),),
    )
    for entry in entries:
        own = {entry.student, entry.name}
        all_others = {each for other in entries for each in (other.student, other.name)} - own
        hidden = {entry.path, entry.sha256, str(entry.seed), str(entry.attempts), entry.problem}
        secret[entry.student] = all_others | hidden | {"77000000", "880000", "CANARYtitle"}
    return report, secret


def results(tag: str, number: int) -> tuple[SubmissionResult, ...]:
    stolen = f"{tag}hidden_input"
    stealing = [
        (Verdict.EXCEPTION, f"raised {stolen} in line 3"),
        (Verdict.EXCEPTION, f"raised ValueError in line {10**17 + number}"),
        (Verdict.DTYPE, f"returned {stolen}\nof two lines, expected real numbers"),
        (Verdict.WRONG, "the largest error is 7.7e+77000000 times the largest value"),
        (Verdict.SHAPE, "returned shape (77000000, 5), expected (3, 4)"),
        (Verdict.NON_FINITE, "1 of 4 numbers are NaN, at index [77000000]"),
    ]
    families = tuple(
        FamilyResult(f"f{at}", 0, 1, verdict, "A claim", reason, SHOWN)
        for at, (verdict, reason) in enumerate(stealing)
    )
    bad = SubmissionResult(
        f"{tag}path/file.py", "gae", Verdict.EXCEPTION, 0, 7, families, message=stolen
    )
    return (bad, replace(right(f"{tag}path/other.py"), exercise="entropy"))


@pytest.mark.parametrize("name", STUDENT_FACES)
def test_no_canary_sings_in_a_students_file(name):
    report, secret = planted()
    seen = 0
    for entry in report.entries:
        only = replace(report, entries=(entry,))
        whole = STUDENT_FACES[name].files(report)
        assert len(whole) in (len(report.entries), 3)
        mine = STUDENT_FACES[name].files(only)
        for path, text in mine.items():
            assert whole[path] == text
            seen += 1
            for canary in secret[entry.student]:
                assert canary not in text
                assert canary not in path
            rest = text.replace(entry.student, "").replace(entry.name, "")
            assert "CANARY" not in rest
            assert "hidden_input" not in rest
    assert seen


def test_the_pages_that_the_overview_links_to_are_the_students_own():
    report, _ = planted()
    overview = CLASS_FACES["html"].files(report)
    pages = CLASS_FACES["student-html"].files(report)
    assert {path: overview[path] for path in pages} == pages
    assert set(overview) - set(pages) == {"class.html"}


@pytest.mark.parametrize("name", sorted(set(CI_FACES) - {"classroom50"}))
def test_what_a_job_publishes_has_no_seed_and_no_stolen_input(name):
    report = GradeReport(77_000_000_001, {"mode": "CANARYmode"}, results("CANARY", 1))
    text = (CI_FACES[name](report) or "").replace("CANARYpath", "")
    assert "CANARY" not in text
    assert "77000000" not in text


def test_the_view_has_no_field_for_what_a_student_may_not_see():
    assert [field.name for field in fields(StudentView)] == [
        "student", "name", "state", "points", "max_points", "no_mark", "exercises", "not_found",
    ]  # fmt: skip


def test_a_published_mark_that_is_our_fault_is_no_mark():
    view = grade_view(ours())
    assert (view.points, view.state, view.exercises) == (None, "failed", ())
    assert CI_FACES["gradescope"](ours()) is None
    assert CI_FACES["github-outputs"](ours()) == ""
    for name in ("github", "markdown", "html", "json", "junit"):
        text = CI_FACES[name](ours()) or ""
        assert "no fault of the submission" in text
        assert "our fault: a pipe" not in text
        assert "0 of" not in text


@pytest.mark.parametrize("state", [s for s in State if s is not State.GRADED])
def test_no_mark_is_never_0(state):
    entry = Entry("ann", "Ann", "p", "s", 1, state, (wrong("p"),))
    report = ClassReport("t", ("gae",), 5, (entry,), {})
    view = student_view(report, entry)
    assert view.points is None
    assert view.exercises == ()
    assert view.no_mark
    assert not CLASS_FACES["gradescope"].files(report)
    assert '"points": null' in CLASS_FACES["json"].files(report)["class.json"]
    cells = CLASS_FACES["csv"].files(report)["class.csv"].splitlines()[1].split(",")
    assert cells[3] == '""'
    assert 'value="no mark"' in CLASS_FACES["junit"].files(report)["class.xml"]
    for name in ("markdown", "student-markdown"):
        for text in CLASS_FACES[name].files(report).values():
            assert "0 of" not in text


def test_our_fault_among_the_results_of_a_graded_entry_is_no_mark_either():
    entry = Entry("ann", "Ann", "p", "s", 1, State.GRADED, ours().submissions)
    report = ClassReport("t", ("gae",), 5, (entry,), {})
    assert student_view(report, entry).points is None
    assert '"state": "failed"' in CLASS_FACES["json"].files(report)["class.json"]


GUARDED = {
    "raised KeyError in line 7": "raised KeyError in line 7",
    "raised KeyError while the file was loaded": "raised KeyError while the file was loaded",
    "raised E_0_25_1 in line 7": "raised an exception in line 7",
    "raised print": "raised an exception",
    "raised a b": "raised an exception",
    "raised KeyError in line 99999999999": "raised KeyError",
}


@pytest.mark.parametrize(("reason", "said"), GUARDED.items())
def test_the_name_of_an_exception_carries_nothing(reason, said):
    assert guarded(Verdict.EXCEPTION, reason) == said


NUMBERS = {
    "returned None, expected real numbers": "returned None, expected real numbers",
    "returned an array of complex128, expected real numbers": (
        "returned an array of complex128, expected real numbers"
    ),
    "result 1 of 2: returned 0.25;7, expected real numbers": (
        "result 1 of 2: returned something else than real numbers"
    ),
    "returned shape (3,), expected (3, 4)": "returned shape (3,), expected (3, 4)",
    "returned shape (), expected (3, 4)": "returned shape (), expected (3, 4)",
    "returned shape (0, 123456789), expected one number": (
        "returned another shape, expected one number"
    ),
    "3 of 4 numbers are wrong, the largest error is 2 times the largest value, at index [1]": (
        "3 of 4 numbers are wrong"
    ),
    "the value is right, its gradient isn't: the largest error is 2 times the largest value": (
        "the value is right, its gradient isn't: the number is wrong"
    ),
    "returned 123456 results, expected 3": "returned many results, expected 3",
    "took too long": "took too long",
}


@pytest.mark.parametrize(("reason", "said"), NUMBERS.items())
def test_numbers_that_a_submission_chooses_carry_nothing(reason, said):
    assert guarded(Verdict.WRONG, reason) == said


def guarded(verdict: Verdict, reason: str) -> str:
    family = FamilyResult("f", 0, 1, verdict, "A claim", reason)
    result = SubmissionResult("a.py", "gae", verdict, 0, 1, (family,))
    return grade_view(GradeReport(1, {}, (result,))).exercises[0].families[0].reason


@pytest.mark.parametrize("name", ["json", "junit", "html"])
def test_whoever_grades_their_own_file_sees_the_seed(name):
    assert "987654321" in (GRADE_FACES[name](single()) or "")
