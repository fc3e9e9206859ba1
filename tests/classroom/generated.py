"""A class made up of right, wrong, broken and hostile files; the same for the same seed."""

import random
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "solutions" / "exercises"
ATTACKS = ROOT / "tests" / "sandbox" / "attacks"
ASKED = (
    "discounted_return", "td_residual", "gae", "importance_ratio", "ppo_clip_loss", "approx_kl",
    "entropy", "kl_categorical", "softmax_attention", "kv_cache_bytes",
)  # fmt: skip
SHARES = {"right": 0.45, "wrong": 0.40, "broken": 0.09, "hostile": 0.055, "slow": 0.005}
"""Slow ones run into the limit of ten seconds, alone as in a class."""
SLOW = (
    "resources/sleep_forever", "resources/busy_loop", "resources/busy_import",
    "resources/slow_regex", "resources/giant_integer", "resources/ignore_all_signals",
    "resources/stop_oneself", "resources/memory_swallowed", "forged/cut_short_and_hang",
    "lies/hostile_message",
)  # fmt: skip
AIMS = {"CANARY": "/nonexistent", "FOLDER": "/nonexistent", "PORT": "9", "TOKEN": "rlprep-token"}
BROKEN = (
    b"def {0}(:\n",
    b"",
    b"\xff\xfe\x00",
    b"# nothing yet\nx = 1\n",
    b"def {0}():\n    return 1.0\n",
    b"def {0}(*arguments):\n    raise NotImplementedError\n",
    b"def {0}(*arguments):\n    return None\n",
    b"import no_such_library\ndef {0}(*arguments):\n    return 1.0\n",
    b"def almost_{0}(*arguments):\n    return 1.0\n",
    b"async def {0}(*arguments):\n    return 1.0\n",
)


def made_up_class(count: int, seed: int = 0) -> dict[str, bytes]:
    """Return the source of each student's file, by student."""
    draw = random.Random(seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(count * share))]
    kinds = (kinds + ["right"] * count)[:count]
    draw.shuffle(kinds)
    return {f"{kind}_{n:04}": _source(kind, draw, n) for n, kind in enumerate(kinds)}


def _source(kind: str, draw: random.Random, number: int) -> bytes:
    exercise = draw.choice(ASKED)
    head = b"# submission %d\n" % number  # no two files are the same
    if kind == "broken":
        return draw.choice(BROKEN).replace(b"{0}", exercise.encode())
    if kind in ("hostile", "slow"):
        return _attack(draw.choice(SLOW if kind == "slow" else _quick_attacks()))
    if kind == "wrong":
        files = sorted((EXERCISES / "mistakes" / exercise).glob("*.py"))
    else:
        styles = ("torch", "numpy", "python")
        files = [file for style in styles for file in EXERCISES.glob(f"{exercise}_{style}.py")]
    return head + draw.choice(files).read_bytes()


def _quick_attacks() -> list[str]:
    names = (file.relative_to(ATTACKS) for file in ATTACKS.glob("*/*.py"))
    names = [name.with_suffix("").as_posix() for name in names]
    return sorted(name for name in names if name not in SLOW and not name.startswith("files/"))


def _attack(name: str) -> bytes:
    """Return an attack as a submission of the entropy exercise."""
    source = (ATTACKS / f"{name}.py").read_bytes()
    for mark, aim in (AIMS | {"CHECKOUT": str(ROOT)}).items():
        source = source.replace(f"@{mark}@".encode(), aim.encode())
    return source + b"\n\ndef entropy(logits):\n    return attack(logits)\n"
