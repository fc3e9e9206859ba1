"""A small question with patterns, to judge answers with."""

import pytest

from rlprep.answers.rubric import CompiledRubric, compile_rubric
from rlprep.bank.schema import Question, Vocabulary

VOCABULARY = Vocabulary.model_validate(
    {
        "kind": "vocabulary",
        "id": "words",
        "concepts": {
            "clip": ["clip", "clamp"],
            "bounds": ["bounds", "limits", "{caps}"],
            "caps": ["caps"],
            "minimum": ["min", "minimum", "smaller of 2"],
        },
    }
)
EXAMPLES = {"match": ["x y"], "no_match": ["z"]}
DATA = {
    "kind": "question", "id": "small", "title": "Small", "minutes": 3, "prompt": "What is PPO?",
    "hints": ["think"], "sources": [{"cite": "a book"}],
    "rubric": [
        {
            "id": "minimum", "text": "It takes the minimum of two terms.", "weight": 2,
            "patterns": ["( takes | = | is ) .. {minimum}"], "partly": ["two terms"],
            "ask": "Which of the two terms counts?", "examples": EXAMPLES,
        },
        {
            "id": "soft", "text": "The clip is no hard constraint.", "ask": "Is the clip hard?",
            "patterns": ["{clip} ... not( {bounds} | hard )"], "examples": EXAMPLES,
        },
        {
            "id": "epochs", "text": "Several epochs on a batch.",
            "patterns": ["several epochs"], "examples": EXAMPLES,
        },
    ],
    "misconceptions": [
        {
            "id": "bound", "claim": "Clipping bounds the KL.", "correction": "It does not.",
            "patterns": ["{clip} ... {bounds} .. kl"], "examples": EXAMPLES,
        },
        {
            "id": "maximum", "claim": "It takes the max.", "correction": "The min.",
            "patterns": ["( takes | = ) .. ( max | maximum )"], "examples": EXAMPLES,
        },
        {
            "id": "order", "claim": "It is of second order.", "correction": "Of first order.",
            "patterns": ["is .. second order"], "examples": EXAMPLES,
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def question() -> Question:
    return Question.model_validate(DATA)


@pytest.fixture(scope="session")
def rubric(question: Question) -> CompiledRubric:
    return compile_rubric(question, [VOCABULARY])
