"""Looks for open descriptors besides its streams and its report."""
import os


def attack(x):
    for fd in range(5, 1024):
        try:
            os.fstat(fd)
            return 1.0
        except OSError:
            pass
    return 0.0
