"""Opens a folder and reaches a file from there."""
import os


def attack(x):
    folder = os.open("@FOLDER@", os.O_PATH)
    return float(len(os.read(os.open("canary", os.O_RDONLY, dir_fd=folder), 9)) == 5)
