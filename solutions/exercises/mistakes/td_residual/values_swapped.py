"""A TD residual with the two values exchanged."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return rewards + gamma * ~terminated * values - next_values
