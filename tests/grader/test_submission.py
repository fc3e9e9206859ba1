"""A path may be anything: a folder, a pipe, a link, 200 MB."""

import os
import socket
from pathlib import Path

import pytest

from rlprep.grader.submission import MAX_BYTES, RefusedError, is_readable, read_submission


def refused(path: Path) -> str:
    with pytest.raises(RefusedError) as caught:
        read_submission(path)
    assert not is_readable(path)
    return str(caught.value)


def test_a_file_is_read_as_it_is(submission):
    submission.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    assert read_submission(submission) == b"\xef\xbb\xbfx = 1\r\n"


def test_no_file(submission):
    assert refused(submission) == "there is no such file"
    assert refused(submission / "below") == "there is no such file"


def test_a_folder(tmp_path):
    assert "a folder" in refused(tmp_path)


def test_a_symbolic_link(submission, tmp_path):
    target = tmp_path / "target.py"
    target.write_text("x = 1\n")
    submission.symlink_to(target)
    assert "symbolic link" in refused(submission)


def test_a_dangling_link(submission):
    submission.symlink_to("nowhere")
    assert "symbolic link" in refused(submission)


def test_a_pipe_isnt_waited_for(submission):
    os.mkfifo(submission)
    assert "a pipe" in refused(submission)


def test_a_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind("s.py")
        assert refused(Path("s.py"))


def test_a_device():
    assert "a device" in refused(Path("/dev/zero"))


def test_two_hundred_megabytes_arent_read(submission):
    with submission.open("wb") as file:
        file.truncate(200 << 20)
    assert "too large" in refused(submission)


def test_just_too_large(submission):
    submission.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "too large" in refused(submission)
    submission.write_bytes(b"#" * MAX_BYTES)
    assert len(read_submission(submission)) == MAX_BYTES


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n"])
def test_empty(submission, data):
    submission.write_bytes(data)
    assert "empty" in refused(submission)


def test_nul_bytes(submission):
    submission.write_bytes("def gae(): pass\n".encode("utf-16"))
    assert "NUL" in refused(submission)


def test_a_name_that_no_file_can_have():
    assert "NUL character" in refused(Path("a\0b.py"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(submission):
    submission.write_text("x = 1\n")
    submission.chmod(0)
    assert "permission denied" in refused(submission)
