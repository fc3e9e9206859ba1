"""The class's secret, and the seeds from it."""

import stat

import pytest

from rlprep.classroom.key import Key, is_open_to_others, make_key, read_key
from rlprep.errors import LearnerError, RlprepError


def test_a_key_is_made_for_its_owner_only_and_read_back(tmp_path):
    path = tmp_path / "class.key"
    made = make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not is_open_to_others(path)
    assert read_key(path) == made
    assert make_key(tmp_path / "other.key") != made
    path.chmod(0o644)
    assert is_open_to_others(path)
    assert not is_open_to_others(tmp_path / "nowhere")


def test_nothing_is_overwritten_or_written_through_a_link(tmp_path):
    path, link = tmp_path / "class.key", tmp_path / "link.key"
    made = make_key(path)
    link.symlink_to(tmp_path / "elsewhere")
    for taken in (path, link):
        with pytest.raises(RlprepError, match="can't be written"):
            make_key(taken)
    assert read_key(path) == made
    assert not (tmp_path / "elsewhere").exists()


def test_a_short_key_is_refused(tmp_path):
    path = tmp_path / "class.key"
    path.write_bytes(b"secret\n")
    with pytest.raises(LearnerError, match="no class key: 16 to 4096 bytes"):
        read_key(path)
    with pytest.raises(LearnerError, match="no such file"):
        read_key(tmp_path / "nowhere")


def test_seeds_depend_on_the_student_and_the_key_and_on_nothing_else():
    key, other = Key(b"k" * 16), Key(b"l" * 16)
    assert key.seed("ada") == key.seed("ada") == 174647331178518
    assert len({key.seed("ada"), key.seed("bob"), other.seed("ada")}) == 3
    assert key.seed("=cmd()\n\u202e名") < 2**48
    assert key.fingerprint != other.fingerprint


def test_a_key_doesnt_print_its_secret():
    assert "kkk" not in repr(Key(b"k" * 16))
