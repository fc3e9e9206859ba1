from __future__ import annotations


def attack(x: Unknown) -> Unknown:
    return 1.0
