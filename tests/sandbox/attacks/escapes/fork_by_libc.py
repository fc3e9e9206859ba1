"""Forks below Python."""
import ctypes
import os


def attack(x):
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        os._exit(0)
    return float(pid > 0)
