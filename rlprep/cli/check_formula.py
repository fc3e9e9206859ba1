"""`rlprep check-formula`: does a formula, as people write it, mean the same as the reference?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rlprep.cli import complete
from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, Keep, ListOnly, Packs, Plain
from rlprep.cli.progress_store import is_kept, keeper
from rlprep.cli.reading import reading
from rlprep.errors import MisuseError

if TYPE_CHECKING:
    from rlprep.bank.formula import Formula
    from rlprep.bank.load import Bank
    from rlprep.formula.spec import FormulaSpec, FormulaVerdict
    from rlprep.interview.formula_practice import Help
    from rlprep.interview.screen import Screen

MAX_INPUT = 1_000_000
"""Characters read from a file or a pipe; the reader itself stops far earlier, with a message."""
Face = Literal["text", "json", "latex", "pretty"]
_EXIT_CODES = {"equivalent": 0, "different": 1, "undecided": 1, "unreadable": 3}


EXAMPLES = examples(
    'check-formula ppo_clip "E[min(r*A, clip(r, 1-eps, 1+eps)*A)]"',
    "check-formula ppo_clip --file mine.tex --json",
    "check-formula --list",
)
FormulaId = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help="As 'rlprep check-formula --list' has it.",
        autocompletion=complete.formulas,
    ),
]
FormulaText = Annotated[
    str | None, typer.Argument(metavar="FORMULA", help="What to check; - for stdin.")
]
FormulasFile = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        metavar="FILE.jsonl",
        help="Check JSON lines with formula and input, print one for each; - for stdin.",
    ),
]


def check_formula(
    formula_id: FormulaId = None,
    text: FormulaText = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read the formula from a file.")
    ] = None,
    batch: FormulasFile = None,
    list_: ListOnly = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show the formula's reference, symbols and sources.")
    ] = False,
    latex: Annotated[
        bool, typer.Option("--latex", help="Print how the formula was read, as LaTeX.")
    ] = False,
    pretty: Annotated[
        bool, typer.Option("--pretty", help="Print how the formula was read, as Unicode.")
    ] = False,
    plain: Plain = False,
    as_json: AsJson = False,
    keep: Keep = None,
    pack: Packs = None,
) -> None:
    """Check a formula: a proof, or a counterexample.

    It may be LaTeX, Unicode, ASCII or Python; nothing in it is executed. With
    only an ID, at a terminal, it asks for the formula and lets you try again.

    Exit code 0: equivalent, 1: different or undecided, 3: unreadable. With
    --batch: 0 where every line is equivalent, else 1.
    """
    bank = open_bank(pack)
    if list_:
        _list(bank, as_json=as_json)
    elif batch is not None:
        _run_batch(bank, batch)
    elif formula_id is None:
        raise MisuseError("which formula?", hint="rlprep check-formula --list names them all")
    elif show:
        from rlprep.report.formula import show_formula

        show_formula(_screen(plain=plain), bank.formula(formula_id))
    elif (given := _given(text, file)) is None:
        _ask(bank.formula(formula_id), plain=plain)
    else:
        face: Face = "json" if as_json else "latex" if latex else "pretty" if pretty else "text"
        kept = is_kept(keep, as_json=face != "text")
        _answer(bank.formula(formula_id), given, face, plain=plain, kept=kept)


def _answer(formula: "Formula", text: str, face: Face, *, plain: bool, kept: bool) -> None:
    """Check one text, print the face that was asked for, and leave with its exit code."""
    from rlprep.formula.check import check
    from rlprep.report.formula import pretty, show_verdict
    from rlprep.report.json_text import json_line

    verdict = check(specification(formula), text)
    if face == "json":
        print(json_line(verdict.as_json()))
    elif face != "text" and verdict.reading:
        print(verdict.reading if face == "latex" else pretty(verdict.reading))
    else:
        show_verdict(_screen(plain=plain), verdict, formula, with_reference=True)
    if kept:
        _keep(verdict, "none")
    raise typer.Exit(_EXIT_CODES[verdict.verdict])


def specification(formula: "Formula") -> "FormulaSpec":
    """Return a formula of the bank as the checker takes it."""
    from rlprep.formula.notation import Notation, Quantity
    from rlprep.formula.spec import FormulaSpec, RightForm, WrongForms

    notation = None
    if given := formula.notation:
        notation = Notation(
            tuple(
                Quantity(each.spellings, each.axes, each.domain, each.of or "")
                for each in given.quantities
            ),
            tuple(given.sizes.items()),
            given.result,
        )
    return FormulaSpec(
        formula.id,
        formula.reference,
        tuple(WrongForms(each.id, each.forms, each.text) for each in formula.misconceptions),
        tuple(RightForm(each.form, each.because) for each in formula.accepts),
        notation,
    )


def _given(text: str | None, file: Path | None) -> str | None:
    """Return the formula from the argument, standard input or a file; None where none is given."""
    if file is not None:
        if text is not None:
            raise MisuseError("both FORMULA and --file are given", hint="give one of them")
        return _read(file)
    if text == "-":
        return sys.stdin.read(MAX_INPUT) if sys.stdin else ""
    return text


def _read(file: Path) -> str:
    with reading(file), file.open(encoding="utf-8-sig", errors="replace") as stream:
        return stream.read(MAX_INPUT)


def _screen(*, plain: bool) -> "Screen":
    from rlprep.report.screen import screen_for

    return screen_for(sys.stdout, plain=plain)


def _ask(formula: "Formula", *, plain: bool) -> None:
    """Ask for the formula at the terminal until it is right or the person leaves."""
    from rlprep.report.screen import is_interactive

    if not is_interactive():
        raise MisuseError(
            "no formula is given", hint=f'rlprep check-formula {formula.id} "..." (or - for stdin)'
        )
    from rlprep.interview.formula_practice import practise
    from rlprep.progress.home import data_home

    last = practise(_screen(plain=plain), formula, check_and_show, data_home())
    raise typer.Exit(_EXIT_CODES[last] if last else 0)


def check_and_show(
    screen: "Screen", formula: "Formula", text: str, *, helped: "Help" = "none"
) -> str:
    """Check a text and show the verdict without giving the reference away; return its word."""
    from rlprep.formula.check import check
    from rlprep.report.formula import show_verdict

    verdict = check(specification(formula), text)
    show_verdict(screen, verdict, formula, with_reference=False)
    _keep(verdict, helped)
    return verdict.verdict


def _keep(verdict: "FormulaVerdict", helped: "Help") -> None:
    """Add a check to the progress; what can't be read is a slip of the pen and no attempt."""
    from rlprep.progress.attempt import Attempt
    from rlprep.progress.clock import now

    if verdict.verdict == "unreadable":
        return
    share = {"equivalent": 1.0, "different": 0.0}.get(verdict.verdict)
    slip = verdict.misconception[0] if verdict.misconception else None
    details = {"text": verdict.input, "help": helped, "misconception": slip}
    keeper().keep(
        Attempt("formula", verdict.formula, now(), share, verdict.verdict, details=details)
    )


def _list(bank: "Bank", *, as_json: bool) -> None:
    from rlprep.report.formula import list_json, list_text
    from rlprep.report.json_text import json_line

    formulas = [bank.formula(id_) for id_ in bank.ids("formula")]
    print(json_line(list_json(formulas)) if as_json else list_text(formulas))


def _run_batch(bank: "Bank", file: Path) -> None:
    """Print one verdict a line, in order; a line that can't be used gets a verdict too."""
    from rlprep.report.json_text import json_line

    with reading(file):
        stream = sys.stdin if str(file) == "-" else file.open(encoding="utf-8", errors="replace")
    specs: dict[str, FormulaSpec] = {}
    worst = 0
    with stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                verdict = _batch_verdict(bank, specs, line, number)
                print(json_line(verdict.as_json()), flush=True)
                worst = max(worst, min(1, _EXIT_CODES[verdict.verdict]))
    raise typer.Exit(worst)


def _batch_verdict(
    bank: "Bank", specs: "dict[str, FormulaSpec]", line: str, number: int
) -> "FormulaVerdict":
    from rlprep.formula.check import check
    from rlprep.formula.spec import FormulaVerdict

    try:
        entry = json.loads(line)
        id_, text = entry["formula"], entry["input"]
        if not (isinstance(id_, str) and isinstance(text, str)):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        message = f'line {number}: expected {{"formula": ID, "input": TEXT}}'
        return FormulaVerdict("", line, "unreadable", message)
    try:
        if id_ not in specs:
            specs[id_] = specification(bank.formula(id_))
    except MisuseError as error:
        return FormulaVerdict(id_, text, "unreadable", f"line {number}: {error.what}")
    return check(specs[id_], text)
