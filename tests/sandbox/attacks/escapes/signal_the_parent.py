"""Signals the fork server (with the signal that does nothing)."""
import os


def attack(x):
    os.kill(os.getppid(), 0)
    return 1.0
