"""A class made by hand, with every state and every kind of result, and hostile names."""

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.grader.result import (
    Diagnosis,
    FamilyResult,
    GradeReport,
    Shown,
    SubmissionResult,
    Verdict,
)

CLAIM = "The advantage is the discounted sum of residuals"
TRUNCATED = "A truncated step keeps its next value | and drops *the* next advantage"
SHOWN = Shown("gae(rewards=[1.0], gamma=0.5)", "[0.5]", "[0.25]", agrees=False)
PAGE = "Truncation isn't termination: $V(s_{t+1})$ still counts.\n\nUse `next_values`."
LEAK = Diagnosis("truncation_is_end", "this looks like: truncation taken for termination", PAGE)


def right(path: str) -> SubmissionResult:
    families = (
        FamilyResult("rollout", 3, 3, Verdict.PASSED, CLAIM),
        FamilyResult("truncation", 2, 2, Verdict.PASSED, TRUNCATED),
    )
    return SubmissionResult(path, "gae", Verdict.PASSED, 5, 5, families, seconds=0.25)


def wrong(path: str, reason: str = "2 of 4 numbers are wrong") -> SubmissionResult:
    families = (
        FamilyResult("rollout", 3, 3, Verdict.PASSED, CLAIM),
        FamilyResult("truncation", 0, 2, Verdict.WRONG, TRUNCATED, reason, SHOWN),
    )
    return SubmissionResult(
        path, "gae", Verdict.WRONG, 3, 5, families, LEAK, message=reason, seconds=0.5
    )


def entropy(path: str) -> SubmissionResult:
    raised = FamilyResult("values", 0, 5, Verdict.EXCEPTION, "Entropy", "raised KeyError in line 7")
    return SubmissionResult(path, "entropy", Verdict.EXCEPTION, 0, 5, (raised,), message="raised")


def unread(path: str) -> SubmissionResult:
    return SubmissionResult(
        path, None, Verdict.SYNTAX, 0, 0, message="line 3: '(' was never closed"
    )


def entry(student: str, name: str, state: State, *results: SubmissionResult, **more: str) -> Entry:
    path = f"{student}.py" if state is not State.MISSING else ""
    return Entry(
        student, name, path, "ab" * 32 if path else "", 4242 + len(student), state, results,
        more.get("problem", ""), int(bool(path)),
    )  # fmt: skip


def sample() -> ClassReport:
    """Return the class whose faces are the golden files."""
    entries = (
        entry("=HYPERLINK(\"http://x\")", "=1+1", State.GRADED, wrong("e.py")),
        entry("ann", "Ann Ørsted", State.GRADED, right("ann.py"), entropy("ann.py")),
        entry("bob", "<b>Bob</b> & Söhne | Co", State.GRADED, wrong("bob.py", "a|b *c* <i>d</i>")),
        entry("cy", "", State.GRADED, unread("cy.py")),
        entry("dee", "Dee", State.MISSING, problem="not in the folder"),
        entry("eve", "Eve", State.FAILED, problem="the worker died twice"),
        entry("fay/../x", "Fay", State.UNREADABLE, problem="2 files for one student"),
        entry("gus", "Gus", State.PENDING),
    )  # fmt: skip
    return ClassReport(
        title="hw1 <2026>",
        exercises=("entropy", "gae"),
        max_points=10,
        entries=entries,
        provenance={
            "grader": "0.1.0",
            "content": "c0ffee",
            "round": 0,
            "environments": [{"torch": "2.13.0"}],
        },
        twins=(("ann", "bob"),),
    )


def single() -> GradeReport:
    """Return one submission, graded on its own."""
    families = tuple(
        FamilyResult(
            each.id, 0, each.max_points, Verdict.MISSING_FUNCTION, each.claim, "none, b: 5%"
        )
        for each in right("").families
    )
    absent = SubmissionResult("src/x,y.py", "gae", Verdict.MISSING_FUNCTION, 0, 5, families)
    return GradeReport(
        987654321,
        {"mode": "strict", "layers": {"limits": True}},
        (wrong("src/a.py"), entropy("b.py"), absent),
    )


def ours() -> GradeReport:
    """Return a grading that failed through our fault."""
    families = (FamilyResult("rollout", 0, 5, Verdict.INTERNAL_ERROR, CLAIM, "our fault: a pipe"),)
    broken = SubmissionResult("a.py", "gae", Verdict.INTERNAL_ERROR, 0, 5, families)
    return GradeReport(1, {}, (right("b.py"), broken))


def crowd(students: int) -> ClassReport:
    """Return a class to look at: marks that spread, mistakes, a few without a mark."""
    entries = []
    for number in range(students):
        student, name = f"s{number:03}", f"Student {number}"
        if number % 17 == 5:
            entries.append(entry(student, name, State.MISSING, problem="not in the folder"))
            continue
        gae = right(student) if number % 3 else wrong(student)
        results = (gae, entropy(student)) if number % 4 else (gae,)
        entries.append(entry(student, name, State.GRADED, *results))
    return ClassReport("hw1", ("entropy", "gae"), 10, tuple(entries), {"grader": "0.1.0"})
