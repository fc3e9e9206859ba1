"""What the model answers say of time, measured by the labs: ``python -m tests.bench.labs``.

Each row is a ratio of CPU times of one thread, taken in one run, and the range that the answers'
words leave. The default form of both labs, so it takes a minute or two.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rlprep.labs.catalogue import find_lab
from rlprep.labs.lab import Estimate, LabResult, Settings
from rlprep.labs.run import run_lab

PLAIN, FUSED, LINEAR, BY_TOKEN = (
    "softmax, written out", "softmax, fused", "linear", "linear, by token",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A ratio of two times that a model answer speaks of.

    Attributes:
        lab: the lab that measures both.
        says: the claim, and where it stands.
        ratio: from the lab's result.
        least: the ratio is above this,
        most: and below this.
    """

    lab: str
    says: str
    ratio: Callable[[LabResult], float]
    least: float
    most: float = math.inf

    def holds(self, ratio: float) -> bool:
        return self.least < ratio < self.most


def of_forms(mask: str, slow: str, fast: str, tokens: int) -> Callable[[LabResult], float]:
    """Return the ratio of two forms' times in linear-vs-softmax."""

    def ratio(result: LabResult) -> float:
        return cell(result, (mask, slow, tokens), 3) / cell(result, (mask, fast, tokens), 3)

    return ratio


def of_steps(slow: tuple[str, int], fast: tuple[str, int]) -> Callable[[LabResult], float]:
    """Return the ratio of two decoding steps in kv-cache, each an attention and cached tokens."""

    def step(result: LabResult, attention: str, tokens: int) -> float:
        names = [column.name for column in result.columns]
        return cell(result, (attention,), names.index(f"step at {tokens} tokens"))

    return lambda result: step(result, *slow) / step(result, *fast)


def cell(result: LabResult, start: tuple[str | int, ...], column: int) -> float:
    """Return a time of the row that starts so."""
    row = next(row for row in result.rows if row[: len(start)] == start)
    value = row[column]
    if isinstance(value, Estimate):
        return value.mean
    if not isinstance(value, int | float):
        raise TypeError(f"{start}: {value!r} is no time")
    return float(value)


COSTS, CACHE = "linear-vs-softmax", "kv-cache"
CLAIMS = (
    Claim(COSTS, f"n = 64: linear is slower than {PLAIN}",
          of_forms("none", LINEAR, PLAIN, 64), 1.0),
    Claim(COSTS, f"n = 64: linear is slower than {FUSED}",
          of_forms("none", LINEAR, FUSED, 64), 1.0),
    Claim(COSTS, f"n = 1024: linear is faster than {PLAIN}",
          of_forms("none", PLAIN, LINEAR, 1024), 2.0),
    Claim(COSTS, f"n = 1024: linear is faster than {FUSED}",
          of_forms("none", FUSED, LINEAR, 1024), 2.0),
    Claim(COSTS, f"causal, n = 1024: linear is faster than {PLAIN}",
          of_forms("causal", PLAIN, LINEAR, 1024), 2.0),
    Claim(COSTS, "causal, n = 1024: token by token costs several times the chunks",
          of_forms("causal", BY_TOKEN, LINEAR, 1024), 1.5),
    Claim(CACHE, "GQA-8, 4 times fewer bytes than MHA: about 3 times as fast",
          of_steps(("MHA", 4096), ("GQA-8", 4096)), 1.5, 6.0),
    Claim(CACHE, "MQA, 32 times fewer bytes than MHA: about 11 times as fast",
          of_steps(("MHA", 4096), ("MQA", 4096)), 4.0, 40.0),
    Claim(CACHE, "a linear step at 4096 tokens: faster than MHA",
          of_steps(("MHA", 4096), ("linear", 4096)), 4.0),
    Claim(CACHE, "a linear step: as long at 4096 tokens as at 256",
          of_steps(("linear", 4096), ("linear", 256)), 0.3, 3.0),
)  # fmt: skip


def main() -> None:
    """Print the claims; fail where one doesn't hold."""
    results = {name: run_lab(find_lab(name), Settings()) for name in (COSTS, CACHE)}
    print(f"{'':74}{'ratio':>8}   range")
    failed = False
    for claim in CLAIMS:
        ratio = claim.ratio(results[claim.lab])
        failed |= not claim.holds(ratio)
        above = f"over {claim.least:g}"
        bounds = above if math.isinf(claim.most) else f"{above}, under {claim.most:g}"
        print(f"{claim.says:74}{ratio:8.2f}   {bounds}{'' if claim.holds(ratio) else '  NO'}")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
