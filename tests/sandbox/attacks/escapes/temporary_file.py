"""Leaves a file in the folder for temporary ones."""
import os
import tempfile


def attack(x):
    handle, path = tempfile.mkstemp()
    os.unlink(path)
    return 1.0
