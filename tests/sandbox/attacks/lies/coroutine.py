"""A function that has to be awaited."""
import math


async def attack(x):
    return 1.0
