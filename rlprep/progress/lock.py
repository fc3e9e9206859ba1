"""A lock file for the moment in which the store is opened, made or set aside."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LOCKS_HERE = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
_PAUSE_S = 0.005


@contextmanager
def exclusive(path: Path, patience_s: float) -> Iterator[None]:
    """Hold a file's lock. The system frees it when a process ends, however it ends.

    On a file system without locks it goes on without one.

    Raises:
        OSError: the file can't be made, or another process keeps the lock for too long.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(descriptor, time.monotonic() + patience_s)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(errno.ETIMEDOUT, "another rlprep doesn't let go of it") from None
            time.sleep(_PAUSE_S)
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:
                return
            raise
