"""More memory than allowed, little by little."""
def attack(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
