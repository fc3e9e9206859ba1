"""Makes memory that another process can find."""
import ctypes


def attack(x):
    libc = ctypes.CDLL(None)
    number = libc.shmget(0, 4096, 0o1600)
    if number >= 0:
        libc.shmctl(number, 0, None)  # away with it
    return float(number >= 0)
