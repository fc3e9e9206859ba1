"""Calls itself without end."""
def attack(x):
    return attack(x)
