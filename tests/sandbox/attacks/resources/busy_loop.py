"""Computes for ever."""
def attack(x):
    while True:
        pass
