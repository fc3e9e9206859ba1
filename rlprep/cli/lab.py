"""`rlprep lab`: the experiments behind the answers, run here."""

import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlprep.cli import complete, options
from rlprep.cli.examples import examples
from rlprep.cli.options import AsJson

if TYPE_CHECKING:
    from rlprep.labs.cache_size import Decoder
    from rlprep.labs.lab import Lab, LabResult, Settings

app = typer.Typer(
    help="Run the experiments behind the answers.",
    no_args_is_help=True,
    epilog=examples("lab list", "lab run recall --quick"),
)
MOST = 10**9  # of any one size: beyond every model, and no product overflows a float


class Dtype(StrEnum):
    """What a cache may be stored in."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT8 = "float8"
    INT8 = "int8"


def _size(name: str, meaning: str, usual: int) -> Any:
    return typer.Option(name, metavar="N", help=meaning, min=1, max=MOST, show_default=str(usual))


LabId = Annotated[
    str,
    typer.Argument(metavar="ID", help="As 'rlprep lab list' has it.", autocompletion=complete.labs),
]


@app.command("list", epilog=examples("lab list"))
def list_(as_json: AsJson = False) -> None:
    """List the labs: what each shows, and how long it takes."""
    from rlprep.labs.catalogue import LABS
    from rlprep.report.json_text import json_line
    from rlprep.report.lab_json import list_json
    from rlprep.report.lab_text import list_text

    print(json_line(list_json(LABS)) if as_json else list_text(LABS))


@app.command(
    "run",
    epilog=examples(
        "lab run recall --quick --seeds 5",
        "lab run trust-region --quick --plot steps.png",
        "lab run kv-cache --layers 80 --heads 64 --kv-heads 8 --batch 16",
    ),
)
def run(
    name: LabId,
    quick: Annotated[bool, typer.Option("--quick", help="A small form, under 10 s.")] = False,
    seed: Annotated[int, options.seed(most=2**31)] = 0,
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds", metavar="N", help="Repeat for 95 % confidence intervals.", min=1, max=1000
        ),
    ] = 1,
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="FILE", help="Write the table as CSV; - for stdout."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw a .png, .svg or .pdf picture."),
    ] = None,
    as_json: AsJson = False,
    layers: Annotated[int | None, _size("--layers", "Layers that keep a cache.", 32)] = None,
    heads: Annotated[int | None, _size("--heads", "Query heads.", 32)] = None,
    kv_heads: Annotated[int | None, _size("--kv-heads", "Key/value heads.", 8)] = None,
    head_dim: Annotated[int | None, _size("--head-dim", "Width of a head.", 128)] = None,
    seq: Annotated[int | None, _size("--seq", "Tokens of a sequence.", 4096)] = None,
    batch: Annotated[int | None, _size("--batch", "Sequences at a time.", 1)] = None,
    dtype: Annotated[
        Dtype | None,
        typer.Option("--dtype", help="Of the cache's numbers.", show_default="bfloat16"),
    ] = None,
) -> None:
    """Run a lab: its table, its chart, and what was found.

    Every lab is seeded: the same seed gives the same numbers.

    With a model's sizes (--layers and what follows it), 'kv-cache' doesn't
    measure but works out that model's cache.
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
    _write(lab, result, None if decoder else settings, csv, plot, quiet=as_json or csv == "-")


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
    from rlprep.report.files import check_place
    from rlprep.report.lab_plot import SUFFIXES

    if as_json and csv == "-":
        raise MisuseError("--json and --csv - both want the output", hint="give --csv a file")
    if csv is not None and csv != "-":
        check_place(Path(csv))
    if plot is not None:
        check_place(plot, SUFFIXES)
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
        from rlprep.report.json_text import json_line
        from rlprep.report.lab_json import lab_json

        print(json_line(lab_json(lab, result, settings, decoder)))
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
    lab: "Lab",
    result: "LabResult",
    settings: "Settings | None",
    csv: str | None,
    plot: Path | None,
    *,
    quiet: bool,
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
        from rlprep.report.lab_text import plot_title

        title = plot_title(lab, settings) if settings else lab.title
        write_whole(plot, plot_bytes(title, result, plot.suffix.lower()))
        written.append(f"plot: {plot}")
    if written and not quiet:
        print("\n".join(["", *written]))
