"""CPU time of the first thing a user sees, as multiples of a bare interpreter in the same run.

Run: python -m tests.bench.startup
"""

import os
import resource
import statistics
import subprocess
import sys

COMMANDS = {
    "rlprep --help": ["-m", "rlprep", "--help"],
    "rlprep --version": ["-m", "rlprep", "--version"],
    "rlprep quiz --list": ["-m", "rlprep", "quiz", "--list"],
    "rlprep quiz --part A (as text)": ["-m", "rlprep", "quiz", "--part", "A"],
}
BUDGET = 30.0
ROUNDS = 9


def cpu_s(arguments: list[str]) -> float:
    """Return user and system time of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the median ratio of each command; fail where one is over its budget."""
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        bare = cpu_s(["-c", "pass"])
        for name, arguments in COMMANDS.items():
            ratios[name].append(cpu_s(arguments) / bare)
    print(f"{'command':<34}{'CPU / bare python':>18}{'budget':>9}")
    for name, values in ratios.items():
        print(f"{name:<34}{statistics.median(values):>17.1f}x{BUDGET:>8.0f}x")
    if any(statistics.median(values) > BUDGET for values in ratios.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
