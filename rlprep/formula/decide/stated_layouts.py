"""The axes of q, k and v where a comment states them: `# q, k, v: (B, H, T, D)`."""

import re

SIZES = {
    "b": {"b", "bs", "bsz", "batch", "batch_size", "nb"},
    "h": {"h", "heads", "nh", "n_heads", "num_heads", "n_head", "nheads", "head", "hq", "h_q"},
    "n": {"n", "t", "l", "s", "seq", "seqlen", "seq_len", "length", "len", "tokens", "time", "tq",
          "lq", "nq", "n_tokens", "num_tokens", "sequence", "n_seq", "q_len", "ctx"},
    "d": {"d", "hd", "hs", "dim", "head_dim", "d_k", "dk", "d_head", "dh", "e", "c", "width",
          "head_size", "d_model", "features"},
}  # fmt: skip
"""What comments call the axes: batch, heads, tokens, width."""

_STATED = re.compile(
    r"#[^\n]*?\b[qkv](?:\s*[,/&]\s*[qkv]|\s+and\s+[qkv])*\s*(?::|are|is|have|has|of|=)?"
    r"(?:\s*(?:shapes?|all))*\s*:?\s*[\[(]\s*(?P<sizes>\w+(?:\s*,\s*\w+)+)\s*,?\s*[\])]", re.I,
)  # fmt: skip


_BESIDE = re.compile(
    r"^[ \t]*(?:def\s+\w+\([^)\n]*\bq\b[^)\n]*\bk\b[^)\n]*\)[^#\n]*"
    r"|[qkv](?:\s*,\s*[qkv])*\s*=[^#\n]*)"
    r"#\s*(?:shape\s*:?\s*)?[\[(]\s*(?P<sizes>\w+(?:\s*,\s*\w+)+)\s*,?\s*[\])]", re.I | re.M,
)  # fmt: skip
"""`def attention(q, k, v):  # (batch, heads, seq, d)`."""


def stated_layout(text: str) -> str | None:
    """Return the layout that a comment of code states, as letters of `SIZES`; None without one."""
    for found in (*_STATED.finditer(text), *_BESIDE.finditer(text)):
        names = re.split(r"\s*,\s*", found["sizes"].lower())
        letters = [next((a for a, known in SIZES.items() if n in known), "?") for n in names]
        if "?" not in letters and len(set(letters)) == len(letters):
            return "".join(letters)
    return None
