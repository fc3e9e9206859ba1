"""Runs a shell."""
import os


def attack(x):
    return float(os.system("true") == 0)
