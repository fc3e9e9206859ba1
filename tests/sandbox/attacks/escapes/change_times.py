"""Changes a file's times, which Landlock doesn't govern."""
import os


def attack(x):
    os.utime("@CANARY@", (0, 0))
    return 1.0
