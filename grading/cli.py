"""The command line of the lecturer: `python -m grading release`, `python -m grading grade`."""

import contextlib
from functools import partial
from pathlib import Path

import click

from helpers.cli import BadInput


@contextlib.contextmanager
def _refusing(*kinds):
    """Show errors of these kinds, and a missing nbgrader, as a message without a traceback."""
    try:
        yield
    except kinds as error:
        raise BadInput(str(error)) from error
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "nbgrader":
            raise
        raise BadInput(
            "nbgrader must be installed beside the course; it is not. Install it with "
            '`python -m pip install -e ".[grading]"`.'
        ) from error


def _examples(*lines):
    r"""Write the examples below a command's help; click's mark `\b` keeps the lines apart."""
    return "\n".join(["\b", "Examples:", *(f"  python -m grading {line}" for line in lines)])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main():
    """Hand out the assignments of the course, and grade what comes back."""


@main.command(
    epilog=_examples(
        "release                 all assignments",
        "release 02 05           two of them",
    )
)
@click.argument("names", nargs=-1)
def release(names):
    """Make the students' copies of the assignments NAMES (all, if none is named).

    A name is a number (02) or a whole name. The notebooks go to `build/assignments/release`, and
    zips with all that a student needs to `build/assignments/zips`. Grades are kept.
    """
    from grading.lock import BusyError
    from grading.release import ReleaseError, release_assignments

    with _refusing(ValueError, FileNotFoundError, ReleaseError, BusyError):
        released = release_assignments(names, watch=partial(_watch, description="release"))
    _print_released(released)


def _watch(items, total=None, *, description):
    from rich.console import Console
    from rich.progress import track

    return track(items, description=description, total=total, console=Console(stderr=True))


def _print_released(released):
    from helpers.reruns.tables import print_table

    rows = []
    for item in released:
        by_hand = sum(cell.points for cell in item.cells if cell.by_hand)
        points = sum(cell.points for cell in item.cells)
        size = f"{item.archive.stat().st_size / 1e6:.1f} MB"
        rows.append((item.name, len(item.cells), points, by_hand, size, item.note))
    print_table(["assignment", "graded cells", "points", "by hand", "zip", "note"], rows)
    print(f"For students: {released[0].archive.parent}")


@main.command(
    epilog=_examples(
        "grade submissions               all assignments of all students",
        "grade submissions 02 --jobs 4",
    )
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Submissions graded at a time; each needs a core.",
)
@click.option(
    "--accept-no-box",
    is_flag=True,
    help="Run unknown code with your rights where this machine can give it no box of its own.",
)
def grade(folder, names, jobs, accept_no_box):
    """Grade the submissions in FOLDER, laid out as FOLDER/STUDENT/NAME/NAME.ipynb.

    NAMES choose assignments; none means all that are released. Submissions that are graded
    already are skipped, so a run that was stopped can be started again.
    """
    from grading.lock import BusyError
    from grading.run import grade_folder

    with _refusing(ValueError, FileNotFoundError, BusyError):
        watch = partial(_watch, description="grade")
        results = grade_folder(folder, names, jobs=jobs, accept_no_box=accept_no_box, watch=watch)
    _print_graded(results)
    _print_strays(folder)


def _print_strays(folder):
    from grading.sources import choose_assignments
    from grading.submissions import find_strays

    strays = find_strays(folder, choose_assignments())
    if strays:
        print(f"Not graded, because it is no folder of an assignment: {', '.join(strays)}")


def _print_graded(results):
    from grading.sources import find_folders
    from helpers.reruns.tables import print_table

    rows = []
    for result in results:
        given = [task for task in result.tasks if task.points is not None]
        points = f"{sum(task.points for task in given):g}"
        most = f"{sum(task.max_points for task in given):g}"
        by_hand = sum(task.max_points for task in result.tasks if task.points is None)
        scores = ("rejected", "") if result.rejected else (f"{points} of {most}", f"{by_hand:g}")
        rows.append((result.student, result.assignment, *scores))
    print_table(["student", "assignment", "points", "still open"], rows)
    for result in results:  # below: they would make the table too wide for most terminals
        for note in [f"rejected: {result.rejected}"] if result.rejected else result.notes:
            print(f"{result.student}, {result.assignment}: {note}")
    build = find_folders().build
    print(f"Points and messages of each task: {build / 'grades.csv'}")
    print(f"Feedback pages: {build / 'feedback'}")
