"""Starts processes (three, and ends them: a bomb would be the same call in a loop)."""
import os


def attack(x):
    started = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        started.append(pid)
    for pid in started:
        os.waitpid(pid, 0)
    return 1.0
