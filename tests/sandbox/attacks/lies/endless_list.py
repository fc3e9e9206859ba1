"""A list that contains itself."""
import math


def attack(x):
    endless = []
    endless.append(endless)
    return endless
