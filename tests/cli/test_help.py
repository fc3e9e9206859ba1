"""The help of every command, and one meaning for every option, whichever command has it."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from rlprep.report.class_faces import CLASS_FACES
from rlprep.report.grade_faces import CI_FACES, GRADE_FACES
from tests.cli.help_pages import ROOT, commands, groups
from tests.conftest import Run

COMMANDS = dict(commands())
GROUPS = dict(groups())
PAGES = {**GROUPS, **COMMANDS}
TWO_MEANINGS = {
    "--batch": {"FILE.jsonl", "N"},  # answers to be judged; sequences of a model
    "--to": {"FILE", "FILE.zip", "DIR"},
}
"""Options whose value isn't of one kind, with what each may be."""
CHOICES = {"--sandbox", "--layout", "--kind", "--dtype"}
"""Options that name their values themselves."""
HELPS = {"--batch"}
"""Options that can't be described in the same words."""


def page(name: str) -> str:
    command = PAGES[name]
    context = command.make_context("rlprep", [], resilient_parsing=True, terminal_width=80)
    context.info_name = f"rlprep {name}".strip()
    return command.get_help(context)


def examples(name: str) -> list[str]:
    _, _, end = page(name).partition("\n  Examples:\n")
    return [line.strip() for line in end.splitlines()]


def options(command: Any) -> list[Any]:
    return [each for each in command.params if each.param_type_name == "option"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_80_columns_begins_with_one_sentence_and_ends_with_examples(name: str):
    text = page(name)
    assert max(map(len, text.splitlines())) <= 80
    assert "\b" not in text
    summary = PAGES[name].help.split("\n\n")[0]
    assert summary.endswith(".")
    if name:
        assert "\n" not in summary
        assert len(summary) <= 62  # so that the list of commands has it whole
        assert examples(name)
        assert all(len(each) <= 76 for each in examples(name))
    for each in PAGES[name].params:
        if each.name != "help" and each.name not in ("install_completion", "show_completion"):
            assert each.help, each.name
            assert each.help.endswith("."), each.help


def test_the_lists_of_commands_cut_nothing_short():
    for name in GROUPS:
        assert "..." not in page(name).replace("[ARGS]...", "")


ALL_EXAMPLES = [(name, each) for name in PAGES for each in examples(name)]


@pytest.mark.parametrize(("name", "example"), ALL_EXAMPLES, ids=lambda each: each[:60])
def test_an_example_parses_and_belongs_to_its_page(
    name: str, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(example.partition(" > ")[0])
    assert program == "rlprep"
    if words[0] == "COMMAND":
        return
    command: Any = ROOT
    context: Any = None
    while hasattr(command, "commands"):
        context = command.make_context(words[0], [*words], parent=context)
        command = command.commands[words.pop(0)]
    assert name == "" or PAGES[name] in (command, context and context.command)
    command.make_context("it", words, parent=context)


def test_an_option_has_the_same_words_and_kind_of_value_everywhere():
    """Defaults differ: what a command does without an option is its own business."""
    meanings: dict[str, set[tuple[Any, ...]]] = {}
    for name, command in COMMANDS.items():
        for each in options(command):
            words = "" if each.opts[0] in HELPS else each.help
            value = "" if each.opts[0] in TWO_MEANINGS else each.metavar
            meaning = (*each.opts, *each.secondary_opts, words, value, each.is_flag)
            meanings.setdefault(each.opts[0], set()).add(meaning)
            if each.opts[0] in TWO_MEANINGS:
                assert each.metavar in TWO_MEANINGS[each.opts[0]], name
    for option, found in meanings.items():
        assert len(found) == 1, f"{option}: {found}"


def test_every_value_has_a_name_and_every_option_is_long():
    for name, command in COMMANDS.items():
        for each in command.params:
            if each.param_type_name == "argument":
                assert each.metavar, (name, each.name)
                assert each.metavar.isidentifier() or each.metavar.endswith((".csv", ".apkg"))
                continue
            assert all(option.startswith("--") for option in each.opts), name
            if not each.is_flag and each.opts[0] not in CHOICES:
                assert each.metavar, (name, each.opts)


def test_the_same_words_open_every_group(run: Run):
    group = run("class")
    assert group.returncode == 2
    assert group.stderr.startswith("Usage: rlprep class [OPTIONS] COMMAND [ARGS]...\n")
    done = run("grade", "--nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: rlprep grade [OPTIONS] {FILE}...\n")
    assert "\n\nError: No such option: --nonsense" in done.stderr
    for text in (group.stderr, done.stderr):
        assert not set("╭│╰\x1b") & set(text)


def test_the_pages_name_every_format_of_a_report():
    for name, faces in (
        ("grade", GRADE_FACES), ("ci grade", CI_FACES), ("class report", CLASS_FACES),
    ):  # fmt: skip
        words = set(re.findall(r"[\w-]+", COMMANDS[name].help))
        assert set(faces) <= words, name
