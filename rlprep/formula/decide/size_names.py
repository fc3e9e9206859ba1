"""What names of sizes stand for: `n_kv_heads`, `H_{kv}`, `num_key_value_heads` are one thing.

A name is cut into known words (`numKvHeads`, `seqlen` too) and its words decide. Bare letters mean
different things to different people; they take the roles that are still to be had, likeliest first.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product

from rlprep.formula.tree import Bin, Call, Name, Neg, Node, Num, Tuple

WORDS = ("sequences", "sequence", "attention", "precision", "positions", "elements", "element",
         "embedding", "transformer", "itemsize", "decoder", "queries", "context", "repeats",
         "groups", "layers", "blocks", "hidden", "number", "length", "tokens", "sizeof", "values",
         "heads", "query", "group", "layer", "block", "model", "embed", "bytes", "dtype", "batch",
         "value", "width", "token", "param", "depth", "float", "users", "requests", "window",
         "cache", "total", "head", "embd", "byte", "bits", "keys", "attn", "size", "elem", "prec",
         "hid", "seqs", "num", "bit", "key", "len", "seq", "ctx", "dim", "rep", "per", "max", "bsz",
         "mha", "gqa", "mqa", "emb", "cur", "idx", "kv", "bs", "of", "vec", "nb", "n", "q", "h",
         "d", "k", "v", "b", "l", "t", "s")  # fmt: skip

Assignment = dict[str, str]

LETTERS: dict[str, tuple[str, ...]] = {
    "B": ("batch", "bytes"), "b": ("bytes", "batch"), "L": ("layers", "sequence"),
    "l": ("layers", "sequence"), "N": ("sequence", "layers", "batch", "q_heads"),
    "n": ("sequence", "layers"), "S": ("sequence",), "s": ("sequence", "bytes"),
    "T": ("sequence",), "t": ("sequence",), "D": ("head_width",), "d": ("head_width",),
    "p": ("bytes", "bits"), "P": ("bytes", "bits"), "w": ("bytes",), "e": ("bytes",),
    "K": ("kv_heads",),
    "C": ("sequence", "bytes"), "c": ("bytes", "sequence"), "G": ("kv_heads", "group_size"),
    "g": ("group_size", "kv_heads"), "m": ("sequence",), "M": ("sequence",), "r": ("group_size",),
    "dim": ("head_width",), "h": ("heads",), "H": ("heads",), "q": ("bytes",), "size": ("bytes",),
    "precision": ("bytes", "bits"), "prec": ("bytes", "bits"),
}  # fmt: skip
"""What a bare letter may stand for, the likeliest first."""

BYTES = {"bytes", "byte", "itemsize", "sizeof", "dtype", "precision", "prec", "elem", "element",
         "nb"}  # fmt: skip
MAX_ASSIGNMENTS = 24


def key_of(name: Name) -> str:
    """Return a name with all of its scripts that are no powers, as one word."""
    scripts = (text for s in (*name.subs, *name.sups) for text in texts_of(s))
    return "_".join((name.name, *scripts))


def texts_of(script: Node) -> Iterator[str]:
    """Yield the words of a script; letters that stand side by side are one word."""
    match script:
        case Name(name=text, subs=subs):
            yield text
            for sub in subs:
                yield from texts_of(sub)
        case Bin(op="*", left=left, right=right):
            yield "".join((*texts_of(left), *texts_of(right)))
        case Tuple(items=items):
            for item in items:
                yield from texts_of(item)
        case Call(fn=fn):
            yield from texts_of(fn)
        case Bin(op="-" | "/", left=left, right=right):
            yield from (*texts_of(left), *texts_of(right))


def powers_of(name: Name) -> list[Node]:
    """Return the exponents on a name."""
    return [s for s in name.sups if isinstance(s, Num | Neg)]


def words_of(key: str) -> list[str]:
    """Return the known words that a name is made of, others whole."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key)
    found: list[str] = []
    for part in re.split(r"[_\W\d]+", spaced):
        found.extend(_segmented(part.lower()) if part else ())
    return found


def _segmented(part: str) -> list[str]:
    for word in WORDS:
        if part == word:
            return [word]
    for word in WORDS:
        if part.startswith(word):
            rest = _segmented(part[len(word) :])
            if all(r in WORDS for r in rest):
                return [word, *rest]
    return [part]


def plain_role(key: str) -> str | None:
    """Return the role of a name that says what it is; None for a bare letter or another word."""
    words = words_of(key)
    have = set(words)
    if "ratio" in have:  # of which two counts, its other words don't say for sure
        return None
    if len(words) == 1 and (len(key) == 1 or words[0] in {"precision", "prec"}):
        return None
    if have & {"bits", "bit"}:
        return "bits"
    if have & BYTES:
        return "bytes"
    if _is_group_size(have):
        return "group_size"
    if have & {"mha"} and have & {"heads", "head", "h", "kv", "n"}:
        return "q_heads"
    return _role_of_heads(words, have) or _role_of_rest(words, have)


def _is_group_size(have: set[str]) -> bool:
    if have & {"rep", "repeats"} or {"group", "size"} <= have or {"per", "kv"} <= have:
        return True
    if {"per", "group"} <= have:
        return True
    return {"key", "value", "groups"} <= have or {"kv", "groups"} <= have


def _role_of_heads(words: list[str], have: set[str]) -> str | None:
    """Return a role that has to do with heads."""
    counts = have & {"heads", "head", "h", "n", "num", "number"}
    if have & {"head", "heads", "h", "kv", "k", "v", "q", "key"} and (
        have & {"dim", "width", "size", "d"}
    ):
        if "kv" in have and "dim" in have and not have & {"head", "heads"}:
            return "kv_width"
        return "head_width"
    if ("kv" in have or {"key", "value"} <= have) and counts:
        return "kv_heads"
    if have & {"groups", "group"} and have & {"n", "num", "number", "query", "q"}:
        return "kv_heads"
    if have & {"k", "v", "key", "value"} and have & {"h", "heads", "head"}:
        return "kv_heads"
    if words == ["groups"]:
        return "kv_heads"
    if (
        have & {"heads"}
        or (have & {"n", "num", "number"} and "head" in have)
        or (have & {"q", "query"} and have & {"h", "n", "num"})
    ):
        return "q_heads"
    return None


def _role_of_rest(words: list[str], have: set[str]) -> str | None:
    """Return a role that has nothing to do with heads."""
    if have & {"model", "hidden", "embd", "embed", "embedding", "emb", "hid"} and (
        "layers" not in have and "layer" not in have
    ):
        return "model_width"
    if have & {"layers", "layer", "blocks", "block", "depth"}:
        return "layers"
    if have & {"batch", "bs", "bsz", "sequences", "seqs", "users", "requests"}:
        return "batch"
    if have & {"seq", "sequence", "length", "len", "context", "ctx", "tokens", "token", "positions",
               "window"}:  # fmt: skip
        return "sequence"
    if words in (["n", "l"], ["n", "layer"]):
        return "layers"
    if words in (["n", "t"], ["n", "s"], ["n", "tokens"]):
        return "sequence"
    if words in (["n", "b"], ["n", "batch"]):
        return "batch"
    if words == ["n", "h"]:
        return "heads"
    return None


def assignments(keys: Iterable[str], *, head: bool = False) -> list[Assignment]:
    """Return the ways to give every name a role, likeliest first; unknown names get none.

    Args:
        keys: the names that occur, without those that the input defines.
        head: whether a query head is among the roles (the map of heads).
    """
    fixed: Assignment = {}
    open_keys: list[str] = []
    for key in dict.fromkeys(keys):
        role = plain_role(key) if not (head and _is_head_index(key)) else "head"
        if role is not None:
            fixed[key] = role
        else:
            open_keys.append(key)
    choices = [_choices(key, set(fixed.values()), head=head) for key in open_keys]
    found: list[Assignment] = []
    for picked in product(*choices):
        taken = [role for role in picked if role]
        if len(set(taken)) == len(taken):
            found.append(fixed | {k: r for k, r in zip(open_keys, picked, strict=True) if r})
        if len(found) >= MAX_ASSIGNMENTS:
            break
    return found or [fixed]


def _choices(key: str, taken: set[str], *, head: bool) -> list[str]:
    options = LETTERS.get(key, ())
    if head:
        options = tuple(o for o in options if o in {"kv_heads", "group_size", "q_heads", "heads"})
    if "bits" in taken:  # an element has a size, so B is no second one
        options = (*options[:1], *(o for o in options[1:] if o != "bytes"))
    return [role for role in options if role not in taken] or [""]


def _is_head_index(key: str) -> bool:
    """Whether a name of one head, not of a number of heads, is meant."""
    words = words_of(key)
    have = set(words)
    if key in {"h", "i", "j", "q", "head", "idx", "index", "x"}:
        return True
    if have & {"num", "number", "n", "dim", "size", "heads", "per"}:
        return False
    return bool(have & {"head", "h", "q"}) and bool(
        have & {"idx", "index", "cur", "i", "id", "query", "q", "head"}
    ) and key not in {"H_q", "h_q", "Hq", "hq"}  # fmt: skip
