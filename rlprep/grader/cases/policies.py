"""Policies: ratios, PPO's losses, divergences and entropies."""

import math

import numpy as np

from rlprep.grader.cases.case import Case, Draw


def importance_ratio(draw: Draw) -> list[Case]:
    """Return the cases of the ratio of two policies."""

    def case(
        family: str, *shape: int, near: float = -1.5, gap: float = 1.0, least: float = 0.05
    ) -> Case:
        old = draw.normal(*shape, mean=near, scale=0.5)
        return Case(family, (old + draw.away(least, gap, *shape), old))

    contract = case("contract", 6)
    return [
        case("ratios", 5),
        case("ratios", 12),
        case("shapes", 3, 4),
        case("shapes", 2, 1, 3),
        case("shapes"),
        case("shapes", 1),
        case("improbable", 6, near=-1000.0),
        case("improbable", 12, near=-900.0, gap=6.0, least=3.0),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def _ppo_samples(draw: Draw, log_ratio: np.ndarray, advantages: np.ndarray, near: float) -> tuple:
    old = draw.normal(len(log_ratio), mean=near, scale=0.5)
    order = draw.rng.permutation(len(log_ratio))
    return old + log_ratio[order], old, advantages[order]


def ppo_clip_loss(draw: Draw) -> list[Case]:
    """Return the cases of the clipped surrogate; no ratio lies near a bound of the range."""

    def case(family: str, where: str, eps: float, size: int = 6, near: float = -1.5) -> Case:
        inside = draw.away(0.1, 0.7, size) * -math.log1p(-eps) * 0.9
        above = math.log1p(eps) + draw.uniform(0.1, 0.8, size)
        below = math.log1p(-eps) - draw.uniform(0.1, 0.8, size)
        gain, harm = draw.uniform(0.3, 2.5, size), -draw.uniform(0.3, 2.5, size)
        every = np.concatenate
        both = every([gain, harm])
        log_ratio, advantages = {
            "inside": (every([inside, inside[::-1]]), both),
            "above_gain": (above, gain),
            # Above 3, where a second bound ("dual clip") would set in.
            "above_harm": (above + 1.0, harm),
            "below_gain": (below, gain),
            "below_harm": (below, harm),
            "all": (every([above, above, below, below, inside]), every([both, both, gain])),
        }[where]
        return Case(family, (*_ppo_samples(draw, log_ratio, advantages, near), eps))

    def slope(where: str, eps: float) -> Case:
        graded = case("gradient", where, eps, size=2)
        return Case("gradient", graded.arguments, gradient_of=0)

    contract = case("contract", "all", draw.number(0.1, 0.3), size=2)
    return [
        case("inside", "inside", 0.2),
        case("inside", "inside", draw.number(0.3, 0.4)),
        case("inside", "inside", draw.number(0.05, 0.15), size=3),
        case("clipped", "above_gain", 0.2),
        case("clipped", "below_harm", draw.number(0.1, 0.3)),
        case("clipped", "above_harm", draw.number(0.1, 0.3)),
        case("clipped", "below_gain", draw.number(0.1, 0.3)),
        case("clipped", "all", draw.number(0.1, 0.15)),
        case("clipped", "all", draw.number(0.3, 0.4)),
        slope("inside", 0.2),
        slope("all", draw.number(0.1, 0.15)),
        slope("all", draw.number(0.25, 0.35)),
        case("limits", "above_harm", 0.2, size=1),
        case("limits", "all", draw.number(0.1, 0.3), near=-1000.0),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def ppo_value_loss(draw: Draw) -> list[Case]:
    """Return the cases of the clipped value loss, far from the points where it has a kink."""

    def case(family: str, where: str, eps: float, size: int = 4, scale: float = 1.0) -> Case:
        old = draw.normal(size, scale=2.0)
        sign = draw.rng.choice([-1.0, 1.0], size)
        small = sign * draw.uniform(0.2, 0.8, size) * eps
        large = sign * (eps + draw.uniform(0.3, 1.5, size))
        moved = {"inside": small, "all": np.where(np.arange(size) % 2 == 0, large, small)}
        shift = moved.get(where, large)
        new = old + shift
        # Beyond the new value, or on the other side of the old one: which square is larger.
        side = {"toward": 1.0, "away": -1.0}.get(where)
        # Both occur among the values that moved far (every second one), whatever is drawn.
        factor = np.resize([1.0, 1.0, -1.0, -1.0], size) if side is None else side
        target = np.where(factor > 0, new, old) + factor * sign * draw.uniform(0.5, 2.0, size)
        return Case(family, (new * scale, old * scale, target * scale, eps * scale))

    def slope(where: str, eps: float) -> Case:
        graded = case("gradient", where, eps, size=6)
        return Case("gradient", graded.arguments, gradient_of=0)

    contract = case("contract", "all", 0.2, size=6)
    return [
        case("inside", "inside", 0.2),
        case("inside", "inside", draw.number(0.4, 0.8), size=7),
        case("clipped", "toward", 0.2),
        case("clipped", "away", 0.2),
        case("clipped", "toward", draw.number(0.4, 0.8), size=7),
        case("clipped", "all", draw.number(0.1, 0.3), size=12),
        slope("inside", 0.3),
        slope("all", 0.2),
        slope("away", draw.number(0.3, 0.5)),
        case("limits", "all", 0.2, size=1),
        case("limits", "all", 0.5, size=8, scale=1000.0),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def approx_kl(draw: Draw) -> list[Case]:
    """Return the cases of the k3 estimate."""

    def case(family: str, size: int, gap: float = 0.8, near: float = -1.5) -> Case:
        old = draw.normal(size, mean=near, scale=0.5)
        return Case(family, (old + draw.away(gap / 3, gap, size), old))

    def one_sided(sign: float) -> Case:
        old = draw.normal(5, mean=-1.5, scale=0.5)
        return Case("direction", (old + sign * draw.uniform(0.3, 1.2, 5), old))

    contract = case("contract", 6)
    return [
        case("estimate", 6),
        case("estimate", 15),
        case("estimate", 9, gap=1.5),
        one_sided(1.0),
        one_sided(-1.0),
        case("close", 6, gap=1e-3),
        case("close", 6, gap=0.01, near=-800.0),
        case("single_sample", 1),
        case("single_sample", 1, gap=2.0),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def _logits(draw: Draw, *shape: int) -> np.ndarray:
    return draw.normal(*shape, scale=1.5)


def kl_categorical(draw: Draw) -> list[Case]:
    """Return the cases of the divergence of two categorical distributions."""

    def case(family: str, *shape: int, shift_p: float = 0.0, shift_q: float = 0.0) -> Case:
        return Case(family, (_logits(draw, *shape) + shift_p, _logits(draw, *shape) + shift_q))

    def certain() -> Case:
        """Return distributions with classes of probability 0 in float64, where p ln p is 0.

        Only p has such classes: where q has, torch.distributions itself says infinity.
        """
        p, q = _logits(draw, 3, 4), _logits(draw, 3, 4)
        p[0, 1] -= 900.0
        p[1, 2] += 900.0
        q[1, 0] -= 50.0
        q[2, 3] -= 300.0
        return Case("large_logits", (p, q))

    def equal_rows() -> Case:
        p, q = _logits(draw, 4, 3), _logits(draw, 4, 3)
        q[2] = p[2] + 3.0
        return Case("shift", (p, q))

    contract = case("contract", 3, 4)
    return [
        case("values", 4),
        case("values", 7),
        case("rows", 5, 3),
        case("rows", 2, 3, 4),
        case("rows", 1, 2),
        equal_rows(),
        case("shift", 3, 5, shift_p=20.0, shift_q=-20.0),
        case("large_logits", 3, 4, shift_p=1000.0, shift_q=990.0),
        case("large_logits", 3, 4, shift_p=-1000.0, shift_q=1000.0),
        certain(),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def kl_gaussian(draw: Draw) -> list[Case]:
    """Return the cases of the divergence of two diagonal Gaussians."""

    def case(family: str, *shape: int, spread: float = 0.5, gap: float = 1.0) -> Case:
        means = draw.normal(*shape), draw.normal(*shape, scale=gap)
        logs = draw.away(0.1, spread, *shape), draw.away(0.1, spread, *shape)
        return Case(family, (means[0], logs[0], means[1], logs[1]))

    def only(what: str) -> Case:
        mean_p, log_p, mean_q, log_q = case("parts", 3, 4).arguments
        pair = (mean_p, log_q, mean_q, log_q) if what == "means" else (mean_p, log_p, mean_p, log_q)
        return Case("parts", pair)

    def narrow() -> Case:
        """Return variances near 1e-8, beside which nothing that is added to them is small."""
        mean_p, log_p, mean_q, log_q = case("narrow_and_wide", 3, 2).arguments
        return Case("narrow_and_wide", (mean_p * 1e-4, log_p - 9.0, mean_q * 1e-4, log_q - 9.0))

    contract = case("contract", 3, 4)
    return [
        case("values", 3),
        case("values", 6),
        case("rows", 5, 2),
        case("rows", 2, 3, 4),
        case("rows", 4, 1),
        only("means"),
        only("deviations"),
        case("narrow_and_wide", 3, 2, spread=4.0),
        case("narrow_and_wide", 3, 2, spread=2.0, gap=100.0),
        narrow(),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def entropy(draw: Draw) -> list[Case]:
    """Return the cases of the entropy of a categorical distribution."""

    def case(family: str, *shape: int, shift: float = 0.0) -> Case:
        return Case(family, (_logits(draw, *shape) + shift,))

    def certain() -> Case:
        logits = _logits(draw, 3, 4)
        logits[0, 1] += 900.0
        logits[1, 2] -= 900.0
        return Case("large_logits", (logits,))

    def nearly_certain() -> Case:
        """Return entropies near 1e-5, beside which nothing that is added to 0 is small."""
        logits = _logits(draw, 3, 4) / 3
        logits[:, draw.count(0, 3)] += 14.0
        return Case("large_logits", (logits,))

    def uniform() -> Case:
        return Case("uniform", (np.repeat(draw.normal(3, 1, scale=2.0), draw.count(4, 7), axis=1),))

    contract = case("contract", 3, 4)
    return [
        case("values", 4),
        case("values", 7),
        case("rows", 5, 3),
        case("rows", 2, 3, 4),
        case("rows", 1, 2),
        uniform(),
        uniform(),
        case("large_logits", 3, 4, shift=1000.0),
        case("large_logits", 3, 4, shift=-1000.0),
        certain(),
        nearly_certain(),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]
