"""A regular expression that backtracks for ever, in C, where no Python signal handler runs."""
import re


def attack(x):
    re.match(r"(a+)+$", "a" * 64 + "b")
    return 1.0
