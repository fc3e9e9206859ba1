"""The day of the interview, remembered with the progress."""

from datetime import date

from rlprep.errors import MisuseError
from rlprep.progress.clock import LATEST, local_day, now
from rlprep.progress.store import Store

SETTING = "interview_date"


def read_date(text: str) -> date | None:
    """Return the day that was typed, None for ``none``.

    Raises:
        MisuseError: it is no date, or one that is over.
    """
    if text.strip().lower() == "none":
        return None
    today = local_day(now())
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise MisuseError(
            f"'{text}' is no date", hint=f"write it like {today.isoformat()}, or none"
        ) from None
    if day < today:
        raise MisuseError(
            f"{day.isoformat()} is over; today is {today.isoformat()}",
            hint="name a day to come, or none",
        )
    if day >= LATEST.date():
        raise MisuseError(f"{day.isoformat()} is too far away", hint="name a nearer day, or none")
    return day


def remember_date(store: Store, day: date | None) -> None:
    """Remember the day, or forget it."""
    store.remember(SETTING, day.isoformat() if day else None)


def remembered_date(store: Store) -> date | None:
    """Return the day of the interview, None where none is known or it is over."""
    text = store.setting(SETTING)
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and day >= local_day(now()) else None
