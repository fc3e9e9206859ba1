"""The C library, for the system calls that Python doesn't offer.

Opened once: every opening makes new classes, which in each child anew would be a twentieth of its
time.
"""

import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)


def last_error(what: str) -> OSError:
    """Return the error that the last call left behind."""
    return OSError(ctypes.get_errno(), what)
