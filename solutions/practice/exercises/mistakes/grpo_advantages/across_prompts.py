"""Advantages along the wrong axis."""

import torch


def grpo_advantages(rewards, eps):
    centred = rewards - rewards.mean(0, keepdim=True)
    return centred / (rewards.std(0, keepdim=True, unbiased=False) + eps)
