"""The interviewer's sheet as Markdown: mathematics between dollar signs, tick boxes as tasks."""

from collections.abc import Iterable, Iterator

from rlprep.bank.load import Bank
from rlprep.bank.schema import Pack, Question
from rlprep.bank.select import Selection
from rlprep.report.markdown_html import without_title


def markdown(bank: Bank, selection: Selection) -> str:
    """Return the selected questions with everything that belongs to them."""
    questions = [bank.question(id_) for id_ in selection.questions]
    blocks = [f"# {selection.title}", *_opening(bank.pack_of(questions[0].id))]
    for number, question in enumerate(questions, 1):
        blocks += _question(bank, question, number)
    return "\n\n".join(block.strip() for block in blocks) + "\n"


def _opening(pack: Pack) -> Iterator[str]:
    if pack.setting:
        yield "## The setting"
        yield pack.setting
    if pack.clarifications:
        yield "## If the candidate asks"
        yield from _pairs((each.asks, each.answer) for each in pack.clarifications)


def _question(bank: Bank, question: Question, number: int) -> Iterator[str]:
    points = sum(point.weight for point in question.rubric)
    yield f"## {number}. {question.title}"
    yield f"*{question.minutes} minutes, {points} points, id `{question.id}`*"
    yield question.prompt
    yield "### Hints"
    yield _items("1.", question.hints)
    yield "### Rubric"
    yield _items("- [ ]", (f"({point.weight}) {point.text}" for point in question.rubric))
    if question.misconceptions:
        yield "### Traps"
        yield from _pairs((each.claim, each.correction) for each in question.misconceptions)
    if question.follow_ups:
        yield "### Follow-ups"
        yield from _pairs((each.prompt, each.answer) for each in question.follow_ups)
    for id_ in question.formulas:
        formula = bank.formula(id_)
        yield f"### Formula: {formula.title}"
        yield f"$${formula.reference}$$"
    answer = bank.solution("question", question.id)
    if answer:
        yield "### Model answer"
        yield _deeper(without_title(answer.read_text("utf-8")))


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in pairs:
        yield f"**{' '.join(term.split())}**"
        yield meaning


def _items(mark: str, texts: Iterable[str]) -> str:
    margin = " " * (len(mark) + 1)
    return "\n".join(f"{mark} {margin.join(text.strip().splitlines(True))}" for text in texts)


def _deeper(text: str) -> str:
    """Put a model answer's headings, outside of code, below that of its question."""
    is_code = False
    lines = []
    for line in text.split("\n"):
        is_code ^= line.startswith("```")
        lines.append(f"##{line}" if line.startswith("#") and not is_code else line)
    return "\n".join(lines)
