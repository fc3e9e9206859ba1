"""Words by their stems, and small typos mended; nothing else is ever guessed.

A typo is only looked for in a word that nobody wrote on purpose: one that is neither in the
vocabulary nor in the question's own text. So ``increase`` never becomes ``decrease``, and ``on``
never ``off``: short words and changed first letters are left alone, and so is whatever is known.
"""

from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rlprep.answers.word_lists import words

_STEMMER = snowballstemmer.stemmer("english")
_BEFORE_ONE_SLIP = 6  # letters; a transposition of five is mended too
_BEFORE_TWO_SLIPS = 10
_MAX_LENGTH = 40

# The stemmer maps these onto words that mean something else.
_WHOLE = words(
    """
    maximum minimum max min rewards policy policies ratio rational rations
    """
)
_STEMS = {
    "maximum": "maximum", "minimum": "minimum", "policies": "polici", "policy": "polici",
    "caches": "cach", "cache": "cach", "values": "valu", "biases": "bias", "biased": "biased",
    "unbiased": "unbiased", "normalized": "normalis", "normalised": "normalis",
    "normalizer": "normalis", "normalises": "normalis", "normalizes": "normalis",
    "given": "give", "gave": "give", "kept": "keep", "took": "take", "taken": "take",
    "grew": "grow", "grown": "grow", "shrank": "shrink", "shrunk": "shrink", "fell": "fall",
    "built": "build", "drawn": "draw", "drew": "draw", "lost": "lose", "loses": "lose",
    "losing": "lose", "chose": "choos", "chosen": "choos", "wrote": "write", "written": "write",
    "left": "leav", "leaves": "leav", "leave": "leav", "leaving": "leav", "went": "go",
    "goes": "go", "going": "go", "gone": "go", "became": "becom", "stayed": "stay",
    "said": "say", "says": "say", "did": "do", "does": "do", "done": "done", "has": "have",
    "had": "have", "was": "be", "were": "be", "is": "be", "are": "be", "been": "be", "am": "be",
    "being": "be", "n": "n", "heads": "head", "threw": "throw", "thrown": "throw", "met": "meet",
    "held": "hold", "meant": "mean", "split": "split", "saw": "see", "seen": "see",
    "position": "position", "positions": "position", "positional": "position",  # not positive
    "better": "better", "worse": "wors", "generalised": "general", "general": "general",
}  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what a word shares with its inflections; British and American spelling are one."""
    if len(word) < 3 or not word.isalpha() or word == "A":
        return _STEMS.get(word, word)
    if word in _STEMS:
        return _STEMS[word]
    for british, american in (("isation", "ization"), ("ising", "izing"), ("ise", "ize")):
        if american in word and len(word) > 5:
            word = word.replace(american, british)
    return _STEMMER.stemWord(word[:_MAX_LENGTH])


class Speller:
    """Mends slips of the finger in words that it has never seen.

    Args:
        words: what may have been meant: the words of the patterns.
        known: other words that are right as they are.
    """

    def __init__(self, words: Iterable[str], known: Iterable[str] = ()) -> None:
        long = {word for word in words if word.isalpha() and len(word) >= 5}
        self._targets = sorted(long)
        self._stems = sorted({stem(word) for word in long})
        self._known = set(known) | set(words) | {stem(word) for word in known}
        self._mended: dict[str, str | None] = {}

    def mend(self, word: str) -> str | None:
        """Return the word that was meant by a misspelt one, or None where none is close."""
        if len(word) < 5 or len(word) > _MAX_LENGTH or word in self._known:
            return None
        if word not in self._mended:
            self._mended[word] = None if stem(word) in self._known else self._closest(word)
        return self._mended[word]

    def _closest(self, word: str) -> str | None:
        """Return the target within reach of a word, or of its stem: any inflection may slip."""
        return self._near(word, self._targets) or self._near(stem(word), self._stems)

    def _near(self, word: str, targets: list[str]) -> str | None:
        allowed = 2 if len(word) >= _BEFORE_TWO_SLIPS else 1
        found = process.extract(word, targets, scorer=OSA.distance, score_cutoff=allowed, limit=3)
        near = [each for each, *_ in found if each[0] == word[0]]
        if not near:
            return None
        best = near[0]
        if len(word) < _BEFORE_ONE_SLIP:
            return best if sorted(best) == sorted(word) else None
        opposed = {best[:2], word[:2]} & {"un", "in", "de"} and best[:2] != word[:2]
        return None if opposed or {best, word} <= _WHOLE else best
