"""Imports the reference implementations."""
def attack(x):
    import rlprep.kernels

    return 1.0
