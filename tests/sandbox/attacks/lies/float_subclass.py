"""A float that equals everything."""
import math


class Liar(float):
    def __eq__(self, other):
        return True

    __hash__ = None


def attack(x):
    return Liar(1)
