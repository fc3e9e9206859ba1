"""Coverage-guided fuzzing of the formula reader and deciders.

Needs atheris (`pip install atheris`); the tests run the seeds through `one_input` without it.

    python -m tests.fuzz.fuzz_formula -max_total_time=600 FOLDER tests/data/fuzz_formula

The first byte of an input chooses the formula that is asked, the rest is the text. A finding is an
exception, a verdict that does not exist, or a check that takes longer than `LIMIT_S` of CPU.
"""

import importlib
import sys
import time

from tests.formula.corpus.labels import specs

LIMIT_S = 5.0
VERDICTS = frozenset({"equivalent", "different", "undecided", "unreadable"})


def one_input(data: bytes) -> None:
    """Check one input of the fuzzer.

    Raises:
        AssertionError: the check ended without a verdict, or took too long.
    """
    from rlprep.formula.check import decide

    if not data:
        return
    ids = sorted(specs())
    text = data[1:].decode("utf-8", errors="replace")
    start = time.process_time()
    verdict = decide(specs()[ids[data[0] % len(ids)]], text)
    elapsed = time.process_time() - start
    assert verdict.verdict in VERDICTS, verdict
    assert elapsed < LIMIT_S, f"{elapsed:.1f} s of CPU"


def main() -> None:
    """Fuzz until stopped; arguments are libFuzzer's."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["rlprep.formula"]):
        decide = importlib.import_module("rlprep.formula.check").decide
        for spec in specs().values():
            decide(spec, spec.reference)  # imports the deciders: instrumented, and not timed later
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
