"""The published attack suite: every file under attacks/, its outcome, and that it is an attack.

An attack returns 1.0 where it got what it wanted. The table says how each ends in strict mode. The
controls run the dangerous ones without confinement, where they must succeed: else an attack might
fail for a reason of its own, and prove nothing. All are bounded, and touch only files made for the
purpose.
"""

import dataclasses
import os
import platform
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlprep.sandbox.case import Limits, Outcome, Status, Wants
from rlprep.sandbox.client import Sandbox
from rlprep.sandbox.wire import Foreign
from tests.sandbox.conftest import descendants

ATTACKS = Path(__file__).parent / "attacks"
CHECKOUT = Path(__file__).parents[2]
TOKEN = "rlprep-canary-7f3a91"
LIMITS = Limits(timeout_s=4.0, memory_bytes=1 << 28, output_bytes=1 << 16, result_bytes=1 << 23)
IMPATIENT = dataclasses.replace(LIMITS, timeout_s=0.6)
EARLIER = b"earlier_submission = 1\n\n\ndef attack(x):\n    return x.sum()\n"

S = Status
FAILS = (S.RAISED, S.RETURNED)
"""An exception, or a return value that says that the attack got nothing."""


@dataclass(frozen=True)
class Ends:
    """How an attack ends in strict mode."""

    statuses: tuple[Status, ...]
    value: Any = 0.0
    """What it then returns, where it returns."""
    free: Any = None
    """How it ends without confinement, if there it succeeds: the value, or a status."""
    hard: bool = False
    """Whether the machine itself may forbid it: to ordinary users, or in a container."""
    signal: int | None = None
    machine: str = ""
    """The only kind of machine that it is written for."""


def denied(free: Any = 1.0, *, hard: bool = False) -> Ends:
    return Ends(FAILS, free=free, hard=hard)


def ends(*statuses: Status, signal: int | None = None) -> Ends:
    return Ends(statuses, signal=signal)


def returns(value: Any) -> Ends:
    return Ends((S.RETURNED,), value)


def foreign(description: str) -> Ends:
    return returns(Foreign(description))


TABLE: dict[str, Ends] = {
    "resources/sleep_forever": ends(S.TIMEOUT),
    "resources/busy_loop": ends(S.TIMEOUT),
    "resources/busy_import": ends(S.TIMEOUT),
    "resources/slow_regex": ends(S.TIMEOUT),
    "resources/giant_integer": ends(S.TIMEOUT),
    "resources/ignore_all_signals": ends(S.TIMEOUT),
    "resources/stop_oneself": ends(S.TIMEOUT),
    "resources/memory_swallowed": ends(S.TIMEOUT),
    "resources/memory_in_torch": ends(S.MEMORY),
    "resources/memory_in_numpy": ends(S.MEMORY),
    "resources/memory_in_lists": ends(S.MEMORY),
    "resources/memory_mapped": ends(S.RAISED),
    "resources/lift_the_limits": ends(S.RAISED),
    "resources/print_forever": ends(S.OUTPUT_LIMIT),
    "resources/write_to_stderr": ends(S.OUTPUT_LIMIT),
    "resources/huge_return": ends(S.OUTPUT_LIMIT),
    "resources/expanded_return": ends(S.OUTPUT_LIMIT),
    "resources/broadcast_return": ends(S.OUTPUT_LIMIT),
    "resources/many_processes": denied(),
    "resources/many_threads": denied(),
    "resources/many_descriptors": denied(),
    "resources/fill_the_disk": denied(),
    "resources/fill_shared_memory_disk": denied(),
    "resources/anonymous_file": denied(),
    "resources/higher_priority": denied(hard=True),
    "escapes/read_a_file": denied(),
    "escapes/read_etc_passwd": denied(),
    "escapes/list_a_folder": denied(),
    "escapes/list_by_descriptor": denied(),
    "escapes/overwrite_a_file": denied(),
    "escapes/truncate_a_file": denied(),
    "escapes/delete_a_file": denied(),
    "escapes/rename_a_file": denied(),
    "escapes/link_a_file": denied(),
    "escapes/make_a_folder": denied(),
    "escapes/change_mode": denied(),
    "escapes/change_times": denied(),
    "escapes/temporary_file": denied(),
    "escapes/run_a_program": denied(),
    "escapes/run_a_shell": denied(),
    "escapes/become_a_program": denied(free=S.CRASHED),
    "escapes/fork_by_libc": denied(),
    "escapes/fork_by_number": denied(),
    "escapes/become_a_daemon": denied(),
    "escapes/network": denied(),
    "escapes/datagram": denied(),
    "escapes/unix_socket": denied(),
    "escapes/signal_the_parent": denied(),
    "escapes/signal_everybody": denied(),
    "escapes/signal_by_descriptor": denied(),
    "escapes/trace_the_parent": denied(hard=True),
    "escapes/read_the_parents_memory": denied(hard=True),
    "escapes/open_the_parents_memory": denied(hard=True),
    "escapes/limit_the_parent": denied(),
    "escapes/become_root": denied(hard=True),
    "escapes/own_namespace": denied(hard=True),
    "escapes/change_root": denied(hard=True),
    "escapes/shared_memory": denied(),
    "escapes/message_queue": denied(),
    "escapes/ring": denied(hard=True),
    "escapes/kernel_program": denied(hard=True),
    "escapes/kernel_keys": denied(hard=True),
    "escapes/page_faults": denied(hard=True),
    "escapes/performance_events": denied(hard=True),
    "escapes/file_by_handle": denied(hard=True),
    "escapes/other_machine_calls": Ends(
        (S.CRASHED,), free=1.0, signal=31, hard=True, machine="x86_64"
    ),
    "escapes/x32_calls": denied(free=None),
    "thefts/import_the_answer": denied(free=None),
    "thefts/import_by_path": denied(),
    "thefts/read_the_source": denied(),
    "thefts/read_by_frames": denied(free=None),
    "thefts/search_the_heap": denied(free=None),
    "thefts/environment": denied(free=None),
    "thefts/parents_environment": denied(),
    "thefts/other_processes": denied(),
    "thefts/inherited_descriptors": denied(free=None),
    "thefts/read_the_report_pipe": denied(free=None),
    "thefts/order_the_worker": denied(free=None),
    "thefts/core_dump": ends(S.CRASHED, signal=6),
    "forged/own_report": returns(42.0),
    "forged/extra_verdict": returns(41.0),
    "forged/report_after_return": returns(42.0),
    "forged/false_bool": returns([False, True, True]),
    "forged/verdict": ends(S.MALFORMED),
    "forged/two_reports": ends(S.MALFORMED),
    "forged/observed_status": ends(S.MALFORMED),
    "forged/garbage": ends(S.MALFORMED),
    "forged/empty_then_exit": ends(S.CRASHED),
    "forged/cut_short": ends(S.MALFORMED),
    "forged/cut_short_and_hang": ends(S.TIMEOUT),
    "forged/giant_header": ends(S.MALFORMED),
    "forged/giant_payload": ends(S.MALFORMED),
    "forged/giant_array": ends(S.MALFORMED),
    "forged/overflowing_shape": ends(S.MALFORMED),
    "forged/negative_shape": ends(S.MALFORMED),
    "forged/many_dimensions": ends(S.MALFORMED),
    "forged/bytes_missing": ends(S.MALFORMED),
    "forged/bytes_left_over": ends(S.MALFORMED),
    "forged/object_dtype": ends(S.MALFORMED),
    "forged/structured_dtype": ends(S.MALFORMED),
    "forged/callable_back": ends(S.MALFORMED),
    "forged/pickle": ends(S.MALFORMED),
    "forged/deep_json": ends(S.MALFORMED),
    "forged/deep_value": ends(S.MALFORMED),
    "forged/long_integer": ends(S.MALFORMED),
    "forged/wrong_gradients": ends(S.MALFORMED),
    "forged/strange_counts": ends(S.MALFORMED),
    "forged/changed_beyond": ends(S.MALFORMED),
    "forged/calls_beyond": ends(S.MALFORMED),
    "forged/unoverflowing_integer": foreign("int of over 1000 bits"),
    "forged/value_is_text": ends(S.MALFORMED),
    "forged/terminal_codes": ends(S.RAISED),
    "forged/line_is_text": ends(S.MALFORMED),
    "forged/close_everything": ends(S.CRASHED),
    "forged/prints_into_report": ends(S.MALFORMED),
    "forged/patched_writer": ends(S.MALFORMED),
    "lies/tensor_subclass": foreign("submission.Liar"),
    "lies/array_subclass": foreign("submission.Liar"),
    "lies/masked_array": foreign("numpy.ma.MaskedArray"),
    "lies/converts_itself": foreign("submission.Liar"),
    "lies/claims_a_class": foreign("submission.Liar"),
    "lies/float_subclass": foreign("submission.Liar"),
    "lies/list_subclass": foreign("submission.Liar"),
    "lies/complex_tensor": foreign("torch.Tensor (complex128, strided, cpu)"),
    "lies/sparse_tensor": foreign("torch.Tensor (float32, sparse_coo, cpu)"),
    "lies/meta_tensor": foreign("torch.Tensor (float32, strided, meta)"),
    "lies/object_array": foreign("numpy.ndarray (object)"),
    "lies/text": foreign("builtins.str"),
    "lies/generator": foreign("builtins.generator"),
    "lies/coroutine": foreign("builtins.coroutine"),
    "lies/endless_list": ends(S.RAISED),
    "lies/not_a_number": returns([np.nan] * 4),
    "lies/odd_bool": returns([False, True, True]),
    "lies/big_endian": returns([0.0, 1.0, 2.0, 3.0]),
    "lies/changed_input": returns([1.0, 2.0, 3.0, 4.0]),
    "lies/resized_input": returns(1.0),
    "lies/hostile_message": ends(S.TIMEOUT),
    "lies/raising_message": ends(S.RAISED),
    "lies/long_message": ends(S.RAISED),
    "lies/strange_name": ends(S.RAISED),
    "exits/system_exit": ends(S.RAISED),
    "exits/exit_on_import": ends(S.RAISED),
    "exits/hard_exit": ends(S.CRASHED),
    "exits/interrupt": ends(S.RAISED),
    "exits/base_exception": ends(S.RAISED),
    "exits/generator_exit": ends(S.RAISED),
    "exits/recursion": ends(S.RAISED),
    "exits/deep_recursion": ends(S.CRASHED, signal=11),
    "exits/segfault": ends(S.CRASHED, signal=11),
    "exits/kill_oneself": ends(S.RAISED),
    "exits/alarm": ends(S.CRASHED, signal=14),
    "exits/broken_tools": ends(S.CRASHED),
    "state/module_attribute": returns(0.0),
    "state/builtins": returns(0.0),
    "state/modules": returns(0.0),
    "state/default_dtype": returns(0.0),
    "state/environment": returns(0.0),
    "state/patched_torch": returns(0.0),
    "state/memory_contents": returns(0.0),
    "state/random_state": returns(0.0),
    "state/file_offset": returns(0.0),
    "files/empty": ends(S.MISSING),
    "files/only_a_comment": ends(S.MISSING),
    "files/deleted": ends(S.MISSING),
    "files/not_callable": ends(S.MISSING),
    "files/module_getattr": ends(S.MISSING),
    "files/nul_bytes": ends(S.SYNTAX),
    "files/not_utf8": ends(S.SYNTAX),
    "files/utf16": ends(S.SYNTAX),
    "files/unknown_coding": ends(S.SYNTAX),
    "files/rot13_coding": ends(S.SYNTAX),
    "files/nested_blocks": ends(S.SYNTAX),
    "files/tabs_and_spaces": ends(S.SYNTAX),
    "files/unfinished": ends(S.SYNTAX),
    "files/two_arguments": ends(S.SIGNATURE),
    "files/no_arguments": ends(S.SIGNATURE),
    "files/raises_on_import": ends(S.RAISED),
    "files/a_class": foreign("submission.attack"),
    "files/any_arguments": returns(1.0),
    "files/bom_and_crlf": returns(1.0),
    "files/carriage_returns": returns(1.0),
    "files/form_feed": returns(1.0),
    "files/latin1_declared": returns(1.0),
    "files/future_annotations": returns(1.0),
    "files/dataclass_inside": returns(1.0),
    "files/main_guard": returns(1.0),
}

FUNCTION = b"\ndef attack(x):\n    return 1.0\n"
TOO_LARGE_TO_KEEP = {
    "brackets nested 5000 deep": (b"y = " + b"(" * 5000 + b")" * 5000 + FUNCTION, S.SYNTAX),
    "a million operators": (b"y = " + b"-" * 1_000_000 + b"1" + FUNCTION, None),
    "a number of 100000 digits": (b"y = " + b"9" * 100_000 + FUNCTION, S.SYNTAX),
    "a line of two million letters": (b"y = '" + b"y" * 2_000_000 + b"'" + FUNCTION, S.RETURNED),
    "20 MB of code": (b"y = 1\n" * 3_500_000 + FUNCTION, None),
}


@dataclass(frozen=True)
class Range:
    """Where attacks aim: a folder made for them, and a port that somebody listens on."""

    folder: Path
    port: int

    def load(self, name: str) -> bytes:
        source = (ATTACKS / f"{name}.py").read_bytes()
        aims = {"CANARY": self.folder / "canary", "FOLDER": self.folder, "PORT": self.port}
        for mark, aim in (aims | {"TOKEN": TOKEN, "CHECKOUT": CHECKOUT}).items():
            source = source.replace(f"@{mark}@".encode(), str(aim).encode())
        return source

    def unharmed(self) -> bool:
        names = sorted(path.name for path in self.folder.iterdir())
        canaries = [self.folder / name for name in ("canary", "canary.spare")]
        return (
            names == ["canary", "canary.spare"]
            and all(path.read_text() == "alive" for path in canaries)
            and all(path.stat().st_mtime > 1 for path in canaries)
            and not Path("/dev/shm", TOKEN).exists()
        )


@pytest.fixture
def aim(tmp_path: Path, port: int) -> Range:
    for name in ("canary", "canary.spare"):
        (tmp_path / name).write_text("alive")
    return Range(tmp_path, port)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module", autouse=True)
def _a_secret_in_the_environment() -> Iterator[None]:
    os.environ["RLPREP_TEST_SECRET"] = TOKEN
    yield
    del os.environ["RLPREP_TEST_SECRET"]


def attack(sandbox: Sandbox, source: bytes, limits: Limits = LIMITS) -> Outcome:
    return sandbox.run(source, "attack", [np.arange(4.0)], limits=limits)


def test_the_table_lists_every_attack():
    files = {path.relative_to(ATTACKS).with_suffix("").as_posix() for path in ATTACKS.rglob("*.py")}
    assert files == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_strict(name: str, strict: Sandbox, aim: Range):
    expected = TABLE[name]
    if expected.machine not in ("", platform.machine()):
        pytest.skip(f"for {expected.machine} only")
    times_out = expected.statuses == (S.TIMEOUT,)
    attack(strict, EARLIER)
    for _ in range(2 if name.startswith("state/") else 1):
        outcome = attack(strict, aim.load(name), IMPATIENT if times_out else LIMITS)
        assert outcome.status in expected.statuses, outcome
        assert outcome.signal == expected.signal
        if outcome.status is S.RETURNED:
            np.testing.assert_equal(outcome.value, expected.value)
    assert aim.unharmed()
    innocent = attack(strict, FUNCTION)
    assert (innocent.status, innocent.value, innocent.printed) == (S.RETURNED, 1.0, "")


@pytest.mark.parametrize("name", [n for n, e in TABLE.items() if e.free is not None])
def test_without_confinement_it_succeeds(name: str, off: Sandbox, aim: Range):
    expected = TABLE[name]
    if expected.machine not in ("", platform.machine()):
        pytest.skip(f"for {expected.machine} only")
    before = descendants()
    outcome = attack(off, aim.load(name))
    if expected.hard and (outcome.status, outcome.value) != (S.RETURNED, expected.free):
        pytest.skip("this machine forbids it even without the sandbox")
    if isinstance(expected.free, Status):
        assert (outcome.status, outcome.printed) == (expected.free, "escaped\n")
    else:
        assert (outcome.status, outcome.value) == (S.RETURNED, expected.free), outcome
    # Limits of time and memory, and the cleaning up, hold in every mode.
    assert descendants() - before == set()


@pytest.mark.parametrize("name", TOO_LARGE_TO_KEEP)
def test_a_file_that_strains_the_parser(name: str, strict: Sandbox):
    source, status = TOO_LARGE_TO_KEEP[name]
    outcome = attack(strict, source)
    fates = [status] if status else [S.RETURNED, S.SYNTAX, S.MEMORY, S.CRASHED, S.TIMEOUT]
    assert outcome.status in fates


def test_changed_inputs_are_reported(strict: Sandbox, aim: Range):
    for name in ("lies/changed_input", "lies/resized_input"):
        source, wants = aim.load(name), Wants(changes=True)
        assert strict.run(source, "attack", [np.arange(4.0)], wants=wants).changed == (0,)


@pytest.mark.parametrize("name", ["lies/long_message", "forged/terminal_codes"])
def test_text_of_a_submission_is_cut_and_printable(name: str, strict: Sandbox, aim: Range):
    error = attack(strict, aim.load(name)).error
    assert error is not None
    assert len(error.message) <= 400
    assert (error.type_name + error.message).isprintable()


def test_an_attack_on_an_attack_leaves_the_worker_alive(strict: Sandbox, aim: Range):
    worker = strict._worker
    for name in ("exits/segfault", "forged/garbage", "resources/print_forever"):
        attack(strict, aim.load(name))
    assert strict._worker is worker
