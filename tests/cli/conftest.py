"""The command in this process, for tests that call it often."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from rlprep.cli import main, progress_store
from tests.conftest import Run


@pytest.fixture
def call(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run `rlprep` as `run` does, in this process: a tenth of the time, the same way in."""
    for name in {"RLPREP_HOME", "RLPREP_NOW", "TZ", "COLUMNS"} & environment.keys():
        monkeypatch.setenv(name, environment[name])
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    time.tzset()

    def rlprep(*arguments: str, input: str = "", **env: str) -> CompletedProcess[str]:
        progress_store.keeper.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr("sys.argv", ["rlprep", *arguments])
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(input.encode())))
            for name, value in env.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main()
        said = capsys.readouterr()
        return CompletedProcess(arguments, int(left.value.code or 0), said.out, said.err)

    yield rlprep
    monkeypatch.undo()
    time.tzset()
