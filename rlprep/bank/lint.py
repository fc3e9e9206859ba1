"""Is the content sound? Everything that is wrong with a content folder, with file, line and remedy.

The checks here need nothing but the bank. Whether formulas parse and implementations pass is for
the engines that own them to say.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rlprep import mathtext
from rlprep.bank.exercise import Exercise
from rlprep.bank.fields import Item
from rlprep.bank.formula import Formula
from rlprep.bank.lint_exercises import exercise_problems
from rlprep.bank.problem import Problem
from rlprep.bank.read_yaml import Document, Key, UnreadableError, read_text, read_yaml
from rlprep.bank.scan import Entry, scan
from rlprep.bank.schema import Pack, Question
from rlprep.bank.validate import validate

References = dict[str, set[str]]
"""kind -> the ids that a reference may name."""


@dataclass(frozen=True)
class Checked:
    """An item that fits its schema, with the document it came from."""

    entry: Entry | None
    document: Document
    item: Item

    def problem(self, key: Key, what: str, hint: str | None = None) -> Problem:
        """Return a problem at `key` in this item's file."""
        return Problem(self.document.path, self.document.line(key), what, hint)


@dataclass
class Report:
    """What the linter found, and how much it looked at."""

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    items: list[Checked] = field(default_factory=list)

    def add(self, problems: list[Problem]) -> None:
        """Note more problems, all in the order of files and lines."""
        self.problems += problems
        self.problems.sort(key=lambda problem: (str(problem.file), problem.line or 0))


def lint(root: Path, elsewhere: References | None = None) -> Report:
    """Check a content folder (it holds ``questions/`` and ``solutions/``).

    Args:
        root: the folder.
        elsewhere: ids of other packs that items may refer to.
    """
    folders, problems = scan(root)
    report = Report(problems=list(problems))
    for folder in folders:
        _read(report, folder.pack_file, None)
        for entry in folder.entries:
            _read(report, entry.file, entry)
    known: References = {kind: set(ids) for kind, ids in (elsewhere or {}).items()}
    entries = [entry for folder in folders for entry in folder.entries]
    for entry in entries:  # an item whose own file is broken still exists
        known.setdefault(entry.kind, set()).add(entry.id)
    report.problems += _repeated_items(report.items)
    for checked in report.items:
        for check in _CHECKS:
            report.problems += check(checked, known)
    if elsewhere is not None:
        report.problems += _exercises_without_cases(report.items)
    report.problems += _solutions(root, entries)
    if report.counts.get("pack", 0) == len(folders):
        report.problems += _questions_without_part(report.items)
    report.add([])
    return report


def _read(report: Report, file: Path, entry: Entry | None) -> None:
    """Parse one file into `report`, as an item or as problems."""
    try:
        document = read_yaml(file)
    except UnreadableError as error:
        report.problems.append(error.problem)
        return
    item, problems = validate(document)
    report.problems += problems
    if item is not None:
        kind = document.data["kind"]
        report.counts[kind] = report.counts.get(kind, 0) + 1
        report.items.append(Checked(entry, document, item))


def _repeated_items(items: list[Checked]) -> Iterator[Problem]:
    """Two files of one kind with one id: only one of them would be asked."""
    first: dict[tuple[str, str], Path] = {}
    for checked in items:
        if checked.entry is None:
            continue
        key = (checked.entry.kind, checked.entry.id)
        if key in first:
            what = f"the {key[0]} id '{key[1]}' is taken by {first[key].name}"
            yield checked.problem(("id",), f"{what} in {first[key].parent.name}/", "rename one")
        first.setdefault(key, checked.document.path)


def _id_is_the_stem(checked: Checked, _known: References) -> Iterator[Problem]:
    if checked.entry is None:
        return
    id_ = checked.document.data.get("id")
    if id_ != checked.entry.id:
        what = f"the id '{id_}' is not the file's name '{checked.entry.id}'"
        yield checked.problem(("id",), what, "make them equal: the id is how everything finds it")


def _inner_ids_differ(checked: Checked, _known: References) -> Iterator[Problem]:
    """Ids inside one item: rubric points, misconceptions, families, parts, clarifications."""
    for name, entries in checked.document.data.items():
        if not isinstance(entries, list):
            continue
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            id_ = entry.get("id") if isinstance(entry, dict) else entry
            if not isinstance(id_, str):
                continue
            if id_ in seen and (isinstance(entry, dict) or name in _REFERENCES):
                yield checked.problem((name, index), f"{name}: the id '{id_}' is repeated")
            seen.add(id_)


_REFERENCES = {"formulas": "formula", "exercises": "exercise"}


def _references_exist(checked: Checked, known: References) -> Iterator[Problem]:
    item = checked.item
    places: list[tuple[Key, str, str]] = []
    if isinstance(item, Question | Exercise):
        for name, kind in _REFERENCES.items():
            for index, id_ in enumerate(getattr(item, name, ())):
                places.append(((name, index), kind, id_))
    if isinstance(item, Pack):
        for part_index, part in enumerate(item.parts):
            for index, id_ in enumerate(part.questions):
                places.append((("parts", part_index, "questions", index), "question", id_))
    for key, kind, id_ in places:
        if id_ not in known.get(kind, set()):
            yield checked.problem(key, f"there is no {kind} '{id_}'", "mend the id, or drop it")


def _time_suffices(checked: Checked, _known: References) -> Iterator[Problem]:
    """A mock round that gives its questions more minutes than the round has is misleading."""
    if isinstance(checked.item, Pack) and checked.item.parts:
        questions = [id_ for part in checked.item.parts for id_ in part.questions]
        if len(questions) > checked.item.mock_minutes:
            what = f"{len(questions)} questions in {checked.item.mock_minutes} minutes"
            yield checked.problem(("mock_minutes",), what, "give the round more time")


def _mathematics_reads(checked: Checked, _known: References) -> Iterator[Problem]:
    """Every formula between dollar signs can be shown at a terminal."""
    for key, text in _texts(checked.document.data, ()):
        if not _NOT_MARKDOWN.isdisjoint(key):
            continue
        line = checked.document.line(key)
        for problem in _math_problems(text):
            yield Problem(checked.document.path, line, problem, _MATH_HINT)


def _symbols_read(checked: Checked, _known: References) -> Iterator[Problem]:
    """The LaTeX that a formula shows without dollar signs."""
    if not isinstance(checked.item, Formula):
        return
    shown: list[tuple[Key, str]] = [(("reference",), checked.item.reference)]
    for name, entries in (("symbols", checked.item.symbols), ("accepts", checked.item.accepts)):
        for index, each in enumerate(entries):
            shown.append(((name, index), getattr(each, "symbol", "") or getattr(each, "form", "")))
    for key, latex in shown:
        try:
            mathtext.render(latex)
        except mathtext.MathError as error:
            yield checked.problem(key, f"mathematics: {error}", _MATH_HINT)


# LaTeX without dollar signs, and sentences as candidates type them.
_NOT_MARKDOWN = {"reference", "symbol", "form", "forms", "examples"}
_NOT_MARKDOWN |= {"patterns", "partly", "concepts"}
_MATH_HINT = "use the LaTeX subset of rlprep.mathtext, and balance the dollar signs"


def _exercise_is_whole(checked: Checked, _known: References) -> Iterator[Problem]:
    if isinstance(checked.item, Exercise) and checked.entry:
        stem = checked.entry.solution
        yield from exercise_problems(checked.item, checked.document, stem)


def _exercises_without_cases(items: list[Checked]) -> Iterator[Problem]:
    """Code of rlprep makes the cases of the shipped exercises; nothing makes those of others."""
    for checked in items:
        if isinstance(checked.item, Exercise) and checked.item.cases is None:
            hint = "add cases: with sizes: and draws:"
            yield checked.problem(("id",), "nothing says how hidden cases are drawn", hint)


_CHECKS: list[Callable[[Checked, References], Iterator[Problem]]] = [
    _id_is_the_stem,
    _inner_ids_differ,
    _references_exist,
    _time_suffices,
    _mathematics_reads,
    _symbols_read,
    _exercise_is_whole,
]


def _texts(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    """Yield every text below `value` with its place."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*key, str(name)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*key, index))


def _math_problems(text: str) -> Iterator[str]:
    plain = ""
    for piece, is_math, _ in mathtext.spans(text):
        if not is_math:
            plain += piece
            continue
        try:
            mathtext.render(piece)
        except mathtext.MathError as error:
            yield f"mathematics: {error} in ${piece.strip()[:40]}$"
    if re.search(r"(?<!\\)\$", plain):
        yield "a dollar sign without its partner"
    if stray := re.search(r"\\[A-Za-z]{2,}", plain):
        yield f"'{stray[0]}' stands outside of dollar signs"


def _solutions(root: Path, entries: list[Entry]) -> Iterator[Problem]:
    """Every question has a model answer that reads; every file in solutions/ answers an item."""
    for entry in entries:
        answer = entry.solution.with_suffix(".md")
        if entry.kind == "question" and not answer.is_file():
            hint = f"write {answer}"
            yield Problem(entry.file, None, f"question '{entry.id}' has no model answer", hint)
    stems = {entry.solution for entry in entries}
    for file in sorted((root / "solutions").rglob("*.md")):
        if "mistakes" not in file.parts and file.with_suffix("") not in stems:
            yield Problem(file, None, "answers no item", "it needs the item's path and name")
        try:
            text = read_text(file)
        except UnreadableError as error:
            yield error.problem
            continue
        for number, paragraph in _paragraphs(text):
            for problem in _math_problems(paragraph):
                yield Problem(file, number, problem, _MATH_HINT)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a Markdown text, code blocks left out, with their first lines."""
    number = 1
    for piece in re.split(r"(\n\s*\n)", re.sub(r"```.*?```", _blank, text, flags=re.DOTALL)):
        if piece.strip():
            yield number, re.sub(r"`[^`]*`", "", piece)
        number += piece.count("\n")


def _blank(code: re.Match[str]) -> str:
    return "\n" * code[0].count("\n")


def _questions_without_part(items: list[Checked]) -> Iterator[Problem]:
    asked = {
        id_
        for checked in items
        if isinstance(checked.item, Pack)
        for part in checked.item.parts
        for id_ in part.questions
    }
    for checked in items:
        if isinstance(checked.item, Question) and checked.item.id not in asked:
            hint = "name it in a part of pack.yaml"
            yield checked.problem(("id",), f"question '{checked.item.id}' is in no part", hint)
