"""The page for pack authors: its example is linted as it is printed."""

import re
from pathlib import Path

from rlprep.bank.lint import lint
from rlprep.bank.load import load_bank
from rlprep.content import content_root

PAGE = content_root() / "questions" / "README.md"


def test_the_example_is_a_sound_pack(tmp_path: Path):
    pack, question = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "questions").mkdir()
    (tmp_path / "solutions").mkdir()
    (tmp_path / "questions" / "pack.yaml").write_text(pack, "utf-8")
    (tmp_path / "questions" / "bellman.yaml").write_text(question, "utf-8")
    (tmp_path / "solutions" / "bellman.md").write_text("# Bellman's equation\n\n$V = r$\n", "utf-8")
    assert lint(tmp_path, {"formula": set(), "exercise": set()}).problems == []
    assert load_bank([tmp_path]).chosen.id == "mine"
