"""A TD residual with its sign reversed."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return values - (rewards + gamma * ~terminated * next_values)
