"""`rlprep lab`: the experiments behind the answers, run here."""

import json
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rlprep.labs.cache_size import Decoder
    from rlprep.labs.lab import Lab, LabResult, Settings

app = typer.Typer(help="Run the experiments behind the answers.", no_args_is_help=True)
CALCULATOR = "Your own model (kv-cache only)"
MOST = 10**9  # of any one size: beyond every model, and no product overflows a float


class Dtype(StrEnum):
    """What a cache may be stored in."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT8 = "float8"
    INT8 = "int8"


def _size(meaning: str) -> Any:
    return typer.Option(help=meaning, min=1, max=MOST, rich_help_panel=CALCULATOR)


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the labs: what each is about, how long it takes, which questions it answers.

    Example: rlprep lab list
    """
    from rlprep.labs.catalogue import LABS
    from rlprep.report.lab_json import list_json
    from rlprep.report.lab_text import list_text

    print(json.dumps(list_json(LABS), ensure_ascii=False) if as_json else list_text(LABS))


@app.command("run")
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As 'rlprep lab list' has it.")],
    quick: Annotated[bool, typer.Option("--quick", help="A small form, under 10 s.")] = False,
    seed: Annotated[int, typer.Option(help="Of everything random.", min=0, max=2**31)] = 0,
    seeds: Annotated[
        int, typer.Option(help="Repeat for 95 % confidence intervals.", min=1, max=1000)
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the table as CSV; - prints it.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw a .png, .svg or .pdf picture.")
    ] = None,
    layers: Annotated[int | None, _size("Layers that keep a cache; default 32.")] = None,
    heads: Annotated[int | None, _size("Query heads; default 32.")] = None,
    kv_heads: Annotated[int | None, _size("Key/value heads; default 8.")] = None,
    head_dim: Annotated[int | None, _size("Width of a head; default 128.")] = None,
    seq: Annotated[int | None, _size("Tokens of a sequence; default 4096.")] = None,
    batch: Annotated[int | None, _size("Sequences; default 1.")] = None,
    dtype: Annotated[
        Dtype | None,
        typer.Option(help="Of the cache; default bfloat16.", rich_help_panel=CALCULATOR),
    ] = None,
) -> None:
    """Run a lab: a seeded experiment, its table, its chart and what was found.

    With a model's sizes, 'kv-cache' doesn't measure but works out that model's cache.
    Example: rlprep lab run recall --quick --seeds 5
    Example: rlprep lab run kv-cache --layers 80 --heads 64 --kv-heads 8 --seq 4096 --batch 16
    """
    from rlprep.labs.catalogue import find_lab
    from rlprep.labs.lab import Settings

    lab = find_lab(name)
    sizes = {
        "layers": layers, "heads": heads, "kv_heads": kv_heads, "head_dim": head_dim,
        "seq": seq, "batch": batch, "dtype": dtype and dtype.value,
    }  # fmt: skip
    given = {name: size for name, size in sizes.items() if size is not None}
    decoder = _decoder(lab, given)
    _check_outputs(csv, plot, as_json=as_json)
    settings = Settings(seed, seeds, quick)
    result = _worked_out(decoder) if decoder else _measured(lab, settings)
    _print(lab, result, settings, decoder, as_json=as_json, csv=csv)
    _write(lab, result, csv, plot, quiet=as_json or csv == "-")


def _decoder(lab: "Lab", given: dict[str, Any]) -> "Decoder | None":
    """Return the model whose cache is to be worked out, None where none is described."""
    from rlprep.errors import MisuseError
    from rlprep.labs.cache_size import Decoder

    if not given:
        return None
    if lab.name != "kv-cache":
        option = f"--{next(iter(given)).replace('_', '-')}"
        raise MisuseError(
            f"the lab '{lab.name}' has no option {option}",
            hint="model sizes belong to 'rlprep lab run kv-cache'",
        )
    return Decoder(**given)


def _check_outputs(csv: str | None, plot: Path | None, *, as_json: bool) -> None:
    """Refuse before the experiment runs what couldn't be written after it."""
    from rlprep.errors import MissingExtraError, MisuseError
    from rlprep.report.destination import check_destination
    from rlprep.report.lab_plot import SUFFIXES

    if as_json and csv == "-":
        raise MisuseError("--json and --csv - both want the output", hint="give --csv a file")
    if csv is not None and csv != "-":
        check_destination(Path(csv), "the table")
    if plot is not None:
        check_destination(plot, "the plot", SUFFIXES)
        if find_spec("matplotlib") is None:
            raise MissingExtraError("drawing a plot", "labs")


def _worked_out(decoder: "Decoder") -> "LabResult":
    from rlprep.labs.cache_size import cache_sizes

    return cache_sizes(decoder)


def _measured(lab: "Lab", settings: "Settings") -> "LabResult":
    """Run the experiment, with a line on stderr that says how far it is."""
    from dataclasses import replace

    from rlprep.errors import MissingExtraError
    from rlprep.report.progress import ProgressLine

    if not all(find_spec(library) for library in ("torch", "jaxtyping", "numpy")):
        raise MissingExtraError("a lab", "labs")
    line = ProgressLine()
    line(lab.name, 0, 100)
    from rlprep.labs.run import run_lab

    try:
        return run_lab(
            lab, replace(settings, progress=lambda share: line(lab.name, round(100 * share), 100))
        )
    finally:
        line.wipe()


def _print(
    lab: "Lab",
    result: "LabResult",
    settings: "Settings",
    decoder: "Decoder | None",
    *,
    as_json: bool,
    csv: str | None,
) -> None:
    if as_json:
        from rlprep.report.lab_json import lab_json

        print(json.dumps(lab_json(lab, result, settings, decoder), ensure_ascii=False))
    elif csv == "-":
        from rlprep.report.lab_csv import lab_csv

        print(lab_csv(result), end="")
    else:
        from rlprep.report.lab_text import lab_text, result_text, terminal_width

        width, unicode = terminal_width(), _shows_braille()
        if decoder:
            print("The cache of your model, by formula\n")
            print(result_text(result, width=width, unicode=unicode))
        else:
            print(lab_text(lab, result, settings, width=width, unicode=unicode))


def _shows_braille() -> bool:
    """Return whether the output's encoding has the characters of the chart."""
    try:
        "⣿±│─".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _write(
    lab: "Lab", result: "LabResult", csv: str | None, plot: Path | None, *, quiet: bool
) -> None:
    """Write the files that were asked for, and say so where that disturbs no machine."""
    from rlprep.report.files import write_whole

    written: list[str] = []
    if csv is not None and csv != "-":
        from rlprep.report.lab_csv import lab_csv

        write_whole(Path(csv), lab_csv(result))
        written.append(f"table: {csv}")
    if plot is not None:
        from rlprep.report.lab_plot import plot_bytes

        write_whole(plot, plot_bytes(lab.title, result, plot.suffix.lower()))
        written.append(f"plot: {plot}")
    if written and not quiet:
        print("\n".join(["", *written]))
