"""Traps and model answers name the labs that show them."""

from pathlib import Path

import pytest

from rlprep.bank.load import load_bank
from rlprep.interview.model_answer import show_model_answer, show_traps
from rlprep.labs.catalogue import labs_by_topic
from rlprep.report.screen import PlainScreen

BANK = load_bank()


class Ready(PlainScreen):
    """A candidate who types one thing whatever is asked."""

    def __init__(self, typed: str) -> None:
        super().__init__("unicode")
        self.typed = typed

    def ask(self, prompt: str) -> str:
        return self.typed


def test_a_trap_names_the_labs_that_disprove_it(capsys: pytest.CaptureFixture[str]):
    show_traps(Ready(""), BANK.question("kv_4x"), (), labs_by_topic())
    said = " ".join(capsys.readouterr().out.split())
    assert "See it: rlprep lab run recall, rlprep lab run kv-cache." in said
    # The trap on query heads has no lab, and says nothing about one.
    assert "query heads from 32 to 8" in said
    assert said.count("See it") == 3


def test_a_claim_that_was_corrected_is_not_corrected_twice(capsys: pytest.CaptureFixture[str]):
    question = BANK.question("kv_4x")
    yours, other = question.misconceptions[:2]
    show_traps(Ready(""), question, {yours.id: True}, labs_by_topic())
    said = " ".join(capsys.readouterr().out.split())
    assert "Four KV heads (GQA-4) give the factor four. Yours: see above." in said
    assert yours.correction.split(". ")[0] not in said
    assert other.correction.split()[0] in said


def test_a_model_answer_ends_with_its_labs(capsys: pytest.CaptureFixture[str]):
    question, file = BANK.question("gqa"), BANK.solution("question", "gqa")
    show_model_answer(Ready(""), question, file, labs_by_topic())
    assert capsys.readouterr().out.endswith("See it: rlprep lab run kv-cache\n")


def test_a_skipped_answer_and_a_question_without_labs_name_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    question = BANK.question("gqa")
    show_model_answer(Ready("s"), question, BANK.solution("question", "gqa"), labs_by_topic())
    (tmp_path / "gqa.md").write_text("Short.")
    show_model_answer(Ready(""), question, tmp_path / "gqa.md")
    show_model_answer(Ready(""), question, None, labs_by_topic())
    assert capsys.readouterr().out == "Short.\n"


@pytest.mark.parametrize("id_", ["linear_attention", "gqa", "softmax_wins", "kv_4x"])
def test_every_question_on_attention_has_a_lab(id_: str):
    assert labs_by_topic()[id_]
