"""Killed at every place, a class is still graded: every mark once, no 0 of ours, nothing left.

One class, four runs: a child and a worker of the sandbox are killed in mid-run and then Ctrl-C is
pressed; the coordinator is killed; the run goes on to its end; and one more finds nothing to do.
Every mark is then compared with the file graded alone.
"""

import os
import signal
from pathlib import Path

import pytest

from rlprep.classroom.journal import open_journal
from rlprep.classroom.record import Entry, State
from rlprep.classroom.replay import essence
from rlprep.grader.grade import Grader
from tests.classroom.generated import ASKED, made_up_class
from tests.classroom.processes import (
    alive,
    below,
    marks,
    running,
    sandbox_workers,
    start,
    until,
)

COUNT = 15
OPTIONS = [word for id_ in ASKED for word in ("--exercise", id_)]


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    made = made_up_class(200, seed=4)
    quick = [name for name in made if not name.startswith("slow")]
    chosen = [n for n in quick if n.startswith(("hostile", "broken"))][:6]
    chosen += [n for n in quick if n.startswith(("right", "wrong"))][: COUNT - 6]
    return {name: made[name] for name in chosen}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sources) -> list[Entry]:
    """The class, graded with all that can go wrong."""
    folder: Path = tmp_path_factory.mktemp("class") / "hw"
    folder.mkdir()
    for student, source in sources.items():
        (folder / f"{student}.py").write_bytes(source)
    journal = folder.with_suffix(".journal")
    grade = ("rlprep", "class", "grade", folder, "--jobs", "2", *OPTIONS)
    interrupted(grade, journal)
    killed(grade, journal)
    with running(start(*grade)) as process:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert f"{COUNT} graded" in out
    assert marks(journal) == COUNT
    with open_journal(journal, writes=False) as opened:
        return list(opened.entries())


def interrupted(grade: tuple[object, ...], journal: Path) -> None:
    """Kill a child and a worker of the sandbox, then press Ctrl-C."""
    with running(start(*grade)) as process:
        until(lambda: marks(journal) >= 2, "two marks")
        victim = kill_a_child(process.pid)
        before = marks(journal)
        until(lambda: marks(journal) > before, "a mark after a child was killed")
        worker = sandbox_workers(process.pid)[0]
        os.kill(worker, signal.SIGKILL)
        before = marks(journal)
        until(lambda: marks(journal) > before, "a mark after a worker was killed")
        everybody = [victim, worker, *below(process.pid)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert "the same command goes on from there" in err
        assert "Traceback" not in err
    assert alive(everybody) == []
    assert marks(journal) < COUNT


def kill_a_child(pid: int) -> int:
    """Kill a process that runs a case: the one below a worker's fork server."""
    found: list[int] = []

    def hit() -> bool:
        workers = sandbox_workers(pid)
        inner = [each for each in workers if each not in _parents(workers)]
        found[:] = [each for each in inner if each not in servers]
        if not found:
            return False
        try:
            os.kill(found[0], signal.SIGKILL)
        except ProcessLookupError:  # it had done its work
            return False
        return True

    # A fork of the server has its command line: who is there all the time is a server.
    servers = set(sandbox_workers(pid))
    for _ in range(50):
        servers &= set(sandbox_workers(pid))
    until(hit, "a child", 30)
    return found[0]


def _parents(pids: list[int]) -> set[int]:
    return {pid for pid in pids if any(child in pids for child in below(pid))}


def killed(grade: tuple[object, ...], journal: Path) -> None:
    """Kill the coordinator."""
    with running(start(*grade)) as process:
        before = marks(journal)
        until(lambda: marks(journal) >= before + 4, "more marks")
        everybody = below(process.pid)
        assert everybody
        process.kill()
        process.communicate()
    until(lambda: not alive(everybody), f"the end of {everybody}", 20)
    assert marks(journal) < COUNT


def test_everybody_has_a_mark(graded, sources):
    assert {each.student for each in graded} == set(sources)
    assert {each.state for each in graded} == {State.GRADED}


def test_every_mark_is_that_of_the_file_graded_alone(graded, sources, bank, sandbox):
    for entry in graded:
        alone = Grader(bank, sandbox, entry.seed).asked("", sources[entry.student], ASKED)
        assert essence(entry.results) == essence(tuple(alone)), entry.student


def test_right_ones_have_full_marks_and_no_other_has(graded):
    for entry in graded:
        points, _ = entry.student.split("_")
        assert (entry.points == 10) == (points == "right"), entry.student
