"""`--install`: what is let through, and that nothing of it means anything to YAML or a shell."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from rlprep.cli.ci_files import Job, gitlab_job, workflow
from rlprep.cli.ci_gradescope import _requirements
from rlprep.cli.ci_install import Source, source
from rlprep.errors import LearnerError, MisuseError

READ = {
    "rlprep": "rlprep[grade]",
    "rlprep==0.1.0": "rlprep[grade]==0.1.0",
    "rlprep[grade] ~= 1.2, != 1.2.3": "rlprep[grade]~=1.2,!=1.2.3",
    "rlprep===1.0+local": "rlprep[grade]===1.0+local",
    "git+https://host/me/rlprep@v1.0#subdirectory=a&egg=rlprep": None,
    "git+ssh://git@host/me/rlprep.git": None,
    "https://host/rlprep-1.0.tar.gz#sha256=00ff": None,
    "rlprep @ https://host/rlprep-1.0.whl": "rlprep[grade] @ https://host/rlprep-1.0.whl",
    "rlprep[grade] @ git+https://host/rlprep@v1": "rlprep[grade] @ git+https://host/rlprep@v1",
}


@pytest.mark.parametrize(("spec", "requirement"), READ.items(), ids=READ)
def test_a_requirement_is_one_of_rlprep_with_what_grading_needs(spec, requirement):
    assert source(spec, None).requirement() == (requirement or f"rlprep[grade] @ {spec}")


REFUSED = [
    "", " ", "-r x", "--pre", "--index-url=https://host", "torch", "rlprepx", "rlprep[labs]",
    "rlprep==1 --pre", "rlprep==1\n--pre", "rlprep==1\n", "rlprep==1 # x", "rlprep; touch x",
    "rlprep==$(id)", "rlprep==`id`", "rlprep=='1'", 'rlprep=="1"', "rlprep==${{ secrets.X }}",
    "rlprep @ ../x", "file:///x", "git+file:///x", "http://host/x", "git+http://host/x",
    "https://host/x y", "https://host/x\ny", "https://host/$(id)", "https://host/${X}",
    "https://host/'x'", 'https://host/"x"', "https://host/\\x", "https://host/x;id",
    "https://host/${{github.token}}", "https://host/é", "https://", "evil @ https://host/x",
    "https://user:pass@host/x", "https://token@host/x", "git+https://token@host/x",
    "git+ssh://git:pass@host/x", "rlprep @ https://token@host/x", "x.whl", "a\n.whl",
    "torch-2.whl", "rlprep-$(id).whl", "rlprep-1.whl\n",
]  # fmt: skip


@pytest.mark.parametrize("spec", REFUSED, ids=ascii)
def test_what_is_none_is_refused_and_named_on_one_line(spec: str):
    with pytest.raises(MisuseError) as refused:
        source(spec, None)
    assert "\n" not in refused.value.what
    assert refused.value.hint


@pytest.mark.parametrize(
    "index", ["", "git+https://host", "file:///x", "https://a\nb", "https://me:it@host/simple"]
)
def test_an_index_is_an_address_without_a_secret(index: str):
    with pytest.raises(MisuseError):
        source("rlprep", index)


def test_a_file_is_there_and_goes_by_its_name(tmp_path: Path):
    file = tmp_path / "rlprep-1.0!2+x-py3-none-any.whl"
    with pytest.raises(LearnerError, match="no such file"):
        source(str(file), None)
    file.write_bytes(b"")
    found = source(str(file), None)
    assert found.requirement("./beside") == f"./beside/{file.name}[grade]"
    assert shlex.split(found.arguments()) == ["--", f"./{file.name}[grade]"]


MEAN = Source("rlprep[grade] @ '\"\\ : # $(x) `y` {z} é\t|", None, "https://' ; x")
"""What is refused; each place quotes nevertheless, so that neither guard stands alone."""


def test_each_place_quotes_what_it_is_given():
    job = Job(["gae"], 100, "strict", Source(MEAN.spec, None, MEAN.index))
    step = yaml.safe_load(workflow(job, Path()))["jobs"]["grade"]["steps"][1]
    assert step["with"]["install"] == MEAN.spec
    assert step["with"]["index"] == MEAN.index
    script = yaml.safe_load(gitlab_job(job, Path()))["grade"]["script"]
    assert shlex.split(script[1])[-4:] == ["--extra-index-url", MEAN.index, "--", MEAN.spec]


def test_what_needs_git_gets_an_image_with_it():
    images = {
        spec: yaml.safe_load(gitlab_job(Job(["gae"], 0, "strict", source(spec, None)), Path()))[
            "grade"
        ]["image"]
        for spec in ("rlprep==1", "git+https://host/rlprep")
    }
    assert images == {"rlprep==1": "python:3.12-slim", "git+https://host/rlprep": "python:3.12"}


@pytest.mark.parametrize("spec", [spec for spec in READ if "://" in spec or "==" in spec])
def test_the_comment_says_where_it_comes_from(spec: str):
    wanted = source(spec, None)
    first = _requirements(wanted).splitlines()[0]
    place = re.sub(r"^rlprep(\[grade\])? @ ", "", spec)
    assert first.startswith("# ")
    assert (place if "://" in spec else "pip's package index, as rlprep[grade]") in first
