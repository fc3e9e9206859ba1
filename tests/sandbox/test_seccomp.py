"""The filter of system calls, run by a small BPF interpreter; its numbers against the headers."""

import os
import re
import struct
import sys
from pathlib import Path

import pytest

from rlprep.sandbox import seccomp

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
PID = 4242


def decide(machine: str, call: int, *arguments: int, arch: int | None = None) -> int:
    """Return what the filter says to a system call."""
    data = struct.pack("=iIQ", call, MACHINES[machine] if arch is None else arch, 0)
    data += struct.pack("=6Q", *arguments, *[0] * (6 - len(arguments)))
    program = seccomp.program(PID, machine)
    at, word = 0, 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == LOAD:
            (word,) = struct.unpack_from("=I", data, operand)
        elif code in (EQUAL, AT_LEAST, ANY_BIT):
            test = {EQUAL: word == operand, AT_LEAST: word >= operand, ANY_BIT: word & operand}
            at += if_true if test[code] else if_false
        else:
            assert code == RETURN
            return operand


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_listed_call_is_allowed_and_every_other_denied(machine: str):
    guarded = set(seccomp.GUARDED[machine].values())
    listed = set(seccomp.ALWAYS[machine].values())
    assert not guarded & listed
    for number in range(600):
        if number not in guarded:
            expected = seccomp.ALLOW if number in listed else seccomp.DENY
            assert decide(machine, number) == expected, number


def test_only_oneself_can_be_signalled(machine: str):
    for call in (seccomp.GUARDED[machine][name] for name in ("kill", "tgkill")):
        assert decide(machine, call, PID, 15, 15) == seccomp.ALLOW
        for other in (1, PID + 1, 0, 0xFFFFFFFF, -1 & 0xFFFFFFFFFFFFFFFF):
            assert decide(machine, call, other, 15, 15) == seccomp.DENY


def test_nobody_can_kill_oneself_so_that_a_killed_child_was_killed_from_outside(machine: str):
    guarded = seccomp.GUARDED[machine]
    assert decide(machine, guarded["kill"], PID, 9) == seccomp.DENY
    assert decide(machine, guarded["tgkill"], PID, PID, 9) == seccomp.DENY


def test_descriptors_can_be_duplicated_but_not_made_to_signal_others(machine: str):
    fcntl = seccomp.GUARDED[machine]["fcntl"]
    for command in (0, 1, 2, 3, 4, 1030):
        assert decide(machine, fcntl, 1, command) == seccomp.ALLOW
    for command in (8, 10, 15, 1024, 1031, 1033):  # F_SETOWN, F_SETSIG, F_SETOWN_EX, leases, pipes
        assert decide(machine, fcntl, 1, command) == seccomp.DENY


@pytest.mark.parametrize(
    "flags",
    [
        os.O_WRONLY,
        os.O_RDWR,
        os.O_RDONLY | os.O_CREAT,
        os.O_RDONLY | os.O_TRUNC,
        os.O_CLOEXEC | os.O_APPEND | os.O_WRONLY,
        getattr(os, "O_TMPFILE", 0o20200000),
    ],
)
def test_files_can_be_opened_for_reading_only(machine: str, flags: int):
    openat = seccomp.GUARDED[machine]["openat"]
    assert decide(machine, openat, 0, 0x7FFF0000, flags) == seccomp.DENY
    for reading in (os.O_RDONLY, os.O_RDONLY | os.O_CLOEXEC, os.O_DIRECTORY | os.O_NONBLOCK):
        assert decide(machine, openat, 0, 0x7FFF0000, reading) == seccomp.ALLOW


def test_limits_can_be_read_but_not_set(machine: str):
    prlimit = seccomp.GUARDED[machine]["prlimit64"]
    assert decide(machine, prlimit, 0, 7, 0, 0x7FFF0000) == seccomp.ALLOW
    assert decide(machine, prlimit, 1, 7, 0, 0x7FFF0000) == seccomp.DENY
    assert decide(machine, prlimit, 0, 7, 0x7FFF0000, 0) == seccomp.DENY
    assert decide(machine, prlimit, 0, 7, 0x7FFF_0000_0000_0000, 0) == seccomp.DENY


def test_another_machines_numbers_end_the_process(machine: str):
    assert decide(machine, 0, arch=0x40000003) == seccomp.KILL_PROCESS
    assert decide(machine, 0x40000000, 0) == seccomp.DENY


def test_the_dangerous_ones_are_not_listed(machine: str):
    dangerous = (
        "clone clone3 fork vfork execve execveat socket connect bind sendto sendmsg ptrace "
        "process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal tkill "
        "rt_sigqueueinfo chmod fchmodat chown utimensat rename unlink unlinkat linkat symlinkat "
        "mkdirat truncate setxattr mount umount2 chroot pivot_root unshare setns setuid setresuid "
        "setpgid setsid prctl seccomp setrlimit shmget semget msgget memfd_create io_uring_setup "
        "bpf keyctl add_key userfaultfd perf_event_open open_by_handle_at sched_setaffinity "
        "setpriority mlock ioctl timer_create splice"
    )
    assert not set(dangerous.split()) & set(seccomp.ALWAYS[machine])


def test_the_numbers_are_those_of_the_headers(machine: str):
    header = HEADERS[machine]
    if not (sys.platform.startswith("linux") and header.exists()):
        pytest.skip("no kernel headers here")
    found = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)\n", header.read_text())
    numbers = {name: int(number) for name, number in found}
    if machine == "aarch64":
        numbers["newfstatat"] = numbers["fstatat"]
    named = seccomp.ALWAYS[machine] | seccomp.GUARDED[machine]
    named["seccomp"] = seccomp.INSTALL[machine]
    assert named == {name: numbers[name] for name in named}
