"""Pretends that the user pressed Ctrl-C."""
def attack(x):
    raise KeyboardInterrupt
