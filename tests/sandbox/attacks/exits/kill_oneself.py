"""Kills its own process."""
import os
import signal


def attack(x):
    os.kill(os.getpid(), signal.SIGKILL)
