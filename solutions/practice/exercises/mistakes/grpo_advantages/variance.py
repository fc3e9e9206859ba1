"""Advantages divided by the variance."""

import torch


def grpo_advantages(rewards, eps):
    centred = rewards - rewards.mean(-1, keepdim=True)
    return centred / (rewards.var(-1, keepdim=True, unbiased=False) + eps)
