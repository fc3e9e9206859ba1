"""Advantages relative to the best of the group."""

import torch


def grpo_advantages(rewards, eps):
    centred = rewards - rewards.max(-1, keepdim=True).values
    return centred / (rewards.std(-1, keepdim=True, unbiased=False) + eps)
