"""Progress for people: a table of what was practised, and recall by day as a small chart."""

import shutil
from datetime import date, timedelta

from rlprep.interview.screen import Screen, Tone
from rlprep.progress.clock import local_day
from rlprep.progress.schedule import Standing, recall_by_day
from rlprep.progress.today import Today
from rlprep.report.bars import bars
from rlprep.report.days import away_text, count, day_text, percent
from rlprep.report.review import interview_words, show_what_follows

PAST_DAYS, AHEAD_DAYS = 14, 10
_TONES: dict[str, Tone] = {"weak": "bad", "fair": "normal", "strong": "good"}
_ORDER = ("weak", "fair", "strong")


def show_progress(screen: Screen, today: Today, *, spoken: bool) -> None:
    """Print the standing of everything that was practised, the weakest first.

    Args:
        screen: where to print.
        today: the day, read from the store.
        spoken: sentences in place of columns and of the chart, for a screen reader; a terminal
            that is too narrow gets them too.
    """
    if not today.known:
        screen.say("Nothing is recorded yet.")
        screen.say(
            "Rounds of `rlprep quiz`, formulas of `rlprep check-formula` and grades of"
            " `rlprep grade` are; `rlprep review` starts with a few items."
        )
        return
    rows = sorted(today.known.values(), key=lambda each: _rank(each, today))
    screen.heading("Progress", _summary(today))
    table = _table([_HEAD, *(_cells(each, today) for each in rows)])
    if spoken or max(map(len, table)) > _columns():
        _speak_rows(screen, rows, today)
    else:
        screen.say(table[0], "dim")
        for standing, line in zip(rows, table[1:], strict=True):
            screen.say(line, _TONES[standing.strength])
    _show_recall(screen, today, spoken=spoken)
    screen.say("")
    show_what_follows(screen, today)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _rank(standing: Standing, today: Today) -> tuple[int, float, str]:
    return _ORDER.index(standing.strength), standing.recall(today.now) or 0.0, standing.key[1]


def _summary(today: Today) -> str:
    held = len(today.known)
    by = [sum(each.strength == word for each in today.known.values()) for word in _ORDER]
    parts = [f"{held} of {held + len(today.agenda.unseen)} items practised"]
    parts += [f"{number} {word}" for number, word in zip(by, _ORDER, strict=True) if number]
    return ", ".join([*parts, *interview_words(today)])


def _cells(standing: Standing, today: Today) -> tuple[str, ...]:
    kind, id_ = standing.key
    due = standing.due
    when = away_text(local_day(due), local_day(today.now)) if due else "no more"
    share = percent(standing.last.share)
    if kind == "formula":
        share = "right" if standing.last.share else "wrong"
    recall = percent(standing.recall(today.now))
    return standing.strength, kind, id_, str(standing.tries), share, recall, when


_HEAD = ("", "kind", "item", "tries", "result", "recall", "due")


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as lines of equal columns, figures at the right of theirs."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for row in rows:
        cells = (
            f"{cell:>{width}}" if name in ("tries", "result", "recall") else f"{cell:<{width}}"
            for name, cell, width in zip(_HEAD, row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return lines


def _speak_rows(screen: Screen, rows: list[Standing], today: Today) -> None:
    for standing in rows:
        strength, kind, id_, tries, share, recall, due = _cells(standing, today)
        screen.say(
            f"{kind} {id_}: {strength}, tried {count(int(tries), 'time')}, {share},"
            f" recall {recall}, due {due}."
        )


def _show_recall(screen: Screen, today: Today, *, spoken: bool) -> None:
    """Show the mean chance of recall: so far, and from here on without another review."""
    day = local_day(today.now)
    begun = min(day, *(local_day(each.first) for each in today.known.values()))
    first = max(begun, day - timedelta(days=PAST_DAYS - 1))
    last = day + timedelta(days=AHEAD_DAYS)
    if today.interview and day < today.interview < day + timedelta(days=3 * AHEAD_DAYS):
        last = today.interview
    found = recall_by_day(today.known, first, (last - first).days + 1)
    end = dict(found)[last]
    screen.heading("Recall", "mean of what you practised, by day")
    width = next((each for each in (3, 2) if 7 + each * len(found) <= _columns()), 0)
    if spoken or not width:
        ends = [(each, value) for each, value in found if each in (first, day, last)]
        for each, value in ends:
            screen.say(f"{day_text(each)}: {percent(value)}.")
        return
    _draw(screen, found, day, width)
    screen.say(
        f"now {percent(dict(found)[day])}; without another review {percent(end)}"
        f" on {day_text(last)}" + (", your interview" if last == today.interview else ""),
        "dim",
    )


def _draw(screen: Screen, found: list[tuple[date, float | None]], day: date, width: int) -> None:
    labels = ("100% ", "", " 50% ", "")
    for label, row in zip(labels, bars([value for _, value in found], 4, width), strict=True):
        screen.say(f"{label:>5}│{row}".rstrip())
    before = sum(each < day for each, _ in found) * width
    axis = ["─"] * (len(found) * width)
    axis[before] = "┴"
    screen.say("     └" + "".join(axis))
    first, last = day_text(found[0][0]), day_text(found[-1][0])
    line = [" "] * (len(axis) + 6)
    for at, text in ((0, first), (before, "today"), (len(axis) - len(last), last)):
        at = max(at, 0)
        if "".join(line[max(at - 1, 0) : at + len(text) + 1]).strip() == "":
            line[at : at + len(text)] = text
    screen.say(" " * 6 + "".join(line).rstrip(), "dim")
