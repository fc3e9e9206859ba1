"""Prints without end."""
def attack(x):
    while True:
        print("y" * 1000)
