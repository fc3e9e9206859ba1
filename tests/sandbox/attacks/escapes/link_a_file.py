"""Puts a link beside a file of the user."""
import os


def attack(x):
    os.symlink("@CANARY@", "@FOLDER@/link")
    os.unlink("@FOLDER@/link")
    return 1.0
