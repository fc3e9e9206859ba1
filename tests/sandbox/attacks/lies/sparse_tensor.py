"""A sparse tensor."""
import torch


def attack(x):
    return torch.ones(4).to_sparse()
