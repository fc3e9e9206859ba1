"""`rlprep lab` as a process: lists, the calculator, files, what is refused, and one real run."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from rlprep.labs.catalogue import LABS
from tests.conftest import Run

CALCULATE = ("lab", "run", "kv-cache", "--kv-heads", "4")


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Matplotlib lists the system's fonts once, and not once for each test's home."""
    return {"MPLCONFIGDIR": str(tmp_path_factory.mktemp("matplotlib"))}


def test_the_list_has_name_title_question_and_time(run: Run):
    done = run("lab", "list")
    assert done.returncode == 0
    assert done.stderr == ""
    for lab in LABS:
        assert re.search(rf"^{lab.name} +{re.escape(lab.title)}$", done.stdout, re.MULTILINE)
    assert "answers linear_attention, softmax_wins" in done.stdout
    assert re.search(r"about \d+ s, quick \d+ s", done.stdout)


def test_the_list_as_json(run: Run):
    listed = json.loads(run("lab", "list", "--json").stdout)
    assert listed["schema"] == "rlprep.labs/v1"
    assert [each["id"] for each in listed["labs"]] == [lab.name for lab in LABS]


def test_a_real_run_through_a_pipe(run: Run, tmp_path: Path, fonts: dict[str, str]):
    files = ("--csv", "t.csv", "--plot", "p.svg")
    done = run("lab", "run", "recall", "--quick", "--seeds", "2", *files, env=fonts)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no progress where nobody looks
    assert "\x1b" not in done.stdout
    assert "±" in done.stdout
    assert "2 repetitions with seeds drawn from 0, quick form" in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-2:] == ["table: t.csv", "plot: p.svg"]
    rows = list(csv.reader((tmp_path / "t.csv").read_text("utf-8").splitlines()))
    assert "softmax (share), 95 % low" in rows[0]
    assert len({len(row) for row in rows}) == 1
    assert "<svg" in (tmp_path / "p.svg").read_text("utf-8")


def test_the_calculator_for_people(run: Run):
    heads = ("--heads", "64", "--kv-heads", "8", "--head-dim", "128")
    tokens = ("--seq", "4096", "--batch", "16", "--dtype", "float16")
    done = run("lab", "run", "kv-cache", "--layers", "80", *heads, *tokens)
    assert done.returncode == 0
    assert "21,474,836,480 B, 20 GiB" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_calculator_as_json_and_csv(run: Run):
    data = json.loads(run(*CALCULATE, "--json").stdout)
    assert data["schema"] == "rlprep.lab/v1"
    assert data["model"]["kv_heads"] == 4
    rows = list(csv.reader(run(*CALCULATE, "--csv", "-").stdout.splitlines()))
    assert rows[0][3:5] == ["cache (B)", "cache (GiB)"]
    assert int(rows[2][3]) == 2 * 32 * 4 * 128 * 4096 * 2


def test_a_plot_is_written_and_announced(run: Run, tmp_path: Path, fonts: dict[str, str]):
    done = run(*CALCULATE, "--plot", "plot.PNG", env=fonts)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nplot: plot.PNG\n")
    assert [path.name for path in tmp_path.iterdir()] == ["plot.PNG"]


def test_files_disturb_no_json(run: Run):
    done = run(*CALCULATE, "--json", "--csv", "t.csv")
    assert json.loads(done.stdout)["columns"]


REFUSED = [
    (["recal"], "there is no lab 'recal'\n  try: did you mean 'recall'?"),
    (
        ["recall", "--heads", "8"],
        "the lab 'recall' has no option --heads\n  try: model sizes belong",
    ),
    (
        ["kv-cache", "--kv-heads", "7"],
        "32 query heads can't share 7 key/value heads evenly\n  try: ",
    ),
    (["kv-cache", "--heads", "4"], "4 query heads can't share 8 key/value heads evenly"),
    (
        ["recall", "--plot", "x.jpg"],
        "x.jpg needs another ending\n  try: .png, .svg or .pdf",
    ),
    (["recall", "--plot", "x"], "x needs another ending"),
    (["recall", "--plot", "no/such/x.png"], "there is no folder for no/such/x.png"),
    (["recall", "--csv", "."], ". is a folder"),
    (["recall", "--csv", "/dev/null"], "/dev/null is no ordinary file"),
    (["recall", "--plot", "/proc/x.png"], "/proc/x.png can't be written"),
    (["recall", "--csv", "a" * 300], "can't be written: file name too long"),
    (["recall", "--json", "--csv", "-"], "--json and --csv - both want the output"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=lambda each: str(each)[:40])
def test_what_cannot_work_is_refused_before_anything_runs(
    run: Run, arguments: list[str], message: str
):
    done = run("lab", "run", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") <= 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["kv-cache", "--layers", "0"],
        ["kv-cache", "--seq", "1e9"],
        ["kv-cache", "--batch", "99999999999999999999"],
        ["kv-cache", "--dtype", "float3"],
        ["recall", "--seeds", "0"],
        ["recall", "--seed", "-1"],
        [],
    ],
    ids=" ".join,
)
def test_options_out_of_range_are_misuse(run: Run, arguments: list[str]):
    assert run("lab", "run", *arguments).returncode == 2


def without(environment: dict[str, str], library: str, *arguments: str) -> tuple[int, str]:
    """Run rlprep where a library is not installed."""
    program = (
        "import sys, importlib.util as util\n"
        "real = util.find_spec\n"
        f"util.find_spec = lambda name, *a: None if name == {library!r} else real(name, *a)\n"
        f"sys.modules[{library!r}] = None\n"
        "sys.argv = ['rlprep', *sys.argv[1:]]\n"
        "from rlprep.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_without_torch_one_line_says_what_to_install(environment: dict[str, str]):
    code, said = without(environment, "torch", "lab", "run", "recall", "--quick")
    assert code == 2
    assert said == (
        "error: a lab needs the optional extra 'labs', which is not installed\n"
        "  try: pip install 'rlprep[labs]'\n"
    )


def test_without_torch_the_calculator_works(environment: dict[str, str]):
    assert without(environment, "torch", *CALCULATE) == (0, "")


def test_without_matplotlib_a_plot_is_refused_and_the_rest_works(environment: dict[str, str]):
    code, said = without(environment, "matplotlib", *CALCULATE, "--plot", "/tmp/never.png")
    assert code == 2
    assert said.startswith("error: drawing a plot needs the optional extra 'labs'")
    assert without(environment, "matplotlib", *CALCULATE) == (0, "")


def test_where_there_is_no_braille_the_chart_is_ascii(run: Run):
    done = run(*CALCULATE, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    chart = done.stdout.split("The cache grows")[1].split("Found:")[0]
    assert chart.isascii()
    assert "+---" in chart
    assert "?" not in chart


def test_help_has_examples_and_the_calculators_options(run: Run):
    done = run("lab", "run", "--help", env={"COLUMNS": "100"})
    assert done.returncode == 0
    assert "--kv-heads" in done.stdout
    assert "Examples:\n" in done.stdout


def test_a_person_sees_progress_and_may_stop_it(environment: dict[str, str]):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "rlprep", "lab", "run", "recall"],
        env=environment,  # type: ignore[arg-type]
        dimensions=(50, 80),
        timeout=120,
        encoding="utf-8",
    )
    child.expect("recall .* 0/100")
    child.expect("recall .* [1-9]/100")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    said = str(child.before)
    assert said.rstrip().endswith(("\x1b[2K", "Aborted."))  # the line is wiped
    assert "Traceback" not in said
    assert child.exitstatus == 130


def test_a_file_in_the_plots_place_survives_a_refusal(run: Run, tmp_path: Path):
    (tmp_path / "x.jpg").write_text("mine")
    run("lab", "run", "recall", "--plot", "x.jpg")
    assert (tmp_path / "x.jpg").read_text() == "mine"
    assert os.listdir(tmp_path) == ["x.jpg"]  # noqa: PTH208
