"""Where two measured curves cross."""

import math
from collections.abc import Sequence


def crossing(x: Sequence[float], steep: Sequence[float], flat: Sequence[float]) -> float | None:
    """Return from which x on `flat` stays below `steep`, None where it doesn't at the last x.

    Between two points both curves are taken as straight on logarithmic axes. Where `flat` is the
    lower one everywhere the first x is returned.

    Args:
        x: rising, above 0.
        steep: values at x, above 0, of the curve that ends above.
        flat: values of the other one.
    """
    gaps = [math.log(b) - math.log(a) for a, b in zip(steep, flat, strict=True)]
    if not gaps or gaps[-1] >= 0:
        return None
    last = next((i for i in reversed(range(len(gaps))) if gaps[i] >= 0), None)
    if last is None:
        return float(x[0])
    share = gaps[last] / (gaps[last] - gaps[last + 1])
    start, end = math.log(x[last]), math.log(x[last + 1])
    return math.exp(start + share * (end - start))
