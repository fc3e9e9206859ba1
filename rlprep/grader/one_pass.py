"""Is a softmax computed block by block? Told by its text, by counting, and by the numbers.

What a running state gives differs from the softmax over all scores in one thing that can be seen
from outside. Where the scores rise by 900, the weight of the first block is e⁻⁹⁰⁰, which no float64
holds: whoever takes exponentials relative to the largest of all scores gets 0, however large the
values. A running output reaches the same number by factors of e⁻³⁰⁰, one for each block, and keeps
it. Unlike a count, which is the submission's word about itself, that can't be feigned.

The counted exponentials are for who takes all of them at once relative to each block's maximum. The
size of other tensors is no sign: padding, a list or a copy of the scores is nobody's fault.
"""

import numpy as np

from rlprep.grader.compare import to_array
from rlprep.sandbox.case import Outcome

SHARE = 0.5
"""Of the scores; no hidden block holds as many, even with a weight for each column of values."""
FAINT = 1e-6
"""Far from what a running output keeps, by any order of rounding."""


def takes_all_at_once(outcome: Outcome, scores: np.ndarray) -> bool:
    """Whether most of the exponentials were counted in one operation."""
    return outcome.work is not None and outcome.work.exponentials > SHARE * scores.size


def has_lost_a_block(outcome: Outcome, want: np.ndarray) -> bool:
    """Whether nothing is left of a block whose weight no float holds.

    Args:
        outcome: numbers in the shape of `want`, of a case of `cases.attention.steep`.
        want: what a running state gives from the first block to the last: in column 0 the share of
            the first block. Who goes from the last one to the first has its share, in column 1.
    """
    shares = np.abs(to_array(outcome.value).astype(np.float64))
    # Infinity and NaN, which accumulators of float32 give, come from a running state as well.
    return bool(np.isfinite(shares).all() and shares.max() < FAINT * want[0])
