"""Computes for ever before there is a function to call."""
while True:
    pass


def attack(x):
    return 0.0
