"""When nothing is judged: answers that hold no English statement about the question."""

from rlprep.answers.tokens import Token, tokenise
from rlprep.answers.word_lists import words

MAX_CHARACTERS = 20_000
_SHORT = 3  # words
_LONG_ENOUGH = 4  # words, to tell a language by

_ENGLISH = words(
    """
    the a an of to in is it that and for with as are be by on this you we which from at or
    not have has its so but they can one because than then when if does do into more there i
    what how each no just only while between using use get all same new old over under per
    """
)
_OTHERS = words(
    """
    le la les des une un est et que qui dans pour avec sur der die das und ist nicht mit ein
    eine von zu den dem auf el los las es por con del para una como se de il lo che di per
    non sono het een van dat niet met voor zijn och att det som en av är nie jest się na do
    wird werden durch bei sind wie auch nur wenn als oder noch aus wir man kein keine sich
    queste questo delle degli della nel alla sono ont sont elle ils nous pas deux mais ou sus
    este esta entre cada dos las pelo nos wordt worden bij ook zich het jest oraz nie jako för
    på inte ett w z i os um uma não com ao da é mais plus moins par au aux du sur cette ce ses
    """
) - {"i", "do", "w", "z", "on", "as", "per", "a", "s", "se", "um", "so", "es", "con", "la", "is"}
_FILLERS = words("sorry really honestly just actually well um uh hmm ok so yeah i'm afraid still")
_NO_ANSWER = (
    "i don't know", "don't know", "i dont know", "no idea", "i don't remember", "i dont remember",
    "idk", "i have no idea", "i can't remember", "i cannot remember", "i forgot", "pass", "skip",
    "i do not know", "i do not remember", "no clue", "dunno",
)  # fmt: skip


def reason_to_abstain(text: str) -> str | None:
    """Return why an answer isn't judged, or None where it is."""
    if not text.strip():
        return "empty"
    if len(text) > MAX_CHARACTERS:
        return f"too long: more than {MAX_CHARACTERS:,} characters"
    tokens = tokenise(text)
    words = [token for token in tokens if token.kind in ("word", "number")]
    if not words:
        return "no words"
    if _foreign(text, words):
        return "not English"
    if _says_nothing(text, words):
        return "no answer given"
    if len(words) < _SHORT:
        return "very short"
    return "code only" if _is_code(text) else None


def _foreign(text: str, words: list[Token]) -> bool:
    """Tell another language by its function words, or by its script; symbols are of none."""
    letters = [char for char in text if char.isalpha()]
    odd = sum(1 for char in letters if ord(char) > 0x24F and not 0x370 <= ord(char) <= 0x3FF)
    odd -= sum(1 for char in letters if 0x1D00 <= ord(char) <= 0x2BFF)
    greek = sum(1 for char in letters if 0x370 <= ord(char) <= 0x3FF)
    if letters and (odd > len(letters) / 3 or (greek > 40 and greek > len(letters) / 2)):
        return True
    plain = [text[token.start : token.end].lower() for token in words if token.kind == "word"]
    if len(plain) < _LONG_ENOUGH:
        return False
    others = [word for word in plain if word in _OTHERS]
    accented = any("À" <= char <= "ɏ" for char in letters)
    varied = len(set(others)) >= 2 or (len(others) >= 2 and accented)  # den is a denominator too
    return varied and len(others) > 2 * sum(word in _ENGLISH for word in plain)


def _says_nothing(text: str, words: list[Token]) -> bool:
    said = text.lower().replace("’", "'").replace(",", " ")
    plain = " ".join(word for word in said.split() if word not in _FILLERS)
    return len(words) < 20 and plain.startswith(_NO_ANSWER)


def _is_code(text: str) -> bool:
    """Whether every line is a statement of a program, and none a comment or a formula."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2 or "#" in text:
        return False
    marks = (
        "def ",
        "return",
        "import ",
        "for ",
        "class ",
        "while ",
        "if ",
        "else:",
        "print(",
        "from ",
    )
    strong = sum(line.startswith(marks) for line in lines)
    code = sum(line.startswith(marks) or _looks_typed(line) for line in lines)
    return strong >= 2 and code == len(lines)


def _looks_typed(line: str) -> bool:
    return (
        "=" in line or line.endswith((")", ":", "]", "}", ",")) or line.startswith((")", "}", "@"))
    )
