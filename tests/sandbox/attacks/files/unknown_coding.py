# coding: no-such-thing
def attack(x):
    return 1.0
