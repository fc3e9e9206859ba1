"""Seeded inputs: one generator an exercise, NumPy only. Expected values are made elsewhere.

Each generator gives the cases of every family that its exercise's YAML lists. Random numbers miss
what matters, so the structure of a case (where episodes end, which side of the range a ratio is on,
how a length relates to a block) is chosen, and only what is left is drawn.
"""
