"""An exception class whose name isn't a string."""
import math


class Meta(type):
    @property
    def __name__(cls):
        return 42


class Strange(Exception, metaclass=Meta):
    pass


def attack(x):
    raise Strange
