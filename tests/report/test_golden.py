"""Each face of a fixed class, byte for byte, and against the schema of its format.

After a change that is meant: `python -m tests.report.test_golden` writes the files anew; read the
difference before it is committed.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema

from rlprep.report.canvas import fill_canvas
from rlprep.report.class_faces import CLASS_FACES
from rlprep.report.classroom50 import Identity, classroom50
from rlprep.report.grade_faces import CI_FACES, GRADE_FACES
from rlprep.report.schema_files import names
from rlprep.report.schema_files import schema as own_schema
from rlprep.report.views import grade_view
from tests.report.sample import ours, sample, single

DATA = Path(__file__).parent.parent / "data"
GOLDEN = DATA / "golden"
WHO = Identity(
    "ml", "hw1", "submit/2026-06-01T14-32-05Z-a1b2c3d", "https://github.com/o/r/commit/a1b2c3d",
    "https://github.com/o/r/releases/tag/s", "https://github.com/o/r/compare/b...a",
    "2026-06-01T14:32:01Z",
)  # fmt: skip


def faces() -> dict[str, str]:
    """Return the text of every file by its path below `GOLDEN`."""
    made = {}
    for name, face in CLASS_FACES.items():
        files = face.files(sample())
        if name == "html":  # its other files are those of student-html
            files = {"class.html": files["class.html"]}
        made |= {f"class-{name}/{path}": text for path, text in files.items()}
    for table, prefix in ((GRADE_FACES, "grade"), (CI_FACES, "ci")):
        for name, face in table.items():
            if name != "classroom50":
                made[f"{prefix}/{name}"] = face(single()) or ""
    made["ci/classroom50"] = classroom50(grade_view(single()), WHO) or ""
    gradebook = (DATA / "canvas_export.csv").read_text("utf-8")
    made["canvas.csv"] = fill_canvas(sample(), gradebook, "Homework 1").text
    # The pages' style is no face's business.
    return {path: re.sub("(?s)<style>.*</style>", "", text) for path, text in made.items()}


def written() -> dict[str, str]:
    files = (path for path in GOLDEN.rglob("*") if path.is_file())
    return {str(path.relative_to(GOLDEN)): path.read_bytes().decode() for path in files}


def test_every_face_is_as_it_was():
    made, golden = faces(), written()
    assert sorted(made) == sorted(golden)
    for path, text in made.items():
        assert text == golden[path], path


def schema(name: str) -> dict[str, Any]:
    """Return one of our own schemas, or that of a service."""
    if name in names():
        return own_schema(name)
    data = json.loads((DATA / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(data)
    return data


SCHEMAS = {
    "class-json": "class",
    "grade/json": "grade",
    "class-student-json": "student",
    "class-gradescope": "gradescope-results",
    "ci/json": "student",
    "ci/gradescope": "gradescope-results",
    "ci/classroom50": "classroom50-result",
    "grade/gradescope": "gradescope-results",
}


@pytest.mark.parametrize("prefix", SCHEMAS)
def test_json_is_valid(prefix):
    validator = jsonschema.Draft202012Validator(schema(SCHEMAS[prefix]))
    texts = [text for path, text in faces().items() if path.startswith(prefix)]
    assert texts
    for text in texts:
        validator.validate(json.loads(text))
        assert text.isascii()


def test_junit_is_valid_by_the_strict_schema():
    strict = xmlschema.XMLSchema10(DATA / "schemas" / "junit-10.xsd")
    texts = [t for path, t in faces().items() if "junit" in path]
    texts += [GRADE_FACES["junit"](ours()) or "", CI_FACES["junit"](ours()) or ""]
    assert len(texts) == 13
    for text in texts:
        strict.validate(text)


def test_the_strict_schema_refuses_what_it_should():
    strict = xmlschema.XMLSchema10(DATA / "schemas" / "junit-10.xsd")
    suite = "<testsuite name='' tests='1' failures='0' errors='0'>{}</testsuite>"
    good = f"<testsuites>{suite}</testsuites>"
    strict.validate(good.format("<testcase name='a'/>"))
    for bad in ("<testcase/>", "<testcase name='a'><properties/></testcase>", "<points/>"):
        assert not strict.is_valid(good.format(bad))


if __name__ == "__main__":
    for old in written():
        (GOLDEN / old).unlink()
    for path, text in faces().items():
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_bytes(text.encode())
