"""A TD residual that discounts the reward too."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return gamma * (rewards + ~terminated * next_values) - values
