"""A tensor that says it equals everything."""
import torch


class Liar(torch.Tensor):
    def __eq__(self, other):
        return True

    def numpy(self):
        raise SystemExit


def attack(x):
    return torch.ones(4).as_subclass(Liar)
