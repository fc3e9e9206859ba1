"""Has the kernel do its reading and writing through a ring, past any filter of calls."""
import ctypes
import errno
import platform


def attack(x):
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 425, "aarch64": 425}[platform.machine()]
    done = libc.syscall(number, 8, ctypes.create_string_buffer(256))
    return float(done >= 0 or ctypes.get_errno() != errno.EPERM)
