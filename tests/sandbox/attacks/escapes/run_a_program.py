"""Runs a program."""
import subprocess


def attack(x):
    return float(subprocess.run(["/bin/true"]).returncode == 0)
