"""Deletes a file of the user."""
import os


def attack(x):
    os.unlink("@CANARY@.spare")
    return 1.0
