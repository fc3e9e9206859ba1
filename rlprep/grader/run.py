"""Runs one function of one source in the sandbox, with the limits of grading."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rlprep.grader.look import Defined
from rlprep.sandbox.case import Limits, Outcome, Wants
from rlprep.sandbox.client import Sandbox

LIMITS = Limits(timeout_s=10.0, memory_bytes=1 << 30, output_bytes=1 << 20, result_bytes=1 << 21)

# Added below the source, so that one child makes several calls. Lines of the source keep their
# numbers. It may be tampered with like everything in a child: it only ever returns numbers.
TWICE = "\n\ndef _rlprep_twice(*arguments):\n    {0}(*arguments)\n    return {0}(*arguments)\n"
EACH = "\n\ndef _rlprep_each(points, *rest):\n    return [{0}(point, *rest) for point in points]\n"


class Runner:
    """A submission's function, ready to be called. Remembers the least CPU that a call took."""

    def __init__(self, sandbox: Sandbox, source: bytes, defined: Defined) -> None:
        self._sandbox = sandbox
        self._source = source
        self._defined = defined
        self.least_cpu_s = float("inf")

    def call(
        self, arguments: Sequence[Any], wants: Wants | None = None, limits: Limits = LIMITS
    ) -> Outcome:
        """Call the function once."""
        return self._run(self._source, self._defined.name, arguments, wants, limits)

    def call_twice(self, arguments: Sequence[Any]) -> Outcome:
        """Call it twice with the same objects, in one process; the second value comes back."""
        source = self._source + TWICE.format(self._defined.name).encode()
        return self._run(source, "_rlprep_twice", arguments, Wants(changes=True), LIMITS)

    def call_each(self, points: np.ndarray, rest: Sequence[Any]) -> Outcome:
        """Call it for each row of `points` as first argument; a list comes back."""
        source = self._source + EACH.format(self._defined.name).encode()
        return self._run(source, "_rlprep_each", [points, *rest], None, LIMITS)

    def ignores(self, position: int) -> bool:
        """Whether its text never reads the parameter at this position."""
        parameters = self._defined.parameters
        return position < len(parameters) and parameters[position] in self._defined.unused

    def _run(
        self,
        source: bytes,
        function: str,
        arguments: Sequence[Any],
        wants: Wants | None,
        limits: Limits,
    ) -> Outcome:
        outcome = self._sandbox.run(source, function, arguments, limits=limits, wants=wants)
        self.least_cpu_s = min(self.least_cpu_s, outcome.cpu_s)
        return outcome
