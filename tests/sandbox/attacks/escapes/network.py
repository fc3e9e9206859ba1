"""Calls a server."""
import socket


def attack(x):
    with socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=2):
        return 1.0
