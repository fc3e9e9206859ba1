"""Changes who may read a file, which Landlock doesn't govern."""
import os


def attack(x):
    os.chmod("@CANARY@", 0o600)
    return 1.0
