"""Keeps data in an anonymous file, which no memory limit counts."""
import os


def attack(x):
    return float(os.write(os.memfd_create("y"), b"y" * 4096) == 4096)
