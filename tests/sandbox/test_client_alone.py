"""The client with a worker that is made up: what it retries, what it drops, and what it says.

Nothing is started. What a real worker does is in `test_client`.
"""

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from rlprep.sandbox import client
from rlprep.sandbox.case import Limits, Mode, Outcome, SandboxError, Status, Wants
from rlprep.sandbox.client import Sandbox
from rlprep.sandbox.process import Ended, WorkerDiedError

KILLED = {"ended": signal.SIGKILL, "cpu_s": 0.5, "by_us": False}
ENDED = {"ended": 0, "cpu_s": 0.5, "by_us": False}


class Worker:
    """Answers every order as the test's script says; remembers what it was asked."""

    made: "list[Worker]"
    on_answer: Callable[["Worker"], dict[str, Any]]
    layers: dict[str, Any]

    def __init__(self, mode: Mode, *, forks: bool) -> None:
        self.mode, self.forks = mode, forks
        self.asked: list[dict[str, Any]] = []
        self.ended: list[float | None] = []
        self.hung_up = False
        type(self).made.append(self)

    def begin(self, timeout_s: float) -> dict[str, Any]:
        return {"versions": {"torch": "2"}, "layers": self.layers}

    def ask(self, message: dict[str, Any], fds: Any = ()) -> None:
        self.asked.append(message)

    def answer(self, timeout_s: float) -> dict[str, Any]:
        return type(self).on_answer(self)

    def end(self, patience_s: float | None = None) -> Ended:
        self.ended.append(patience_s)
        return Ended(0, 2.0, False)

    def hang_up(self) -> None:
        self.hung_up = True


class Channels:
    """Pipes of which nothing comes."""

    cut_short: Status | None = None
    complete = True
    raises: BaseException | None = None
    closed = 0
    theirs_closed = False

    def __init__(self) -> None:
        self.theirs: list[int] = []
        self.report = self
        self.printed = b"caf\xe9"

    def close_theirs(self) -> None:
        self.theirs_closed = True

    def close(self) -> None:
        Channels.closed += 1

    def exchange(self, request: Any, limits: Limits) -> Status | None:
        assert self.theirs_closed  # else the end of what the child writes would never be seen
        if self.raises:
            raise self.raises
        time.sleep(0.002)
        return self.cut_short


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> type[Worker]:
    class Mine(Worker): ...

    Mine.made, Mine.layers = [], {}
    script(Mine)
    monkeypatch.setattr(client, "WorkerProcess", Mine)
    monkeypatch.setattr(client, "Channels", Channels)
    monkeypatch.setattr(client, "request_of", lambda *_: [])
    monkeypatch.setattr(
        client, "outcome_of", lambda cut, *_: Outcome(cut or Status.RETURNED, value=4)
    )
    monkeypatch.setattr(client, "CAN_FORK", True)
    monkeypatch.setattr(Channels, "closed", 0)
    return Mine


def run(sandbox: Sandbox, source: bytes = b"", **more: Any) -> Outcome:
    return sandbox.run(source, "f", [], **more)


def script(worker: type[Worker], *answers: Any) -> None:
    """Make all workers together answer in this order, then as they would."""
    left = list(answers)

    def on_answer(self: Worker) -> dict[str, Any]:
        answer = left.pop(0) if left else (ENDED if "end" in self.asked[-1] else {})
        if isinstance(answer, BaseException):
            raise answer
        return answer

    worker.on_answer = staticmethod(on_answer)


def test_a_case_is_asked_for_ended_and_told(worker):
    with Sandbox(Mode.OFF) as sandbox:
        outcome = run(sandbox, limits=Limits(timeout_s=3, memory_bytes=77))
        (only,) = worker.made
        assert only.asked == [
            {"run": {"memory_bytes": 77, "timeout_s": 3, "first_uses": []}},
            {"end": 0.0},
        ]
        assert (outcome.value, outcome.printed, outcome.cpu_s) == (4, "caf\ufffd", 0.5)
        assert 0.002 <= outcome.wall_s < 5
        assert only.ended == []
    assert only.ended == [None]
    assert Channels.closed == 1


def test_one_worker_serves_every_case_and_is_made_by_the_first(worker):
    sandbox = Sandbox(Mode.OFF)
    assert worker.made == []
    run(sandbox)
    run(sandbox)
    assert [each.mode for each in worker.made] == [Mode.OFF]
    sandbox.close()
    sandbox.close()
    assert worker.made[0].ended == [None]
    run(sandbox)
    assert len(worker.made) == 2


def test_what_a_source_may_use_is_prepared_before_the_clock_runs(worker):
    sandbox = Sandbox(Mode.OFF)
    run(sandbox, b"torch.func.grad(f)(x)")
    run(sandbox, b"y.backward(v)")
    assert [each["run"]["first_uses"] for each in worker.made[0].asked if "run" in each] == [
        ["func"], ["grad_outputs"],
    ]  # fmt: skip


def test_a_case_that_ended_without_a_report_is_given_time_to_be_dead(worker, monkeypatch):
    monkeypatch.setattr(Channels, "complete", False)
    run(Sandbox(Mode.OFF))
    assert worker.made[0].asked[-1] == {"end": client.DYING_S}
    monkeypatch.setattr(Channels, "cut_short", Status.TIMEOUT)
    assert run(Sandbox(Mode.OFF)).status is Status.TIMEOUT
    assert worker.made[1].asked[-1] == {"end": 0.0}


def test_a_case_that_somebody_killed_is_run_again_twice_at_most(worker, monkeypatch):
    monkeypatch.setattr(Channels, "complete", False)
    script(worker, {}, KILLED, {}, KILLED, {}, ENDED)
    assert run(Sandbox(Mode.OFF)).value == 4
    (only,) = worker.made
    assert len(only.asked) == 6
    script(worker, *[{}, KILLED] * 3)
    with pytest.raises(SandboxError) as caught:
        run(Sandbox(Mode.OFF))
    assert str(caught.value) == (
        "the sandbox's worker, or the case's process, was killed again and again"
        "\n  try: run 'rlprep doctor'; is the machine out of memory?"
    )


@pytest.mark.parametrize("ended", [{**KILLED, "by_us": True}, {**KILLED, "ended": signal.SIGSEGV}])
def test_a_case_that_we_killed_or_that_crashed_is_told(worker, monkeypatch, ended):
    monkeypatch.setattr(Channels, "complete", False)
    script(worker, {}, ended)
    assert run(Sandbox(Mode.OFF)).value == 4
    assert len(worker.made[0].asked) == 2


def test_a_report_that_is_whole_counts_whoever_killed_it_afterwards(worker):
    script(worker, {}, KILLED)
    assert run(Sandbox(Mode.OFF)).value == 4
    assert len(worker.made[0].asked) == 2


def test_a_case_that_was_cut_short_is_told_whoever_killed_it(worker, monkeypatch):
    monkeypatch.setattr(Channels, "complete", False)
    monkeypatch.setattr(Channels, "cut_short", Status.OUTPUT_LIMIT)
    script(worker, {}, KILLED)
    assert run(Sandbox(Mode.OFF)).status is Status.OUTPUT_LIMIT
    assert len(worker.made[0].asked) == 2


def test_a_worker_that_dies_is_replaced_twice_at_most(worker):
    script(worker, WorkerDiedError(), {}, WorkerDiedError(), {}, ENDED)
    assert run(Sandbox(Mode.OFF)).value == 4
    assert [each.ended for each in worker.made] == [[None], [None], []]
    script(worker, WorkerDiedError(), WorkerDiedError(), WorkerDiedError())
    with pytest.raises(SandboxError, match="killed again and again"):
        run(Sandbox(Mode.OFF))
    assert [each.ended for each in worker.made[3:]] == [[None], [None], [None]]


def test_a_machine_that_refuses_is_said_at_once(worker):
    script(worker, OSError(24, "Too many open files"))
    with pytest.raises(SandboxError) as caught:
        run(Sandbox(Mode.OFF))
    assert str(caught.value) == (
        "the machine refused what the sandbox needs: Too many open files"
        "\n  try: are its processes, memory or open files used up?"
    )
    assert [each.ended for each in worker.made] == [[None]]
    assert Channels.closed == 1


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), MemoryError()])
def test_no_child_outlives_an_interruption(worker, monkeypatch, interruption):
    monkeypatch.setattr(Channels, "raises", interruption)
    with pytest.raises(type(interruption)):
        run(Sandbox(Mode.OFF))
    assert [each.ended for each in worker.made] == [[None]]


def test_a_worker_with_threads_is_replaced_by_one_that_doesnt_fork(worker, monkeypatch):
    script(worker, {"threads": 3}, {"cpu_s": 0.25}, {"cpu_s": 2.5})
    sandbox = Sandbox(Mode.OFF)
    assert run(sandbox).cpu_s == 1.75
    assert [(each.forks, each.ended) for each in worker.made] == [(True, [None]), (False, [1.0])]
    assert all("end" not in order for each in worker.made for order in each.asked)
    monkeypatch.setattr(Channels, "cut_short", Status.TIMEOUT)
    assert run(sandbox).cpu_s == 0.0
    assert [each.ended for each in worker.made[2:]] == [[0.0]]
    assert not worker.made[2].forks


def test_where_nothing_forks_the_first_worker_doesnt_either(worker, monkeypatch):
    monkeypatch.setattr(client, "CAN_FORK", False)
    with Sandbox(Mode.OFF):
        assert [each.forks for each in worker.made] == [False]


def test_strict_refuses_before_anything_runs_where_a_layer_is_missing(worker, monkeypatch):
    def require(layers: dict[str, Any]) -> None:
        if not layers:
            raise SandboxError("a layer is missing")

    monkeypatch.setattr(client, "require", require)
    with pytest.raises(SandboxError, match="a layer is missing"):
        run(Sandbox(Mode.STRICT))
    assert [(each.asked, each.ended) for each in worker.made] == [([], [None])]
    assert run(Sandbox(Mode.BEST_EFFORT)).value == 4
    with pytest.raises(SandboxError, match="a layer is missing"):
        Sandbox(Mode.STRICT).wait_ready()
    assert worker.made[-1].ended == [None]
    worker.layers = {"landlock": True}
    assert run(Sandbox()).value == 4
    assert worker.made[-1].mode is Mode.STRICT


def test_what_a_worker_has_is_asked_once_and_known_then(worker, monkeypatch):
    asked = []
    monkeypatch.setattr(worker, "begin", lambda *_: asked.append(1) or {"layers": {}})
    with Sandbox(Mode.OFF) as sandbox:
        assert sandbox.wait_ready() == sandbox.wait_ready() == {"layers": {}}
        run(sandbox)
    assert len(asked) == 1


def test_after_an_abort_nothing_is_started_again(worker):
    fresh = Sandbox(Mode.OFF)
    fresh.abort()
    with pytest.raises(SandboxError, match="the sandbox was told to stop"):
        run(fresh)
    assert worker.made == []
    with Sandbox(Mode.OFF) as sandbox:
        run(sandbox)
        sandbox.abort()
        assert worker.made[0].hung_up
        script(worker, WorkerDiedError())
        with pytest.raises(SandboxError, match="the sandbox was told to stop"):
            run(sandbox)
    assert [each.ended for each in worker.made] == [[None]]


def test_an_abort_while_a_worker_starts_ends_it(worker, monkeypatch):
    sandbox = Sandbox(Mode.OFF)
    make = client.WorkerProcess

    def slow(mode: Mode, *, forks: bool) -> Any:
        made = make(mode, forks=forks)
        sandbox.abort()
        return made

    monkeypatch.setattr(client, "WorkerProcess", slow)
    with pytest.raises(SandboxError, match=r"^the sandbox was told to stop$"):
        sandbox.wait_ready()
    assert [each.ended for each in worker.made] == [[None]]


def test_what_isnt_asked_for_has_a_default(worker, monkeypatch):
    seen = []
    arities = []

    def outcome_of(cut: Any, report: Any, wants: Wants, arity: int, status: int) -> Outcome:
        arities.append(arity)
        return Outcome(Status.RETURNED)

    monkeypatch.setattr(client, "outcome_of", outcome_of)
    monkeypatch.setattr(client, "request_of", lambda *order: seen.append(order) or [])
    run(Sandbox("off"))  # type: ignore[arg-type]
    run(Sandbox(Mode.OFF), seed=7, wants=Wants(work=True))
    assert seen == [
        (b"", "f", [], Wants(), Limits(), 0), (b"", "f", [], Wants(work=True), Limits(), 7),
    ]  # fmt: skip
    Sandbox(Mode.OFF).run(b"", "f", [1.0, None])
    assert arities == [0, 0, 2]
