"""A list whose length changes."""
import math


class Liar(list):
    def __len__(self):
        return 4

    def __iter__(self):
        while True:
            yield 1.0


def attack(x):
    return Liar()
