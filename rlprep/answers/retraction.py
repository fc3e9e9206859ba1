"""What a writer takes back: "λ = 0 is Monte Carlo... no wait, other way round: λ = 0 is TD".

The words that take back become the end of a sentence, of a form of its own; the sentence before
them counts as not said. Only what can hardly mean anything else is read so: a plain "no," may as
well confirm a denial, and "actually" mostly goes on.
"""

import re

from rlprep.answers.tokens import Token

TAKEN_BACK = "<taken back>"
"""The form of the stop that ends a sentence which was taken back."""

_GAP = r"(?:[,.:;] |-- |\n )"
_END = r"(?=[,.:;?!\n]|-- |$)"
_MIXED_UP = (
    r"(?:exactly |just |actually |really |of course )?"
    r"(?:(?:the )?(?:other|wrong) way a?round|reversed|backwards|swapped|vice versa)"
)
_HESITATION = r"(?:oh|ah|uh|um|er|hmm+|well|oops|argh|sorry|no|wait|ok|okay|actually) "
# With nothing but these words it is plain, wherever it stands.
_ANYWHERE = "|".join(
    (
        r"no ,? ?wait (?!for |until |time |state )",
        r"wait ,? ?no ",
        r"hmm+ ,? ?no ",
        r"no ,? ?sorry ",
        r"sorry ,? ?no ",
        r"(?<!from )(?:scratch|strike) that ",
        r"i (?:take (?:that|it) back|misspoke) ",
        r"i (?:got|had|have|mixed|swapped|confused) (?:that|it|this|them|those|these|the two) "
        rf"(?:wrong|up|mixed up|{_MIXED_UP}) ",
        r"my (?:mistake|bad) ",
        r"sorry ,? ?i meant? ",
    )
)
# These have other meanings in the middle of a statement.
_AT_A_BOUNDARY = "|".join(
    (
        r"correction (?=[:,])",
        r"sorry (?=[,:] (?!i |if |for |but |about ))",
        r"wait (?=[,:])",
        rf"hold on {_END}",
        rf"actually ,? ?no {_END}",
        rf"(?:no ,? ?)?(?:it|that|this) is {_MIXED_UP} {_END}",
    )
)
_TAIL = (
    rf"(?:{_GAP}{{0,3}}(?:sorry|i meant?|correction|(?:(?:it|that|this) is )?{_MIXED_UP}) {_END})"
)
_TAKES_BACK = re.compile(
    rf"(?:(?:(?:^|(?<=[,.:;?!\n] )|(?<=-- ))(?:{_HESITATION}{_GAP}?){{0,4}}"
    rf"(?:{_AT_A_BOUNDARY}|{_ANYWHERE}))|(?<!\S)(?:{_ANYWHERE})){_TAIL}{{0,3}}{_GAP}{{0,3}}"
)


def retractions(tokens: list[Token]) -> list[Token]:
    """Return the tokens with the words that take something back replaced by a stop.

    Nothing is replaced where nothing was said before.
    """
    text = "".join(f"{token.form} " for token in tokens)
    if not any(sign in text for sign in _SIGNS):
        return tokens
    at, starts = 0, {}
    for index, token in enumerate(tokens):
        starts[at] = index
        at += len(token.form) + 1
    starts[at] = len(tokens)
    result: list[Token] = []
    done = 0
    for match in _TAKES_BACK.finditer(text):
        first, last = starts.get(match.start()), starts.get(match.end())
        if not first or last is None:
            continue
        result += tokens[done:first]
        span = tokens[first].start, tokens[last - 1].end
        result.append(Token(TAKEN_BACK, *span, "stop"))
        done = last
    return result + tokens[done:]


_SIGNS = ("wait", "sorry", "no ", "scratch", "strike", "take", "misspoke", " i ", "my ", "correct",
          "hold", "round", "revers", "backward", "swap", "versa")  # fmt: skip
