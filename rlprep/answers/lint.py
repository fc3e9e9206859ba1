"""Do the patterns of a pack read, and do they find what their examples say? For `pack lint`."""

from collections.abc import Iterator

from rlprep.answers.evidence import states_misconception, states_point
from rlprep.answers.pattern import PatternError
from rlprep.answers.rubric import Concepts, compile_rubric, faults
from rlprep.bank.lint import Checked, Report
from rlprep.bank.problem import Problem
from rlprep.bank.schema import Question, Vocabulary

EMPTY_WORDS = ("yes", "no", "it depends")
"""Replies that say nothing."""


def pattern_problems(report: Report, shipped: list[Vocabulary]) -> list[Problem]:
    """Return what is wrong with the patterns of every question that was read.

    Args:
        report: what the bank's own linter has read.
        shipped: the vocabularies that every pack may use.
    """
    own = [each.item for each in report.items if isinstance(each.item, Vocabulary)]
    known = [*own, *shipped]
    problems: list[Problem] = []
    for checked in report.items:
        if isinstance(checked.item, Vocabulary):
            problems += _vocabulary(checked, checked.item, known)
        elif isinstance(checked.item, Question):
            problems += _question(checked, checked.item, known)
    return problems


def _vocabulary(checked: Checked, item: Vocabulary, known: list[Vocabulary]) -> Iterator[Problem]:
    concepts = Concepts(None, [item, *known])
    for name in item.concepts:
        try:
            concepts.resolve(name)
        except PatternError as error:
            yield checked.problem(("concepts", name), f"{name}: {error.what}", error.hint)


def _question(checked: Checked, item: Question, known: list[Vocabulary]) -> Iterator[Problem]:
    claims = [*item.rubric, *item.misconceptions]
    if not any(claim.patterns for claim in claims):
        return
    unread = False
    for fault in faults(item, known):
        unread = True
        yield checked.problem(fault.key, fault.what, fault.hint)
    for name, entries in (("rubric", item.rubric), ("misconceptions", item.misconceptions)):
        for index, claim in enumerate(entries):
            if not claim.patterns:
                what = f"{claim.id} has no patterns, and others here have"
                yield checked.problem((name, index), what, "write some: see questions/README.md")
    if not unread:
        yield from _examples(checked, item, known)
        yield from _topics(checked, item, known)


def _examples(checked: Checked, item: Question, known: list[Vocabulary]) -> Iterator[Problem]:
    """Every sentence of ``match`` is found by its claim, and none of ``no_match``."""
    rubric = compile_rubric(item, known)
    for name, entries, claims, states in (
        ("rubric", item.rubric, rubric.points, states_point),
        ("misconceptions", item.misconceptions, rubric.misconceptions, states_misconception),
    ):
        for index, (entry, claim) in enumerate(zip(entries, claims, strict=True)):
            if not claim.patterns:
                continue
            for number, sentence in enumerate(entry.examples.match):
                if not states(rubric, claim, sentence):
                    key = (name, index, "examples", "match", number)
                    hint = "add a pattern, or a phrase to a concept"
                    yield checked.problem(key, f"{claim.id}: not found in '{sentence}'", hint)
            for number, sentence in enumerate(entry.examples.no_match):
                if states(rubric, claim, sentence):
                    key = (name, index, "examples", "no_match", number)
                    hint = "demand more: a relation, an order, -( ) or not( )"
                    yield checked.problem(key, f"{claim.id}: found in '{sentence}'", hint)


def _topics(checked: Checked, item: Question, known: list[Vocabulary]) -> Iterator[Problem]:
    """What is only understood before a reply must leave it to the reply to state anything."""
    rubric = compile_rubric(item, known)
    for index, (point, claim) in enumerate(zip(item.rubric, rubric.points, strict=True)):
        if point.topic is None:
            continue
        key = ("rubric", index, "topic")
        if point.ask is None:
            yield checked.problem(key, f"{point.id}: a topic and no question", "write its 'ask'")
        said = (
            (claim, states_point),
            *((each, states_misconception) for each in rubric.misconceptions),
        )
        for each, states in said:
            if any(states(rubric, each, f"{point.topic}: {word}") for word in EMPTY_WORDS):
                yield checked.problem(
                    key,
                    f"{point.id}: its topic alone states {each.id}",
                    "name only what it is about",
                )
