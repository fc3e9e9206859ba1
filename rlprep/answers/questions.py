"""What the questions in an answer claim: "so it is biased, right? No." claims nothing.

A question claims nothing of itself. Answered with *no*, it claims nothing either, whatever tag it
ends with; answered with *yes*, it is a statement. The words of the answer become part of the stop
that ends the question, so that a "no:" denies what was asked and not what follows it.
"""

import re

from rlprep.answers.clauses import AUXILIARIES
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

DENIED = "<denied>"
"""The form of the stop that ends a question which was answered with no."""
AFFIRMED = "<affirmed>"
"""The form of the stop that ends a question which was answered with yes."""

_OPENINGS = words("so and but or well ok okay then now also")
_TAGS = words("right correct true ok okay yes no is it not does that so , really and but")
_ASKS_FOR_MORE = words("what why how which who whose whom when where")
_LONGEST_ANSWER = 16  # tokens

_END = r"(?=[,.:;?!\n]|-- |$)"
_BEFORE = (
    r"(?:- )?(?:(?:well|actually|oh|ah|hmm+|honestly|sadly|unfortunately|in fact|of course"
    r"|certainly|definitely|absolutely|clearly|obviously|alas|sorry|surely|but|again) (?:, )?){0,2}"
)
_SHORT_OF_IT = (
    r"(?:really|quite|exactly|at all|so|so fast|true|correct|right|necessarily|in general|generally"
    r"|always|even close|by itself|on its own|alone|in the least|strictly|entirely|remotely"
    r"|precisely|a bit|a chance|as such|here|the case)"
)
_PRONOUN = r"(?:it|that|this|they|there|you|we|because|since)"
_ERROR = r"(?:myth|misconception|fallacy|mistake|error|misunderstanding|misreading|trap)"
# These say more than no, and stay in the text.
_SAYS_NO = (
    rf"(?={_BEFORE}(?:only |(?:it|that|this|they|one|you) (?:certainly |really |simply )?"
    rf"(?:do|does|is|are|can|will|would|should|need) not (?:so |true |right |at all )?{_END}"
    rf"|(?:it|that|this) is (?:just |only )?(?:a|an|the) (?:\w+ )?{_ERROR} ))"
)
_NO = re.compile(
    rf"{_SAYS_NO}|{_BEFORE}(?:"
    rf"(?:no )?(?:, )?not {_SHORT_OF_IT} {_END}|no (?={_PRONOUN} )"
    rf"|(?:no|nope|nah|wrong|false|incorrect|never|hardly|nonsense|not)(?: way)? {_END}"
    rf"|(?:far from it|on the contrary|quite the opposite|quite the contrary|anything but"
    rf"|i do not think so|nothing of the (?:sort|kind)) {_END})"
    r"(?:[,.:;!] |-- |\n )?"
)
_YES = re.compile(
    rf"{_BEFORE}(?:(?:yes|yep|yeah|yup|exactly|right|correct|true|indeed|precisely|sure|certainly"
    rf"|absolutely|definitely|of course) {_END}|yes (?={_PRONOUN} ))"
    r"(?!(?:[,.:;!] |-- |\n )?(?:and no|but|if|unless|only|except|as long|provided|sort|in a) )"
    r"(?:[,.:;!] |-- |\n )?"
)


def settled(tokens: list[Token]) -> list[Token]:
    """Return the tokens with the stop of each answered question replaced, its answer included."""
    result: list[Token] = []
    start = done = 0  # of the sentence in the result; of the tokens that are in it
    for index, token in enumerate(tokens):
        if index < done:
            continue
        if token.form != "?" or not _asks_whether(result[start:]):
            result.append(token)
            start = len(result) if token.kind == "stop" else start
            continue
        form, done = _answer(tokens, index)
        if form == AFFIRMED:
            result[start:] = _said(result[start:])
        elif form == DENIED and start and all(each.form in _TAGS for each in result[start:]):
            before = result[start - 1]  # It is biased. Right? No.
            result[start - 1] = Token(DENIED, before.start, before.end, "stop")
        result.append(Token(form, token.start, tokens[done - 1].end, "stop"))
        start = len(result)
    return result


def _asks_whether(sentence: list[Token]) -> bool:
    """Whether *yes* and *no* are answers: it asks for no reason, and leaves no choice."""
    forms = [token.form for token in sentence]
    first = next((form for form in forms if form not in _OPENINGS and form.isalpha()), "")
    return first not in _ASKS_FOR_MORE and "or" not in forms


def _answer(tokens: list[Token], mark: int) -> tuple[str, int]:
    """Return what becomes of the question mark, and where the words that answer it end."""
    after = tokens[mark + 1 : mark + 1 + _LONGEST_ANSWER]
    text = "".join(f"{token.form} " for token in after)
    for form, pattern in ((DENIED, _NO), (AFFIRMED, _YES)):
        match = pattern.match(text)
        if match is not None:
            return form, mark + 1 + match[0].count(" ")
    return tokens[mark].form, mark + 1


def _said(question: list[Token]) -> list[Token]:
    """Return a question as the statement that it asks for: ``is not it so`` means that it is."""
    first = next((i for i, each in enumerate(question) if each.form not in _OPENINGS), 0)
    at = first + 1
    inverted = at < len(question) and question[first].form in AUXILIARIES
    if inverted and question[at].form == "not":
        return question[:at] + question[at + 1 :]
    return question
