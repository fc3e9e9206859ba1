"""`pytest --rlprep FILE`: each property that a submission is held to is a test of its own.

Does nothing without the option, and imports nothing of rlprep before it is given. The submission is
never imported into this process: it is graded in the sandbox, once an exercise, when the first of
its tests is set up.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.grader.grade import Grader
    from rlprep.grader.result import FamilyResult, SubmissionResult

_MARKER = pytest.StashKey["_Marker"]()


class NotRightError(Exception):
    """The submission isn't right; the text is all that there is to say."""


class _Marker:
    """Grades each exercise of each file once in a process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.results: dict[tuple[Path, str], SubmissionResult] = {}
        self._open = ExitStack()
        self._grader: Grader | None = None

    def result(self, bank: "Bank", path: Path, exercise: str) -> "SubmissionResult":
        """Return the mark of an exercise."""
        if (path, exercise) not in self.results:
            found = self._ready(bank).file(path, exercise)
            self.results[path, exercise] = found[0]
        return self.results[path, exercise]

    def close(self) -> None:
        """End the sandbox."""
        self._open.close()
        self._grader = None

    def _ready(self, bank: "Bank") -> "Grader":
        if self._grader is None:
            from rlprep.grader.grade import Grader
            from rlprep.sandbox.case import Mode
            from rlprep.sandbox.client import Sandbox

            mode = Mode.STRICT if os.environ.get("CI") else Mode.BEST_EFFORT
            box = self._open.enter_context(Sandbox(mode))
            self._grader = Grader(bank, box, self.seed)
        return self._grader


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("rlprep")
    group.addoption(
        "--rlprep",
        action="append",
        default=[],
        metavar="FILE",
        help="Grade the exercises that FILE defines: a test for each property (repeatable).",
    )
    group.addoption(
        "--rlprep-seed", type=int, default=None, metavar="N", help="Repeat the cases of a run."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Settle the seed; a worker of pytest-xdist takes that of the process that started it."""
    if not config.option.rlprep:
        return
    given = getattr(config, "workerinput", {}).get("rlprep_seed", config.option.rlprep_seed)
    config.option.rlprep_seed = secrets.randbits(48) if given is None else given
    config.stash[_MARKER] = _Marker(config.option.rlprep_seed)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker of pytest-xdist."""
    node.workerinput["rlprep_seed"] = node.config.option.rlprep_seed


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the sandbox."""
    marker = config.stash.get(_MARKER, None)
    if marker:
        marker.close()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say how to repeat the run."""
    if not config.option.rlprep:
        return None
    return f"rlprep: --rlprep-seed {config.option.rlprep_seed} repeats these cases"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Keep pytest from importing a submission that is called like a test module."""
    if not config.option.rlprep:
        return None
    return True if collection_path in _submissions(config) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of each file; as a path of the command line, pytest would import it."""
    for path in _submissions(config):
        collector = SubmissionFile.from_parent(session, path=path)
        items.extend(collector.collect())


def _submissions(config: pytest.Config) -> list[Path]:
    folder = config.invocation_params.dir
    # Made absolute but not resolved: what a link points to is for the grader to refuse.
    return [Path(os.path.normpath(folder / name)) for name in config.option.rlprep]


class SubmissionFile(pytest.File):
    """A submission; its tests are the families of the exercises that it defines."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test a family, or one that fails where nothing can be graded."""
        from rlprep.bank.load import load_bank
        from rlprep.grader.exercises import arities, mentioned
        from rlprep.grader.look import UnreadableSourceError, look
        from rlprep.grader.submission import RefusedError, read_submission

        bank = load_bank()
        try:
            source = read_submission(self.path)
            known = look(source, arities(mentioned(bank, source))).known
        except (RefusedError, UnreadableSourceError) as error:
            yield Unread.from_parent(self, name="file", why=str(error))
            return
        if not known:
            why = "no function of any exercise in it; 'rlprep exercise list' names them"
            yield Unread.from_parent(self, name="file", why=why)
        for defined in known:
            for family in bank.exercise(defined.name).families:
                name = f"{defined.name}[{family.id}]"
                yield Property.from_parent(
                    self, name=name, bank=bank, ids=(defined.name, family.id), line=defined.line
                )


class Unread(pytest.Item):
    """The one test of a file in which nothing can be graded."""

    def __init__(self, *, why: str, **known: Any) -> None:
        super().__init__(**known)
        self.why = why

    def runtest(self) -> None:
        """Fail."""
        raise NotRightError(self.why)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """Return the message without a traceback of ours."""
        return str(excinfo.value)


class Property(pytest.Item):
    """One family of hidden cases of one exercise."""

    def __init__(self, *, bank: "Bank", ids: tuple[str, str], line: int, **known: Any) -> None:
        super().__init__(**known)
        self.bank = bank
        self.exercise, self.family = ids
        self.line = line
        self.result: SubmissionResult | None = None

    def setup(self) -> None:
        """Grade the exercise, once; a failure of ours is an error, not a failed test."""
        from rlprep.grader.result import Verdict

        marker = self.config.stash[_MARKER]
        self.result = marker.result(self.bank, self.path, self.exercise)
        if self.result.verdict is Verdict.INTERNAL_ERROR:
            raise RuntimeError(self.result.message)

    def runtest(self) -> None:
        """Fail with what is wrong."""
        assert self.result is not None
        family = next((each for each in self.result.families if each.id == self.family), None)
        if family is None or family.points < family.max_points:
            raise NotRightError(self._said(family))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """Return the message without a traceback of ours."""
        if isinstance(excinfo.value, NotRightError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the function begins."""
        return self.path, self.line - 1, self.name

    def _said(self, family: "FamilyResult | None") -> str:
        assert self.result is not None
        if family is None:
            return self.result.message
        lines = [family.claim, f"  {family.reason}"]
        if family.example:
            shown = family.example
            got = "the same here; hidden cases differ" if shown.agrees else shown.got
            lines += [f"  {shown.call}", f"    right: {shown.expected}", f"    yours: {got}"]
        if self.result.diagnosis:
            lines.append(f"  {self.result.diagnosis.text}")
        return "\n".join(lines)
