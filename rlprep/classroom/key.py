"""The class's secret, and each student's seed from it.

A student's seed is an HMAC of their identity under the key, and nothing else: whoever hands in
again meets the same cases, so that a mark that changes has changed because of the submission, and
luck can't be had by trying; two students meet different cases, also with the same file; and a
regrade repeats every mark. Without the key, nobody can tell the cases from identities and reports.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from rlprep.classroom.folder import text_of
from rlprep.errors import LearnerError, RlprepError, reason_of

LEAST_BYTES = 16
MOST_BYTES = 4096
SEED_BYTES = 6
"""As for a single file's fresh seed, and exact in every JSON reader."""


@dataclass(frozen=True)
class Key:
    """A class's secret."""

    secret: bytes

    def __repr__(self) -> str:
        """Return nothing of the secret."""
        return "Key(...)"

    def seed(self, student: str) -> int:
        """Return the seed of a student's cases."""
        digest = self._digest(b"rlprep class: seed of ", student.encode())
        return int.from_bytes(digest[:SEED_BYTES])

    @property
    def fingerprint(self) -> str:
        """Return what tells two keys apart and says nothing of either."""
        return self._digest(b"rlprep class: fingerprint", b"").hex()[:16]

    def _digest(self, purpose: bytes, of: bytes) -> bytes:
        return hmac.new(self.secret, purpose + of, hashlib.sha256).digest()


def read_key(path: Path) -> Key:
    """Return the key in a file.

    Raises:
        LearnerError: there is none, or it is too short to be a secret.
    """
    try:
        with path.open("rb") as file:
            secret = file.read(MOST_BYTES + 1).strip()
    except OSError as error:
        reason = reason_of(error)
        raise LearnerError(f"can't be read: {reason}", where=text_of(path)) from None
    if not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        raise LearnerError(
            f"no class key: {LEAST_BYTES} to {MOST_BYTES} bytes are one",
            where=text_of(path),
            hint="leave --key away, and one is made beside the journal",
        )
    return Key(secret)


def make_key(path: Path) -> Key:
    """Write a fresh key, readable by nobody else, and return it.

    Raises:
        RlprepError: it can't be written; nothing is ever overwritten.
    """
    secret = secrets.token_hex(32).encode()
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(secret + b"\n")
            file.flush()
            os.fsync(fd)
    except OSError as error:
        reason = reason_of(error)
        raise RlprepError(f"the class's key can't be written: {reason}", where=str(path)) from None
    return Key(secret)


def is_open_to_others(path: Path) -> bool:
    """Whether others than its owner may read a key."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False
