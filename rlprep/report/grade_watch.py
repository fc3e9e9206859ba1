"""What `rlprep grade --watch` shows: the first thing to mend, and hints one at a time."""

import time

from rich.console import Console
from rich.text import Text

from rlprep.grader.result import FamilyResult, GradeReport, SubmissionResult, Verdict
from rlprep.report.grade_terminal import show_submission
from rlprep.report.prose import blocks, printable, without_markup


def show_round(report: GradeReport) -> None:
    """Print one grading: a line a property, and details of the first that fails only."""
    console = Console(highlight=False)
    console.print(Text(f"\n── {time.strftime('%H:%M:%S')} ", "dim"))
    for result in report.submissions:
        if result.families and not result.passed and len(_reasons(result)) > 1:
            _show_first(console, result)
        else:
            show_submission(console, result, explain=False)


def show_prompt(report: GradeReport) -> None:
    """Print which keys do something."""
    passed = all(each.passed for each in report.submissions)
    keys = "q quits, r grades again" if passed else "h gives a hint, r grades again, q quits"
    said = "Full marks. " if passed else ""
    Console(highlight=False).print(Text(f"{said}Waiting for a save; {keys} (then Enter)", "dim"))


def show_hint(result: SubmissionResult | None, number: int) -> None:
    """Print the next hint: the property, a public example, the name of the mistake, its page."""
    console = Console(highlight=False)
    if result is None:
        console.print("Nothing is left to mend.")
        return
    hints = _hints(result)
    if not hints:
        console.print(Text(printable(result.message)))
        return
    at = min(number, len(hints))
    console.print(Text(f"hint {at} of {len(hints)}: ", "bold").append(hints[at - 1], "default"))


def _hints(result: SubmissionResult) -> list[str]:
    hints: list[str] = []
    failed = next((f for f in result.families if f.verdict is not Verdict.PASSED), None)
    if failed:
        hints.append(printable(failed.claim))
        if failed.example:
            example = f"{failed.example.call} should be {failed.example.expected}"
            hints.append(printable(f"{example}; yours: {failed.example.got}"))
    if result.diagnosis:
        hints.append(printable(result.diagnosis.text))
        page = "".join(b.text for b in blocks(result.diagnosis.page, "unicode", escape=False))
        hints.append(without_markup(page))
    return hints


def _reasons(result: SubmissionResult) -> set[str]:
    return {family.reason for family in result.families}


def _show_first(console: Console, result: SubmissionResult) -> None:
    title = Text(f"{printable(result.path)}  {result.exercise}  ", "bold")
    console.print(title.append(f"{result.points} of {result.max_points} points", "yellow"))
    for family in result.families:
        console.print(_line(family))
    failed = next(each for each in result.families if each.verdict is not Verdict.PASSED)
    console.print(Text("next: ", "bold").append(printable(failed.reason), "default"))


def _line(family: FamilyResult) -> Text:
    passed = family.verdict is Verdict.PASSED
    mark = Text("  ✓ " if passed else "  ✗ ", "green" if passed else "red")
    return mark.append(f"{family.points}/{family.max_points} {family.id}", "dim" if passed else "")
