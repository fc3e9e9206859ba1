"""The seed corpus of the fuzzer, run as plain inputs."""

from pathlib import Path

import pytest

from tests.fuzz.fuzz_formula import one_input

SEEDS = sorted((Path(__file__).parents[1] / "data" / "fuzz_formula").iterdir())


def test_the_corpus_is_there() -> None:
    assert len(SEEDS) >= 30


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_a_seed_ends_in_a_verdict(seed: Path) -> None:
    one_input(seed.read_bytes())
