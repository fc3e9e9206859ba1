from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pair:
    y: float


def attack(x):
    return Pair(1.0).y
