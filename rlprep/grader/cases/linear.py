"""Linear attention, for all tokens at once and causal."""

import numpy as np

from rlprep.grader.cases.case import Case, Draw


def _inputs(
    draw: Draw, lead: tuple[int, ...], n: int, m: int, d: int, e: int, near: float, spread: float
) -> tuple[np.ndarray, ...]:
    return (
        draw.normal(*lead, n, d, mean=near, scale=spread),
        draw.normal(*lead, m, d, mean=near, scale=spread),
        draw.normal(*lead, m, e),
    )


def linear_attention(draw: Draw) -> list[Case]:
    """Return the cases of linear attention over all keys, but for its cost."""

    def case(
        family: str,
        n: int,
        m: int | None = None,
        lead: tuple[int, ...] = (),
        eps: float = 1e-6,
        d: int = 3,
        e: int = 2,
        near: float = 0.0,
    ) -> Case:
        return Case(family, (*_inputs(draw, lead, n, m or n, d, e, near, 1.5), eps))

    contract = case("contract", 6, lead=(2,), eps=0.1)
    return [
        case("values", 6),
        case("values", 9, d=5, e=4),
        case("values", 7, m=4, e=3),
        case("eps", 6, eps=draw.number(0.3, 0.9)),
        case("eps", 9, eps=draw.number(2.0, 5.0), d=4),
        case("batch", 5, lead=(2,)),
        case("batch", 6, lead=(2, 3), d=4, e=5),
        case("small_features", 7, near=-12.0),
        case("small_features", 6, near=-12.0, eps=1e-8, d=4),
        case("lengths", 1),
        case("lengths", 67),
        case("lengths", 130, d=2, e=3),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def linear_attention_causal(draw: Draw) -> list[Case]:
    """Return the cases of causal linear attention: those above in which every query has a key."""
    cases = linear_attention(draw)
    return [case for case in cases if case.arguments[0].shape[-2] == case.arguments[1].shape[-2]]


def cost_inputs(draw: Draw, n: int) -> tuple:
    """Return the arguments of linear attention over n tokens; narrow, so that n counts."""
    return (*_inputs(draw, (), n, n, 4, 4, 0.0, 1.0), 1e-6)
