"""Makes a mailbox that another process can find."""
import ctypes


def attack(x):
    libc = ctypes.CDLL(None)
    number = libc.msgget(0, 0o1600)
    if number >= 0:
        libc.msgctl(number, 0, None)
    return float(number >= 0)
