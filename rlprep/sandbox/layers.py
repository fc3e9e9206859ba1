"""The confinement of a child, joined from its parts: prepared in the worker, applied in the child."""

import resource
from typing import Any


class Layers:
    """The layers that hold in one mode on this machine."""

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def prepare(self) -> None:
        """Do once, in the worker, what needn't be done for each child."""

    def descriptors(self) -> list[int]:
        """Return the descriptors that `apply` needs open in the child."""
        return []

    def apply(self, limits: dict[str, Any]) -> None:
        """Confine this process for good."""
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        most = used + limits["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
