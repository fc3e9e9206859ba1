"""Texts of a submission in Markdown, in workflow commands and on pages: shown, never obeyed."""

import itertools
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.errors import MisuseError
from rlprep.grader.result import FamilyResult, GradeReport, Shown, SubmissionResult, Verdict
from rlprep.report.class_faces import CLASS_FACES
from rlprep.report.class_figures import bars, marks, spread
from rlprep.report.classroom50 import identity
from rlprep.report.github import annotations, fence
from rlprep.report.markdown import fenced, literal
from rlprep.report.student_files import stems
from rlprep.report.views import staff_view
from tests.report.sample import crowd, right, sample

HOSTILE = [
    "<script>alert(1)</script>",
    "[link](javascript:alert(1))",
    "![x](http://evil/x.png)",
    "a|b\n|c",
    "```\n::error::x\n```",
    "`code` **bold** _it_ ~~no~~ $x$ &amp;",
    "# title",
    "1. one",
    "- item",
    "> quote",
    "http://evil.example www.evil.example a@b.example",
    "<details><summary>x</summary>",
    "\\",
    "\\|",
    "===",
]
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_nothing_but_text_in_markdown(text):
    (paragraph, inline, _) = GITHUB.parse(literal(text))
    assert paragraph.type == "paragraph_open"
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    said = "".join(child.content for child in inline.children or [])
    assert said == " ".join(text.split())


@given(st.text(max_size=20))
def test_any_text_stays_one_cell_of_a_table(text):
    table = f"| a | b |\n| --- | --- |\n| {literal(text)} | end |"
    cells = [t.content for t in GITHUB.parse(table) if t.type == "inline"]
    assert len(cells) == 4
    assert cells[3] == "end"
    assert "<" not in re.sub(r"\\<", "", literal(text))


@given(st.text(alphabet="`~a\n ", max_size=30))
def test_a_fence_holds_whatever_is_in_it(text):
    tokens = GITHUB.parse(fenced(text) + "\n\nafter")
    assert [t.type for t in tokens] == [
        "fence", "paragraph_open", "inline", "paragraph_close",
    ]  # fmt: skip


def graded(path: str, text: str) -> GradeReport:
    shown = Shown(text, text, text, agrees=False)
    family = FamilyResult("f", 0, 1, Verdict.WRONG, text, text, shown)
    alike = FamilyResult("g", 0, 1, Verdict.WRONG, text, text + "2")
    result = SubmissionResult(path, "gae", Verdict.WRONG, 0, 2, (family, alike))
    return GradeReport(1, {}, (result,))


COMMAND = re.compile(r"::error ((?:\w+=[^,:\r\n]*,?)*)::([^\r\n]*)")


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_annotation_is_one_command_and_says_what_was_said(path, text):
    printed = annotations(graded(path, text))
    lines = re.split(r"\r\n|\r|\n|\x85|\u2028|\u2029", printed)
    assert lines.pop() == ""
    (line,) = lines
    found = COMMAND.fullmatch(line)
    assert found
    properties = dict(each.split("=", 1) for each in found[1].split(","))
    assert set(properties) <= {"file", "line", "title"}
    assert len(unquote(properties["file"])) == len(path)


def test_escapes_are_githubs():
    report = graded("a:b,c%d\r\ne.py", "50% : ,\nx")
    (line,) = annotations(report).splitlines()
    assert line.startswith("::error file=a%3Ab%2Cc%25d%0D%0Ae.py,title=gae%3A 0 of 2 points::")
    assert "50%25 : ,%0Ax" in line


def test_a_fence_stops_commands_and_lets_them_go_on(capsys):
    with fence("token"):
        print("::error::forged")
    assert capsys.readouterr().out.splitlines() == [
        "::stop-commands::token", "::error::forged", "", "::token::",
    ]  # fmt: skip


def test_a_fence_ends_also_where_grading_fails(capsys):
    with pytest.raises(ValueError, match="x"), fence("token"):
        raise ValueError("x")
    assert capsys.readouterr().out.endswith("\n::token::\n")


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words += data

    @property
    def links(self) -> list[str]:
        return [unquote(value or "") for name, value in self.attributes if name == "href"]


KNOWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "br", "em"),
    *("table", "thead", "tbody", "tr", "th", "td", "span", "pre", "code", "aside", "a", "ul"),
    *("li", "svg", "rect", "line", "text", "details", "summary", "meter"),
}


def odd_class() -> ClassReport:
    entries = tuple(
        Entry(text, text, "p", "h", 1, State.GRADED, (right("p"),))
        for text in sorted(
            {*HOSTILE, "' onmouseover='x", "</title>", "\udcff", "a/../../b", "日本"}
        )
    )
    return ClassReport("<x>", ("gae",), 5, entries, {"<k>": "<v>"}, (("<t>", "</ul>"),))


@pytest.mark.parametrize("report", [sample(), odd_class(), crowd(3)], ids=["all", "odd", "few"])
def test_pages_run_nothing_load_nothing_and_link_to_their_own_files(report):
    files = CLASS_FACES["html"].files(report)
    for text in files.values():
        page = Page(text)
        assert set(page.tags) <= KNOWN_TAGS
        assert {name for name, _ in page.attributes if name.startswith("on")} == set()
        assert "src" not in {name for name, _ in page.attributes}
        assert "Content-Security-Policy" in text
        assert page.tags.count("h1") == 1
        text.encode()
    overview = Page(files["class.html"])
    assert set(overview.links) == set(files) - {"class.html"}
    assert len(files) == len(report.entries) + 1
    assert all(".." not in path.split("/") and path.count("/") <= 1 for path in files)


def test_an_overview_of_nobody_and_of_nobody_with_a_mark():
    for entries in ((), tuple(e for e in sample().entries if e.points is None)):
        report = ClassReport("t", ("gae",), 5, entries, {})
        for name in CLASS_FACES:
            CLASS_FACES[name].files(report)
        text = CLASS_FACES["html"].files(report)["class.html"]
        assert "o marks yet" in text
        assert "<svg" not in text


@pytest.mark.parametrize("most", [0, 1, 10, 20, 21, 22, 100, 1000])
def test_every_mark_lies_under_one_bar(most):
    report = ClassReport("t", ("gae",), most, crowd(40).entries, {})
    view = staff_view(report)
    found = bars(view)
    assert len(found) <= 21
    assert sum(bar.count for bar in found) == len(marks(view))
    assert found[0].low == 0
    assert found[-1].high >= most
    assert all(a.high + 1 == b.low for a, b in itertools.pairwise(found))


def test_the_figures_are_of_the_marks_alone():
    assert spread(staff_view(sample())) == "median 3, mean 2.8, lowest 0, highest 5 of 10 points"


NAMES = [
    "ann", "ANN", "Ann", "a b", "a_b", "", ".", "..", "../x", "/etc/passwd", "con", "NUL.txt",
    "é", "e\u0301", "x" * 300, "a\x00b", "\udcff", "-", "--help", "ann-0123456789", "日本",
]  # fmt: skip


def test_file_names_are_safe_and_nobodys_is_anothers():
    entries = tuple(Entry(n, "", "", "", 1, State.MISSING) for n in NAMES)
    names = stems(ClassReport("t", (), 0, entries, {}))
    assert len({name.casefold() for name in names.values()}) == len(NAMES)
    for name in names.values():
        assert re.fullmatch(r"\w[\w.-]*", name)
        assert len(name.encode()) < 200
        assert Path(name).name == name
    assert names["日本"] == "日本"
    assert names["ann"].startswith("ann-")


def test_nobody_can_choose_an_identity_that_is_anothers_file():
    first = Entry("a/b", "", "", "", 1, State.MISSING)
    taken = stems(ClassReport("t", (), 0, (first,), {}))["a/b"]
    thief = Entry(taken, "", "", "", 1, State.MISSING)
    names = stems(ClassReport("t", (), 0, (first, thief), {}))
    assert names["a/b"] == taken
    assert names[taken] != taken


def test_classroom_50_says_whose_result_it_is_or_that_it_cant():
    environment = {
        "CLASSROOM": "ml", "ASSIGNMENT": "hw1", "SUBMISSION_TAG": "submit/1",
        "COMMIT_URL": "https://c", "RELEASE_URL": "https://r",
    }  # fmt: skip
    who = identity(environment, datetime(2026, 6, 1, 14, 32, 1, tzinfo=UTC))
    assert (who.review, who.datetime) == ("https://c", "2026-06-01T14:32:01Z")
    with pytest.raises(MisuseError, match="COMMIT_URL"):
        identity(environment | {"COMMIT_URL": ""}, datetime.now(UTC))


def test_gradescope_has_every_point_once():
    for text in CLASS_FACES["gradescope"].files(sample()).values():
        data = json.loads(text)
        assert data["score"] == sum(test.get("score", 0) for test in data["tests"])
