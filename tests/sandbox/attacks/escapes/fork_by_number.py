"""Forks by the bare system call."""
import ctypes
import os
import platform


def attack(x):
    libc = ctypes.CDLL(None)
    number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    pid = libc.syscall(number, 17, 0, 0, 0, 0)  # clone with SIGCHLD
    if pid == 0:
        os._exit(0)
    return float(pid > 0)
