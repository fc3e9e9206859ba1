"""A TD target instead of the residual."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return rewards + gamma * ~terminated * next_values
