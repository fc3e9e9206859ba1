"""The labs on policy gradients, as data."""

from rlprep.labs.lab import Lab

RL_LABS: tuple[Lab, ...] = ()
