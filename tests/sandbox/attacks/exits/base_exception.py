"""Raises what `except Exception` doesn't catch."""
class Mine(BaseException):
    pass


def attack(x):
    raise Mine('mine')
