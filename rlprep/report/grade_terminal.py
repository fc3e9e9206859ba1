"""The result of grading for a person at a terminal."""

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from rlprep.grader.result import FamilyResult, GradeReport, Shown, SubmissionResult, Verdict
from rlprep.report.prose import blocks, printable


def show_grades(report: GradeReport, *, explain: bool, console: Console | None = None) -> None:
    """Print every submission, then what concerns all of them.

    Args:
        report: what to show.
        explain: print the whole page of a recognised mistake.
        console: where to; stdout if None.
    """
    console = console or Console(highlight=False, soft_wrap=False)
    for result in report.submissions:
        show_submission(console, result, explain=explain)
    if len(report.submissions) > 1:
        console.print(Text(f"\n{report.points} of {report.max_points} points in all", "bold"))
    console.print(Text(f"seed {report.seed}: --seed {report.seed} repeats these cases", "dim"))


def show_submission(console: Console, result: SubmissionResult, *, explain: bool) -> None:
    """Print one submission."""
    title = Text(f"\n{printable(result.path)}", "bold")
    if result.exercise:
        title.append(f"  {result.exercise}", "bold cyan")
    if result.families:
        tone = "green" if result.passed else "yellow" if result.points else "red"
        title.append(f"  {result.points} of {result.max_points} points", f"not bold {tone}")
    console.print(title)
    if not result.families:
        verdict = str(result.verdict).replace("_", " ")
        _indented(console, Text(f"{verdict}: ", "red").append(printable(result.message), "default"))
        return
    if len({family.reason for family in result.families}) == 1 and not result.passed:
        _show_alike(console, result.families)
    else:
        failed = [each for each in result.families if each.verdict is not Verdict.PASSED]
        for family in result.families:
            _show_family(console, family, detailed=family in failed[:2])
    _show_diagnosis(console, result, explain=explain)


def _show_alike(console: Console, families: tuple[FamilyResult, ...]) -> None:
    """Print what happened in every family, once."""
    first = families[0]
    reason = Text(f"{_verdict(first.verdict)}: ", "red").append(printable(first.reason), "default")
    _indented(console, reason)
    if first.example:
        _show_example(console, first.example)


def _show_family(console: Console, family: FamilyResult, *, detailed: bool) -> None:
    passed = family.verdict is Verdict.PASSED
    line = Text("✓ " if passed else "✗ ", "green" if passed else "red")
    line.append(f"{family.points}/{family.max_points}  ", "dim")
    line.append(printable(family.claim), "dim" if passed else "default")
    _indented(console, line)
    if passed:
        return
    reason = Text(f"{_verdict(family.verdict)}: ", "red")
    _indented(console, reason.append(printable(family.reason), "default"), 9)
    if family.example and detailed:
        _show_example(console, family.example)


def _show_example(console: Console, example: Shown) -> None:
    _indented(console, Text(printable(example.call)), 9)
    _indented(console, Text("right  ", "dim").append(printable(example.expected), "green"), 11)
    if example.agrees:
        said = Text("yours  ", "dim").append("the same here; hidden cases differ", "default")
    else:
        said = Text("yours  ", "dim").append(printable(example.got), "red")
    _indented(console, said, 11)


def _show_diagnosis(console: Console, result: SubmissionResult, *, explain: bool) -> None:
    diagnosis = result.diagnosis
    if diagnosis is None:
        return
    text = diagnosis.text[:1].upper() + diagnosis.text[1:]
    _indented(console, Text(printable(text), "bold yellow"))
    if not explain:
        _indented(console, Text("--explain says what that means and what to write instead", "dim"))
        return
    for block in blocks(diagnosis.page, "unicode", escape=True):
        body = Text(block.text) if block.is_display else Markdown(block.text.strip())
        _indented(console, body, 4)


def _verdict(verdict: Verdict) -> str:
    return str(verdict).replace("_", " ")


def _indented(console: Console, body: Text | Markdown, by: int = 2) -> None:
    console.print(Padding(body, (0, 0, 0, by), expand=False))
