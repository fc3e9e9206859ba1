"""One file in, one result for each exercise that it defines.

The order matters for speed: the sandbox's worker imports torch while this process does, so start it
(`Sandbox.__enter__`) before anything here is called.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rlprep.bank.exercise import CaseFamily, Exercise
from rlprep.bank.load import Bank
from rlprep.grader.answers import answers_for
from rlprep.grader.cases.case import Case, Draw
from rlprep.grader.cases.catalogue import COSTLY, make_cases
from rlprep.grader.exercises import (
    arities,
    example_arguments,
    mentioned,
)
from rlprep.grader.judge import (
    ENDINGS,
    Finding,
    Observation,
    Ran,
    is_final,
    judge,
    raised_text,
    run_case,
    value_finding,
    without_hasty_blame,
)
from rlprep.grader.look import Defined, Look, UnreadableSourceError, look
from rlprep.grader.result import FamilyResult, Shown, SubmissionResult, Verdict
from rlprep.grader.run import Runner
from rlprep.grader.submission import RefusedError, read_submission, refuse_non_source
from rlprep.grader.texts import call_text, value_text
from rlprep.sandbox.case import Outcome, SandboxError, Status
from rlprep.sandbox.client import Sandbox

Progress = Callable[[str, int, int], None]
"""Called with the exercise, the cases done and the cases to do."""


def _silent(exercise: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Grader:
    """Grades files with one bank, one sandbox and one seed."""

    bank: Bank
    sandbox: Sandbox
    seed: int
    progress: Progress = _silent

    def file(self, path: Path, only: str | None = None) -> list[SubmissionResult]:
        """Return the result of each exercise that a file defines, at least one result.

        Args:
            path: the submission.
            only: grade this exercise and no other.
        """
        try:
            return self.source(str(path), read_submission(path), only)
        except RefusedError as error:
            return [unread(str(path), only, Verdict.REFUSED_FILE, str(error))]

    def source(self, path: str, source: bytes, only: str | None = None) -> list[SubmissionResult]:
        """Return the results of a source that was read already; `path` is what reports call it."""
        exercises = {only: self.bank.exercise(only)} if only else mentioned(self.bank, source)
        return self._source(path, source, exercises, only)

    def asked(self, path: str, source: bytes, ids: Sequence[str]) -> list[SubmissionResult]:
        """Return the results of a source for those of the exercises that it defines.

        At least one result: where it defines none of them, one without an exercise that says so.
        """
        try:
            refuse_non_source(source)
        except RefusedError as error:
            return [unread(path, None, Verdict.REFUSED_FILE, str(error))]
        return self._source(path, source, {id_: self.bank.exercise(id_) for id_ in ids}, None)

    def _source(
        self, path: str, source: bytes, exercises: dict[str, Exercise], only: str | None
    ) -> list[SubmissionResult]:
        try:
            found = look(source, arities(exercises))
        except UnreadableSourceError as error:
            where = f"line {error.line}: " if error.line else ""
            return [unread(path, only, error.verdict, f"{where}{error}")]
        if found.known:
            return [self._function(path, source, exercises[d.name], d) for d in found.known]
        return [unread(path, only, Verdict.MISSING_FUNCTION, self._nothing(found, only))]

    def _nothing(self, found: Look, only: str | None) -> str:
        ids = {only: 0} if only else dict.fromkeys(self.bank.ids("exercise"), 0)
        wanted = f"no function '{only}'" if only else "no function of any exercise"
        near = found.nearest(ids)
        if near:
            return f"{wanted} in it; '{near[0]}' is there: should it be called '{near[1]}'?"
        return f"{wanted} in it; 'rlprep exercise list' names the exercises"

    def _function(
        self, path: str, source: bytes, exercise: Exercise, defined: Defined
    ) -> SubmissionResult:
        started = time.monotonic()
        if defined.fault:
            text = f"line {defined.line}: {defined.fault}"
            return nothing_earned(path, exercise, Verdict.BAD_SIGNATURE, text)
        runner = Runner(self.sandbox, source, defined)
        try:
            result = _Marking(self, exercise, runner, path).result()
        except SandboxError as error:
            return nothing_earned(path, exercise, Verdict.INTERNAL_ERROR, f"our fault: {error}")
        seconds = time.monotonic() - started
        return replace(result, seconds=seconds)


def unread(path: str, exercise: str | None, verdict: Verdict, message: str) -> SubmissionResult:
    """Return the result of a file in which nothing can be graded."""
    return SubmissionResult(path, exercise, verdict, 0, 0, message=message)


def nothing_earned(
    path: str, exercise: Exercise, verdict: Verdict, message: str
) -> SubmissionResult:
    """Return the result of a function that can't be run."""
    families = tuple(
        FamilyResult(each.id, 0, each.points, verdict, each.property, message)
        for each in exercise.families
    )
    return SubmissionResult(
        path, exercise.id, verdict, 0, exercise.points, families, message=message
    )


class _Marking:
    """The marking of one function."""

    def __init__(self, grader: Grader, exercise: Exercise, runner: Runner, path: str) -> None:
        self.grader = grader
        self.exercise = exercise
        self.answers = answers_for(grader.bank, exercise, grader.sandbox)
        self.runner = runner
        self.path = path
        self.observations: list[Observation] = []
        self.ended: Finding | None = None
        """What ended the marking early: it holds for all cases that weren't run."""
        self.cost: Finding | None = None
        self._examples: dict[str, Shown] = {}

    def result(self) -> SubmissionResult:
        cases = make_cases(self.exercise, self.grader.seed)
        # torch takes seconds to import. The worker does it at the same time, and the cases run
        # as soon as it is ready; expected values are what this process needs torch for.
        importing = threading.Thread(target=self.answers.prepare, daemon=True)
        importing.start()
        ran = self._run(cases)
        importing.join()
        self.observations = without_hasty_blame([self._judged(each) for each in ran])
        last = self.observations[-1] if self.observations else None
        if last and is_final(ran[-1].outcome):
            self.ended = last.finding
        if self.exercise.id in COSTLY and not self.ended:
            self.cost = self._cost()
        families = self._families()
        points = sum(family.points for family in families)
        worst = next((f for f in families if f.verdict is not Verdict.PASSED), None)
        if worst is None:
            verdict, message = Verdict.PASSED, ""
        else:
            verdict, message = worst.verdict, worst.reason
        return SubmissionResult(
            self.path,
            self.exercise.id,
            verdict,
            points,
            self.exercise.points,
            families,
            self._diagnosis(points),
            message,
        )

    def _run(self, cases: list[Case]) -> list[Ran]:
        """Return what the cases gave, up to one after which the others needn't be run."""
        ran: list[Ran] = []
        for case in cases:
            self.grader.progress(self.exercise.id, len(ran), len(cases))
            ran.append(run_case(case, self.runner))
            if is_final(ran[-1].outcome):
                break
        return ran

    def _judged(self, ran: Ran) -> Observation:
        case = ran.case
        want = self.answers.expected(case.arguments)
        slope = None if case.gradient_of is None else self.answers.gradient(case)
        return judge(self.exercise, ran, want, slope, self.runner)

    def _cost(self) -> Finding | None:
        """Return why the work isn't linear; not measured where small inputs are wrong already."""
        from rlprep.grader.cases.linear import cost_inputs
        from rlprep.grader.complexity import cost_finding

        values = {f.id for f in self.exercise.families if f.kind == "value"}
        for seen in self.observations:
            if seen.finding and seen.case.family in values:
                return Finding(seen.finding.verdict, "not measured: the values aren't right", None)
        draw = Draw(self.grader.seed, f"{self.exercise.id} cost")
        return cost_finding(
            self.runner,
            lambda n: cost_inputs(draw, n),
            self.answers.expected,
        )

    def _families(self) -> tuple[FamilyResult, ...]:
        findings = {family.id: self._finding(family) for family in self.exercise.families}
        kinds = {family.id: family.kind for family in self.exercise.families}
        some_values = any(kinds[id_] == "value" and not found for id_, found in findings.items())
        return tuple(
            self._family(family, findings[family.id], some_values)
            for family in self.exercise.families
        )

    def _finding(self, family: CaseFamily) -> Finding | None:
        if family.kind == "cost" and self.cost:
            return self.cost
        for seen in self.observations:
            if seen.case.family == family.id and seen.finding:
                return seen.finding
        if family.kind == "contract" and (changed := self._changed()):
            return changed
        ran = {seen.case.family for seen in self.observations}
        # A family whose cases weren't all run because of an end elsewhere hasn't shown anything.
        if self.ended and (family.id not in ran or family.id == self.observations[-1].case.family):
            return self.ended
        if self.ended and family.kind == "cost":
            return self.ended
        return None

    def _changed(self) -> Finding | None:
        """Return that inputs were changed in a case of another family than the contract."""
        return next((seen.changed for seen in self.observations if seen.changed), None)

    def _family(
        self, family: CaseFamily, finding: Finding | None, some_values: bool
    ) -> FamilyResult:
        if finding is None and (family.kind == "value" or some_values):
            return FamilyResult(
                family.id, family.points, family.points, Verdict.PASSED, family.property
            )
        if finding is None:
            finding = Finding(Verdict.WRONG, "pays only where some values are right")
        return FamilyResult(
            family.id,
            0,
            family.points,
            finding.verdict,
            family.property,
            finding.text,
            self._example(family.example) if finding.sign != "cost" else None,
        )

    def _example(self, id_: str | None) -> Shown | None:
        """Return a public example with what the submission gives for it."""
        if id_ is None or (self.ended and self.ended.verdict is not Verdict.EXCEPTION):
            return None
        if id_ not in self._examples:
            example = next(each for each in self.exercise.examples if each.id == id_)
            outcome = self.runner.call(example_arguments(self.exercise, example))
            agrees = value_finding(outcome, numbers(example.returns), 1e-4) is None
            self._examples[id_] = Shown(
                call_text(self.exercise, example),
                value_text(example.returns),
                _got_text(outcome),
                agrees,
            )
        return self._examples[id_]

    def _diagnosis(self, points: int) -> Any:
        if points == self.exercise.points or not self.observations:
            return None
        from rlprep.grader.diagnose import diagnose

        kept = any(family.kind == "contract" for family in self.exercise.families)
        others = [each for each in (self.cost, self._changed() if kept else None) if each]
        return diagnose(self.exercise, self.observations, others, self.answers)


def numbers(returns: Any) -> Any:
    """Return what an example's YAML lists as `compare` wants it."""
    import numpy as np

    if isinstance(returns, dict):
        return tuple(np.asarray(part, dtype=np.float64) for part in returns.values())
    return returns if isinstance(returns, int) else np.asarray(returns, dtype=np.float64)


def _got_text(outcome: Outcome) -> str:
    """Return what the submission did with a public example; its own words may be shown here."""
    if outcome.status is Status.RETURNED:
        text = value_text(outcome.value)
        return text if len(text) <= 300 else f"{text[:299]}…"
    if outcome.error is not None and outcome.status is Status.RAISED:
        said = f": {outcome.error.message}" if outcome.error.message else ""
        return f"{raised_text(outcome.error)}{said}"
    return ENDINGS[outcome.status][1]
