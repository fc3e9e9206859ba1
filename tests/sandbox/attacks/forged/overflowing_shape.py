"""Describes a shape whose size wraps around to what is there."""
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
    send(report({"array": ["float64", [1 << 32, 1 << 32]]}), b"")
    os._exit(0)
