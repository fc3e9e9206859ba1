"""Turns its process into another program."""
import os


def attack(x):
    os.execv("/bin/echo", ["echo", "escaped"])
