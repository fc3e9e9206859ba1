"""A TD residual without the discount."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return rewards + ~terminated * next_values - values
