"""Framing: what goes in comes out, and nothing malformed does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlprep.sandbox import wire

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@st.composite
def raw_arrays(draw: st.DrawFn) -> wire.RawArray:
    dtype, shape = draw(st.sampled_from(sorted(wire.ITEM_BYTES))), draw(SHAPES)
    size = wire.ITEM_BYTES[dtype]
    for side in shape:
        size *= side
    return wire.RawArray(dtype, shape, draw(st.binary(min_size=size, max_size=size)))


NUMBERS = st.none() | st.booleans() | st.integers(-(2**900), 2**900) | st.floats(allow_nan=False)
VALUES = st.recursive(
    NUMBERS | raw_arrays(), lambda inner: st.lists(inner, max_size=3).map(tuple) | st.lists(inner)
)


def there_and_back(value: Any, *, trusted: bool = False, step: int = 7) -> Any:
    chunks: list[Any] = []
    stream = b"".join(map(bytes, wire.frame({"value": wire.encode(value, chunks)}, chunks)))
    reader = wire.FrameReader(1 << 20, 1 << 20)
    for at in range(0, len(stream), step):
        reader.feed(stream[at : at + step])
    header, payload = reader.parse()
    decoder = wire.Decoder(payload, lambda raw: raw, trusted=trusted)
    result = decoder.value(header["value"])
    decoder.finish()
    return result


@given(VALUES)
def test_a_value_survives_the_crossing(value: Any):
    assert there_and_back(value) == value


def test_what_only_the_caller_may_send():
    array = wire.RawArray("float64", (2,), b"12345678abcdefgh")
    asked = [wire.Built("matvec", {"matrix": array}), wire.LeavesOf(0)]
    assert there_and_back(asked, trusted=True) == asked
    with pytest.raises(wire.WireError):
        there_and_back(asked)


def test_types_outside_the_vocabulary_do_not_cross():
    for value in ("text", b"bytes", {"a": 1}, {1}, 1j, object(), True + 0j):
        with pytest.raises(wire.WireError):
            wire.encode([value], [])


def test_nesting_has_an_end():
    value: Any = 0.0
    for _ in range(wire.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(wire.WireError):
        wire.encode(value, [])


@pytest.mark.parametrize(
    "node",
    [
        "text",
        [],
        [1.0],
        {},
        {"list": 1},
        {"list": [], "tuple": []},
        {"array": ["float64"]},
        {"array": ["float64", [-1]]},
        {"array": ["float64", [1.0]]},
        {"array": ["float64", [True]]},
        {"array": ["float64", "1"]},
        {"array": ["object", [0]]},
        {"array": ["float128", [0]]},
        {"array": [["float64"], [0]]},
        {"array": ["float64", [0, 1 << 41]]},
        {"array": ["float64", [1 << 32, 1 << 32]]},
        {"array": ["float64", [2]]},
        {"array": ["float64", [1] * 17]},
        {"foreign": 3},
        {"built": ["matvec", {}]},
        {"leaves_of": 0},
        {"unknown": 1},
    ],
    ids=json.dumps,
)
def test_a_malformed_node_is_refused(node: Any):
    decoder = wire.Decoder(memoryview(b"12345678"), lambda raw: raw, trusted=False)
    with pytest.raises(wire.WireError):
        decoder.value(node)


def test_an_integer_from_a_child_can_become_a_float():
    assert float(there_and_back(2**1000 - 1)) > 1e300
    assert type(there_and_back(2**1000)) is wire.Foreign
    assert there_and_back(2**1000, trusted=True) == 2**1000


def test_an_empty_array_has_a_shape_and_no_bytes():
    empty = wire.RawArray("float32", (0, 3), b"")
    assert there_and_back([empty]) == [empty]


@pytest.mark.parametrize(
    "stream",
    [
        b"RLP2" + bytes(12),
        wire.PRELUDE.pack(wire.MAGIC, 101, 0),
        wire.PRELUDE.pack(wire.MAGIC, 2, 101) + b"{}",
        wire.PRELUDE.pack(wire.MAGIC, 2, 0) + b"{}!",
    ],
    ids=["magic", "long header", "long payload", "more than a frame"],
)
def test_a_bad_frame_is_refused_as_soon_as_it_shows(stream: bytes):
    reader = wire.FrameReader(100, 100)
    with pytest.raises(wire.WireError):
        reader.feed(stream)


@pytest.mark.parametrize("header", [b"[]", b"{", b"\xff\xfe", b"nul", b"[" * 90 + b"]" * 90])
def test_a_header_is_a_json_object(header: bytes):
    reader = wire.FrameReader(1000, 100)
    reader.feed(wire.PRELUDE.pack(wire.MAGIC, len(header), 0) + header)
    with pytest.raises(wire.WireError):
        reader.parse()


def test_a_frame_that_stops_short_is_refused():
    reader = wire.FrameReader(100, 100)
    reader.feed(wire.PRELUDE.pack(wire.MAGIC, 2, 3) + b"{}12")
    assert not reader.complete
    with pytest.raises(wire.WireError):
        reader.parse()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\t apart", "two lines apart"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("right\u202eleft", "right left"),
        ("y" * 500, "y" * 199 + "…"),
    ],
    ids=["plain", "white space", "terminal codes", "direction", "length"],
)
def test_untrusted_text_becomes_one_printable_line(text: str, shown: str):
    assert wire.printable(text) == shown
