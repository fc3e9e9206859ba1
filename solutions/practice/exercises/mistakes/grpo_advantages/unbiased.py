"""Advantages with the deviation over G - 1."""

import torch


def grpo_advantages(rewards, eps):
    return (rewards - rewards.mean(-1, keepdim=True)) / (rewards.std(-1, keepdim=True) + eps)
