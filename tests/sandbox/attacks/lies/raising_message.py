"""An exception that raises when it is printed."""
import math


class Nested(Exception):
    def __str__(self):
        raise SystemExit


def attack(x):
    raise Nested
