"""The store's layout, version by version: each step is a few statements, done whole or not at all.

A published step is never edited; a change of the layout is a new step at the end.
"""

import sqlite3

Step = tuple[str, ...]

_FIRST: Step = (
    """CREATE TABLE attempts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        item TEXT NOT NULL,
        at TEXT NOT NULL,
        share REAL CHECK (share BETWEEN 0 AND 1),
        verdict TEXT,
        details TEXT NOT NULL
    )""",
    """CREATE TRIGGER attempts_stay BEFORE UPDATE ON attempts
        BEGIN SELECT RAISE(ABORT, 'attempts are never changed'); END""",
    """CREATE TRIGGER attempts_remain BEFORE DELETE ON attempts
        BEGIN SELECT RAISE(ABORT, 'attempts are never deleted'); END""",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

STEPS: tuple[Step, ...] = (_FIRST,)


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps a file has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: tuple[Step, ...] = STEPS) -> None:
    """Take a file to the newest layout in one transaction.

    Args:
        connection: in autocommit mode (`isolation_level` None).
        steps: all steps there are; those that the file has taken are passed over.
    """
    if version_of(connection) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again inside the transaction: another terminal may have migrated meanwhile.
        for step in steps[version_of(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
