"""Reads the grader's own files."""
def attack(x):
    return float("Sandbox" in open("@CHECKOUT@/rlprep/sandbox/client.py").read())
