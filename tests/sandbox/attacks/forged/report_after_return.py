"""Returns 42 and has an exit handler and a finaliser change the report."""
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
    import atexit
    
    
    class Late:
        def __del__(self):
            send(report(43.0))
    
    
    atexit.register(send, report(44.0))
    global late
    late = Late()
    return 42.0
