"""Stops its own process, so that it neither ends nor answers."""
import os
import signal


def attack(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 1.0
