"""Reads the fork server's memory by system call."""
import ctypes
import os


def attack(x):
    here, there = ctypes.create_string_buffer(8), ctypes.create_string_buffer(8)
    pairs = [(ctypes.c_size_t * 2)(ctypes.addressof(b), 8) for b in (here, there)]
    read = ctypes.CDLL(None).process_vm_readv(os.getppid(), pairs[0], 1, pairs[1], 1, 0)
    return float(read == 8)
