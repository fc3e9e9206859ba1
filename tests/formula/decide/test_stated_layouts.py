"""Comments that say which axes q, k and v have."""

import pytest

from rlprep.formula.check import decide
from rlprep.formula.decide.stated_layouts import stated_layout
from tests.formula.corpus.labels import specs


@pytest.mark.parametrize(("comment", "layout"), [
    ("# q, k, v: (B, H, T, D)", "bhnd"),
    ("# q,k,v are [batch, heads, seq_len, head_dim]", "bhnd"),
    ("# Q and K: (n, d)", "nd"),
    ("y = f(q)  # q: [B, N, H, D], contiguous", "bnhd"),
    ("# k has shape (bs, seqlen, dim)", "bnd"),
    ("def attention(q, k, v):   # (batch, heads, seq, d)", "bhnd"),
    ("q = self.wq(x)  # [B, T, D]", "bnd"),
    ("y = q @ k  # (B, H, T, D)", None),  # of the scores
    ("# att: (B, H, T, T)", None),  # another array
    ("# scores of q and k, (B, H, T, T)", None),
    ("# q: (B, H, T, T)", None),  # one axis twice
    ("# q, k, v: (foo, bar)", None),
    ("(B, H, T, D)", None),
])  # fmt: skip
def test_a_comment_states_the_axes(comment: str, layout: str | None) -> None:
    assert stated_layout(comment) == layout


@pytest.mark.parametrize(("size", "expected"), [
    ("k.size(3)", "equivalent"), ("k.size(-1)", "equivalent"), ("k.shape[2]", "different"),
    ("k.size(1)", "undecided"),  # the number of heads, which no world of one head tells
])  # fmt: skip
def test_the_width_is_that_of_the_stated_axes(size: str, expected: str) -> None:
    code = f"""\
# q, k, v: (B, H, T, D)
att = (q @ k.transpose(-2, -1)) * {size} ** -0.5
y = F.softmax(att, dim=-1) @ v"""
    assert decide(specs()["softmax_attention"], code).verdict == expected
