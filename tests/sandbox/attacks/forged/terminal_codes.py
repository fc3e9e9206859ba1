"""Sends an error message that would repaint the terminal."""
import json
import os
import struct


def send(header, payload=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    os.write(4, struct.pack("<4sIQ", b"RLP1", len(text), len(payload)) + text + payload)


def report(value, **more):
    fields = {"status": "returned", "gradients": [], "changed": [], "calls": {}, "work": None}
    return {**fields, "value": value, **more}


def attack(x):
    error = {"stage": "call", "type": "\x1b[31mError", "message": "a\x1b[2J\r\nb\u202e" + "y" * 100000, "line": 1}
    send({"status": "raised", "error": error})
    os._exit(0)
