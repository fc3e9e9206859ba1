"""Each claim about time finds its two rows; what a machine measures is for people to read."""

from rlprep.labs.lab import Column, Estimate, LabResult
from tests.bench.labs import BY_TOKEN, CACHE, CLAIMS, COSTS, FUSED, LINEAR, PLAIN

FORMS = LabResult(
    tuple(map(Column, ("mask", "attention", "n", "time"))),
    (
        ("none", PLAIN, 64, 2.0), ("none", FUSED, 64, 1.0), ("none", LINEAR, 64, 3.0),
        ("none", PLAIN, 1024, Estimate(50.0)), ("none", FUSED, 1024, 30.0),
        ("none", LINEAR, 1024, 10.0), ("causal", PLAIN, 1024, 40.0),
        ("causal", LINEAR, 1024, Estimate(8.0, 0.1)), ("causal", BY_TOKEN, 1024, 16.0),
    ),
    (), (),
)  # fmt: skip
STEPS = LabResult(
    tuple(map(Column, ("attention", "step at 256 tokens", "step at 4096 tokens"))),
    (("MHA", 1.0, 60.0), ("GQA-8", 0.5, 20.0), ("MQA", 0.2, 5.0), ("linear", 2.0, 2.5)),
    (), (),
)  # fmt: skip


def test_the_ratios_are_of_the_rows_that_are_spoken_of():
    results = {COSTS: FORMS, CACHE: STEPS}
    ratios = [claim.ratio(results[claim.lab]) for claim in CLAIMS]
    assert ratios == [1.5, 3.0, 5.0, 3.0, 5.0, 2.0, 3.0, 12.0, 24.0, 1.25]
    assert all(claim.holds(ratio) for claim, ratio in zip(CLAIMS, ratios, strict=True))


def test_the_opposite_of_a_claim_does_not_hold():
    assert not any(claim.holds(claim.least / 2) for claim in CLAIMS)
    assert [claim.most for claim in CLAIMS if claim.holds(1000)] == [float("inf")] * 7
