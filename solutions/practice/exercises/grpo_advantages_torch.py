"""Group-relative advantages in torch."""

import torch


def grpo_advantages(rewards, eps):
    centred = rewards - rewards.mean(dim=-1, keepdim=True)
    return centred / (rewards.std(dim=-1, keepdim=True, unbiased=False) + eps)
