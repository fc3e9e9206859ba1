"""An exception whose text never ends."""
import math


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def attack(x):
    raise Endless
