"""How well and how fast formulas are checked: `python -m tests.bench.formulas [--set NAME]`.

Prints a table by formula and by notation for the development lines, the public lines and the
generated variants, the cold start of one check against `import sympy`, and every limit that fails.
Exits 1 when one does.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

from tests.formula.corpus.labels import load
from tests.formula.corpus.score import Scored, Tally, describe, score
from tests.formula.corpus.variants import Line, variants

READ, UNDECIDED, NAMED, WITNESSED = 0.98, 0.02, 0.90, 1.0
MEDIAN_MS, SLOWEST_S, JUNK_S, COLD_RATIO = 20.0, 2.0, 0.05, 2.5
NOTATIONS = ("latex", "unicode", "ascii", "python")
COLUMNS = "lines  read%  right%  wrong=ok  ok=wrong  undec%  named%  witn%  med ms  max ms"

SETS: dict[str, Callable[[int], Sequence[Line]]] = {
    "dev": lambda seed: load("dev"),
    "public": lambda seed: load("public"),
    "variants": lambda seed: variants(seed),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return the exit code."""
    options = _options(arguments)
    failures: list[str] = []
    for name in options.set or SETS:
        scored = tuple(score(line) for line in SETS[name](options.seed))
        print_table(name, scored)
        failures += [f"{name}: {failure}" for failure in limits(Tally(scored))]
        if options.verbose:
            print(describe(_misses(scored)) or "no misses")
    if not options.set:
        ratio = cold_start_ratio()
        print(f"\ncold start: {ratio:.2f} times the CPU of `import sympy`")
        if ratio > COLD_RATIO:
            failures.append(f"cold start: {ratio:.2f} times the CPU, at most {COLD_RATIO}")
    print("\n" + ("\n".join(f"FAILED {failure}" for failure in failures) or "all limits hold"))
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=tuple(SETS), help="only these lines")
    parser.add_argument("--seed", type=int, default=0, help="seed of the generated variants")
    parser.add_argument("--verbose", action="store_true", help="list every line that missed")
    return parser.parse_args(arguments)


def print_table(name: str, scored: Sequence[Scored]) -> None:
    """Print the figures by formula, by notation, and of the whole set."""
    print(f"\n{name:<26}{COLUMNS}")
    for formula in sorted({item.line.formula for item in scored}):
        _print_row(formula, [item for item in scored if item.line.formula == formula])
    print()
    for notation in NOTATIONS:
        _print_row(notation, [item for item in scored if item.line.notation == notation])
    _print_row("all", scored)


def _print_row(label: str, scored: Sequence[Scored]) -> None:
    tally = Tally(tuple(scored))
    slowest = tally.slowest.seconds * 1000 if tally.slowest else 0.0
    print(
        f"{label:<26}{len(scored):5d}  {tally.read:5.1%}  {tally.right_accepted:6.1%}"
        f"  {len(tally.wrong_called_right):8d}  {len(tally.right_called_wrong):8d}"
        f"  {tally.undecided:6.1%}  {tally.named:6.1%}  {tally.witnessed:5.0%}"
        f"  {tally.median_ms:6.1f}  {slowest:6.0f}"
    )


def limits(tally: Tally) -> Iterator[str]:
    """Yield every limit that the figures miss."""
    for notation in NOTATIONS:
        part = Tally(tuple(item for item in tally.lines if item.line.notation == notation))
        if part.read < READ:
            yield f"{notation}: {part.read:.1%} read, at least {READ:.0%}"
    for label, wrong in (
        ("wrong called equivalent", tally.wrong_called_right),
        ("right called different", tally.right_called_wrong),
        ("junk not refused", tally.junk_accepted),
        ("crashed", tally.crashed),
    ):
        if wrong:
            yield f"{len(wrong)} {label}\n{describe(wrong)}"
    if tally.undecided > UNDECIDED:
        yield f"{tally.undecided:.1%} undecided, at most {UNDECIDED:.0%}"
    if tally.named < NAMED:
        yield f"{tally.named:.1%} of the known mistakes named, at least {NAMED:.0%}"
    if tally.witnessed < WITNESSED:
        yield f"{tally.witnessed:.1%} of the different ones with a witness, all wanted"
    yield from _slow(tally)


def _slow(tally: Tally) -> Iterator[str]:
    if tally.median_ms > MEDIAN_MS:
        yield f"median {tally.median_ms:.1f} ms, at most {MEDIAN_MS:.0f}"
    slow = [item for item in tally.lines if item.seconds > SLOWEST_S]
    if slow:
        yield f"{len(slow)} above {SLOWEST_S:.0f} s\n{describe(slow)}"
    slow = [item for item in tally.junk if item.seconds > JUNK_S]
    if slow:
        yield f"{len(slow)} refused in more than {JUNK_S * 1000:.0f} ms\n{describe(slow)}"


def _misses(scored: Sequence[Scored]) -> list[Scored]:
    wanted = {"unparseable": "unreadable"}
    return [
        item
        for item in scored
        if item.verdict.verdict != wanted.get(item.line.expect, item.line.expect)
        or (
            item.line.misconception
            and (item.verdict.misconception or ("",))[0] != item.line.misconception
        )
    ]


def cold_start_ratio(runs: int = 5) -> float:
    """Return the CPU of one check from a cold start over that of importing SymPy."""
    formula = r"\mathbb{E}_t[\min(r_t A_t, \mathrm{clip}(r_t, 1-\epsilon, 1+\epsilon) A_t)]"
    one = _cpu_seconds([sys.executable, "-m", "rlprep", "check-formula", "ppo_clip", formula], runs)
    return one / _cpu_seconds([sys.executable, "-c", "import sympy"], runs)


def _cpu_seconds(command: list[str], runs: int) -> float:
    used = []
    for _ in range(runs):
        before = os.times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        used.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    return min(used)


if __name__ == "__main__":
    sys.exit(main())
