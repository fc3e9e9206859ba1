"""Leaves an environment variable."""
import os


def attack(x):
    seen = "EARLIER" in os.environ
    os.environ["EARLIER"] = "1"
    return float(seen)
