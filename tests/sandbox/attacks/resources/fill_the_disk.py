"""Writes to the disk (a kilobyte; the call is the same for a terabyte)."""
def attack(x):
    with open("@FOLDER@/filled", "wb") as file:
        file.write(b"y" * 1024)
    return 1.0
