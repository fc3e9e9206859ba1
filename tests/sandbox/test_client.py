"""Honest submissions through the whole sandbox, and the caller's own accidents."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlprep.sandbox import probe
from rlprep.sandbox.case import Limits, Mode, SandboxError, Stage, Status, Wants
from rlprep.sandbox.client import FIRST_USES, Sandbox
from rlprep.sandbox.wire import Built, LeavesOf
from rlprep.sandbox.worker import MANY_CASES
from tests.sandbox.conftest import descendants

DOUBLE = b"def f(x):\n    return x * 2\n"


def assert_close(got: object, expected: Any, *, atol: float = 0.0) -> None:
    assert isinstance(got, np.ndarray)
    np.testing.assert_allclose(got, expected, atol=atol)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x", np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])),
        ("return x.float()", np.arange(6, dtype=np.float32).reshape(2, 3)),
        ("return x.T", np.arange(6.0).reshape(2, 3).T),
        ("return x[:, ::2]", np.array([[0.0, 2.0], [3.0, 5.0]])),
        ("return x > 2", np.arange(6.0).reshape(2, 3) > 2),
        ("return x.sum()", np.array(15.0)),
        ("return np.asarray(x).sum()", np.array(15.0)),
        ("return np.asarray(x)[::-1]", np.arange(6.0).reshape(2, 3)[::-1]),
        ("return x.sum().item()", 15.0),
        ("return x.tolist()", [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]),
        ("return x[0], [x[1], 3], None, True", None),
        ("return x.requires_grad_().exp().log().round()", np.arange(6.0).reshape(2, 3)),
        ("return torch.nn.functional.softmax(x, -1).sum(-1).round()", np.ones(2)),
        ("return x[:, :0]", np.zeros((2, 0))),
        ("return 10**40", 10**40),
        ("return float('nan')", float("nan")),
        ("print('hello'); return np.linalg.norm(x).round()", np.array(7.0)),
        ("return torch.func.grad(lambda a: (a * a).sum())(x)", 2 * np.arange(6.0).reshape(2, 3)),
    ],
)
def test_what_is_returned_comes_back(body: str, expected: Any, strict: Sandbox):
    source = f"import numpy as np\nimport torch\n\n\ndef f(x):\n    {body}\n".encode()
    outcome = strict.run(source, "f", [np.arange(6.0).reshape(2, 3)])
    assert outcome.status is Status.RETURNED, outcome
    if expected is None:
        first, (second, three), none, true = outcome.value
        np.testing.assert_array_equal(np.stack([first, second]), np.arange(6.0).reshape(2, 3))
        assert (three, none, true) == (3, None, True)
        return
    np.testing.assert_equal(outcome.value, expected)
    assert type(outcome.value) is type(expected)
    if isinstance(expected, np.ndarray):
        assert outcome.value.dtype == expected.dtype
        assert outcome.value.shape == expected.shape


def test_arguments_of_every_kind_arrive(strict: Sandbox):
    source = b"""
def f(none, true, number, real, flags, counts, single, pair):
    kinds = [str(a.dtype) for a in (flags, counts, single, pair[1][0])]
    assert none is None and true is True and type(number) is int and type(real) is float
    assert kinds == ["torch.bool", "torch.int64", "torch.float32", "torch.float64"], kinds
    assert type(pair) is tuple and type(pair[1]) is list and counts.shape == (2, 1)
    return 1.0
"""
    arguments = [
        None,
        True,
        3,
        0.5,
        np.array([True]),
        np.array([[1], [2]]),
        np.array([1.5], np.float32),
    ]
    outcome = strict.run(source, "f", [*arguments, (1.0, [np.array(2.0)])])
    assert (outcome.value, outcome.error) == (1.0, None)


def test_gradients_come_back_by_position(strict: Sandbox):
    source = b"def f(x, unused, y):\n    return (x * y**2).sum()\n"
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    outcome = strict.run(source, "f", [x, x, y], wants=Wants(gradients=(0, 1, 2)))
    assert outcome.gradients[1] is None
    assert_close(outcome.gradients[0], y**2)
    assert_close(outcome.gradients[2], 2 * x * y)


def test_a_cotangent_weighs_the_outputs(strict: Sandbox):
    wants = Wants(gradients=(0,), cotangent=np.array([1.0, -1.0]))
    outcome = strict.run(b"def f(x):\n    return x**2\n", "f", [np.array([1.0, 2.0])], wants=wants)
    assert_close(outcome.gradients[0], [2.0, -4.0])


def test_there_is_no_gradient_without_a_graph(strict: Sandbox):
    for body in ("x.detach() * 2", "1.0", "x.detach().numpy()"):
        source = f"def f(x):\n    return {body}\n".encode()
        outcome = strict.run(source, "f", [np.ones(2)], wants=Wants(gradients=(0,)))
        assert (outcome.status, outcome.gradients) == (Status.RETURNED, {0: None})


def test_a_failing_backward_pass_is_told_apart(strict: Sandbox):
    source = b"""
import torch


class Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, slope):
        raise ValueError("no slope")


def f(x):
    return Broken.apply(x)
"""
    outcome = strict.run(source, "f", [np.ones(2)], wants=Wants(gradients=(0,)))
    assert outcome.error is not None
    assert (outcome.error.stage, outcome.error.message) == (Stage.GRADIENT, "no slope")


def test_an_exception_has_its_line_in_the_submission(strict: Sandbox):
    source = b"import torch\n\n\ndef helper(x):\n    return x @ torch.ones(7)\n\n\ndef f(x):\n"
    outcome = strict.run(source + b"    return helper(x)\n", "f", [np.ones(2, dtype=np.float32)])
    assert outcome.error is not None
    assert (outcome.error.type_name, outcome.error.line) == ("RuntimeError", 5)


def test_a_syntax_error_has_its_line(strict: Sandbox):
    outcome = strict.run(b"x = 1\ndef f(:\n", "f", [])
    assert outcome.status is Status.SYNTAX
    assert outcome.error is not None
    assert outcome.error.line == 2


def test_a_type_error_inside_is_no_wrong_signature(strict: Sandbox):
    outcome = strict.run(b"def f(x):\n    return len(3)\n", "f", [1.0])
    assert outcome.status is Status.RAISED


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("return x + 1", ()),
        ("y += 1; return y", (1,)),
        ("x.mul_(1.0); return x", ()),
        ("x[0] = float('nan'); return x", (0,)),
        ("np.asarray(x)[1] = 5; return x", (0,)),
        ("x.neg_(); y.zero_(); return x", (0, 1)),
    ],
)
def test_changed_inputs_are_found(body: str, changed: tuple[int, ...], strict: Sandbox):
    source = f"import numpy as np\n\n\ndef f(x, y):\n    {body}\n".encode()
    arguments = [np.zeros(3) + 2, np.ones(2)]
    assert strict.run(source, "f", arguments, wants=Wants(changes=True)).changed == changed
    assert strict.run(source, "f", arguments).changed == ()  # not asked


def test_callables_are_built_over_there_and_counted(strict: Sandbox):
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    source = b"""
import numpy as np


def f(A, b):
    return A(b), A(np.asarray(b)), A(b.tolist())
"""
    outcome = strict.run(source, "f", [Built("matvec", {"matrix": matrix}), np.array([1.0, 2.0])])
    for product in outcome.value:
        assert_close(product, [4.0, 7.0])
    assert outcome.calls == {0: 3}


HESSIAN_OF_KL = b"""
import torch


def f(kl_fn, params):
    first = torch.autograd.grad(kl_fn(), params, create_graph=True)
    flat = torch.cat([g.reshape(-1) for g in first])
    rows = [torch.autograd.grad(g, params, retain_graph=True, allow_unused=True) for g in flat]
    zeros = [torch.zeros_like(p) for p in params]
    return torch.stack(
        [torch.cat([(r if r is not None else z).reshape(-1) for r, z in zip(row, zeros)])
         for row in rows]
    )
"""


def test_the_hessian_of_a_categorical_kl_is_the_fisher_matrix(strict: Sandbox):
    rng = np.random.default_rng(3)
    x, weight, bias = rng.normal(size=(5, 2)), rng.normal(size=(2, 3)), rng.normal(size=3)
    kl = Built("mean_kl_categorical", {"observations": x, "params": [weight, bias]})
    outcome = strict.run(HESSIAN_OF_KL, "f", [kl, LeavesOf(0)])
    logits = x @ weight + bias
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    fisher = np.zeros((9, 9))
    for row, probs in zip(x, p, strict=True):
        for action, prob in enumerate(probs):
            slope = (np.arange(3) == action) - probs
            score = np.concatenate([np.outer(row, slope).ravel(), slope])
            fisher += prob * np.outer(score, score) / len(x)
    assert_close(outcome.value, fisher, atol=1e-12)


def test_the_hessian_of_a_gaussian_kl_is_the_fisher_matrix(strict: Sandbox):
    rng = np.random.default_rng(4)
    x, weight, bias = rng.normal(size=(5, 2)), rng.normal(size=(2, 1)), rng.normal(size=1)
    log_std = np.array([0.3])
    params = [weight, bias, log_std]
    kl = Built("mean_kl_gaussian", {"observations": x, "params": params})
    outcome = strict.run(HESSIAN_OF_KL, "f", [kl, LeavesOf(0)])
    design = np.concatenate([x, np.ones((5, 1))], 1)
    fisher = np.zeros((4, 4))
    fisher[:3, :3] = design.T @ design / 5 * np.exp(-2 * log_std)
    fisher[3, 3] = 2.0
    assert_close(outcome.value, fisher, atol=1e-12)


def test_a_kl_against_another_old_policy(strict: Sandbox):
    mean_kl = b"def f(kl_fn):\n    return kl_fn()\n"
    x = np.ones((1, 1))
    new, old = [np.zeros((1, 1)), np.zeros(1), np.zeros(1)], [np.ones((1, 1)), np.zeros(1)]
    arguments = {"observations": x, "params": new, "old_params": [*old, np.zeros(1)]}
    value = strict.run(mean_kl, "f", [Built("mean_kl_gaussian", arguments)]).value
    assert_close(value, 0.5)  # (0 − 1)² / 2 at unit deviations


def test_honest_imports_work_and_others_are_missing(strict: Sandbox):
    source = b"""
import collections
import dataclasses
import decimal
import fractions
import functools
import heapq
import statistics
import typing
import unittest.mock

import numpy.fft
import numpy.polynomial
import torch.distributions.kl
import torch.nn.functional
import torch.optim

try:
    import pytest
except ImportError as error:
    missing = str(error)


def f():
    raise ValueError(missing)
"""
    error = strict.run(source, "f", []).error
    assert error is not None
    assert error.message == "No module named 'pytest' here: use torch, NumPy or plain Python"


@pytest.mark.parametrize(
    "source",
    [
        "torch.set_num_threads(4)\n\n\ndef f(x):\n    torch.rand(600, 600) @ torch.rand(600, 600)\n"
        "    return x * 2\n",
        "@torch.jit.script\ndef f(x):\n    return x * 2\n",
        "@torch.compile\ndef f(x):\n    return x * 2\n",
        "class Double(torch.nn.Module):\n    def forward(self, x):\n        return x * 2\n\n\n"
        "f = Double()\n",
        "f = torch.vmap(lambda x: x * 2)\n",
    ],
    ids=["threads", "script", "compile", "module", "vmap"],
)
def test_ways_to_write_a_function(source: str, strict: Sandbox):
    outcome = strict.run(b"import torch\n\n\n" + source.encode(), "f", [np.arange(3.0)])
    assert outcome.status is Status.RETURNED, outcome
    assert_close(outcome.value, [0.0, 2.0, 4.0])


@pytest.mark.parametrize(
    ("line", "signs"),
    [
        ("return torch.func.grad(loss)(x)", {"func"}),
        ("from torch.func import hessian", {"func"}),
        ("from torch import func", {"func"}),
        ("torch.vmap(f)(x)", {"func"}),
        ("torch.autograd.grad(y, x, v)", {"grad_outputs"}),
        ("y.backward(gradient=v)", {"grad_outputs"}),
        ("loss.backward()", set()),
        ("loss.backward(retain_graph=True)", set()),
        ("with torch.no_grad():", set()),
        ("def gae(func, compiled): # a function, re.compile", set()),
        ("x.requires_grad_()", set()),
    ],
)
def test_late_imports_are_foreseen(line: str, signs: set[str]):
    assert {name for name, sign in FIRST_USES.items() if sign.search(line.encode())} == signs


def test_a_named_tuple_is_a_tuple(strict: Sandbox):
    source = b"""
from typing import NamedTuple


class Pair(NamedTuple):
    first: float
    second: float

    def __iter__(self):
        return iter([3.0, 4.0])


def f():
    return Pair(1.0, 2.0)
"""
    assert strict.run(source, "f", []).value == (1.0, 2.0)


def test_seeds_reach_all_three_generators(strict: Sandbox):
    source = b"""
import random

import numpy as np
import torch


def f():
    return [random.random(), float(np.random.rand()), torch.rand(()).item()]
"""
    first, again, other = (strict.run(source, "f", [], seed=seed).value for seed in (1, 1, 2))
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_prints_and_results_never_mix(strict: Sandbox):
    source = b"""
import sys


def f():
    print("out", end="")
    print("err", file=sys.stderr, end="")
    return 1.0
"""
    outcome = strict.run(source, "f", [])
    assert (outcome.value, sorted([outcome.printed[:3], outcome.printed[3:]])) == (
        1.0,
        ["err", "out"],
    )


def test_time_is_measured_outside(strict: Sandbox):
    source = b"import time\n\n\ndef f():\n    time.time = lambda: 0.0\n    time.sleep(0.2)\n"
    outcome = strict.run(source, "f", [])
    assert 0.2 <= outcome.wall_s < 5
    assert outcome.cpu_s < outcome.wall_s


def test_memory_counts_from_what_the_libraries_take(strict: Sandbox):
    source = b"import torch\n\n\ndef f(n):\n    return torch.ones(int(n)).sum()\n"
    for megabytes, status in ((40, Status.RETURNED), (120, Status.MEMORY)):
        limits = Limits(memory_bytes=80 << 20)
        outcome = strict.run(source, "f", [megabytes * (1 << 20) / 4], limits=limits)
        assert outcome.status is status


def test_a_large_case_crosses(strict: Sandbox):
    x = np.random.default_rng(0).normal(size=1 << 20)
    np.testing.assert_array_equal(strict.run(DOUBLE, "f", [x]).value, 2 * x)


def test_threads_may_share_a_sandbox(strict: Sandbox):
    values: dict[int, float] = {}

    def work(i: int) -> None:
        values[i] = strict.run(DOUBLE, "f", [float(i)]).value

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == {i: 2.0 * i for i in range(6)}


def test_a_worker_that_dies_is_replaced():
    before = descendants()
    with Sandbox(Mode.STRICT) as sandbox:
        assert sandbox.run(DOUBLE, "f", [1.0]).value == 2.0
        for pid in descendants() - before:
            os.kill(pid, signal.SIGKILL)
        assert sandbox.run(DOUBLE, "f", [2.0]).value == 4.0
    assert descendants() == before


SLOW = b"import time\n\n\ndef f(x):\n    time.sleep(0.4)\n    return x\n"


class Killer(threading.Thread):
    """Kills the process of a case as soon as there is one, so many times."""

    def __init__(self, known: set[int], times: int) -> None:
        super().__init__(daemon=True)
        self._known = known
        self.left = times
        self.start()

    def run(self) -> None:
        deadline = time.monotonic() + 30
        while self.left and time.monotonic() < deadline:
            for pid in descendants() - self._known:
                time.sleep(0.1)  # well into the case
                os.kill(pid, signal.SIGKILL)
                self._known.add(pid)
                self.left -= 1
            time.sleep(0.01)


def test_a_case_whose_process_was_killed_from_outside_is_run_again(strict: Sandbox):
    strict.run(DOUBLE, "f", [1.0])
    worker = strict._worker
    killer = Killer(descendants(), times=2)
    assert strict.run(SLOW, "f", [3.0]).value == 3.0
    assert killer.left == 0
    assert strict._worker is worker


def test_a_case_that_is_killed_every_time_is_nobodys_fault_but_ours(strict: Sandbox):
    strict.run(DOUBLE, "f", [1.0])
    killer = Killer(descendants(), times=3)
    with pytest.raises(SandboxError, match="was killed again and again"):
        strict.run(SLOW, "f", [3.0])
    assert killer.left == 0
    assert strict.run(DOUBLE, "f", [1.0]).value == 2.0


def test_nobody_can_have_a_case_run_again_by_killing_oneself(strict: Sandbox):
    for call in ("os.kill(os.getpid(), 9)", "os.close(3); os.close(4); os._exit(0)"):
        source = f"import os\n\n\ndef f():\n    {call}\n".encode()
        assert strict.run(source, "f", []).status in (Status.RAISED, Status.CRASHED)


def test_a_case_without_pipes_that_lives_on_is_ended_as_a_crash(strict: Sandbox):
    source = b"import os, time\n\n\ndef f():\n    os.closerange(0, 64)\n    time.sleep(60)\n"
    started = time.monotonic()
    assert strict.run(source, "f", []).status is Status.CRASHED
    assert time.monotonic() - started < 5


def test_a_sandbox_can_be_told_to_stop_from_another_thread():
    before = descendants()
    with Sandbox(Mode.STRICT) as sandbox:
        sandbox.wait_ready()
        timer = threading.Timer(0.3, sandbox.abort)
        timer.start()
        started = time.monotonic()
        with pytest.raises(SandboxError, match="was told to stop"):
            sandbox.run(b"def f():\n    while True: pass", "f", [], limits=Limits(timeout_s=60))
        assert time.monotonic() - started < 10
        with pytest.raises(SandboxError, match="was told to stop"):
            sandbox.run(DOUBLE, "f", [1.0])
    assert descendants() == before


def test_a_worker_that_has_gathered_its_pages_serves_on(strict: Sandbox):
    values = [strict.run(DOUBLE, "f", [float(i)]).value for i in range(MANY_CASES + 2)]
    assert values == [2.0 * i for i in range(MANY_CASES + 2)]


def test_a_process_that_cannot_fork_serves_every_case_from_a_cold_one():
    before = descendants()
    with Sandbox(Mode.STRICT) as sandbox:
        sandbox._forks = False
        sandbox.close()
        first = sandbox.run(DOUBLE, "f", [1.0])
        crash = sandbox.run(b"import os\n\n\ndef f():\n    os.abort()\n", "f", [])
    assert (first.value, crash.status) == (2.0, Status.CRASHED)
    assert first.cpu_s < 1.0
    assert descendants() == before


INTERRUPTED = """
import sys
from rlprep.sandbox.client import Limits, Sandbox
with Sandbox() as sandbox:
    sandbox.wait_ready()
    print("ready", flush=True)
    sandbox.run(b"def f():\\n    while True: pass", "f", [], limits=Limits(timeout_s=60))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_a_caller_that_is_interrupted(how: signal.Signals):
    before = descendants()
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as caller:
        assert caller.stdout is not None
        caller.stdout.readline()
        time.sleep(0.2)
        caller.send_signal(how)
        caller.wait(10)
    deadline = time.monotonic() + 5
    while descendants() - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert descendants() == before


def test_neither_torch_nor_numpy_is_loaded_to_start_a_worker():
    code = (
        "import sys\nfrom rlprep.sandbox.client import FIRST_USES, Sandbox\nwith Sandbox() as s:\n"
        "    assert s.run(b'def f(x): return x', 'f', [1.0]).value == 1.0\n"
        "print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_strict_refuses_where_a_layer_is_missing():
    holds = {layer.name: True for layer in probe.LAYERS}
    probe.require(holds | {"namespaces": False})
    with pytest.raises(SandboxError, match=r"impossible here: files \(Landlock\)"):
        probe.require(holds | {"files": False})


def test_a_machine_that_is_used_up_is_said(monkeypatch: pytest.MonkeyPatch, strict: Sandbox):
    def no_pipe() -> tuple[int, int]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patched:
        patched.setattr("os.pipe", no_pipe)
        with pytest.raises(
            SandboxError, match="the machine refused what the sandbox needs: Too many open files"
        ):
            strict.run(DOUBLE, "f", [1.0])
    assert strict.run(DOUBLE, "f", [1.0]).value == 2.0


def test_a_missing_torch_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rlprep.sandbox.process.find_spec", lambda name: None)
    with pytest.raises(SandboxError, match="grading needs torch, which is not installed"):
        Sandbox().run(DOUBLE, "f", [1.0])


def test_a_worker_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('libfoo.so is missing')")
    monkeypatch.setattr("rlprep.sandbox.process.library_folders", lambda: [str(tmp_path)])
    with pytest.raises(SandboxError, match=r"can't start: .*"):
        Sandbox(Mode.OFF).run(DOUBLE, "f", [1.0])
