"""How well written answers are judged: precision, recall, agreement, time, by file and question.

    python -m tests.bench.answers                         the labelled answers in tests/data
    python -m tests.bench.answers FILE.jsonl --misses     one file, and every disagreement in it
    python -m tests.bench.answers --question gae --misses
    python -m tests.bench.answers --question gae --text "λ=0 → TD"      what is found, and by what

It fails where more than one answer in ten takes longer than `USUAL_MS`.

A line of a labelled file is ``{"id", "question", "style", "text", "points": {id: "covered" |
"partly" | "absent"}, "misconceptions": [id], "lang"}``.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median

from rlprep.answers.evidence import judge
from rlprep.answers.examiner import Examiner
from rlprep.answers.judgement import Judgement
from rlprep.answers.match import Matcher
from rlprep.answers.reading import read
from rlprep.answers.rubric import CompiledRubric
from rlprep.answers.stance import ASSERTED
from rlprep.bank.load import load_bank

DATA = Path(__file__).parent.parent / "data"
FILES = [
    DATA / "answers_dev.jsonl",
    *sorted((DATA / "answers").glob("*.jsonl")),
    DATA / "practice_answers.jsonl",
]
USUAL_MS = 50.0


@dataclass
class Tally:
    """Counts of one group of answers."""

    answers: int = 0
    credited: int = 0  # found
    right: int = 0  # found and covered
    covered: int = 0
    covered_judged: int = 0  # covered, in answers that the engine did not abstain from
    table: dict[tuple[bool, bool], int] = field(default_factory=lambda: defaultdict(int))
    claimed: int = 0
    claimed_right: int = 0
    held: int = 0
    by_style: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, answer: dict, judgement: Judgement) -> None:
        self.answers += 1
        for point in judgement.points:
            found, covered = point.state == "found", answer["points"][point.id] == "covered"
            self.credited += found
            self.right += found and covered
            self.covered += covered
            self.covered_judged += covered and judgement.abstained is None
            self.table[found, covered] += 1
            self.by_style[answer["style"]][0] += found
            self.by_style[answer["style"]][1] += 1
        claimed = {claim.id for claim in judgement.misconceptions}
        held = set(answer["misconceptions"])
        self.claimed += len(claimed)
        self.claimed_right += len(claimed & held)
        self.held += len(held)

    def figures(self) -> dict[str, float]:
        """Return the figures that the tests pin; a share of nothing is 1."""
        return {
            "precision": _share(self.right, self.credited),
            "recall": _share(self.right, self.covered),
            "recall_judged": _share(self.right, self.covered_judged),
            "kappa": self._kappa(),
            "misconception_precision": _share(self.claimed_right, self.claimed),
            "misconception_recall": _share(self.claimed_right, self.held),
            "stuffed": _credited(self.by_style, "stuffed_wrong"),
            "negated": _credited(self.by_style, "negated"),
        }

    def _kappa(self) -> float:
        total = sum(self.table.values())
        if not total:
            return 1.0
        agreed = (self.table[True, True] + self.table[False, False]) / total
        found = (self.table[True, True] + self.table[True, False]) / total
        covered = (self.table[True, True] + self.table[False, True]) / total
        chance = found * covered + (1 - found) * (1 - covered)
        return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _credited(by_style: dict[str, list[int]], style: str) -> float:
    found, points = by_style.get(style, [0, 0])
    return found / points if points else 0.0


@cache
def _examiner() -> Examiner:
    return Examiner(load_bank())


def rubric_of(question: str) -> CompiledRubric:
    return _examiner().rubric(question)


def labelled(files: Iterable[Path], question: str | None = None) -> Iterator[tuple[Path, dict]]:
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            answer = json.loads(line)
            if question in (None, answer["question"]):
                yield file, answer


def _pattern_behind(question: str, text: str, id_: str, kind: str) -> str:
    """Return the first pattern that finds a claim in a text."""
    rubric = rubric_of(question)
    matcher = Matcher(read(text, rubric.speller))
    claims = rubric.points if kind == "points" else rubric.misconceptions
    claim = next(each for each in claims if each.id == id_)
    for pattern in claim.patterns:
        if any(hit.stance == ASSERTED for hit in matcher.find(pattern)):
            return pattern.source
    return "none"


def show(question: str, text: str) -> None:
    """Print what is found in a text and by which pattern."""
    judgement = judge(rubric_of(question), text)
    print(f"abstained: {judgement.abstained}")
    for point in judgement.points:
        if point.state != "not_detected":
            print(f"{point.state:8} {point.id}: {point.quote!r}")
            print(f"         {_pattern_behind(question, text, point.id, 'points')}")
    for claim in judgement.misconceptions:
        print(f"CLAIM    {claim.id}: {claim.quote!r}")
        print(f"         {_pattern_behind(question, text, claim.id, 'misconceptions')}")


def misses(answer: dict, judgement: Judgement) -> Iterator[str]:
    """Yield a line for each disagreement."""
    question, text = answer["question"], answer["text"]
    for point in judgement.points:
        label = answer["points"][point.id]
        if (point.state == "found") != (label == "covered"):
            yield f"{point.id}: {point.state}, labelled {label}: {point.quote or ''}"
            if point.state == "found":
                yield f"    by {_pattern_behind(question, text, point.id, 'points')}"
    held = set(answer["misconceptions"])
    for claim in judgement.misconceptions:
        if claim.id not in held:
            yield f"FALSE ALARM {claim.id}: {claim.quote}"
            yield f"    by {_pattern_behind(question, text, claim.id, 'misconceptions')}"
    for id_ in sorted(held - {claim.id for claim in judgement.misconceptions}):
        yield f"MISSED CLAIM {id_}"


def main() -> None:
    parser = argparse.ArgumentParser(description="How well written answers are judged")
    parser.add_argument("files", nargs="*", type=Path, help="labelled answers (default: all)")
    parser.add_argument("--question", help="only this question")
    parser.add_argument("--misses", action="store_true", help="print every disagreement")
    parser.add_argument("--text", help="judge this text instead (with --question)")
    given = parser.parse_args()
    if given.text is not None:
        show(given.question, given.text)
        return
    files = given.files or FILES
    total, groups = Tally(), defaultdict(Tally)
    spent_ms: list[float] = []
    for file, answer in labelled(files, given.question):
        rubric = rubric_of(answer["question"])
        began = time.process_time()
        judgement = judge(rubric, answer["text"])
        spent_ms.append(1000 * (time.process_time() - began))
        for tally in (total, groups["file", file.name], groups["question", answer["question"]]):
            tally.add(answer, judgement)
        lines = list(misses(answer, judgement)) if given.misses else []
        if lines:
            print(f"\n{answer['id']} ({answer['style']}) {answer['text'][:600]}")
            print("".join(f"    {line}\n" for line in lines), end="")
    print(f"\n{'':32}{'n':>4}  prec  rec   kappa  m.prec m.rec  stuffed negated")
    for (kind, name), tally in sorted(groups.items()):
        print(_row(f"{kind} {name}", tally))
    print(_row("all", total))
    print(f"recall without abstained answers {total.figures()['recall_judged']:.2f}")
    for style, (found, points) in sorted(total.by_style.items()):
        print(f"  {style:16} credited {found}/{points}")
    if not spent_ms:
        return
    spent_ms.sort()
    usual = spent_ms[int(len(spent_ms) * 0.9)]
    print(
        f"CPU ms an answer: median {median(spent_ms):.1f}, 90 % within {usual:.1f} (at most "
        f"{USUAL_MS:.0f}), worst {spent_ms[-1]:.1f}"
    )
    if usual > USUAL_MS:
        sys.exit(1)


def _row(name: str, tally: Tally) -> str:
    f = tally.figures()
    return (
        f"{name:32}{tally.answers:4}  {f['precision']:.2f}  {f['recall']:.2f}  {f['kappa']:.2f}"
        f"   {f['misconception_precision']:.2f}   {f['misconception_recall']:.2f}"
        f"   {f['stuffed']:.2f}    {f['negated']:.2f}"
    )


if __name__ == "__main__":
    main()
