from pathlib import Path

import pytest

from rlprep.bank.load import load_bank
from rlprep.bank.schema import json_schema
from rlprep.bank.select import select
from rlprep.errors import AuthorError, MisuseError


def test_a_given_pack_joins_and_holds_the_round(pack: Path):
    bank = load_bank([pack])
    assert bank.skipped == []
    assert select(bank, part=None, question=None).questions == ("softmax",)
    assert select(bank, part="s", question=None).questions == ("softmax",)
    assert select(bank, part="small:S", question=None).title == "Part S: Small"
    answer = bank.solution("question", "softmax")
    assert answer is not None
    assert answer.name == "softmax.md"


def test_a_pack_from_the_environment_joins_without_taking_over(
    pack: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RLPREP_PACK_PATH", f"{pack}:/nowhere")
    bank = load_bank()
    assert bank.question("softmax").title == "Softmax"
    assert select(bank, part=None, question=None).questions[0] == "on_off_policy"
    assert [name for name, _ in bank.skipped] == ["RLPREP_PACK_PATH /nowhere"]


def test_a_broken_pack_is_skipped_with_its_faults(pack: Path):
    file = pack / "questions" / "softmax.yaml"
    file.write_text(file.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    bank = load_bank([pack])
    (_, problems) = bank.skipped[0]
    assert "unknown key 'titel'" in " ".join(map(str, problems))
    assert "softmax" not in bank.ids("question")


def test_an_id_of_another_pack_cannot_be_taken(pack: Path):
    for folder, suffix in (("questions", ".yaml"), ("solutions", ".md")):
        file = pack / folder / f"softmax{suffix}"
        text = file.read_text("utf-8").replace("id: softmax", "id: gae")
        (pack / folder / f"gae{suffix}").write_text(text, "utf-8")
        file.unlink()
    index = pack / "questions" / "pack.yaml"
    index.write_text(index.read_text("utf-8").replace("[softmax]", "[gae]"), "utf-8")
    bank = load_bank([pack])
    assert "the question id 'gae' is taken" in str(bank.skipped[0][1][0])
    assert bank.question("gae").title == "Generalized advantage estimation"


def test_packs_of_installed_packages_are_found(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site = tmp_path / "site"
    info = site / "someones_pack-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[rlprep.packs]\ngood = someones_pack:folder\nbad = someones_pack:missing\n"
    )
    (site / "someones_pack.py").write_text(f"def folder():\n    return {str(pack)!r}\n")
    monkeypatch.syspath_prepend(str(site))
    bank = load_bank()
    assert "softmax" in bank.ids("question")
    assert bank.skipped[0][0] == "entry point bad"


def test_an_unknown_id_gets_the_one_that_was_meant():
    with pytest.raises(MisuseError, match="there is no question 'gaee'\n  try: did you mean 'gae'"):
        load_bank().question("gaee")


def test_unsound_shipped_content_is_an_authors_error(pack: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rlprep.bank.load.content_root", lambda: pack)
    file = pack / "questions" / "softmax.yaml"
    file.write_text(file.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    with pytest.raises(AuthorError, match=r"softmax.yaml:3: unknown key 'titel'"):
        load_bank().question("softmax")


def test_the_schema_for_editors_accepts_what_the_loader_accepts(pack: Path):
    import jsonschema
    import yaml

    from rlprep.content import content_root

    checker = jsonschema.Draft202012Validator(json_schema())
    files = [*sorted(content_root().joinpath("questions").rglob("*.yaml"))]
    files += sorted(pack.rglob("*.yaml"))
    assert len(files) > 30
    for file in files:
        assert list(checker.iter_errors(yaml.safe_load(file.read_text("utf-8")))) == [], file
    assert list(checker.iter_errors({"kind": "question", "titel": "x"}))
