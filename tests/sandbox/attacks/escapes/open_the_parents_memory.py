"""Opens the fork server's memory as a file."""
import os


def attack(x):
    os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)
    return 1.0
