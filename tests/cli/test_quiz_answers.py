"""`rlprep quiz --answer` and `--batch`: written answers judged without a prompt."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

ANSWER = "GAE: λ=0 → one-step TD, low variance. At a terminal state you bootstrap with V."
KEYS = {"schema", "question", "points", "misconceptions", "abstained"}


def piped(environment: dict[str, str], data: bytes, *arguments: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "rlprep", "quiz", *arguments],
        input=data, env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_one_answer_as_json_has_its_contract(run: Run, tmp_path: Path):
    file = tmp_path / "answer.txt"
    file.write_text(ANSWER, "utf-8")
    done = run("quiz", "--question", "gae", "--answer", str(file), "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    judged = json.loads(done.stdout)
    assert set(judged) == KEYS
    assert judged["schema"] == "rlprep.answer/v1"
    assert judged["question"] == "gae"
    assert judged["abstained"] is None
    assert all(set(point) == {"id", "state", "quote"} for point in judged["points"])
    states = {point["id"]: (point["state"], point["quote"]) for point in judged["points"]}
    assert list(states) == ["delta", "sum", "lam0", "lam1", "tradeoff", "recursion"]
    state, quote = states["lam0"]
    assert state == "found"
    assert quote in ANSWER
    assert states["sum"] == ("not_detected", None)
    (claim,) = judged["misconceptions"]
    assert claim["id"] == "terminal"
    assert claim["quote"] in ANSWER


def test_one_answer_as_text_quotes_and_corrects(environment: dict[str, str]):
    code, out, err = piped(environment, ANSWER.encode(), "--question", "gae", "--answer", "-")
    text = out.decode()
    assert (code, err) == (0, b"")
    assert "> GAE: λ=0 → one-step TD, low variance" in text
    assert "A false claim" in text
    assert "nothing more is earned" in text
    assert "Evidence, not a verdict" in " ".join(text.split())


def test_an_empty_answer_is_not_judged(environment: dict[str, str]):
    code, out, _ = piped(environment, b"", "--question", "gae", "--answer", "-")
    assert code == 0
    assert "Not judged: empty" in out.decode()


def test_a_batch_gives_one_line_a_line_and_loses_nothing(environment: dict[str, str]):
    lines = [
        json.dumps({"question": "gae", "text": ANSWER, "id": 1, "points": {"lam0": "covered"}}),
        json.dumps({"question": "gqa", "text": "", "id": "two", "lang": "en"}),
        "",
        json.dumps({"question": "gaee", "text": "x", "id": 4}),
        "{not json",
        json.dumps({"question": "gae", "id": 6}),
        json.dumps(["gae"]),
        json.dumps({"question": "gae", "text": "x\u0000\x1b[2J \ud800", "id": 8}),
        "[" * 100_000,
        json.dumps({"question": "gae", "text": "λ=0 is one-step TD", "id": 10}),
    ]
    data = "\n".join(lines).encode() + b"\n\xff\xfe\n\n\n"
    code, out, err = piped(environment, data, "--batch", "-")
    assert code == 3
    assert err == b""
    results = [json.loads(line) for line in out.decode().splitlines()]
    assert len(results) == 11
    failed = {number for number, each in enumerate(results, 1) if "error" in each}
    assert failed == {3, 4, 5, 6, 7, 9, 11}
    assert [each.get("id") for each in results] == [
        1, "two", None, 4, None, 6, None, 8, None, 10, None,
    ]  # fmt: skip
    assert all(each["line"] == number for number, each in enumerate(results, 1) if "error" in each)
    assert set(results[0]) == KEYS | {"id"}
    assert results[1]["abstained"] == "empty"
    assert results[1]["lang"] == "en"
    assert "did you mean 'gae'?" in results[3]["error"]
    assert results[9]["points"][2]["state"] == "found"


def test_a_sound_batch_ends_well_and_streams(environment: dict[str, str]):
    line = json.dumps({"question": "gae", "text": ANSWER}).encode() + b"\n"
    with subprocess.Popen(
        [sys.executable, "-m", "rlprep", "quiz", "--batch", "-"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):  # each result comes before the next line is written
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["question"] == "gae"
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--answer", "-"], 2, "--answer judges one answer"),
        (["--question", "gaee", "--answer", "-"], 2, "there is no question 'gaee'"),
        (["--question", "gae", "--answer", "no/such/file"], 3, "no/such/file: can't be read"),
        (["--question", "gae", "--answer", "."], 3, "can't be read: is a directory"),
        (["--batch", "no/such/file"], 3, "no/such/file: can't be read"),
        (["--question", "gae", "--answer", "-", "--judge"], 2, "--judge needs RLPREP_JUDGE_URL"),
    ],
)
def test_misuse(run: Run, arguments: list[str], code: int, message: str):
    done = run("quiz", *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("data", "code", "expected"),
    [
        (b"\xff\xfe answer", 3, "not UTF-8 (byte 0)"),
        (b"x " * 600_000, 0, "too long"),
        (b"x" * 4_100_000, 3, "larger than"),
        ("λ=0 is one-step TD\x00\x1b[31m\u202e".encode(), 0, "1 found"),
    ],
    ids=["not utf-8", "a megabyte", "more than that", "control characters"],
)
def test_hostile_input(environment: dict[str, str], data: bytes, code: int, expected: str):
    done = piped(environment, data, "--question", "gae", "--answer", "-")
    assert done[0] == code
    assert expected in (done[1] + done[2]).decode()
    assert b"\x1b" not in done[1]
    assert b"Traceback" not in done[2]


def test_a_third_party_pattern_that_is_none_is_said(run: Run, pack: Path):
    file = pack / "questions" / "softmax.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("    weight: 2\n", "    weight: 2\n    patterns: ['( {nope}']\n"))
    answer = pack / "answer.txt"
    answer.write_text("softmax is shift invariant")
    done = run(
        "quiz", "--pack", str(pack), "--question", "softmax", "--answer", str(answer)
    )  # fmt: skip
    assert done.returncode == 3
    assert "question softmax: there is no concept 'nope'" in done.stderr
    done = run("pack", "lint", str(pack))
    assert done.returncode == 3
    assert "softmax.yaml:12: pattern '( {nope}': there is no concept 'nope'" in done.stdout
    assert "linear has no patterns, and others here have" in done.stdout


def test_a_pack_may_use_the_shipped_vocabulary_and_its_own(run: Run, pack: Path):
    (pack / "questions" / "small_words.yaml").write_text(
        "kind: vocabulary\nid: small_words\nconcepts:\n  shift: [shift, translation]\n"
    )
    file = pack / "questions" / "softmax.yaml"
    text = file.read_text("utf-8")
    text = text.replace(
        "    weight: 2\n", "    weight: 2\n    patterns: ['{softmax} ... {shift} invariant']\n"
    )
    text = text.replace(
        "    claim: Softmax is linear.\n",
        "    claim: Softmax is linear.\n    patterns: ['softmax {is} .. linear']\n",
    )
    file.write_text(text)
    done = run("pack", "lint", str(pack))
    assert done.stdout.endswith("1 question, 1 vocabulary: sound\n")
    answer = pack / "answer.txt"
    answer.write_text("Well, softmax is translation-invariant. It is not linear.")
    done = run(
        "quiz", "--pack", str(pack), "--question", "softmax", "--answer", str(answer), "--json"
    )
    judged = json.loads(done.stdout)
    assert judged["points"][0]["state"] == "found"
    assert judged["misconceptions"] == []


def test_nothing_of_the_engine_is_loaded_before_an_answer_is_judged(environment: dict[str, str]):
    probe = (
        "import sys; sys.argv = ['rlprep', 'quiz', '--part', 'A']\n"
        "from rlprep.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({'rapidfuzz', 'snowballstemmer', 'urllib.request'}"
        " & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == "\n"
