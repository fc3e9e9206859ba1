"""The labelled data files, and the formulas of the bank as the engine takes them."""

import json
from functools import cache
from pathlib import Path

import yaml

from rlprep.content import content_root
from rlprep.formula.spec import FormulaSpec, RightForm, WrongForms
from tests.formula.corpus.variants import Line

DATA = Path(__file__).parents[2] / "data"
# Ids of the bank are lower-case; this is the one slug of the development file that is not.
SLUGS = {"F_not_inverse": "fisher_not_inverse"}


@cache
def load(name: str) -> tuple[Line, ...]:
    """Return the lines of `formulas_<name>.jsonl`, their misconceptions by the bank's ids."""
    lines = []
    for row in (DATA / f"formulas_{name}.jsonl").read_text(encoding="utf-8").splitlines():
        fields = json.loads(row)
        slug = fields["misconception"]
        lines.append(Line(**fields | {"misconception": SLUGS.get(slug, slug)}))
    return tuple(lines)


@cache
def specs() -> dict[str, FormulaSpec]:
    """Return every formula of the bank, by id."""
    found = {}
    for path in sorted((content_root() / "questions" / "formulas").glob("*.yaml")):
        item = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[item["id"]] = FormulaSpec(
            item["id"],
            item["reference"],
            tuple(
                WrongForms(entry["id"], tuple(entry["forms"]), entry["text"])
                for entry in item["misconceptions"]
            ),
            tuple(RightForm(entry["form"], entry["because"]) for entry in item.get("accepts", ())),
        )
    return found
