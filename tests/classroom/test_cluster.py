"""Marking by Dask: the same marks, whatever is killed; and no mark by anybody who has other code.

One cluster, three runs: a worker with other content is refused; a Dask worker is killed in mid-run,
then the scheduler; with a new scheduler the run goes on to its end.
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rlprep.bank.load import load_bank
from rlprep.classroom import cluster
from rlprep.classroom.journal import open_journal
from rlprep.classroom.marking import MismatchError, Task
from rlprep.classroom.record import Entry, State
from rlprep.classroom.replay import essence
from rlprep.grader.grade import Grader
from rlprep.sandbox.case import Mode
from tests.classroom.generated import ASKED, made_up_class
from tests.classroom.processes import ROOT, alive, below, marks, running, start, until

COUNT = 7
OPTIONS = [word for id_ in ASKED for word in ("--exercise", id_)]


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    made = made_up_class(200, seed=9)
    return {name: made[name] for name in sorted(made) if not name.startswith("slow")}


@pytest.fixture(scope="module")
def address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"


class Machines:
    """A scheduler and workers, as programs."""

    def __init__(self, address: str, stack: ExitStack) -> None:
        self.address = address
        self._stack = stack
        self.workers: list[subprocess.Popen[str]] = []
        self.scheduler = self._run(
            "distributed.cli.dask_scheduler", "--port", address.rpartition(":")[2]
        )

    def add_worker(self, root: Path = ROOT) -> subprocess.Popen[str]:
        """Start a worker with one thread, which nobody starts again."""
        options = ("--nthreads", "1", "--no-nanny", "--death-timeout", "60")
        worker = self._run("distributed.cli.dask_worker", self.address, *options, root=root)
        self.workers.append(worker)
        return worker

    def _run(self, *arguments: object, root: Path = ROOT) -> subprocess.Popen[str]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return self._stack.enter_context(
            running(start(*arguments, "--no-dashboard", root=root, **quiet))
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sources) -> Path:
    path: Path = tmp_path_factory.mktemp("cluster") / "hw"
    path.mkdir()
    for student in list(sources)[:: len(sources) // COUNT][:COUNT]:
        (path / f"{student}.py").write_bytes(sources[student])
    return path


@pytest.fixture(scope="module")
def graded(folder: Path, address: str, tmp_path_factory) -> Iterator[list[Entry]]:
    journal = folder.with_suffix(".journal")
    grade = ("rlprep", "class", "grade", folder, "--scheduler", address, *OPTIONS)
    with ExitStack() as stack:
        machines = Machines(address, stack)
        refused(grade, machines, other_content(tmp_path_factory.mktemp("other")))
        machines.add_worker()
        machines.add_worker()
        lost(grade, machines, journal)
        before = marks(journal)
        assert 0 < before < COUNT
        again = Machines(address, stack)
        again.add_worker()
        with running(start(*grade)) as process:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            assert f"{COUNT} graded" in out
        # The run's sandboxes are gone from a worker that goes on living.
        until(lambda: not below(again.workers[0].pid), "the sandboxes' end", 20)
    with open_journal(journal, writes=False) as opened:
        assert marks(journal) == COUNT
        yield list(opened.entries())


def other_content(root: Path) -> Path:
    """Return a copy of rlprep in which an exercise is worth something else."""
    for name in ("rlprep", "questions", "solutions"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    file = root / "questions" / "exercises" / "gae.yaml"
    file.write_text(file.read_text("utf-8").replace("points: 2", "points: 3"), "utf-8")
    return root


def refused(grade: tuple[object, ...], machines: Machines, root: Path) -> None:
    worker = machines.add_worker(root)
    with running(start(*grade)) as process:
        _, err = process.communicate(timeout=120)
    assert process.returncode == 4, err
    assert "has another content: " in err
    assert "install the same rlprep on all machines" in err
    assert "Traceback" not in err
    worker.kill()
    worker.wait()
    machines.workers.clear()


def lost(grade: tuple[object, ...], machines: Machines, journal: Path) -> None:
    """Kill one of two workers in mid-run, with its task, then the scheduler."""
    with running(start(*grade)) as process:
        until(lambda: marks(journal) >= 2, "two marks")
        first = machines.workers[0]
        orphans = below(first.pid)
        first.kill()
        before = marks(journal)
        until(lambda: marks(journal) > before, "a mark after a worker was killed")
        until(lambda: not alive(orphans), "the end of its sandbox", 20)
        machines.scheduler.kill()
        started = time.monotonic()
        _, err = process.communicate(timeout=120)
        assert process.returncode == 4, err
        assert time.monotonic() - started < 60
        assert f"the scheduler {machines.address} is lost" in err
        assert "the same command goes on from there" in err
        assert "Traceback" not in err
    second = machines.workers[1]
    orphans = below(second.pid)
    second.send_signal(signal.SIGTERM)
    second.wait(timeout=60)
    until(lambda: not alive(orphans), "the end of its sandbox", 20)


def test_everybody_has_a_mark(graded, folder):
    assert {each.student for each in graded} == {file.stem for file in folder.iterdir()}
    assert {each.state for each in graded} == {State.GRADED}


def test_every_mark_is_that_of_the_file_graded_here(graded, sources, bank, sandbox):
    for entry in graded:
        alone = Grader(bank, sandbox, entry.seed).asked("", sources[entry.student], ASKED)
        assert essence(entry.results) == essence(tuple(alone)), entry.student


@pytest.mark.parametrize("at", ["tcp://127.0.0.1:9", "nonsense://?", "no such host:1"])
def test_an_unreachable_scheduler(folder, at, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    with pytest.raises(cluster.RlprepError, match="can't be reached"):
        cluster.Cluster(at, Mode.BEST_EFFORT, load_bank(), ("gae",))


def test_a_worker_compares_before_every_task(monkeypatch):
    class Worker:
        address = "tcp://there:1"

    monkeypatch.setattr(cluster.distributed, "get_worker", Worker)
    orders = cluster.Orders("run", Mode.OFF, "0.0.1+other", "content")
    with pytest.raises(MismatchError, match="tcp://there:1 has another grader"):
        cluster.marked(Task(b"x = 1", 1, ("gae",)), orders)


class Box:
    def __init__(self, mode: Mode) -> None:
        self.log: list[str] = []

    def abort(self) -> None:
        self.log.append("abort")

    def close(self) -> None:
        self.log.append("close")


def test_a_workers_sandboxes_are_lent_one_at_a_time_and_ended_with_the_run(monkeypatch):
    monkeypatch.setattr(cluster, "Sandbox", Box)
    ours = cluster.Orders("ours", Mode.OFF, "", "")
    theirs = cluster.Orders("theirs", Mode.OFF, "", "")
    with cluster._lent(ours) as first, cluster._lent(ours) as second:
        assert first is not second
    with cluster._lent(ours) as again, cluster._lent(theirs) as other:
        assert again in (first, second)
        cluster.release("ours")
        assert {tuple(box.log) for box in (first, second)} == {("abort",), ("abort", "close")}
        assert other.log == []
    assert first.log[-1] == second.log[-1] == "close"
    with pytest.raises(cluster.SandboxError, match="the run has ended"), cluster._lent(ours):
        pass
    cluster._sweep(lambda _: True)
    assert other.log == ["close"]


def test_a_sandbox_that_nobody_uses_any_more_is_ended(monkeypatch):
    monkeypatch.setattr(cluster, "Sandbox", Box)
    monkeypatch.setattr(cluster, "IDLE_S", 0.05)
    with cluster._lent(cluster.Orders("forgotten", Mode.OFF, "", "")) as box:
        time.sleep(0.2)
        assert box.log == []
    until(lambda: box.log == ["close"], "its end", 10)


def test_a_task_says_nothing_of_its_seed_or_source_when_it_is_printed():
    assert "12345" not in repr(Task(b"12345", 12345, ("gae",)))
