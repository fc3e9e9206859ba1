"""Renames a file of the user."""
import os


def attack(x):
    os.rename("@CANARY@.spare", "@CANARY@.moved")
    os.rename("@CANARY@.moved", "@CANARY@.spare")
    return 1.0
