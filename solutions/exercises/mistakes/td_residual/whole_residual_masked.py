"""A TD residual that is 0 at terminated steps."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return (rewards + gamma * next_values - values) * ~terminated
