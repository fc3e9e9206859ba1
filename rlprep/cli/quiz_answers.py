"""The part of `rlprep quiz` that judges written answers without asking anything."""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from rlprep.cli.reading import reading
from rlprep.errors import LearnerError, RlprepError

if TYPE_CHECKING:
    from rlprep.answers.examiner import Examiner
    from rlprep.bank.load import Bank

MAX_LINE = 8_000_000  # bytes: an answer of 1 MB, escaped as wastefully as JSON allows
MAX_FILE = 4_000_000
_OURS = frozenset({"schema", "points", "misconceptions", "abstained", "error", "text", "line"})


def judge_one(
    bank: "Bank", question: str, source: str, *, as_json: bool, plain: bool, ask: bool
) -> None:
    """Judge the answer in a file (``-``: standard input) and print the evidence."""
    from rlprep.report.answers import judgement_json, show_judgement
    from rlprep.report.json_text import json_line
    from rlprep.report.screen import screen_for

    examiner = examiner_of(bank, ask=ask)
    item = bank.question(question)
    judgement = examiner.examine(question, _read(source))
    if as_json:
        print(json_line(judgement_json(judgement)))
        return
    show_judgement(screen_for(sys.stdout, plain=plain), item, judgement)


def judge_batch(bank: "Bank", source: str, *, ask: bool) -> bool:
    """Judge a file of answers, one JSON object a line; return whether every line could be judged.

    For each line a result is printed at once, in order; a line that can't be judged gets an entry
    with ``error`` in its place. Keys of a line that are no part of a result are handed through.
    """
    from rlprep.report.json_text import json_line

    examiner = examiner_of(bank, ask=ask)
    sound = True
    for number, line in _lines(source):
        entry = _entry(examiner, number, line)
        sound = sound and "error" not in entry
        print(json_line(entry), flush=True)
    return sound


def examiner_of(bank: "Bank", *, ask: bool) -> "Examiner":
    """Return what judges; with `ask` a language model is asked too, and that is announced."""
    from rlprep.answers.examiner import Examiner

    if not ask:
        return Examiner(bank)
    from rlprep.answers.endpoint import endpoint_from_environment
    from rlprep.answers.judge import Judge

    def warn(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    return Examiner(bank, Judge(endpoint_from_environment(), warn).second_opinion)


def _entry(examiner: "Examiner", number: int, line: bytes | None) -> dict[str, Any]:
    from rlprep.report.answers import SCHEMA, judgement_json

    given: dict[str, Any] = {}
    try:
        given = _parsed(line)
        question, text = given.get("question"), given.get("text")
        if not isinstance(question, str) or not isinstance(text, str):
            raise LearnerError("a line needs 'question' and 'text', both texts")
        result = judgement_json(examiner.examine(question, text))
    except RlprepError as error:
        question = given.get("question") if isinstance(given.get("question"), str) else None
        result = {"schema": SCHEMA, "question": question, "line": number, "error": str(error)}
    handed = {key: value for key, value in given.items() if key not in _OURS | {"question"}}
    return {**handed, **result}


def _parsed(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise LearnerError(f"longer than {MAX_LINE:,} bytes")
    try:
        given = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise LearnerError(f"not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError):
        raise LearnerError("not JSON") from None
    if not isinstance(given, dict):
        raise LearnerError("not a JSON object")
    return given


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} can't be handed through")
    return number


def _lines(source: str) -> Iterator[tuple[int, bytes | None]]:
    """Yield the numbered lines of a file, None for one that is too long; blank ends don't count."""
    with _opened(source) as stream:
        number, blank = 0, 0
        while line := stream.readline(MAX_LINE):
            number += 1
            if not line.strip():
                blank += 1
                continue
            for missing in range(number - blank, number):
                yield missing, b""
            blank = 0
            whole: bytes | None = line
            while not line.endswith(b"\n") and (line := stream.readline(MAX_LINE)):
                whole = None
            yield number, whole


def _opened(source: str) -> BinaryIO:
    if source == "-":
        return sys.stdin.buffer
    with reading(source):
        return Path(source).open("rb")


def _read(source: str) -> str:
    """Return the text of an answer."""
    name = "standard input" if source == "-" else source
    with reading(name), _opened(source) as stream:
        data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise LearnerError(f"larger than {MAX_FILE:,} bytes", where=name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8"
        raise LearnerError(f"not UTF-8 (byte {error.start})", where=name, hint=hint) from None
