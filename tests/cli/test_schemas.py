"""What every command prints as JSON, good, bad and empty, against the schema of its name.

Class, replay and grading start a sandbox: their own tests hold them against the schemas.
"""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from rlprep.cli import doctor
from rlprep.progress.store import Store
from rlprep.report.json_text import json_line
from rlprep.report.schema_files import ITEM, names, schema
from rlprep.sandbox import probe
from tests.cli.help_pages import commands
from tests.conftest import Run
from tests.json_schemas import fits
from tests.progress.conftest import attempt

PRINTED = {
    "quiz": {"questions", "round", "answer", "answer_line"},
    "check-formula": {"formulas", "formula"},
    "grade": {"grade"},
    "review": {"review"},
    "progress": {"progress", "attempt"},
    "exercise list": {"exercises"},
    "exercise show": {"exercise"},
    "lab list": {"labs"},
    "lab run": {"lab"},
    "class grade": {"class"},
    "class status": {"class"},
    "class replay": {"replay"},
    "pack lint": {"lint"},
    "doctor": {"doctor"},
}
REPORTED = {"student"}
"""By --report only, of a class or of `rlprep ci grade`."""
OURS = set(names()) - {ITEM}
INTERNAL = {"autograder", "session"}
"""Files that rlprep writes for itself."""


def test_every_command_that_prints_json_has_a_schema_and_no_schema_is_left_over():
    prints = {name for name, command in commands() if "--json" in options(command)}
    assert prints == set(PRINTED)
    assert set().union(REPORTED, *PRINTED.values()) == OURS


def options(command) -> set[str]:
    return {each for parameter in command.params for each in parameter.opts}


def test_every_tag_in_the_code_has_a_schema():
    package = Path(doctor.__file__).parent.parent
    texts = (file.read_text("utf-8") for file in package.rglob("*.py"))
    tags = {tag for text in texts for tag in re.findall(r'"rlprep\.(\w+)/v1"', text)}
    assert tags == OURS - {"answer_line"} | INTERNAL


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_schema_lets_no_key_drift(name: str):
    """Each object names its keys, or says what the values of any key are."""
    found = schema(name)
    assert found["title"] == f"rlprep.{name.removesuffix('_line')}/v1"
    assert found["description"]

    def check(node: object) -> None:
        if isinstance(node, dict):
            if "properties" in node and "required" in node:
                assert set(node["required"]) == set(node["properties"])
                hands_through = name == "answer_line" and "schema" in node["properties"]
                assert node["additionalProperties"] is hands_through
            for each in node.values():
                check(each)
        elif isinstance(node, list):
            for each in node:
                check(each)

    check(found)
    with pytest.raises(jsonschema.ValidationError):
        fits({"schema": found["title"], "odd": 1}, name)


def test_the_command_lists_and_prints_them(call: Run):
    listed = call("schema").stdout
    assert [line.split()[0] for line in listed.splitlines()] == names()
    assert json.loads(call("schema", "grade").stdout) == schema("grade")
    assert json.loads(call("schema", ITEM).stdout)["$schema"].endswith("2020-12/schema")
    refused = call("schema", "graed")
    assert refused.returncode == 2
    assert refused.stderr == "error: there is no schema 'graed'\n  try: did you mean 'grade'?\n"


CLIP = "check-formula", "ppo_clip", "--json"
WITHOUT_A_FILE = {
    "questions": ("questions", 0, ["quiz", "--list", "--json"]),
    "a round": ("round", 0, ["quiz", "--json"]),
    "a part": ("round", 0, ["quiz", "--part", "P", "--json"]),
    "one question": ("round", 0, ["quiz", "--question", "gae", "--json"]),
    "formulas": ("formulas", 0, ["check-formula", "--list", "--json"]),
    "a right formula": ("formula", 0, [*CLIP, "E[min(r*A, clip(r, 1-eps, 1+eps)*A)]"]),
    "a wrong one": ("formula", 1, [*CLIP, "E[max(r*A, clip(r, 1-eps, 1+eps)*A)]"]),
    "an undecided one": ("formula", 1, [*CLIP, "E[min(r*A, zorp*A)]"]),
    "an unreadable one": ("formula", 3, [*CLIP, "((("]),
    "an empty one": ("formula", 3, [*CLIP, ""]),
    "a wrong coefficient": ("formula", 1, ["check-formula", "td_residual", "r+v'-v", "--json"]),
    "a wrong coefficient of all": (
        "formula",
        1,
        ["check-formula", "ppo_total", "loss = actor_loss + c1*critic_loss + c2*H", "--json"],
    ),
    "a wrong shape": (
        "formula",
        1,
        ["check-formula", "linear_attention_causal", "phi(Q) phi(K) V", "--json"],
    ),
    "a wrong one with tables": ("formula", 1, ["check-formula", "softmax", "exp(z_i)", "--json"]),
    "exercises": ("exercises", 0, ["exercise", "list", "--json"]),
    "labs": ("labs", 0, ["lab", "list", "--json"]),
    "a model's cache": ("lab", 0, ["lab", "run", "kv-cache", "--kv-heads", "4", "--json"]),
    "a first review": ("review", 0, ["review", "--json"]),
    "no progress": ("progress", 0, ["progress", "--json"]),
}


@pytest.mark.parametrize(("name", "code", "arguments"), WITHOUT_A_FILE.values(), ids=WITHOUT_A_FILE)
def test_what_is_printed_fits(call: Run, name: str, code: int, arguments: list[str]):
    done = call(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stderr == ""
    assert done.stdout.isascii()
    assert done.stdout.count("\n") == 1
    fits(json.loads(done.stdout), name)


def test_every_exercise_can_be_shown(call: Run):
    listed = json.loads(call("exercise", "list", "--json").stdout)["exercises"]
    for each in listed:
        shown = json.loads(call("exercise", "show", each["id"], "--json").stdout)
        fits(shown, "exercise")
        assert sum(family["max_points"] for family in shown["families"]) == each["max_points"]


@pytest.mark.parametrize(
    "text", ["", "λ = 0 is one-step TD.", "Ein Satz auf Deutsch, sonst nichts."]
)
def test_a_judged_answer_fits(call: Run, text: str):
    done = call("quiz", "--question", "gae", "--answer", "-", "--json", input=text)
    assert done.returncode == 0
    fits(json.loads(done.stdout), "answer")


def test_lines_of_answers_fit_and_hand_through_nothing_that_is_no_json(call: Run):
    lines = [
        '{"question": "gae", "text": "lambda 0 is one-step TD", "who": "ann"}',
        '{"question": "gae"}',
        '{"question": "gaee", "text": ""}',
        "",
        "no json",
        '{"question": "gae", "text": "", "x": NaN}',
        '{"question": "gae", "text": "", "x": 1e999}',
        '{"question": "gae", "text": "", "x": 1e3}',
    ]
    done = call("quiz", "--batch", "-", input="\n".join(lines))
    assert done.returncode == 3
    results = [json.loads(line) for line in done.stdout.splitlines()]
    for each in results:
        fits(each, "answer_line")
    assert [each.get("line") for each in results] == [None, 2, 3, 4, 5, 6, 7, None]
    assert results[0].pop("who") == "ann"
    assert results[-1].pop("x") == 1000
    fits(results[0], "answer")
    fits(results[-1], "answer")


def test_lines_of_formulas_fit(call: Run):
    lines = [
        '{"formula": "ratio", "input": "pi_new(a|s) / pi_old(a|s)"}',
        '{"formula": "nowhere", "input": "x"}',
        "[]",
    ]
    done = call("check-formula", "--batch", "-", input="\n".join(lines))
    assert done.returncode == 1
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == 3
    for each in results:
        fits(each, "formula")


def test_what_was_practised_fits(call: Run, home: Path):
    Store(home, print).add(
        [
            attempt("gae", share=1.0, day=0),
            attempt("ratio", "formula", 0.0, 0),
            attempt("gae", "exercise", None, 2),
            attempt("an_item_of_another_pack", share=0.5, day=2),
        ]
    )
    assert call("review", "--interview-date", "2999-01-01", "--list").returncode in (0, 2)
    fits(json.loads(call("review", "--json").stdout), "review")
    progress = json.loads(call("progress", "--json").stdout)
    fits(progress, "progress")
    assert progress["items"]
    lines = call("progress", "--export", "-").stdout.splitlines()
    assert len(lines) == 4
    for line in lines:
        fits(json.loads(line), "attempt")


def test_a_sound_pack_and_a_broken_one_fit(call: Run, pack: Path):
    sound = call("pack", "lint", str(pack), "--json")
    assert sound.returncode == 0
    fits(json.loads(sound.stdout), "lint")
    (pack / "questions" / "softmax.yaml").write_text("kind: question\nid: [", "utf-8")
    for place in (pack, pack / "nowhere"):
        broken = call("pack", "lint", str(place), "--json")
        assert broken.returncode == 3
        fits(json.loads(broken.stdout), "lint")


@pytest.mark.parametrize("lacking", [(), ("files", "calls")])
def test_a_machine_with_everything_and_one_without(
    call: Run, monkeypatch: pytest.MonkeyPatch, lacking: tuple[str, ...]
):
    holds = {layer.name: layer.name not in lacking for layer in probe.LAYERS}
    monkeypatch.setattr(probe, "probe", lambda: probe.Probe(holds))
    monkeypatch.setattr(doctor, "_version", lambda library: None if lacking else "1.0")
    done = call("doctor", "--json")
    assert done.returncode == (1 if lacking else 0)
    fits(json.loads(done.stdout), "doctor")


def test_a_line_of_json_is_ascii_and_holds_no_number_that_json_has_not():
    assert json.loads(json_line({"path": "λ\udc80"})) == {"path": "λ\udc80"}
    assert json_line({"path": "λ\udc80\n"}).isascii()
    with pytest.raises(ValueError, match="JSON compliant"):
        json_line({"points": float("nan")})
