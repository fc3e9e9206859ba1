"""Asks the system for memory directly."""
import mmap


def attack(x):
    mmap.mmap(-1, 8 << 30)
    return 1.0
