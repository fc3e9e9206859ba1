import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rlprep.progress.home import data_home
from rlprep.progress.session_log import SCHEMA, SessionLog, read_events, unfinished


def begin(home: Path) -> SessionLog:
    log = SessionLog.create(home)
    log.append({"event": "begin", "schema": SCHEMA})
    return log


def test_events_come_back_as_they_were_written(tmp_path: Path):
    log = begin(tmp_path)
    text = "control \x1b[31m, surrogate \udc80, [red]markup[/red], λ\n\r\u2028"
    log.append({"event": "line", "text": text})
    assert log.path is not None
    assert read_events(log.path)[1] == {"event": "line", "text": text}


def test_a_round_that_another_terminal_holds_is_not_reopened(tmp_path: Path):
    log = begin(tmp_path)
    assert log.path is not None
    assert SessionLog.reopen(log.path) is None
    log.close()
    again = SessionLog.reopen(log.path)
    assert again is not None
    again.close()


def test_a_half_written_last_line_is_ignored_and_does_not_spoil_the_next(tmp_path: Path):
    log = begin(tmp_path)
    assert log.path is not None
    log.close()
    with log.path.open("a") as stream:
        stream.write('{"event":"line","te')
    again = SessionLog.reopen(log.path)
    assert again is not None
    again.append({"event": "line", "text": "after"})
    again.close()
    assert [event["event"] for event in read_events(log.path)] == ["begin", "line"]


def test_finished_and_abandoned_rounds_are_not_offered(tmp_path: Path):
    for event in ("finished", "abandoned"):
        log = begin(tmp_path)
        log.append({"event": event})
        log.close()
    (tmp_path / "sessions" / "99999999T000000Z-alien.jsonl").write_text('["no event"]\n{"a":1}\n')
    open_ = begin(tmp_path)
    open_.close()
    assert [path for path, _ in unfinished(tmp_path)] == [open_.path]


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null/x"])
def test_a_home_that_cannot_be_written_is_a_reason_not_an_error(home: str):
    log = SessionLog.create(Path(home))
    assert log.failure
    log.append({"event": "line"})
    assert list(unfinished(Path(home))) == []


def test_a_full_disk_is_noted_and_the_round_goes_on():
    descriptor = os.open("/dev/full", os.O_WRONLY)
    log = SessionLog(Path("/dev/full"), descriptor, None)
    log.append({"event": "line"})
    assert log.failure == "/dev/full: no space left on device"
    log.append({"event": "line"})
    log.close()


def test_the_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RLPREP_HOME", "/somewhere")
    assert data_home() == Path("/somewhere")
    monkeypatch.delenv("RLPREP_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    if sys.platform == "linux":
        assert data_home() == Path("/xdg/rlprep")


WRITER = """
import sys
from pathlib import Path
from rlprep.progress.session_log import SCHEMA, SessionLog
log = SessionLog.create(Path(sys.argv[1]))
log.append({"event": "begin", "schema": SCHEMA})
number = 0
while True:
    log.append({"event": "line", "text": str(number)})
    print(number, flush=True)
    number += 1
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, environment: dict[str, str]):
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(50)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split("\n")
        writer.wait()
        writer.stdout.close()
        acknowledged = max([*seen, *(int(line) for line in rest[:-1])])
        (path, events), *_ = unfinished(tmp_path)
        assert int(events[acknowledged + 1]["text"]) == acknowledged
        path.write_text(json.dumps({"event": "finished", "schema": SCHEMA}) + "\n")
