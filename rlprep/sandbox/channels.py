"""The three pipes of one case: the case goes in, the report and what is printed come out.

Fresh ones for each case: nothing that a case leaves behind can speak in the next one's name.
"""

import os
import selectors
import time
from typing import Any

from rlprep.sandbox import wire
from rlprep.sandbox.case import Limits, Status

MAX_HEADER_BYTES = 1 << 24
MIN_HEADER_BYTES = 1 << 16


class Channels:
    """The three pipes of one case, and the reading of what comes out of them."""

    def __init__(self) -> None:
        case_read, self._case = os.pipe()
        self._report, report_write = os.pipe()
        self._prints, prints_write = os.pipe()
        self.theirs = [case_read, report_write, prints_write]
        self._ours = {self._case, self._report, self._prints}
        self.report = wire.FrameReader(0, 0)
        self.printed = bytearray()

    def close_theirs(self) -> None:
        """Close the ends that the child now has."""
        while self.theirs:
            os.close(self.theirs.pop())

    def close(self) -> None:
        """Close every end that is still open here."""
        self.close_theirs()
        while self._ours:
            os.close(self._ours.pop())

    def exchange(self, request: list[Any], limits: Limits) -> Status | None:
        """Send the case and read until the child is done; return why it was cut short, or None."""
        # Lists of numbers travel in the header, at most 20 characters and a comma for 8 bytes.
        most = min(MAX_HEADER_BYTES, MIN_HEADER_BYTES + 3 * limits.result_bytes)
        self.report = wire.FrameReader(most, limits.result_bytes)
        pending = [memoryview(part).cast("B") for part in request]
        deadline = time.monotonic() + limits.timeout_s
        with selectors.DefaultSelector() as selector:
            os.set_blocking(self._case, False)
            selector.register(self._case, selectors.EVENT_WRITE)
            selector.register(self._report, selectors.EVENT_READ)
            selector.register(self._prints, selectors.EVENT_READ)
            # The end of the report alone isn't the end: prints may still be in their pipe.
            while {self._report, self._prints} & set(selector.get_map()):
                for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                    if key.fd == self._case:
                        if not self._send(pending):
                            selector.unregister(self._case)
                            self._close(self._case)
                            deadline = time.monotonic() + limits.timeout_s
                        continue
                    data = os.read(key.fd, 1 << 20)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == self._prints:
                        self.printed += data
                        if len(self.printed) > limits.output_bytes:
                            del self.printed[limits.output_bytes :]
                            return Status.OUTPUT_LIMIT
                    else:
                        try:
                            self.report.feed(data)
                        except wire.WireError:
                            return Status.MALFORMED
                if time.monotonic() >= deadline:
                    return Status.TIMEOUT
        return None

    def _send(self, pending: list[memoryview]) -> bool:
        """Write what the pipe takes; return whether there is more to write."""
        try:
            while pending:
                sent = os.write(self._case, pending[0])
                pending[0] = pending[0][sent:]
                if not pending[0]:
                    pending.pop(0)
        except BlockingIOError:
            return True
        except BrokenPipeError:
            pass  # the child is gone; its silence will say so
        return False

    def _close(self, fd: int) -> None:
        self._ours.discard(fd)
        os.close(fd)
