"""Takes all descriptors it can get."""
import os


def attack(x):
    kept = [os.open('/dev/null', os.O_RDONLY) for _ in range(500)]
    return float(len(kept) == 500)
