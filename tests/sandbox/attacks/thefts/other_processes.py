"""Reads what others run."""
import os


def attack(x):
    return float(any(name.isdigit() for name in os.listdir("/proc")))
