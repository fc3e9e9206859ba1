"""`rlprep ci`: grade where code is pushed or handed in, and write the files that set it up."""

from pathlib import Path
from typing import Annotated

import typer

from rlprep.cli import complete, options
from rlprep.cli.examples import examples
from rlprep.cli.options import Packs, SandboxChoice

app = typer.Typer(
    help="Grade on Gradescope, GitHub and GitLab.",
    no_args_is_help=True,
    epilog=examples("ci grade . --exercise gae", "ci github --exercise gae --install FILE.whl"),
)

Exercises = Annotated[list[str], options.exercises()]
Key = Annotated[Path | None, options.key("fresh cases")]
FailUnder = Annotated[float, options.fail_under()]
Confinement = Annotated[SandboxChoice, options.sandbox()]
Install = Annotated[
    str | None,
    typer.Option(
        "--install",
        metavar="SPEC",
        help="What pip installs there: a wheel's file, git+https://HOST/REPOSITORY@TAG, or"
        " rlprep==VERSION of a package index.",
        show_default="this version, of your package index",
    ),
]
Index = Annotated[
    str | None,
    typer.Option("--index", metavar="URL", help="A further package index, e.g. torch for CPUs."),
]


@app.command(
    "grade",
    epilog=examples(
        "ci grade . --exercise gae --report junit=report.xml",
        "ci grade my_gae.py --exercise gae --exercise entropy --fail-under 60",
    ),
)
def grade(
    exercise: Exercises,
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH", help="Files or folders of one submission.", show_default="here"
        ),
    ] = None,
    key: Key = None,
    student: Annotated[
        str | None,
        typer.Option(
            "--student", metavar="NAME", help="Whose submission it is: with --key, whose cases."
        ),
    ] = None,
    sandbox: Confinement = SandboxChoice.STRICT,
    fail_under: FailUnder = 0.0,
    report: Annotated[list[str] | None, options.reports(complete.grade_formats)] = None,
    pack: Packs = None,
) -> None:
    """Grade one submission as an assignment.

    An exercise that isn't there earns 0 of its points. What is printed and
    written may be published: no seed, nothing of the hidden cases.

    A report's FORMAT is json, junit, html, markdown, gradescope, classroom50,
    github or github-outputs.

    Exit code 0 from --fail-under on, 1 below, 4 where the grading failed
    through our fault: then there is no mark, never 0 points.
    """
    from rlprep.cli import ci_grade
    from rlprep.report.grade_faces import CI_FACES, check_surroundings
    from rlprep.report.request import requests

    wanted = requests(report or [], CI_FACES)
    check_surroundings(each.format for each in wanted)
    assignment = ci_grade.assignment(exercise, key, student, sandbox, pack or ())
    raise typer.Exit(ci_grade.run(places or [Path()], assignment, wanted, fail_under))


@app.command("autograde", hidden=True, epilog=examples("ci autograde /autograder"))
def autograde(
    root: Annotated[
        Path, typer.Argument(metavar="DIR", help="Gradescope's folder, /autograder there.")
    ],
) -> None:
    """Be Gradescope's harness.

    Grades DIR/submission into DIR/results/results.json.
    """
    from rlprep.cli import ci_gradescope

    raise typer.Exit(ci_gradescope.run(root))


@app.command(
    "gradescope",
    epilog=examples("ci gradescope --exercise gae --install FILE.whl --to autograder.zip"),
)
def gradescope(
    exercise: Exercises,
    to: Annotated[Path, options.to("FILE.zip")],
    install: Install = None,
    index: Index = None,
    key: Key = None,
    sandbox: Confinement = SandboxChoice.STRICT,
    pack: Packs = None,
) -> None:
    """Write the zip that Gradescope takes as an autograder.

    A wheel's file and a pack go into the zip. With --key the class's secret
    does too; only staff can download it.
    """
    from rlprep.cli import ci_grade, ci_gradescope, ci_install

    assignment = ci_grade.assignment(exercise, key, None, sandbox, pack or ())
    ci_gradescope.write_bundle(assignment, to, ci_install.source(install, index))
    print(f"{to}: {assignment.max_points} points; upload it as the autograder")


@app.command(
    "github", epilog=examples("ci github --exercise gae --install FILE.whl --to my-template")
)
def github(
    exercise: Exercises,
    install: Install = None,
    index: Index = None,
    to: Annotated[Path, options.to("DIR")] = Path(),
    fail_under: FailUnder = 100.0,
    sandbox: Confinement = SandboxChoice.STRICT,
    pack: Packs = None,
) -> None:
    """Write a workflow for GitHub Actions, and its action.

    They go into the repository whose folder --to names, and a wheel's file
    with them. A pack must be in that repository.
    """
    from rlprep.cli import ci_files, ci_grade, ci_install

    wanted = ci_grade.assignment(exercise, None, None, sandbox, pack or ())
    source = ci_install.source(install, index)
    job = ci_files.Job(wanted.exercises, fail_under, sandbox.value, source, wanted.packs)
    for path in ci_files.write_github(job, to):
        print(path)


@app.command(
    "gitlab", epilog=examples("ci gitlab --exercise gae --install FILE.whl --to .gitlab-ci.yml")
)
def gitlab(
    exercise: Exercises,
    install: Install = None,
    index: Index = None,
    to: Annotated[Path | None, options.to("FILE", default="stdout")] = None,
    fail_under: FailUnder = 100.0,
    sandbox: Confinement = SandboxChoice.STRICT,
    pack: Packs = None,
) -> None:
    """Write a job for GitLab CI.

    Merge requests show its JUnit report. A wheel's file is copied beside it.
    A pack must be in the repository.
    """
    from rlprep.cli import ci_files, ci_grade, ci_install
    from rlprep.errors import MisuseError

    wanted = ci_grade.assignment(exercise, None, None, sandbox, pack or ())
    source = ci_install.source(install, index)
    job = ci_files.Job(wanted.exercises, fail_under, sandbox.value, source, wanted.packs)
    if to is not None:
        for path in ci_files.write_gitlab(job, to):
            print(path)
    elif source.file:
        raise MisuseError(
            "a wheel's file can't go to stdout with the job", hint="--to .gitlab-ci.yml"
        )
    else:
        print(ci_files.gitlab_job(job, Path()), end="")
