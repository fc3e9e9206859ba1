"""Keeps data in the kernel's keyring."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 250, "aarch64": 219}[platform.machine()]
    done = libc.syscall(number, 0, -3, 1)
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
