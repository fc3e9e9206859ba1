"""Makes a folder."""
import os


def attack(x):
    os.mkdir("@FOLDER@/made")
    os.rmdir("@FOLDER@/made")
    return 1.0
