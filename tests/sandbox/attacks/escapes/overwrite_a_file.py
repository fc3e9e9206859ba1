"""Overwrites a file of the user."""
def attack(x):
    with open("@CANARY@", "r+") as file:
        file.write("alive")
    return 1.0
