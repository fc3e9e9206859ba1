"""Writes to the disk that lies in memory."""
import os


def attack(x):
    path = "/dev/shm/@TOKEN@"
    with open(path, "wb") as file:
        file.write(b"y")
    os.unlink(path)
    return 1.0
