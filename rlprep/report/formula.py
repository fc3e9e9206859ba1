"""A verdict on a formula for people: what it is, how that was decided, what differs and where."""

import shutil
from collections.abc import Sequence
from typing import Any

from rlprep import mathtext
from rlprep.bank.formula import Formula
from rlprep.formula.spec import FormulaVerdict
from rlprep.interview.screen import Screen, Tone
from rlprep.report.span import underlined

LIST_SCHEMA = "rlprep.formulas/v1"
_TONES: dict[str, Tone] = {
    "equivalent": "good", "different": "bad", "undecided": "warn", "unreadable": "warn",
}  # fmt: skip


def show_verdict(
    screen: Screen, verdict: FormulaVerdict, formula: Formula, *, with_reference: bool
) -> None:
    """Print a verdict; `with_reference` shows the reference beneath a formula that differs."""
    if verdict.reading:
        screen.prose(f"Read as ${verdict.reading}$")
    screen.say(verdict.verdict, _TONES[verdict.verdict])
    if verdict.message and verdict.message != verdict.verdict:
        screen.say(verdict.message, indent=2)
    if verdict.span and verdict.verdict != "equivalent":
        width = shutil.get_terminal_size().columns - 4
        for line in underlined(verdict.input, verdict.span, width):
            screen.say(line, indent=2)
    if verdict.misconception:
        screen.prose(verdict.misconception[1], indent=2)
    _show_point(screen, verdict.counterexample)
    if verdict.verdict == "different" and with_reference:
        screen.prose(f"Reference: ${formula.reference}$", indent=2)
    for remark in verdict.remarks:
        screen.prose(f"Note: {remark}", indent=2)
    if verdict.proof and verdict.verdict == "equivalent":
        screen.say(f"Decided by {verdict.proof}", "dim", indent=2)


def _show_point(screen: Screen, witness: dict[str, object] | None) -> None:
    """Print the point of a counterexample where the message leaves it out: it holds tables."""
    at = witness.get("at") if witness else None
    if isinstance(at, dict) and any(isinstance(value, list) for value in at.values()):
        where = ", ".join(f"{name} = {_value(value)}" for name, value in at.items())
        screen.say(f"Evaluated at {where}", indent=2)


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return str(value)


def show_formula(screen: Screen, formula: Formula) -> None:
    """Print a formula's reference, symbols, conventions, other right forms and sources."""
    screen.heading(formula.title, formula.id)
    screen.prose(f"$${formula.reference}$$")
    symbols = [f"- ${each.symbol}$: {each.meaning}" for each in formula.symbols]
    screen.prose("\n".join(symbols))
    for name, entries in (
        ("Conventions", [f"- {each}" for each in formula.conventions]),
        ("The same, written otherwise", [f"- ${a.form}$: {a.because}" for a in formula.accepts]),
    ):
        if entries:
            screen.heading(name)
            screen.prose("\n".join(entries))
    screen.say("")
    for source in formula.sources:
        where = f", {source.where}" if source.where else ""
        screen.say(f"Source: {source.cite}{where}", "dim")


def list_text(formulas: Sequence[Formula]) -> str:
    """Return one line a formula."""
    width = max(len(each.id) for each in formulas)
    return "\n".join(f"{each.id:{width}}  {each.title}" for each in formulas)


def list_json(formulas: Sequence[Formula]) -> dict[str, Any]:
    """Return the list as plain data."""
    listed = [{"id": each.id, "title": each.title} for each in formulas]
    return {"schema": LIST_SCHEMA, "formulas": listed}


def pretty(latex: str) -> str:
    """Return LaTeX as a line of Unicode, or as it is where it is outside of the subset."""
    try:
        return mathtext.render(latex)
    except mathtext.MathError:
        return latex
