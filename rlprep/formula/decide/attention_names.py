r"""What the names of attention formulas stand for, and which of their scripts are indices.

`Q`, `q_i`, `query`, `\mathbf{q}_i` are queries; `d_k`, `head_dim` one width; `o_t`, `V'_i`, `out`
the output. A script of one or two index letters, or with arithmetic, is an index; `^\top` is no
power.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rlprep.formula.names import words_in
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Sub, Tuple, children
from rlprep.formula.vocabulary import Vocabulary

Role = Literal["Q", "K", "V", "width", "length", "value_width", "ones", "e", "mask",
               "tiny", "scale", "inf", "none", "free"]  # fmt: skip

GIVEN: dict[str, Role] = {
    "q": "Q", "query": "Q", "queries": "Q", "xq": "Q", "qs": "Q",
    "k": "K", "key": "K", "keys": "K", "xk": "K", "ks": "K",
    "v": "V", "value": "V", "values": "V", "xv": "V", "vs": "V", "val": "V", "vals": "V",
}  # fmt: skip
INPUT_NAMES = {*GIVEN, "Q", "K", "V"}
WIDTHS = {"d", "d_k", "dk", "d_h", "dh", "d_head", "dhead", "head_dim", "headdim", "d_q", "dim",
          "D", "D_k", "dim_head", "d_key", "key_dim", "d_{k}", "head_size", "hs", "d_qk", "D_h",
          "dim_k", "dimension", "d_keys", "qk_dim", "key_size", "k_dim", "D_head", "hd", "D_K",
          "d_K", "depth", "dk_dim", "embed_size", "size_k", "d_attn"}  # fmt: skip
VALUE_WIDTHS = {"d_v", "dv", "value_dim", "D_v", "v_dim"}
LENGTHS = {"n", "N", "m", "M", "L", "T", "S", "seq_len", "seqlen", "length", "len", "l", "N_k",
           "sequence", "seq", "n_tokens", "num_tokens", "seq_length", "n_k", "n_q",
           "t", "s"}  # fmt: skip
SCALES = {"scale", "scaling", "softmax_scale", "sm_scale", "scale_factor", "scaling_factor",
          "temperature_scale"}  # fmt: skip
MAPS = {"phi", "Phi", "varphi", "feature_map", "feature", "kernel_feature", "fmap", "kernel_fn",
        "psi", "Psi", "phi_fn", "featuremap", "kernel_function", "feat", "kernel"}  # fmt: skip
BESIDE_INPUTS = {"states", "layer", "proj", "t", "head", "heads", "i", "j"}
TINY = {"eps", "epsilon", "EPS", "varepsilon"}
MASKS = {"mask", "causal_mask", "causal", "Mask", "tril", "M", "attn_mask", "bias"}
OUTPUTS = {"o", "O", "y", "Y", "out", "output", "outputs", "attn_output", "attn_out", "context",
           "ctx", "result", "Attention", "Attn", "attention", "attn", "LinearAttention", "res",
           "head", "LinAttn", "LinearAttn", "linear_attention", "linear_attn", "h", "H", "outs",
           "context_layer", "ans", "ret", "Out", "Output", "SDPA", "att", "o_t", "Att"}  # fmt: skip
TRANSPOSES = {"T", "top", "intercal", "tr", "Tr", "trans", "transpose", "Transpose"}
INDEX_LETTERS = set("ijklmnpstuhr") | {"tau", "ell", "T", "N"}

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "attn", "scores", "score", "weights", "weight", "out", "output", "query", "key",
            "value", "queries", "keys", "values", "scale", "phi", "mask", "tril", "causal", "dim",
            "head", "Attention", "attention", "dk", "dv", "kv", "KV", "att", "feature", "map",
            "num", "den",
            "numerator", "denominator", "denom", "elu", "relu", "wei", "sim", "state", "scaling",
            "Attn", "SDPA", "LinearAttention", "LinearAttn", "logits", "rowsum", "eye", "inv",
            "psi",
        }
    ),
    letters=frozenset("QKVqkvASDdnNmMLTSoOzZXWUPRHuwsxyY"),
    applied=frozenset({"phi", "Phi", "psi", "varphi", "softmax", "elu", "sim", "relu", "tril",
                       "alpha", "kappa"}),
    multiplied=frozenset({"Q", "K", "V", "q", "k", "v", "d", "n"}),
    labels=False,
    expects=False,
    matrices=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name taken apart.

    Attributes:
        key: the name with its labels, without its indices.
        indices: the index expressions, in order.
        transposed: whether a transposition sign stands on it.
        powers: the exponents on it, in order.
    """

    key: str
    indices: tuple[Node, ...] = ()
    transposed: bool = False
    powers: tuple[Node, ...] = ()


def spelling(name: Name, *, is_code: bool, primed: bool = False) -> Spelling:
    """Take a name apart: labels, indices, transposition, powers.

    Args:
        name: the name.
        is_code: whether it stands in code, where scripts are parts of names.
        primed: whether primes are labels (`Q' = phi(Q)`) and never transpositions.
    """
    labels: list[str] = []
    indices: list[Node] = []
    takes_indices = name.name not in {"d", "D", "dim", "n", "N", "head"} and not is_code
    for sub in name.subs:
        for item in sub.items if isinstance(sub, Tuple) else (sub,):
            found = index_nodes(item) if takes_indices else ()
            indices.extend(found)
            if not found:
                labels.extend(words_in(item))
    powers: list[Node] = []
    transposed = name.primes % 2 == 1 and name.name in {"K", "Q"} and not (is_code or primed)
    for sup in name.sups:
        if isinstance(sup, Name) and sup.name in TRANSPOSES and not sup.subs:
            transposed = not transposed
        elif isinstance(sup, Name) and index_nodes(sup) and takes_indices and name.name != "e":
            indices.append(sup)
        elif isinstance(sup, Bin | Neg | Num | Name | Call):
            powers.append(sup)
    primes = "'" * (name.primes if primed or not transposed else 0)
    return Spelling("_".join([name.name, *labels]) + primes, tuple(indices), transposed,
                    tuple(powers))  # fmt: skip


def index_nodes(node: Node) -> tuple[Node, ...]:
    """Return the indices that a script holds: `i`, `t-1`, `0`, and `ij` as two."""
    match node:
        case Bin(op="+" | "-") | Neg() | Num():
            return (node,)
        case Name(name=text, subs=(), sups=()) if text in INDEX_LETTERS:
            return (node,)
        case Name(name=text, subs=(), sups=(), primes=primes) if len(text) == 2 and (
            text[0] in "ijklmnpstu" and text[1] in "ijklmnpstuabcr"
        ):
            return Name(node.span, text[0]), Name(node.span, text[1], primes=primes)
    return ()


def role_of(key: str) -> Role:
    """Return what an undefined name stands for."""
    lower = key.lower()
    if lower in GIVEN:
        return GIVEN[lower]
    first, _, rest = lower.partition("_")
    if first == "ones":
        return "ones"
    if first in GIVEN and rest.split("_")[-1] in BESIDE_INPUTS:
        return GIVEN[first]
    for names, role in _ROLES:
        if key in names:
            return role
    return "free"


_ROLES: tuple[tuple[set[str], Role], ...] = (
    (WIDTHS, "width"), (VALUE_WIDTHS, "value_width"), ({"ones", "one", "1"}, "ones"),
    ({"e"}, "e"), (MASKS - {"M"}, "mask"), (TINY, "tiny"), (SCALES, "scale"),
    ({"inf", "infty", "infinity"}, "inf"), (LENGTHS, "length"), ({"None"}, "none"),
)  # fmt: skip


def plain_names(node: Node) -> Iterator[Name]:
    """Yield the names of an expression, without those that only stand in scripts."""
    if isinstance(node, Name):
        yield node
        return
    for child in children(node):
        yield from plain_names(child)


def is_output(node: Node) -> bool:
    """Whether a left side bears a usual name of the output."""
    match node:
        case Sub(x=x):
            return is_output(x)
        case Call(args=(_, _, _)) if {"Q", "K", "V"} <= {
            n.name.upper() for n in plain_names(node)
        }:  # fmt: skip
            return True
        case Index(x=x):
            return is_output(x)
        case Call(fn=fn):
            return is_output(fn)
        case Name(name=name, primes=primes):
            return name in OUTPUTS or (name in {"V", "v"} and primes > 0)
    return False
