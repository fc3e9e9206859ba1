"""Changes the root folder."""
import os


def attack(x):
    os.chroot("/")
    return 1.0
