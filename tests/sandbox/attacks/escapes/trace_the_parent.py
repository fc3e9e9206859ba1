"""Attaches to the fork server as a debugger."""
import ctypes
import os


def attack(x):
    seize, detach = 0x4206, 17
    libc = ctypes.CDLL(None)
    taken = libc.ptrace(seize, os.getppid(), None, None) == 0
    if taken:
        libc.ptrace(detach, os.getppid(), None, None)
    return float(taken)
