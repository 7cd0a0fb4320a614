"""Grading one submission, in a process of its own: `python -m grading.grade` with a job as JSON.

nbgrader runs the repaired notebook in a throw-away course with a copy of the gradebook. What comes
out is a result and the graded notebook; the caller enters them where they belong.
"""

import json
import logging
import os
import re
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat

from grading.release import copy_gradebook, listen
from grading.sources import find_folders, grading_data, kind_of
from grading.submissions import (
    Rejected,
    Submission,
    find_notebook,
    read_submission,
    repair,
)

STUDENT = "student"  # whoever it is: a name could mean something to nbgrader
MOST_MESSAGE = 300
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
BY_HAND = "to be graded by hand"
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Task:
    """What one graded cell earned; `points` is None where a person decides."""

    name: str
    points: float | None
    max_points: float
    message: str


@dataclass(frozen=True)
class Result:
    """What came of one submission: its tasks, or why it was rejected."""

    student: str
    assignment: str
    digest: str
    rejected: str = ""
    notes: list = field(default_factory=list)
    tasks: list = field(default_factory=list)


def grade_submission(submission, course, *, root, digest, boxed=True):
    """Grade a submission; return its result, and the graded notebook (None if it was rejected).

    `course` is a new folder for what is needed meanwhile.
    """
    folders = find_folders(root)
    notes = []
    try:
        path, notes = find_notebook(submission)
        master = nbformat.read(folders.master(submission.assignment), as_version=4)
        notebook, repairs = repair(read_submission(path), master)
        notes += repairs
        graded = _run(notebook, submission.assignment, folders, course, boxed)
    except Rejected as error:
        return _result(submission, digest, notes, rejected=_shorten(str(error))), None
    return _result(submission, digest, notes, tasks=list(read_tasks(graded))), graded


def _result(submission, digest, notes, **parts):
    return Result(submission.student, submission.assignment, digest, notes=notes, **parts)


def _run(notebook, name, folders, course, boxed):
    """Let nbgrader grade a notebook in a course of its own; return the graded notebook."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    from grading.box import kernel_manager_class, read_verdict
    from grading.kernel import KeepPlainOutput, build_execute

    record, box = {}, course / "box"
    box.mkdir()
    copy_gradebook(folders.gradebook, course / "gradebook.db")
    submitted = course / "submitted" / STUDENT / name / f"{name}.ipynb"
    submitted.parent.mkdir(parents=True)
    nbformat.write(notebook, submitted)
    directory = CourseDirectory(
        root=str(course),
        db_url=f"sqlite:///{course / 'gradebook.db'}",
        assignment_id=name,
        student_id=STUDENT,
    )
    converter = Autograde(coursedir=directory, log=logging.Logger("nbgrader"))
    told = listen(converter.log, logging.ERROR)
    execute = build_execute(kernel_manager_class(box) if boxed else None, record)
    converter.autograde_preprocessors = _replace(converter, execute, KeepPlainOutput)
    with suppress(NbGraderException):  # its words only point to what it told before
        converter.start()
    graded = course / "autograded" / STUDENT / name / f"{name}.ipynb"
    if not graded.exists():
        stopped = (read_verdict(box) if boxed else None) or record.get("stopped")
        if "cell" not in record:  # no code of the student has run: not the student's fault
            raise RuntimeError(stopped or " ".join(told) or "nbgrader ran no cell")
        raise Rejected(_why(stopped, record["cell"], told))
    return nbformat.read(graded, as_version=4)


def _replace(converter, execute, clean):
    """Run the cells by our own step, and clean their outputs before anything reads them."""
    steps = converter.autograde_preprocessors
    return [execute, clean, *(step for step in steps if step.__name__ != "Execute")]


def _why(stopped, cell, told):
    if stopped:
        return f"the notebook {stopped}, in cell `{cell}`"
    if any("Kernel died" in line or "DeadKernelError" in line for line in told):
        what = "the code ended it (`exit`, `os._exit`) or crashed it"
        return f"the kernel died in cell `{cell}`: {what}"
    return f"the kernel sent what no notebook may hold, in cell `{cell}`"


def read_tasks(graded):
    """Yield what each graded cell earned, with the reason where it is less than all."""
    from nbgrader.utils import determine_grade

    trouble = ""  # of the answers since the last test
    for cell in graded.cells:
        kind = kind_of(cell)
        if kind == "answer" or kind == "given":
            trouble = _error_of(cell) and f"cell `{_name(cell)}`: {_error_of(cell)}"
        elif kind in ("test", "open"):
            points, most = determine_grade(cell)
            message = _message(kind, points, most, _error_of(cell), trouble)
            yield Task(_name(cell), points, most, message)


def _name(cell):
    return grading_data(cell)["grade_id"]


def _message(kind, points, most, error, trouble):
    if kind == "open":
        return BY_HAND if points is None else NO_ANSWER
    if points == most:
        return ""
    if error.startswith("NameError") and trouble:
        return _shorten(trouble)  # the name is missing because the answer failed
    return _shorten(error.removeprefix("AssertionError: "))


def _error_of(cell):
    """Return the last line of a cell's error, or nothing."""
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    if any(error.ename == "CellTimeoutError" for error in errors):  # behind the interrupt's own
        from grading.kernel import CELL_SECONDS

        return f"ran longer than {CELL_SECONDS} s and was stopped"
    if not errors:
        return ""
    if errors[0].ename == "NotImplementedError":
        return "has no answer yet"
    return f"{errors[0].ename}: {errors[0].evalue}"


def _shorten(text):
    """Make one clean line of what unknown code said."""
    line = " ".join(ANSI.sub("", text).split())
    line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= MOST_MESSAGE else line[: MOST_MESSAGE - 1] + "…"


def main():
    """Grade what the job on the first line of the standard input names; write it into a folder."""
    job = json.loads(sys.stdin.readline())
    submission = Submission(job["student"], job["assignment"], Path(job["folder"]))
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as course:
        threading.Thread(target=_end_with_caller, args=[course], daemon=True).start()
        result, graded = grade_submission(
            submission,
            Path(course),
            root=job["root"],
            digest=job["digest"],
            boxed=job["boxed"],
        )
    target = Path(job["target"])
    if graded is not None:
        nbformat.write(graded, target / "graded.ipynb")
    (target / "result.json").write_text(json.dumps(asdict(result)), encoding="utf-8")


def _end_with_caller(course):
    """End when the caller is gone: then its end of the standard input closes."""
    sys.stdin.read()
    shutil.rmtree(course, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
