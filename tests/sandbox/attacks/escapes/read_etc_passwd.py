"""Reads the list of users."""
def attack(x):
    return float("root" in open("/etc/passwd").read())
