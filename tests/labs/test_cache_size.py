"""The calculator of caches, against the kernel that states the formula."""

import pytest

from rlprep.errors import MisuseError
from rlprep.kernels.attention.kv_cache import kv_cache_bytes
from rlprep.labs.cache_size import BYTES, Decoder, cache_sizes


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize(("heads", "kv_heads"), [(32, 32), (32, 8), (7, 1), (6, 3)])
def test_bytes_are_those_of_the_kernel(heads: int, kv_heads: int, dtype: str):
    decoder = Decoder(3, heads, kv_heads, 5, 11, 2, dtype)
    expected = kv_cache_bytes(3, kv_heads, 5, 11, 2, BYTES[dtype])
    assert decoder.cache_bytes(kv_heads, 11) == expected
    (mine,) = [row for row in cache_sizes(decoder).rows if "yours" in str(row[0])]
    assert (mine[1], mine[3]) == (kv_heads, expected)


def test_llama_2_70b():
    decoder = Decoder(layers=80, heads=64, kv_heads=8, head_dim=128, seq=4096, batch=16)
    sizes = {row[0]: row[3] for row in cache_sizes(decoder).rows}
    assert sizes["GQA-8 (yours)"] == 20 * 2**30
    assert sizes["MHA"] == 160 * 2**30


def test_the_linear_state_weighs_as_much_as_516_tokens_of_gqa_8():
    assert Decoder().equal_tokens == 516
    assert Decoder(batch=7, layers=3, seq=9).equal_tokens == 516


def test_a_model_that_is_multi_head_or_multi_query_is_listed_once():
    for kv_heads, label in ((32, "MHA (yours)"), (1, "MQA (yours)")):
        labels = [row[0] for row in cache_sizes(Decoder(kv_heads=kv_heads)).rows]
        assert labels.count(label) == 1
        assert len(labels) == 3
    assert cache_sizes(Decoder(heads=1, kv_heads=1)).rows[0][0] == "MHA (yours)"


@pytest.mark.parametrize(
    ("heads", "kv_heads", "hint"),
    [
        (32, 7, "4 or 8"),
        (8, 16, "2 or 4 or 8"),
        (7, 3, "1 or 7"),
        (10**9 + 7, 2, "1 or 1000000007"),
    ],
)
def test_heads_that_cannot_be_shared_evenly_are_refused(heads: int, kv_heads: int, hint: str):
    with pytest.raises(MisuseError, match="evenly") as refused:
        Decoder(heads=heads, kv_heads=kv_heads)
    assert hint in str(refused.value)
