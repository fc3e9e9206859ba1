"""Several terminals at once, and terminals that are killed: nothing acknowledged is lost."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from rlprep.progress.store import Store

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rlprep.progress.attempt import Attempt
from rlprep.progress.store import Store
store = Store(Path(sys.argv[1]), print)
while True:
    attempt = Attempt("question", "gae", datetime.now(UTC), 1.0, details={"text": "x" * 3000})
    store.add([attempt])
    print(attempt.id, flush=True)
"""
WRITERS, ROUNDS = 4, 4


def start(home: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )


def test_four_writers_under_kill_9_lose_nothing_that_was_acknowledged(
    tmp_path: Path, environment: dict[str, str], store: Store, told: list[str]
):
    chance = random.Random(6)
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        writers = [start(store.path.parent, environment) for _ in range(WRITERS)]
        for writer in writers:  # in the thick of it: each has written, all go on writing
            assert writer.stdout is not None
            acknowledged.append(writer.stdout.readline().strip())
        for writer in writers:
            time.sleep(chance.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            assert writer.stdout is not None
            # A line that was cut off was not acknowledged.
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
            writer.wait()
            writer.stdout.close()
    kept = [attempt.id for attempt in store.attempts()]
    assert len(acknowledged) >= WRITERS * ROUNDS
    assert not any("warning" in line or " " in line for line in acknowledged)
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert told == []
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_terminals_that_find_a_damaged_file_set_it_aside_once(
    environment: dict[str, str], store: Store
):
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(b"damaged" * 1000)
    writers = [start(store.path.parent, environment) for _ in range(3)]
    lines: list[list[str]] = []
    for writer in writers:
        assert writer.stdout is not None
        heard = [writer.stdout.readline().strip() for _ in range(6)]
        lines.append([line for line in heard if len(line) == 36])
    for writer in writers:
        assert writer.stdout is not None
        writer.kill()
        writer.wait()
        writer.stdout.close()
    kept = {attempt.id for attempt in store.attempts()}
    assert {id_ for heard in lines for id_ in heard} <= kept
    (aside,) = store.path.parent.glob("*.unreadable-*")
    assert aside.read_bytes() == b"damaged" * 1000
