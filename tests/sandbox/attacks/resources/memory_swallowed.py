"""Runs out of memory, catches it, and goes on trying."""
def attack(x):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 24))
        except MemoryError:
            pass
