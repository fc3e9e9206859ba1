"""Changes the limits of the fork server."""
import os
import resource


def attack(x):
    resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))
    return 1.0
