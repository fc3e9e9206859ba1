"""Leaves with success, past all handlers."""
import os


def attack(x):
    os._exit(0)
