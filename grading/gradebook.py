"""Where results are kept: one file each, nbgrader's gradebook, and the table for the lecturer."""

import csv
import io
import json
import warnings
from contextlib import contextmanager
from dataclasses import asdict

from grading.grade import BY_HAND, Result, Task
from helpers.reruns.files import write_text

COLUMNS = ("student", "assignment", "task", "points", "max_points", "message")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins with these


def read_result(folders, submission):
    """Read the kept result of a submission; None if there is none that can be read."""
    try:
        text = _result_path(folders, submission).read_text(encoding="utf-8")
        return parse_result(text)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def parse_result(text):
    """Turn the text of a result back into one."""
    data = json.loads(text)
    return Result(**data | {"tasks": [Task(**task) for task in data["tasks"]]})


def keep_result(folders, result):
    """Write a result, whole or not at all: from then on the submission counts as graded."""
    path = _result_path(folders, result)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n")


def _result_path(folders, submission):
    return folders.build / "results" / submission.student / f"{submission.assignment}.json"


def enter_scores(folders, result):
    """Enter the automatic scores into the gradebook; what was given by hand stays."""
    name = result.assignment
    with open_gradebook(folders) as book, _without_notices():
        book.update_or_create_student(result.student)
        book.update_or_create_submission(name, result.student)
        for task in result.tasks:
            grade = book.find_grade(task.name, name, name, result.student)
            grade.auto_score = task.points
            grade.needs_manual_grade = task.points is None or grade.manual_score is not None
        book.db.commit()


@contextmanager
def _without_notices():
    """Hide what SQLAlchemy notices in nbgrader's way of adding a submission."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object of type <Submitted")
        yield


def open_gradebook(folders):
    """Open the gradebook of all students."""
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folders.gradebook}")


def write_table(folders, results):
    """Write `grades.csv`: a line for each graded cell, or for the submission if it was rejected."""
    with open_gradebook(folders) as book:
        lines = [line for result in results for line in _lines(result, book)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    path = folders.build / "grades.csv"
    write_text(path, text.getvalue())
    return path


def _lines(result, book):
    first = (result.student, result.assignment)
    if result.rejected:
        return [(*first, "", "", "", f"rejected: {result.rejected}")]
    lines = [(*first, "", "", "", note) for note in result.notes]
    for task in result.tasks:
        points = task.points
        if task.message == BY_HAND:
            name = result.assignment
            points = book.find_grade(task.name, name, name, result.student).manual_score
        message = "" if task.message == BY_HAND and points is not None else task.message
        points = "" if points is None else f"{points:g}"
        lines.append((*first, task.name, points, f"{task.max_points:g}", message))
    return lines


def _harmless(value):
    """Keep a spreadsheet from taking a student's words for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
