"""Sentences that talk to whoever judges instead of answering: they are no evidence of anything."""

import re

_TO_A_JUDGE = re.compile(
    r"(?i)\b(ignore|disregard|forget|override)\b.{0,40}\b(instructions?|previous|prompt|rules?)\b"
    r"|\b(award|grant|credit|mark|give|assign|count|grade|score)\b.{0,40}"
    r"\b(points?|full|covered|found|credit|marks|everything|correct)\b"
    r"|\b(rubric|grader|examiner|system prompt|language model|as an ai|jailbreak)\b"
)


def speaks_to_a_judge(sentence: str) -> bool:
    """Return whether a sentence asks for credit or gives instructions."""
    return _TO_A_JUDGE.search(sentence) is not None
