"""LaTeX as MathML: the whole bank converts, and what browsers would set badly is mended."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from rlprep import mathtext
from rlprep.bank.fields import Item
from rlprep.bank.load import load_bank
from rlprep.mathtext import MathError
from rlprep.report.mathml import mathml

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def tree(latex: str, *, is_display: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(mathml(latex, is_display=is_display))


def bare(latex: str, *, is_display: bool = False) -> str:
    """The markup without what isn't asked about here: rows and attributes."""
    text = re.sub(r' [a-z]+="[^"]*"', "", mathml(latex, is_display=is_display))
    return re.sub(r"</?(math|mrow)>", "", text)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Item):
        yield from texts(tuple(value.__dict__.values()))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)


def formulas_of_the_bank() -> set[tuple[str, bool]]:
    """Every piece of LaTeX in every item and model answer, and whether it stands alone."""
    bank = load_bank()
    found: set[tuple[str, bool]] = set()
    prose: list[str] = []
    for id_ in bank.ids("question"):
        prose += texts(bank.question(id_))
        answer = bank.solution("question", id_)
        assert answer is not None
        prose.append(answer.read_text("utf-8"))
    for id_ in bank.ids("exercise"):
        prose += texts(bank.exercise(id_))
    for pack in bank.packs:
        prose += texts(pack)
    for id_ in bank.ids("formula"):
        formula = bank.formula(id_)
        prose += [formula.prompt, formula.hint, *formula.conventions]
        prose += [each.meaning for each in formula.symbols]
        prose += [each.because for each in formula.accepts]
        prose += [each.text for each in formula.misconceptions]
        found |= {(each.symbol, False) for each in formula.symbols}
        found |= {(each.form, True) for each in formula.accepts}
        found |= {(form, True) for each in formula.misconceptions for form in each.forms}
        found.add((formula.reference, True))
    for text in prose:
        found |= {(piece, shown) for piece, is_math, shown in mathtext.spans(text) if is_math}
    return found


def test_every_formula_of_the_bank_converts_and_is_well_formed():
    found = formulas_of_the_bank()
    assert len(found) > 500
    for latex, is_display in found:
        root = tree(latex, is_display=is_display)
        shown = "".join(root.itertext())
        assert "\\" not in shown, latex
        assert "&" not in shown, latex
        # Each named letter and word of the source is there, in the order of the source.
        names = re.findall(r"\\(?:mathrm|text|operatorname)\{([A-Za-z]+)\}", latex)
        assert all(name in shown for name in names), latex


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathrm{clip}(r)", "<mi>clip</mi><mo>(</mo><mi>r</mi><mo>)</mo>"),
        (r"\log p", "<mi>log</mi><mspace></mspace><mi>p</mi>"),
        (r"\beta \log(p)", "<mi>β</mi><mspace></mspace><mi>log</mi><mo>(</mo><mi>p</mi><mo>)</mo>"),
        (r"\min(a, b)", "<mi>min</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo>"),
        (r"\text{kv\_heads}", "<mtext>kv_heads</mtext>"),
        (r"\hat A_t", "<msub><mover><mi>A</mi><mo>ˆ</mo></mover><mi>t</mi></msub>"),
        (r"\mathbf{1}", "<mn>𝟏</mn>"),
        (r"a < b & c", "<mi>a</mi><mo>&lt;</mo><mi>b</mi><mi>&amp;</mi><mi>c</mi>"),
        (r"\text{<b>x</b>}", "<mtext>&lt;b&gt;x&lt;/b&gt;</mtext>"),
    ],
)
def test_what_browsers_set_badly_is_mended(latex: str, expected: str):
    assert bare(latex) == expected


def test_limits_stand_below_on_a_line_of_their_own_and_beside_in_a_sentence():
    assert "<munder>" in bare(r"\max_\theta J", is_display=True)
    assert "<msub>" in bare(r"\max_\theta J")
    assert "<munderover>" in bare(r"\sum_{l=0}^\infty x_l", is_display=True)


def test_a_sign_is_told_from_a_difference():
    root = tree(r"\min(-1, a - b) = -\sum_a p")
    forms = [each.get("form") for each in root.iter(f"{NAMESPACE}mo") if each.text == "−"]
    assert forms == ["prefix", None, "prefix"]


def test_cases_have_a_growing_brace_and_columns_at_the_left():
    root = tree(r"\begin{cases} a & x \ge 0 \\ b & x < 0 \end{cases}", is_display=True)
    brace = root.find(f".//{NAMESPACE}mo")
    assert brace is not None
    assert (brace.text, brace.get("stretchy")) == ("{", "true")
    cells = root.findall(f".//{NAMESPACE}mtd")
    assert len(cells) == 4
    assert all("left" in (cell.get("style") or "") for cell in cells)


@pytest.mark.parametrize(
    "latex",
    [
        "", " ", "{", r"\frac{a", r"\left( a", "a^", "a_b_c", r"\sqrt", r"\nosuchcommand{x}",
        r"\begin{cases} a", "{" * 5000, "x" * 5000, r"\hat" * 1300, r"\frac{a}", "a}{b",
    ],
    ids=lambda latex: latex[:20] or "empty",
)  # fmt: skip
def test_what_cannot_be_set_is_an_error_of_ours(latex: str):
    with pytest.raises(MathError):
        mathml(latex, is_display=False)


def test_nothing_in_a_formula_can_load_or_run():
    text = mathml(r"\href{javascript:x}{y} \color{red}{x} \style{x}{y}", is_display=False)
    assert "javascript" not in text
    assert "href" not in text
