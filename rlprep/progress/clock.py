"""What time it is: the one place that asks, so that a week can be played in a minute.

``RLPREP_NOW`` (ISO 8601; UTC where no offset is given) stops the clock at a moment of your choice.
It is an aid for tests and for trying things out; what is recorded under it stays recorded.
"""

import os
from datetime import UTC, date, datetime, time, timedelta

from rlprep.errors import MisuseError

NOW_VARIABLE = "RLPREP_NOW"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Moments outside of these two are slips; sums of days with them would overflow."""


def now() -> datetime:
    """Return the present moment in UTC, to the millisecond.

    Raises:
        MisuseError: ``RLPREP_NOW`` is set and is no moment.
    """
    if given := os.environ.get(NOW_VARIABLE):
        moment = _read(given)
        if moment is None:
            raise MisuseError(
                f"{NOW_VARIABLE} is '{given}', which is no moment",
                hint="write it like 2026-03-01T09:00, or unset it",
            )
        return moment
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def local_day(moment: datetime) -> date:
    """Return the calendar day on which a moment falls where this machine is."""
    return moment.astimezone().date()


def day_ends(day: date) -> datetime:
    """Return the moment, in UTC, at which a calendar day ends where this machine is."""
    return datetime.combine(day + timedelta(days=1), time()).astimezone().astimezone(UTC)
