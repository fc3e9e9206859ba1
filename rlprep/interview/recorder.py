"""The one way in which a round changes: append the event to the log, then apply it to the state."""

import time

from rlprep.interview.round_state import Round
from rlprep.progress.session_log import SessionLog


class Recorder:
    """A round in progress, its log, and its clock. The clock stands still between sessions."""

    def __init__(self, state: Round, log: SessionLog) -> None:
        self.state = state
        self.log = log
        self._base = state.seconds
        self._started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Return the time spent in the round, in seconds."""
        return self._base + time.monotonic() - self._started

    @property
    def left_s(self) -> float:
        """Return how much of a mock round's time is left; negative once it is over."""
        return self.state.minutes * 60 - self.elapsed_s

    def record(self, event: str, **data: object) -> None:
        """Log and apply one event."""
        whole = {"event": event, "t": round(self.elapsed_s, 1), **data}
        self.log.append(whole)
        self.state.apply(whole)
