"""What is counted as memory, and what is refused for the lack of it."""

import os

import pytest
import torch

from rlprep.errors import MisuseError
from rlprep.labs import memory
from rlprep.labs.memory import available_bytes, peak_bytes, require_memory


def test_the_peak_counts_what_is_alive_at_once():
    def work() -> torch.Tensor:
        first = torch.ones(1000, 1000)  # 4 MB
        second = first + 1  # 8 MB alive
        del first
        return second + 1  # 8 MB again

    assert peak_bytes(work) == pytest.approx(8_000_000, rel=0.01)


def test_measuring_leaves_the_environment_alone(capfd: pytest.CaptureFixture[str]):
    before = dict(os.environ)
    peak_bytes(lambda: torch.ones(3))
    assert dict(os.environ) == before
    assert capfd.readouterr().err == ""


def test_this_machine_knows_its_memory():
    free = available_bytes()
    assert free is None or 2**20 < free < 2**60


def test_what_does_not_fit_is_refused_with_its_bytes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10**9)
    require_memory(10**9, "the cache")
    with pytest.raises(MisuseError, match=r"the cache needs 2,000,000,000 B of memory"):
        require_memory(2 * 10**9, "the cache")


def test_where_the_system_says_nothing_nothing_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    require_memory(10**18, "the cache")
