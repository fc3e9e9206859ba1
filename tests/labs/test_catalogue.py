"""The catalogue names what exists: modules, questions, misconceptions."""

from importlib.util import find_spec

import pytest

from rlprep.bank.load import load_bank
from rlprep.errors import MisuseError
from rlprep.labs.catalogue import LABS, find_lab, labs_by_topic
from rlprep.labs.lab import Lab

EACH = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)


def test_names_are_unique():
    assert len({lab.name for lab in LABS}) == len(LABS)


@EACH
def test_a_lab_has_a_module_of_its_name(lab: Lab):
    assert find_spec(f"rlprep.labs.{lab.module}")
    assert lab.module == lab.name.replace("-", "_")


@EACH
def test_a_lab_bears_on_questions_and_misconceptions_of_the_bank(lab: Lab):
    bank = load_bank()
    assert lab.questions
    assert lab.traps
    for id_ in lab.questions:
        bank.question(id_)
    for topic in lab.traps:
        question, _, trap = topic.partition("/")
        assert trap in {each.id for each in bank.question(question).misconceptions}


@EACH
def test_a_lab_says_in_sentences_what_it_shows_and_what_not(lab: Lab):
    for text in (lab.shows, lab.does_not_show):
        assert text.endswith(".")
        assert len(text.split()) > 8
    assert 0 < lab.about_s[0] <= 10
    assert lab.about_s[0] <= lab.about_s[1] <= 60


@pytest.mark.parametrize("name", ["kv-cache", "KV-Cache", "kv_cache", " kv-cache "])
def test_a_lab_is_found_however_its_name_is_typed(name: str):
    assert find_lab(name).name == "kv-cache"


@pytest.mark.parametrize(("name", "hint"), [("recal", "did you mean 'recall'?"), ("zzz", "list")])
def test_an_unknown_lab_is_misuse_with_a_way_on(name: str, hint: str):
    with pytest.raises(MisuseError, match="there is no lab") as refused:
        find_lab(name)
    assert hint in str(refused.value)


def test_topics_lead_to_labs():
    topics = labs_by_topic()
    assert "kv-cache" in topics["gqa"]
    assert "kv-cache" in topics["kv_4x/mqa4"]
    assert set(topics["kv_4x/linear_drop_in"]) >= {"recall", "kv-cache"}
