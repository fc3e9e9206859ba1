"""Watches the processor's counters."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 298, "aarch64": 241}[platform.machine()]
    done = libc.syscall(number, None, 0, -1, -1, 0)
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
