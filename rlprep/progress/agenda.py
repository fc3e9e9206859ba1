"""What to ask today: what is due, the most overdue first, then a few items that are new.

New items a day: one question, two formulas, one exercise; up to three times as many questions and
formulas and twice as many exercises where the interview is so near that they would not all be seen
before it. What was begun today already counts.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rlprep.progress.attempt import KINDS, Kind
from rlprep.progress.clock import day_ends, local_day
from rlprep.progress.schedule import Key, Standing

NEW_A_DAY: dict[Kind, int] = {"question": 1, "formula": 2, "exercise": 1}
MOST_A_DAY: dict[Kind, int] = {"question": 3, "formula": 6, "exercise": 2}


@dataclass(frozen=True)
class Agenda:
    """What there is to do.

    Attributes:
        due: standings that are due by the end of today, the most overdue first.
        new: items to begin today.
        ahead: standings that are due later, the earliest first.
        unseen: all items of the bank that were never tried, today's new ones among them.
    """

    due: tuple[Standing, ...]
    new: tuple[Key, ...]
    ahead: tuple[Standing, ...]
    unseen: tuple[Key, ...]


def agenda(
    items: Sequence[Key], known: Mapping[Key, Standing], now: datetime, interview: date | None
) -> Agenda:
    """Return what is to be done on the day of `now`.

    Args:
        items: every item of the bank, in the order in which they should be begun.
        known: the standings; those of items outside of the bank are passed over.
        now: the present moment.
        interview: its day; one that is over limits nothing.
    """
    evening = day_ends(local_day(now))
    held = [(known[key].due, known[key]) for key in items if key in known]
    waiting = sorted(
        ((due, each) for due, each in held if due), key=lambda pair: (pair[0], pair[1].key)
    )
    unseen = tuple(key for key in items if key not in known)
    return Agenda(
        due=tuple(each for due, each in waiting if due < evening),
        new=tuple(_new(unseen, known.values(), local_day(now), interview)),
        ahead=tuple(each for due, each in waiting if due >= evening),
        unseen=unseen,
    )


def _new(
    unseen: Sequence[Key], known: Iterable[Standing], today: date, interview: date | None
) -> list[Key]:
    begun = [each.key[0] for each in known if local_day(each.first) == today]
    days = max((interview - today).days, 1) if interview and interview >= today else None
    room: dict[Kind, int] = {}
    for kind in KINDS:
        left = sum(key[0] == kind for key in unseen) + begun.count(kind)
        hurried = min(math.ceil(left / days), MOST_A_DAY[kind]) if days else 0
        room[kind] = max(NEW_A_DAY[kind], hurried) - begun.count(kind)
    chosen: list[Key] = []
    for key in unseen:
        if room[key[0]] > 0:
            room[key[0]] -= 1
            chosen.append(key)
    return chosen
