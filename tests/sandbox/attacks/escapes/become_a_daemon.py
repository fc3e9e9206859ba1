"""Leaves a grandchild behind, in a session of its own (for a few seconds)."""
import os
import time


def attack(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in range(10):
                try:
                    os.close(fd)
                except OSError:
                    pass
            time.sleep(20)
        os._exit(0)
    os.wait()
    return 1.0
