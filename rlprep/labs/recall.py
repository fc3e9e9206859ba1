"""Associative recall: how many stored pairs attention reads back, over pairs, maps and widths.

N pairs are stored: keys of independent standard normal numbers, values of length 1 in random
directions, both `width` wide. Each key is asked for once, as it was stored. The answer counts as
right where the output has its largest inner product with the key's own value, among all N.
Nothing is trained.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from rlprep.kernels.attention.linear import linear_attention
from rlprep.kernels.attention.softmax import softmax_attention
from rlprep.labs.confidence import generators, line, plus_minus, table
from rlprep.labs.feature_maps import Features, elu_features, feature_maps
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.memory import require_memory
from rlprep.labs.stopwatch import one_thread

WIDTH, PAIRS = 64, 64
ALL_PAIRS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
OTHER_WIDTHS = (16, 32, 128)
SETUPS = tuple((WIDTH, pairs) for pairs in ALL_PAIRS) + tuple((w, PAIRS) for w in OTHER_WIDTHS)
LABELS = ("softmax", "elu + 1", "ReLU", "random", "no map", "2nd order")
# Problems and keys in one batch: second-order states and features are wide.
TOGETHER, KEYS_TOGETHER = 16, 2048
# Four copies of the widest features.
NEEDED_BYTES = 4 * 4 * TOGETHER * PAIRS * (1 + 128 + 128**2)


def run(settings: Settings) -> LabResult:
    """Measure the share of pairs read back by softmax and by each feature map."""
    require_memory(NEEDED_BYTES, "second-order features")
    reads = 1024 if settings.quick else 16384
    shares = np.empty((settings.seeds, len(SETUPS), len(LABELS)))
    with one_thread(), torch.no_grad():
        for seed, generator in enumerate(generators(settings)):
            for row, (width, pairs) in enumerate(SETUPS):
                problems = max(2, reads // pairs)
                shares[seed, row] = recall_shares(width, pairs, problems, generator)
                done = seed * len(SETUPS) + row + 1
                settings.progress(done / (settings.seeds * len(SETUPS)))
        cosine = mean_cosine(WIDTH, generators(settings)[0])
    keys = (Column("width"), Column("pairs"))
    measured = [Column(label, "share") for label in LABELS]
    columns, rows = table(keys, measured, SETUPS, shares)
    return LabResult(columns, rows, _panels(shares), _findings(shares, cosine))


def recall_shares(
    width: int, pairs: int, problems: int, generator: torch.Generator
) -> tuple[float, ...]:
    """Return the share of right answers for each of LABELS."""
    maps = feature_maps(width, generator)
    right = [0] * (1 + len(maps))
    together = min(TOGETHER, max(1, KEYS_TOGETHER // pairs))
    for start in range(0, problems, together):
        shape = (min(together, problems - start), pairs, width)
        keys = torch.randn(shape, generator=generator)
        values = normalize(torch.randn(shape, generator=generator), dim=-1)
        right[0] += _count(softmax_attention(keys, keys, values), values)
        for index, features in enumerate(maps, 1):
            right[index] += _count(_read(keys, values, features), values)
    return tuple(count / (problems * pairs) for count in right)


def mean_cosine(width: int, generator: torch.Generator) -> float:
    """Return the mean cosine between elu + 1 features of two independent keys."""
    features = normalize(elu_features(torch.randn(1000, width, generator=generator)), dim=-1)
    others = (features @ features.T).sum() - len(features)
    return float(others / (len(features) * (len(features) - 1)))


def _read(keys: Tensor, values: Tensor, features: Features) -> Tensor:
    return linear_attention(keys, keys, values, features=features.map, normalize=features.normalize)


def _count(outputs: Tensor, values: Tensor) -> int:
    answers = (outputs @ values.mT).argmax(dim=-1)
    return int((answers == torch.arange(values.shape[-2])).sum())


def _panels(shares: np.ndarray) -> tuple[Panel, ...]:
    recalled = Axis("pairs read back", "share")
    over_pairs = [row for row, (width, _) in enumerate(SETUPS) if width == WIDTH]
    over_width = sorted(
        (row for row, (_, pairs) in enumerate(SETUPS) if pairs == PAIRS),
        key=lambda row: SETUPS[row][0],
    )
    return (
        Panel(
            f"Width {WIDTH}: softmax reads every pair back, a fixed state runs out",
            Axis("stored pairs", log=True),
            recalled,
            _lines(shares, over_pairs, [SETUPS[row][1] for row in over_pairs]),
        ),
        Panel(
            f"{PAIRS} pairs: more width helps each map, elu + 1 least",
            Axis("width of a key", log=True),
            recalled,
            _lines(shares, over_width, [SETUPS[row][0] for row in over_width]),
        ),
    )


def _lines(shares: np.ndarray, rows: list[int], x: list[int]) -> tuple[Line, ...]:
    return tuple(line(label, x, shares[:, rows, index]) for index, label in enumerate(LABELS))


def _findings(shares: np.ndarray, cosine: float) -> tuple[str, ...]:
    def at(label: str, pairs: int) -> str:
        samples = shares[:, SETUPS.index((WIDTH, pairs)), LABELS.index(label)]
        return f"{plus_minus(100 * samples)} %"

    return (
        f"Width {WIDTH}: softmax (scale 1/√d) reads back {at('softmax', 1024)} of 1024 pairs.",
        f"elu + 1 reads back {at('elu + 1', 8)} of 8 pairs and {at('elu + 1', PAIRS)} of {PAIRS} "
        f"(guessing: {100 / PAIRS:.2g} %), long before its {WIDTH} features are used up. The "
        f"reason: they are all positive, so two keys' features have a mean cosine of {cosine:.2f}, "
        "and every answer is mixed with all other values.",
        f"The same state without a map (signed weights, not normalised) reads back "
        f"{at('no map', PAIRS)} of {PAIRS} and {at('no map', 512)} of 512: the number of features "
        "bounds what can be stored, the map decides how much of that is reached.",
        f"{1 + WIDTH + WIDTH**2} second-order features read back {at('2nd order', 512)} of 512, "
        f"with a state {(1 + WIDTH + WIDTH**2) / WIDTH:.0f} times as large.",
        "Setup: normal random keys, values of length 1, each key asked once as stored; right is "
        "the value with the largest inner product. Random: positive random features, "
        "4 per width. Nothing is trained.",
    )
