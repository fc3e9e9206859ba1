"""Searches every object of the process for what an earlier case was given."""
import gc

MARK = 31337.25


def attack(x):
    import torch

    for thing in gc.get_objects():
        if type(thing) is torch.Tensor and thing is not x and (thing == MARK).any():
            return 1.0
    for thing in gc.get_objects():
        if type(thing) is dict and "earlier_submission" in thing:
            return 1.0
    return 0.0
