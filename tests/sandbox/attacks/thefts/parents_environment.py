"""Reads the environment of the processes above."""
import os


def attack(x):
    for pid in (os.getppid(), 1, "self"):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if file.read():
                    return 1.0
        except OSError:
            pass
    return 0.0
