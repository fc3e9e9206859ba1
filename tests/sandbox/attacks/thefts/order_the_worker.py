"""Speaks to the fork server on whatever descriptor answers."""
import os


def attack(x):
    for fd in [0, 3, *range(5, 64)]:
        try:
            os.write(fd, b'{"run": {}}')
            return 1.0
        except OSError:
            pass
    return 0.0
