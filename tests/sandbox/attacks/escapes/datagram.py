"""Sends a datagram, which Landlock doesn't govern."""
import socket


def attack(x):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return float(sock.sendto(b"y", ("127.0.0.1", 9)) == 1)
