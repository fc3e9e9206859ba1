"""An object that claims to be a tensor."""
import torch


class Liar:
    @property
    def __class__(self):
        return torch.Tensor


def attack(x):
    return Liar()
