"""Advantages relative to the whole batch."""

import torch


def grpo_advantages(rewards, eps):
    return (rewards - rewards.mean()) / (rewards.std(unbiased=False) + eps)
