"""`rlprep ci`: grade where code is pushed or handed in, and write the files that set it up."""

from pathlib import Path
from typing import Annotated

import typer

from rlprep.cli.grade import SandboxChoice

app = typer.Typer(
    help="Autograding on Gradescope, GitHub and GitLab: write the files, grade in the job.",
    no_args_is_help=True,
)

Exercises = Annotated[
    list[str], typer.Option("--exercise", help="An exercise of the assignment; repeat for more.")
]
Key = Annotated[
    Path | None, typer.Option(help="File with the class's secret; default: fresh cases.")
]
FailUnder = Annotated[
    float, typer.Option(help="Fail below this per cent of all points.", min=0, max=100)
]
Confinement = Annotated[
    SandboxChoice, typer.Option(help="strict refuses to run where a layer is missing.")
]


@app.command("grade")
def grade(
    exercise: Exercises,
    places: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders of one submission; default: here.", metavar="PATH"),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=PATH",
            help="Write a report, more than one if repeated; - for PATH is stdout. FORMAT: json,"
            " junit, html, markdown, gradescope, classroom50, github, github-outputs.",
        ),
    ] = None,
    key: Key = None,
    student: Annotated[
        str | None, typer.Option(help="Whose submission it is, for --key: the same cases again.")
    ] = None,
    fail_under: FailUnder = 0.0,
    sandbox: Confinement = SandboxChoice.STRICT,
) -> None:
    """Grade one submission as an assignment: what isn't there earns 0 of its points.

    What it prints and writes may be published: no seed, nothing of the hidden cases. A failure of
    ours is exit code 4 and no mark, never 0 points.
    Example: rlprep ci grade . --exercise gae --report junit=report.xml
    """
    from rlprep.cli import ci_grade
    from rlprep.report.grade_faces import CI_FACES, check_surroundings
    from rlprep.report.request import requests

    wanted = requests(report or [], CI_FACES)
    check_surroundings(each.format for each in wanted)
    assignment = ci_grade.assignment(exercise, key, student, sandbox)
    raise typer.Exit(ci_grade.run(places or [Path()], assignment, wanted, fail_under))


@app.command("autograde", hidden=True)
def autograde(
    root: Annotated[Path, typer.Argument(help="Gradescope's folder, /autograder there.")],
) -> None:
    """Be Gradescope's harness: grade ROOT/submission into ROOT/results/results.json."""
    from rlprep.cli import ci_gradescope

    raise typer.Exit(ci_gradescope.run(root))


@app.command("gradescope")
def gradescope(
    exercise: Exercises,
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    wheel: Annotated[
        Path | None, typer.Option(help="A wheel or sdist of rlprep; default: by its name.")
    ] = None,
    index: Annotated[
        str | None, typer.Option(help="Address of a further package index, e.g. torch for CPUs.")
    ] = None,
    key: Key = None,
    sandbox: Confinement = SandboxChoice.STRICT,
) -> None:
    """Write the zip that Gradescope takes as an autograder.

    With --key the class's secret is in the zip, which only staff can download.
    Example: rlprep ci gradescope --exercise gae --out autograder.zip
    """
    from rlprep.cli import ci_grade, ci_gradescope

    assignment = ci_grade.assignment(exercise, key, None, sandbox)
    ci_gradescope.write_bundle(assignment, out, wheel, index)
    print(f"{out}: {assignment.max_points} points; upload it as the autograder")


@app.command("github")
def github(
    exercise: Exercises,
    out: Annotated[Path, typer.Option(help="The repository to write into.")] = Path(),
    fail_under: FailUnder = 100.0,
    sandbox: Confinement = SandboxChoice.STRICT,
) -> None:
    """Write a workflow for GitHub Actions, and the action that it uses.

    Example: rlprep ci github --exercise gae --out my-template
    """
    from rlprep.cli import ci_files, ci_grade

    wanted = ci_grade.assignment(exercise, None, None, sandbox)
    job = ci_files.Job(wanted.exercises, fail_under, sandbox.value)
    for path in ci_files.write_github(job, out):
        print(path)


@app.command("gitlab")
def gitlab(
    exercise: Exercises,
    out: Annotated[Path | None, typer.Option(help="The file to write; default: stdout.")] = None,
    fail_under: FailUnder = 100.0,
    sandbox: Confinement = SandboxChoice.STRICT,
) -> None:
    """Write a job for GitLab CI, whose merge requests show the JUnit report.

    Example: rlprep ci gitlab --exercise gae --out .gitlab-ci.yml
    """
    from rlprep.cli import ci_files, ci_grade

    wanted = ci_grade.assignment(exercise, None, None, sandbox)
    job = ci_files.Job(wanted.exercises, fail_under, sandbox.value)
    if out is None:
        print(ci_files.gitlab_job(job), end="")
    else:
        ci_files.write_gitlab(job, out)
        print(out)
