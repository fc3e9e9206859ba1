"""Makes a system call by the numbers of the x32 interface."""
import ctypes


def attack(x):
    return float(ctypes.CDLL(None).syscall(0x40000000 + 39) > 0)
