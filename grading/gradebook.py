"""Where results are kept: one file each, nbgrader's gradebook, and the table for the lecturer."""

import csv
import io
import json
import warnings
from contextlib import contextmanager
from dataclasses import asdict, replace

from grading.grade import Result, Task
from helpers.reruns.files import write_text

COLUMNS = ("student", "assignment", "task", "points", "max_points", "message")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins with these


def read_result(folders, submission):
    """Read the kept result of a submission; None if there is none that can be read."""
    return _read(_result_path(folders, submission))


def read_results(folders):
    """Read all results that are kept, of all students and assignments."""
    paths = sorted((folders.build / "results").glob("*/*.json"))
    return [result for path in paths if (result := _read(path)) is not None]


def _read(path):
    try:
        return parse_result(path.read_text(encoding="utf-8"))
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


def entered_submissions(folders):
    """List the submissions that the gradebook knows, each as student and assignment."""
    with open_gradebook(folders) as book:
        return {
            (submission.student_id, assignment.name)
            for assignment in book.assignments
            for submission in assignment.submissions
        }


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


def add_manual_scores(folders, results):
    """Put the points and comments that were given by hand in place of the automatic ones."""
    given = _read_manual_scores(folders)
    return [
        replace(result, tasks=[_as_given(task, result, given) for task in result.tasks])
        for result in results
    ]


def _as_given(task, result, given):
    where = (result.student, result.assignment, task.name)
    if where not in given:
        return task
    points, comment = given[where]
    if comment is None:  # the cell of a test has none
        comment = task.message if points < task.max_points else ""
    return replace(task, points=points, message=" ".join(comment.split()))


def _read_manual_scores(folders):
    """Map student, assignment and cell to points and comment, where points were given by hand."""
    from nbgrader.api import Grade

    with open_gradebook(folders) as book:
        found = {}
        for grade in book.db.query(Grade).filter(Grade.manual_score.isnot(None)):
            comments = {each.name: each.manual_comment or "" for each in grade.notebook.comments}
            where = (grade.student.id, grade.notebook.name, grade.name)
            found[where] = (grade.manual_score, comments.get(grade.name))
    return found


def write_table(folders, results):
    """Write `grades.csv`: a line for each graded cell, or for the submission if it was rejected."""
    lines = [line for result in results for line in _lines(result)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    path = folders.build / "grades.csv"
    write_text(path, text.getvalue())
    return path


def _lines(result):
    first = (result.student, result.assignment)
    if result.rejected:
        return [(*first, "", "", "", f"rejected: {result.rejected}")]
    lines = [(*first, "", "", "", note) for note in result.notes]
    for task in result.tasks:
        points = "" if task.points is None else f"{task.points:g}"
        lines.append((*first, task.name, points, f"{task.max_points:g}", task.message))
    return lines


def _harmless(value):
    """Keep a spreadsheet from taking a student's words for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
