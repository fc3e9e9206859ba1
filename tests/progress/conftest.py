"""What the tests of progress share: a store of their own, attempts, and a clock that stands."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rlprep.progress.attempt import Attempt, Kind
from rlprep.progress.store import Store

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
Told = list[str]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[datetime], None]]:
    """The clock stands at Monday nine o'clock in UTC, and can be set."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setenv("RLPREP_NOW", moment.isoformat())

    monkeypatch.setenv("TZ", "UTC")
    import time

    time.tzset()
    set_to(MONDAY)
    yield set_to
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def store(tmp_path: Path, told: Told) -> Store:
    return Store(tmp_path / "home", told.append)


def attempt(
    item: str = "gae",
    kind: Kind = "question",
    share: float | None = 1.0,
    day: float = 0,
    **details: object,
) -> Attempt:
    """An attempt some days after Monday."""
    return Attempt(kind, item, MONDAY + timedelta(days=day), share, "answered", dict(details))
