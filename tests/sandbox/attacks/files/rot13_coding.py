# coding: rot13
def attack(x):
    return 1.0
