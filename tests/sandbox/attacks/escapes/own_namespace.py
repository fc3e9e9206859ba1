"""Makes a world of its own, in which it is root."""
import ctypes


def attack(x):
    return float(ctypes.CDLL(None).unshare(0x10000000) == 0)
