"""A class of made-up submissions, graded: python -m tests.bench.class [COUNT [JOBS]]

Three questions, for 1,000 submissions (right, wrong, broken, hostile) and two jobs by default:

- Is every mark the one that grading the file alone gives? Each file is graded again by itself, in
  this process, with a worker that is new for every 100 files, and a sample as `rlprep grade` does.
- How much faster is it than one cold process each? Their time is that of the sample, each kind of
  file in its share of the class. At least 20 times.
- Does memory stay flat? The coordinator's high water after a quarter of the class and at the end.
"""

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

SAMPLE = {"right": 6, "wrong": 6, "broken": 2, "hostile": 2, "slow": 1}


def main(count: int = 1000, jobs: int = 2) -> int:
    """Measure and print; 1 where a mark differs."""
    from tests.classroom.generated import ASKED, made_up_class

    sources = made_up_class(count)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "made_up")
        folder.mkdir()
        for student, source in sources.items():
            (folder / f"{student}.py").write_bytes(source)
        exercises = [word for id_ in ASKED for word in ("--exercise", id_)]
        print(f"{count} submissions, {jobs} jobs, load {os.getloadavg()[0]:.1f}", flush=True)
        wall_s, memory = grade_class(folder, [*exercises, "--jobs", str(jobs)])
        cpu_s = children_cpu_s()
        print(f"class           {wall_s:8.1f} s   {count / wall_s:6.2f} a second", flush=True)
        low, high = memory_of(memory)
        print(f"memory          {low >> 20:8} MiB after a quarter, {high >> 20} MiB at the end")
        entries = entries_of(folder)
        cold_s, cold_cpu_s = cold_time(folder, entries, sources)
        print(f"a process each  {cold_s:8.1f} s   (from {sum(SAMPLE.values())} of them)")
        print(f"ratio           {cold_s / wall_s:8.1f}     (at least 20)")
        print(
            f"ratio by CPU    {cold_cpu_s / cpu_s:8.1f}     (what other work can't blur)",
            flush=True,
        )
        wrong = differences(folder, entries, ASKED)
        print(f"other marks     {wrong:8}     (0: each graded alone with its seed)")
    return 1 if wrong else 0


def grade_class(folder: Path, options: list[str]) -> tuple[float, list[tuple[float, int]]]:
    """Grade the class as a program; return its seconds and its memory over time."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "rlprep", "class", "grade", str(folder), *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    memory: list[tuple[float, int]] = []
    while process.poll() is None:
        memory.append((time.perf_counter() - started, resident(process.pid)))
        time.sleep(0.5)
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - started, memory


def resident(pid: int) -> int:
    """Return the resident bytes of a process."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize()


def memory_of(samples: list[tuple[float, int]]) -> tuple[int, int]:
    """Return the most that was resident in the second eighth of the time, and in the last."""
    end = samples[-1][0]
    early = [size for at, size in samples if end / 8 <= at <= end / 4] or [0]
    late = [size for at, size in samples if at >= end * 7 / 8]
    return max(early), max(late)


def entries_of(folder: Path) -> dict:
    """Return what the journal has of each student, seeds included."""
    from rlprep.classroom.journal import open_journal

    with open_journal(folder.with_suffix(".journal"), writes=False) as journal:
        return {entry.student: entry for entry in journal.entries()}


def children_cpu_s() -> float:
    """Return the CPU seconds of all programs so far that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cold_time(folder: Path, entries: dict, sources: dict[str, bytes]) -> tuple[float, float]:
    """Return what `rlprep grade` would take for all, one process after the other: time and CPU.

    Each kind of file is measured on a sample; the points of the sample are compared as well.
    """
    by_kind: dict[str, list[str]] = defaultdict(list)
    for student in sources:
        by_kind[re.sub(r"_\d+$", "", student)].append(student)
    total_s = total_cpu_s = 0.0
    draw = random.Random(1)
    for kind, students in by_kind.items():
        seconds, before = [], children_cpu_s()
        for student in draw.sample(students, min(SAMPLE[kind], len(students))):
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "rlprep", "grade", str(folder / f"{student}.py"), "--json",
                 "--seed", str(entries[student].seed)],
                cwd=ROOT, capture_output=True, text=True,
            )  # fmt: skip
            seconds.append(time.perf_counter() - started)
            points = sum(each["points"] for each in json.loads(done.stdout)["submissions"])
            assert points == entries[student].points, student
        total_s += fmean(seconds) * len(students)
        total_cpu_s += (children_cpu_s() - before) / len(seconds) * len(students)
    return total_s, total_cpu_s


def differences(folder: Path, entries: dict, asked: tuple[str, ...]) -> int:
    """Return how many marks aren't those of the file graded alone; print which."""
    from rlprep.bank.load import load_bank
    from rlprep.classroom.replay import essence
    from rlprep.grader.grade import Grader
    from rlprep.sandbox.case import Mode
    from rlprep.sandbox.client import Sandbox

    bank, wrong = load_bank(), 0
    students = sorted(entries)
    for start in range(0, len(students), 100):
        with Sandbox(Mode.BEST_EFFORT) as box:
            for student in students[start : start + 100]:
                source = (folder / f"{student}.py").read_bytes()
                alone = Grader(bank, box, entries[student].seed).asked("", source, asked)
                if essence(entries[student].results) != essence(tuple(alone)):
                    wrong += 1
                    print(f"differs: {student}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
