"""Never answers."""
import time


def attack(x):
    while True:
        time.sleep(60)
