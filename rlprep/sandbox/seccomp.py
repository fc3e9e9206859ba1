"""Which system calls a child may make: a short list, as a hand-assembled BPF program.

The list is what computing with Python, NumPy and torch takes. It has no way to start a process or
a thread, open a socket, signal or inspect another process, change a file's name, mode or owner,
make shared memory, or change limits. A call that isn't listed fails with EPERM, so that an unlucky
library gets an exception and not a dead process. Numbers: Linux's asm/unistd_64.h and
asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct

from rlprep.sandbox.libc import LIBC, last_error

ALWAYS = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8,
        "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
        "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20,
        "access": 21, "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32,
        "dup2": 33, "pause": 34, "nanosleep": 35, "getitimer": 36, "alarm": 37, "setitimer": 38,
        "getpid": 39, "exit": 60, "uname": 63, "getcwd": 79, "readlink": 89, "gettimeofday": 96,
        "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102,
        "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131,
        "arch_prctl": 158, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
        "getdents64": 217, "set_tid_address": 218, "restart_syscall": 219, "clock_gettime": 228,
        "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
        "newfstatat": 262, "readlinkat": 267, "faccessat": 269, "pselect6": 270, "ppoll": 271,
        "set_robust_list": 273, "dup3": 292, "getcpu": 309, "getrandom": 318, "membarrier": 324,
        "statx": 332, "rseq": 334, "faccessat2": 439,
    },
    "aarch64": {
        "getcwd": 17, "dup": 23, "dup3": 24, "faccessat": 48, "close": 57,
        "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
        "pread64": 67, "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80,
        "exit": 93, "exit_group": 94, "set_tid_address": 96, "futex": 98, "set_robust_list": 99,
        "nanosleep": 101, "getitimer": 102, "setitimer": 103, "clock_gettime": 113,
        "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
        "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
        "rt_sigreturn": 139, "times": 153, "uname": 160, "getrlimit": 163, "getrusage": 165,
        "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174,
        "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179, "brk": 214,
        "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233,
        "getrandom": 278, "membarrier": 283, "statx": 291, "rseq": 293, "faccessat2": 439,
    },
}  # fmt: skip
# Calls that are allowed with some arguments only, see `program`; and seccomp itself.
GUARDED = {
    "x86_64": {"openat": 257, "fcntl": 72, "prlimit64": 302, "kill": 62, "tgkill": 234},
    "aarch64": {"openat": 56, "fcntl": 25, "prlimit64": 261, "kill": 129, "tgkill": 131},
}
INSTALL = {"x86_64": 317, "aarch64": 277}
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE. Landlock denies these too, but for O_TRUNC together
# with reading, which before its version 3 would let a child empty the libraries that it may read.
WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o20000000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: not F_SETOWN, which makes the kernel
# send signals to others, nor locks, nor pipe sizes.
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16
X32_NUMBERS = 0x40000000
SIGKILL = 9
ANY_PID = 0xFFFFFFFF
"""Stands for a process's own number, which no process has."""
SET_MODE_FILTER, SPEC_ALLOW = 1, 4


def supported() -> bool:
    """Whether this machine is one whose system calls are listed here."""
    return platform.machine() in ALWAYS


def program(pid: int, machine: str) -> list[tuple[int, int, int, int]]:
    """Return the filter for a process: BPF instructions (code, jump if true, if false, operand).

    Args:
        pid: the process's own id, the only one that it may signal.
        machine: `x86_64` or `aarch64`.
    """
    guarded = GUARDED[machine]
    lines = [(LOAD, 0, 0, MACHINE_AT), (EQUAL, 1, 0, ARCHITECTURE[machine])]
    lines += [(RETURN, 0, 0, KILL_PROCESS), (LOAD, 0, 0, NUMBER_AT)]
    lines += [(AT_LEAST, 0, 1, X32_NUMBERS), (RETURN, 0, 0, DENY)]
    for number in ALWAYS[machine].values():
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    to_read = [(LOAD, 0, 0, ARGUMENTS_AT + 8 * 2), (ANY_BIT, 1, 0, WRITING), (RETURN, 0, 0, ALLOW)]
    lines += _when(guarded["openat"], to_read)
    lines += _when(guarded["fcntl"], _argument_in(1, FCNTL_COMMANDS))
    lines += _when(guarded["kill"], _signal_to(pid, signal_at=1))
    lines += _when(guarded["tgkill"], _signal_to(pid, signal_at=2))
    # Reading one's own limits: process 0 (oneself), and no new limit (a null pointer, two halves).
    new_limit = ARGUMENTS_AT + 8 * 2
    own = [(LOAD, 0, 0, ARGUMENTS_AT), (EQUAL, 1, 0, 0), (RETURN, 0, 0, DENY)]
    own += [(LOAD, 0, 0, new_limit), (EQUAL, 1, 0, 0), (RETURN, 0, 0, DENY)]
    own += [(LOAD, 0, 0, new_limit + 4), (EQUAL, 0, 1, 0), (RETURN, 0, 0, ALLOW)]
    lines += _when(guarded["prlimit64"], own)
    return [*lines, (RETURN, 0, 0, DENY)]


def _signal_to(pid: int, signal_at: int) -> list[tuple[int, int, int, int]]:
    """Allow every signal to the process itself but SIGKILL.

    A child that died of SIGKILL was then surely killed from outside, by a machine that is out of
    memory for example, and its submission isn't to blame.
    """
    load = (LOAD, 0, 0, ARGUMENTS_AT + 8 * signal_at)
    return [load, (EQUAL, 0, 1, SIGKILL), (RETURN, 0, 0, DENY), *_argument_in(0, (pid,))]


def _argument_in(position: int, allowed: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    lines = [(LOAD, 0, 0, ARGUMENTS_AT + 8 * position)]
    for value in allowed:
        lines += [(EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return lines


def _when(number: int, lines: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return `lines`, then a denial, for one system call; skipped for all others."""
    return [(EQUAL, 0, len(lines) + 1, number), *lines, (RETURN, 0, 0, DENY)]


class Filter:
    """The filter of this machine, assembled once; a child only fills in its own number.

    Make one where `supported`.
    """

    def __init__(self) -> None:
        machine = platform.machine()
        lines = program(ANY_PID, machine)
        packed = b"".join(struct.pack("=HBBI", *line) for line in lines)
        self._code = ctypes.create_string_buffer(packed, len(packed))
        self._header = struct.pack("@HP", len(lines), ctypes.addressof(self._code))
        self._pids = [8 * i + 4 for i, line in enumerate(lines) if line[3] == ANY_PID]
        self._install = INSTALL[machine]

    def install(self) -> None:
        """Filter this process's system calls from now on, for good (needs no_new_privs).

        Raises:
            OSError: if the kernel refuses.
        """
        for at in self._pids:
            struct.pack_into("=I", self._code, at, os.getpid())
        # Without SPEC_ALLOW older kernels slow the whole process down for the filter's sake.
        for flags in (SPEC_ALLOW, 0):
            header = ctypes.c_char_p(self._header)
            if LIBC.syscall(self._install, SET_MODE_FILTER, flags, header) == 0:
                return
        raise last_error("seccomp")
