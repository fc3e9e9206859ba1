r"""Names with their scripts sorted out: what labels a name bears and what indexes it.

`V^{\\pi}_{\\phi}`, `n_{seq}`, `pi_theta_old` and `vf_coef` differ only in spelling. A script that
is a word is a label; one that holds an index letter or arithmetic is an index.
"""

from collections.abc import Iterator
from functools import lru_cache

from rlprep.formula.tree import Bin, Call, Name, Neg, Node, Num, Tuple

INDEX_WORDS = {"t", "k", "n", "l", "i", "j", "m", "T", "h", "s", "u", "N", "tau"}


INDEX_PAIRS = {"ij", "ji", "ik", "il", "tj", "ti", "jl", "nm", "mn", "jk", "ts", "tl"}


def scripts_of(name: Name) -> Iterator[Node]:
    """Yield every script of a name, lists taken apart."""
    for script in (*name.subs, *name.sups):
        yield from script.items if isinstance(script, Tuple) else (script,)


def words_in(node: Node) -> Iterator[str]:
    """Yield the words of a script, `theta_{old}` as two."""
    match node:
        case Name(name=name, subs=subs, sups=sups):
            yield name
            for script in (*subs, *sups):
                yield from words_in(script)
        case Num(value=value):
            yield str(value)
        case Tuple(items=items):
            for item in items:
                yield from words_in(item)
        case Bin(op="*", left=left, right=right):
            yield from words_in(left)
            yield from words_in(right)
        case Call(fn=fn):
            yield from words_in(fn)


def labels_of(name: Name) -> tuple[str, ...]:
    """Return the words among the scripts that are labels and not indices."""
    found: list[str] = []
    powers = {id(sup) for sup in name.sups if isinstance(sup, Num)}
    for script in scripts_of(name):
        is_arithmetic = isinstance(script, Neg) or (isinstance(script, Bin) and script.op != "*")
        if is_arithmetic or id(script) in powers:
            continue
        found.extend(words_in(script))
    return tuple(found)


def is_label(script: Node) -> bool:
    """Whether a script only names what it stands at (`_{TD target}`, `_t`), and moves nothing."""
    match script:
        case Name():
            return not script.primes
        case Bin(op="*", left=left, right=right):
            return is_label(left) and is_label(right)
        case Tuple(items=items):
            return all(map(is_label, items))
        case Num():
            return True
    return False


@lru_cache(maxsize=8192)
def flat(name: Name) -> str:
    """Return a name with its labels as one word: `H_{kv}`, `old_logprob`, `c_1`."""
    return "_".join((name.name, *labels_of(name)))


def flat_lower(name: Name) -> str:
    """Return `flat(name)` in small letters."""
    return flat(name).lower()


def indices_of(name: Name) -> tuple[Node, ...]:
    """Return the subscripts that look like indices: letters of the index alphabet, arithmetic."""
    found: list[Node] = []
    for sub in name.subs:
        for item in sub.items if isinstance(sub, Tuple) else (sub,):
            match item:
                case Bin() | Neg() | Num():
                    found.append(item)
                case Name(name=word) if word in INDEX_WORDS and not item.subs:
                    found.append(item)
                case Name(name=word) if word in INDEX_PAIRS:
                    found.extend(Name(item.span, letter) for letter in word)
    return tuple(found)


def variable_key(node: Node) -> str | None:
    """Return how a bound variable is called in an environment (`t'` and `t` differ)."""
    if isinstance(node, Name):
        return "_".join([node.name, *(w for s in scripts_of(node) for w in words_in(s))]) + (
            "'" * node.primes
        )
    return None
