"""Days and shares in a few words, for tables that people read."""

from datetime import date

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_text(day: date) -> str:
    """Return a day as ``Nov 22``, whatever the language of the machine."""
    return f"{_MONTHS[day.month - 1]} {day.day}"


def away_text(day: date, today: date) -> str:
    """Return how far off a day is: ``today``, ``in 3 days``, ``2 days ago``."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[days + 1]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def percent(share: float | None) -> str:
    """Return a share as whole per cent; 100% only where nothing is missing."""
    if share is None:
        return "-"
    return "100%" if share >= 1 else f"{min(round(100 * share), 99)}%"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
