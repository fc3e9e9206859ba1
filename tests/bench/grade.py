"""How long grading takes beside `import torch`: python -m tests.bench.grade

Cold: a process of its own for one file, all of gae's cases. Warm: that file again, same process.
The budgets: cold at most 1.5 times the import; warm under 150 ms a case and 1.5 s for gae.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "solutions" / "exercises" / "gae_torch.py"
ROUNDS = 5


def wall_s(*arguments: str) -> float:
    """Return the seconds that a Python process takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    pairs = [
        (wall_s("-c", "import torch"), wall_s("-m", "rlprep", "grade", str(FILE)))
        for _ in range(ROUNDS)
    ]
    imports, colds = zip(*pairs, strict=True)
    ratio = statistics.median(cold / imported for imported, cold in pairs)
    print(f"import torch        {statistics.median(imports):6.2f} s")
    print(f"grade gae, cold     {statistics.median(colds):6.2f} s  {ratio:.2f} times (at most 1.5)")

    sys.path.insert(0, str(ROOT))
    from rlprep.bank.load import load_bank
    from rlprep.grader.cases.catalogue import make_cases
    from rlprep.grader.grade import Grader
    from rlprep.sandbox.case import Mode
    from rlprep.sandbox.client import Sandbox

    with Sandbox(Mode.BEST_EFFORT) as sandbox:
        grader = Grader(load_bank(), sandbox, 1)
        grader.file(FILE)
        warm = statistics.median(grader.file(FILE)[0].seconds for _ in range(ROUNDS))
    cases = len(make_cases(load_bank().exercise("gae"), 1))
    print(f"grade gae, warm     {warm:6.2f} s  (under 1.5 s)")
    print(f"  a case, of {cases}      {1000 * warm / cases:6.0f} ms (at most 150 ms)")


if __name__ == "__main__":
    main()
