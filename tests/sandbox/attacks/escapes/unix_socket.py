"""Makes a pair of sockets, through which descriptors could travel."""
import socket


def attack(x):
    socket.socketpair()
    return 1.0
