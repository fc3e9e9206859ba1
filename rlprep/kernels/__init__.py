"""The reference kernels: policy gradient (rl) and attention, each a pure function of tensors.

A kernel runs in the dtype and on the device it is given, is differentiable wherever the mathematics
is, never changes its inputs, and refuses what it can't mean with one KernelInputError. Words name
the arguments; the letters of the papers are in the docstrings. `B` batch, `T` time or query length,
`S` key length, `H` query heads, `G` key/value heads, `D` head width, `E` value width, `A` actions.
"""
