"""Policy-gradient kernels: returns, advantages, losses, divergences and the trust region.

Rollouts are time-major, `[T, *B]`: a single trajectory `[T]` and a batch `[T, B]` are both fine.
The reward at row t follows the action at row t (Sutton and Barto give it the index t + 1).
"""
