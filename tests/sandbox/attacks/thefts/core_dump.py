"""Crashes, hoping that the memory image is left where it can be read."""
import os


def attack(x):
    os.abort()
