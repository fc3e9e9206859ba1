"""Handles its own page faults, the start of many an attack on the kernel."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 323, "aarch64": 282}[platform.machine()]
    done = libc.syscall(number, 1)
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
