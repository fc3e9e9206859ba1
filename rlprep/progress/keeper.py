"""Keeping attempts as they are made, without ever standing in the way of making them."""

from collections.abc import Callable

from rlprep.progress.attempt import Attempt
from rlprep.progress.database import StoreError
from rlprep.progress.store import Store


class Keeper:
    """Adds attempts to a store; where that fails, says so once and lets the person go on.

    Args:
        store: where to keep them.
        warn: is told, once, why nothing is kept.
    """

    def __init__(self, store: Store, warn: Callable[[str], None]) -> None:
        self._store = store
        self._warn = warn
        self._failed = False

    def keep(self, *attempts: Attempt) -> None:
        """Keep attempts, or say why not."""
        if self._failed:
            return
        try:
            self._store.add(attempts)
        except StoreError as error:
            self._failed = True
            self._warn(str(error))
