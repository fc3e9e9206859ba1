"""Labelled variants of the bank's formulas, by notation and by known mistakes, from a seed.

Every right form of the bank is written in other hands and notations and stays right; every wrong
form stays wrong, with its misconception; a right form changed by a generic slip (a sign, a factor)
becomes wrong. Nothing here knows how the reader or the deciders work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

import yaml

from rlprep.content import content_root
from tests.formula.corpus import code_forms, junk, latex_style, plain_style, wrapping


@dataclass(frozen=True)
class Line:
    """One labelled input, with the fields of the data files."""

    formula: str
    input: str
    notation: str
    expect: str
    misconception: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Form:
    """A form of the bank: its LaTeX, and its misconception where it is wrong."""

    tex: str
    misconception: str | None


@cache
def bank_forms() -> dict[str, tuple[Form, ...]]:
    """Return every right and wrong form of the bank, by formula."""
    forms: dict[str, tuple[Form, ...]] = {}
    for path in sorted((content_root() / "questions" / "formulas").glob("*.yaml")):
        item = yaml.safe_load(path.read_text(encoding="utf-8"))
        right = [item["reference"], *(entry["form"] for entry in item.get("accepts", ()))]
        wrong = [
            Form(form, entry["id"]) for entry in item["misconceptions"] for form in entry["forms"]
        ]
        forms[item["id"]] = (*(Form(tex, None) for tex in right), *wrong)
    return forms


def variants(seed: int = 0, rounds: int = 2) -> list[Line]:
    """Return distinct labelled variants; one round writes each form once in each notation."""
    rng = Random(seed)
    lines: dict[tuple[str, str], Line] = {}
    for _ in range(rounds):
        for line in _round(rng):
            lines.setdefault((line.formula, line.input), line)
    return list(lines.values())


def _round(rng: Random) -> Iterator[Line]:
    for formula, forms in bank_forms().items():
        for form in forms:
            yield from _written(formula, form, rng)
        yield from _slips(formula, forms[0], rng)
        for template, slug in code_forms.TEMPLATES.get(formula, ()):
            code = code_forms.fill(template, rng)
            yield _line(formula, code, "python", Form(template, slug))
    names = list(bank_forms())
    for text in (*junk.FIXED, *(junk.random_text(rng) for _ in range(20))):
        yield Line(rng.choice(names), text, "ascii", "unparseable")


def _written(formula: str, form: Form, rng: Random) -> Iterator[Line]:
    style = latex_style.random_style(rng)
    tex = latex_style.restyle(formula, form.tex, style)
    tex = wrapping.wrap(formula, wrapping.respace(tex, rng), rng)
    yield _line(formula, tex, "latex", form)
    if plain_style.typable(form.tex):
        yield _line(formula, plain_style.to_unicode(form.tex, rng), "unicode", form)
        yield _line(formula, plain_style.to_ascii(form.tex, rng), "ascii", form)


def _line(formula: str, text: str, notation: str, form: Form) -> Line:
    expect = "equivalent" if form.misconception is None else "different"
    return Line(formula, text, notation, expect, form.misconception or None)


# A changed sign or factor. Relations and problems are left out (a constraint times two says the
# same), and objectives get the sign only (a factor moves no maximum).
SIGN = "-\\left({}\\right)"
FACTORS = (r"2 \left({}\right)", r"\frac{{1}}{{2}} \left({}\right)")
WITHOUT_SLIPS = frozenset(
    {"trpo", "trpo_constraint", "linear_attention_causal", "policy_gradient", "ppo_total"}
)
OBJECTIVES = frozenset({"ppo_clip", "ppo_kl_penalty", "trpo_objective"})


def _slips(formula: str, reference: Form, rng: Random) -> Iterator[Line]:
    """Yield the reference with a generic slip around its right-hand side."""
    if formula in WITHOUT_SLIPS:
        return
    left, _, body = reference.tex.split(r", \quad")[0].rpartition(" = ")
    slips = (SIGN,) if formula in OBJECTIVES else (SIGN, *FACTORS)
    for slip in slips:
        changed = slip.format(body)
        if formula == "gae_recursive" or (left and rng.random() < 0.5):
            changed = f"{left.split(' = ')[0]} = {changed}"
        yield Line(formula, changed, "latex", "different", None, "generic slip")
