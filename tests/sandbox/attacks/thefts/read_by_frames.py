"""Walks up the frames for anything that looks like an expected value."""
import sys


def attack(x):
    frame, names = sys._getframe(), set()
    while frame is not None:
        names |= set(frame.f_locals) | set(frame.f_globals)
        frame = frame.f_back
    return float(any(word in name.lower() for name in names for word in ("expected", "answer", "tolerance", "secret")))
