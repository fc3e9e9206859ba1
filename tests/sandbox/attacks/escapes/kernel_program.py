"""Loads a program into the kernel."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
    done = libc.syscall(number, 0, None, 0)
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
