"""Looks for the caller's environment."""
import os


def attack(x):
    return float("@TOKEN@" in os.environ.values())
