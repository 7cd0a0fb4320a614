"""Benchmark `grading`: releasing the assignments, and grading what students hand in."""

import importlib.util
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks.jobs import ROOT, BenchmarkError, by_label, worker_job
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "release of all assignments, and their grading in the box, one and two at a time"
ROUNDS = 3
RELEASE = "release of all"
ALONE = "each alone"
ONE = "one at a time"
TWO = "two at a time"
# seconds for all, seconds for any, times as fast
GOAL_RELEASE, GOAL_ALONE, GOAL_TWO = 60, 20, 1.7


def check():
    """Refuse where nbgrader, a box or the second core is missing."""
    if importlib.util.find_spec("nbgrader") is None:
        raise BenchmarkError(
            "Grading needs nbgrader, which is not installed. Install it with "
            'python -m pip install -e ".[grading]".'
        )
    from grading.box import probe_box

    reason = probe_box()
    if reason:
        raise BenchmarkError(
            f"{reason}. Measure on a Linux machine that allows a box (docs/grading.md)."
        )
    if len(os.sched_getaffinity(0)) < 2:
        raise BenchmarkError("There must be two cores for two submissions; there is one.")


def jobs(options):
    """List what is measured: in each round the release, each alone, and all in two ways.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    from grading.sources import choose_assignments

    names = choose_assignments()[: 2 if options.quick else None]
    one_round = [
        worker_job(RELEASE, "time_release", {}),
        worker_job(ALONE, "time_alone", {"names": names}),
        worker_job(ONE, "time_together", {"names": names, "num_jobs": 1}),
        worker_job(TWO, "time_together", {"names": names, "num_jobs": 2}),
    ]
    return one_round * (1 if options.quick else ROUNDS)


def copy_course(root):
    """Copy what releasing and grading need into an empty folder, so that no real grade is touched.

    Parameters
    ----------
    root : pathlib.Path
    """
    from grading.release import COURSE_FILES

    for name in COURSE_FILES:
        shutil.copy(ROOT / name, root)
    for name in ("helpers", "assignments"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))


def hand_in_solution(name, student, *, root, submissions):
    """Hand in the released notebook with the solutions of its source as answers.

    Parameters
    ----------
    name : str
        A released assignment.
    student : str
    root, submissions : pathlib.Path
        The folder of the course, and that of all submissions.
    """
    import nbformat

    from grading.sources import SOLUTION, find_folders, kind_of, read_source, source_path

    notebook = nbformat.read(find_folders(root).release / name / f"{name}.ipynb", as_version=4)
    source = read_source(source_path(name, root=root))
    for theirs, ours in zip(notebook.cells, source.cells, strict=True):
        if kind_of(ours) in ("answer", "open"):
            lines = ours.source.split("\n")
            theirs.source = "\n".join(line for line in lines if line.strip() not in SOLUTION)
    path = submissions / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


@contextmanager
def _course_aside(names=None):
    """Make a course in a folder aside; if assignments are named, release and solve them."""
    from grading.release import release_assignments

    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        root, submissions = Path(folder, "course"), Path(folder, "submissions")
        root.mkdir()
        copy_course(root)
        if names:
            release_assignments(names, root=root)
            for name in names:
                hand_in_solution(name, "solution", root=root, submissions=submissions)
        yield root, submissions


def time_release():
    """Time the release of all assignments, from sources to zips.

    Returns
    -------
    dict
        `seconds`, and how many assignments there are.
    """
    from grading.release import release_assignments

    with _course_aside() as (root, _):
        start = time.perf_counter()
        released = release_assignments(root=root)
        return {"seconds": time.perf_counter() - start, "num_assignments": len(released)}


def time_alone(names):
    """Time the grading of one submission at a time, each a run of its own, on one core.

    Parameters
    ----------
    names : list of str

    Returns
    -------
    dict of str to float
        Seconds, by assignment.
    """
    with _course_aside(names) as (root, submissions):
        _use_cores(1)
        return {name: _grade(submissions, [name], root, num_jobs=1) for name in names}


def time_together(names, num_jobs):
    """Time the grading of a submission to each assignment in one run, on two cores.

    Parameters
    ----------
    names : list of str
    num_jobs : int
        Submissions graded at a time.

    Returns
    -------
    dict
        `seconds` for all.
    """
    with _course_aside(names) as (root, submissions):
        _use_cores(2)
        return {"seconds": _grade(submissions, names, root, num_jobs=num_jobs)}


def _use_cores(number):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:number])


def _grade(submissions, names, root, *, num_jobs):
    """Grade, and return the seconds; a solution that does not earn all would measure nothing."""
    from grading.run import grade_folder

    start = time.perf_counter()
    results = grade_folder(submissions, names, jobs=num_jobs, root=root)
    seconds = time.perf_counter() - start
    for result in results:
        given = [task for task in result.tasks if task.points is not None]
        if result.rejected or any(task.points != task.max_points for task in given):
            raise RuntimeError(f"The solution must earn every automatic point; got {result}.")
    return seconds


def tabulate(outcomes):
    """Turn the outcomes into one table.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table
    """
    groups = by_label(outcomes)
    release, one, two = (
        [outcome.values["seconds"] for outcome in groups[label]] for label in (RELEASE, ONE, TWO)
    )
    alone = {
        name: spread(outcome.values[name] for outcome in groups[ALONE])
        for name in groups[ALONE][0].values
    }
    number = groups[RELEASE][0].values["num_assignments"]
    measured = {
        f"release of {number} assignments": spread(release),
        **{f"grade {name}, on one core": seconds for name, seconds in alone.items()},
        f"grade {len(alone)} submissions, {ONE}": spread(one),
        f"grade {len(alone)} submissions, {TWO}": spread(two),
    }
    return [
        Table(
            "Assignments",
            ("", "seconds"),
            tuple((label, seconds.text(".1f")) for label, seconds in measured.items()),
            (
                "Each submission is the released notebook with the solutions as answers. Seconds "
                "include the trial of the box, the feedback pages and the table; not Python's own "
                "start.",
            ),
            verdicts=_judge(spread(release), alone, spread(ratios(one, two))),
        )
    ]


def _judge(release, alone, times):
    slowest = max(alone, key=lambda name: alone[name].median)
    return (
        verdict(
            f"release of all assignments in under {GOAL_RELEASE} s",
            reached=release.median < GOAL_RELEASE,
            found=f"{release.text('.1f')} s",
        ),
        verdict(
            f"one submission of any assignment in under {GOAL_ALONE} s on one core",
            reached=alone[slowest].median < GOAL_ALONE,
            found=f"{alone[slowest].text('.1f')} s with {slowest}",
        ),
        verdict(
            f"{TWO} on two cores at least {GOAL_TWO} times as fast as {ONE}",
            reached=times.median >= GOAL_TWO,
            found=f"{times.text()} times",
        ),
    )
