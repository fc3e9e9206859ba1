"""Sets an alarm that nobody handles."""
import signal
import time


def attack(x):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(60)
