"""What there is to do today, as a list for people and as JSON."""

import shutil
from typing import Any

from rlprep.bank.load import Bank
from rlprep.interview.screen import Screen
from rlprep.progress.attempt import moment_text
from rlprep.progress.clock import local_day
from rlprep.progress.today import Task, Today
from rlprep.report.days import away_text, count, day_text

SCHEMA = "rlprep.review/v1"


def today_json(bank: Bank, today: Today, tasks: list[Task]) -> dict[str, Any]:
    """Return the tasks, and the first item that is due on a later day, as plain data."""
    following = Task.of(today.agenda.ahead[0]) if today.agenda.ahead else None
    return {
        "schema": SCHEMA,
        "now": moment_text(today.now),
        "interview_date": today.interview.isoformat() if today.interview else None,
        "tasks": [_task_json(bank, today, task) for task in tasks],
        "next": _task_json(bank, today, following) if following else None,
    }


def _task_json(bank: Bank, today: Today, task: Task) -> dict[str, Any]:
    standing = task.standing
    recall = standing.recall(today.now) if standing else None
    return {
        "kind": task.kind,
        "id": task.id,
        "title": _title(bank, task),
        "new": standing is None,
        "due": moment_text(standing.due) if standing and standing.due else None,
        "recall": None if recall is None else round(recall, 4),
    }


def _title(bank: Bank, task: Task) -> str:
    look = {"question": bank.question, "formula": bank.formula, "exercise": bank.exercise}
    return look[task.kind](task.id).title


def show_today(
    screen: Screen, bank: Bank, today: Today, tasks: list[Task], kind: str | None = None
) -> None:
    """Print the tasks, one a line; where there are none, when there will be."""
    if not today.known:
        _show_welcome(screen, today)
    if not tasks:
        show_what_follows(screen, today, kind)
        return
    screen.heading("Today", _note(today, tasks))
    width = max(len(task.id) for task in tasks)
    for task in tasks:
        due = task.standing.due if task.standing else None
        when = away_text(local_day(due), local_day(today.now)) if due else "new"
        line = f"{when:<12}  {task.kind:<8}  {task.id:<{width}}  {_title(bank, task)}"
        screen.say(_cut(line, shutil.get_terminal_size().columns - 2), indent=2)


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def _note(today: Today, tasks: list[Task]) -> str:
    new = sum(task.standing is None for task in tasks)
    parts = [f"{len(tasks) - new} due"] if len(tasks) > new else []
    parts += [f"{new} new"] if new else []
    return ", ".join([*parts, *interview_words(today)])


def interview_words(today: Today) -> list[str]:
    """Return when the interview is, in a list of one, or nothing where no date is known."""
    if today.interview is None:
        return []
    return [f"interview {away_text(today.interview, local_day(today.now))}"]


def show_what_follows(screen: Screen, today: Today, kind: str | None = None) -> None:
    """Say what is left for today, or when something will be due."""
    left = today.tasks(kind)
    if left:
        screen.say(f"{count(len(left), 'item')} left for today: `rlprep review`.")
        return
    screen.say(f"No {kind} is due today." if kind else "Nothing more is due today.", "good")
    ahead = [each for each in today.agenda.ahead if kind in (None, each.key[0])]
    if ahead and (due := ahead[0].due):
        day = local_day(due)
        screen.say(
            f"Next: {' '.join(ahead[0].key)} {away_text(day, local_day(today.now))},"
            f" {day_text(day)}. {count(len(ahead), 'item')} scheduled."
        )
    for words in interview_words(today):
        screen.say(f"{words[:1].upper()}{words[1:]}.")
    unseen = sum(kind in (None, key[0]) for key in today.agenda.unseen)
    if unseen:
        screen.say(
            f"{count(unseen, 'item')} not tried yet; a few of them come each day. More at once:"
            " `rlprep quiz`, `rlprep check-formula --list`, `rlprep exercise list`.",
            "dim",
        )


def again_text(today: Today, task: Task) -> str:
    """Return when an item that was just asked will be asked again."""
    standing = today.known.get((task.kind, task.id))
    if standing is None:
        return f"{task.id} has no result yet; it is offered again."
    if standing.due is None:
        return f"{task.id} isn't asked again before your interview."
    day = local_day(standing.due)
    return f"{task.id} is asked again {away_text(day, local_day(today.now))}, {day_text(day)}."


def _show_welcome(screen: Screen, today: Today) -> None:
    screen.heading("Review", "nothing is recorded yet")
    screen.prose(
        "Review brings back what you have practised shortly before you would forget it: questions"
        " of the interview, formulas to write down, functions to implement. Every round of"
        " `rlprep quiz`, every formula and every grade counts, and a few new items come each day."
    )
    screen.say("")
    if today.interview is None:
        screen.say("Is there a date?     rlprep review --interview-date YYYY-MM-DD", "dim")
    screen.say("A whole part first?  rlprep quiz --part A", "dim")
