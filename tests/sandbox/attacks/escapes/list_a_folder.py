"""Lists a folder of the user."""
import os


def attack(x):
    return float("canary" in os.listdir("@FOLDER@"))
