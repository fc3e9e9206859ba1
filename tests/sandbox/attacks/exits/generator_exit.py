"""Raises what ends a generator."""
def attack(x):
    raise GeneratorExit
