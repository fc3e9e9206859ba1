"""Ignores every signal that can be ignored, then never answers."""
import signal
import time


def attack(x):
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    while True:
        time.sleep(60)
