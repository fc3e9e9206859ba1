"""`rlprep doctor`, run for real on this machine and with layers taken away."""

import json

import pytest
import typer

from rlprep.cli.doctor import doctor
from rlprep.sandbox import probe


def take_away(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    holds = {layer.name: layer.name not in names for layer in probe.LAYERS}
    monkeypatch.setattr(probe, "probe", lambda: probe.Probe(holds))


def test_the_keys_of_the_json(capsys: pytest.CaptureFixture[str]):
    try:
        doctor(as_json=True)
        left = 0
    except typer.Exit as leaving:
        left = leaving.exit_code
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "schema",
        "python",
        "system",
        "libraries",
        "layers",
        "strict",
        "ready",
    }
    assert found["schema"] == "rlprep.doctor/v1"
    assert [layer["name"] for layer in found["layers"]] == [layer.name for layer in probe.LAYERS]
    assert left == (0 if found["ready"] else 1)


def test_a_machine_where_everything_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    take_away(monkeypatch, "namespaces")
    doctor()
    said = capsys.readouterr().out
    assert "  files       holds     Landlock\n" in said
    assert "  namespaces  not here  " in said
    assert said.endswith("\nStrict grading works here.\n")


def test_a_machine_without_a_required_layer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    take_away(monkeypatch, "files")
    with pytest.raises(typer.Exit) as leaving:
        doctor()
    assert leaving.value.exit_code == 1
    said = capsys.readouterr().out
    assert "  files       MISSING   Landlock\n" in said
    assert "not promised: a case can't open any file" in said
    assert "Strict grading is refused here" in said
    assert "try: a kernel from 5.13 on" in said
