"""Reads a file of the user."""
def attack(x):
    return float(open("@CANARY@").read() == "alive")
