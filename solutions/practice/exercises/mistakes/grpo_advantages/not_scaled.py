"""Advantages that are not divided by the spread."""

import torch


def grpo_advantages(rewards, eps):
    return rewards - rewards.mean(-1, keepdim=True)
