"""Opens files by their handle, past all names."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 304, "aarch64": 265}[platform.machine()]
    done = libc.syscall(number, -100, None, 0)
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
