"""The lecturer's command: what it shows, and how it refuses."""

import sys

import pytest
from click.testing import CliRunner

from grading import run
from grading.cli import main
from grading.grade import BY_HAND, Result, Task
from tests.grading.small_assignment import NAME, hand_in

pytestmark = pytest.mark.grading


@pytest.fixture
def grade(folders, submissions, monkeypatch):
    """Call `python -m grading grade` on the small course; return what it printed."""
    monkeypatch.setattr("grading.sources.course_root", lambda: folders.root)

    def call(*arguments, status=0):
        result = CliRunner().invoke(main, ["grade", str(submissions), *arguments])
        assert result.exit_code == status, result.output
        return result.output

    return call


def entries(line):
    return [entry.strip() for entry in line.split("│")[1:-1]]


def test_the_command_shows_points_what_is_open_and_where_all_lies(grade, folders, submissions):
    hand_in(folders, submissions, "ada")
    hand_in(folders, submissions, "bob").write_text("{", encoding="utf-8")
    hand_in(folders, submissions, "eve", triple="def triple(value):\n    return value")
    output = grade("--jobs", "2")
    rows = [entries(line) for line in output.splitlines() if NAME in line and "│" in line]
    assert rows == [
        ["ada", NAME, "4 of 4", "3"],
        ["bob", NAME, "rejected", ""],
        ["eve", NAME, "2 of 4", "3"],
    ]
    assert f"bob, {NAME}: rejected: must be a notebook in Jupyter's format" in output
    assert str(folders.build / "grades.csv") in output
    assert str(folders.build / "feedback") in output
    assert grade().split("student", 1)[1] == output.split("student", 1)[1]


def test_a_class_with_long_notes_is_shown_as_a_table(grade, monkeypatch):
    note = "these cells were changed and were put back: " + ", ".join(["test-a-long-name"] * 20)
    tasks = [Task("test-double", 1.5, 2, "wrong"), Task("why", None, 3, BY_HAND)]
    results = [
        Result(f"student-{number:02}", NAME, "", tasks=tasks, notes=[note] if number == 7 else [])
        for number in range(30)
    ]
    monkeypatch.setattr(run, "grade_folder", lambda *_, **__: results)
    lines = grade().splitlines()
    rows = [entries(line) for line in lines if line.startswith("│")]
    assert rows == [[f"student-{number:02}", NAME, "1.5 of 2", "3"] for number in range(30)]
    assert max(map(len, lines[:33])) < 80
    assert f"student-07, {NAME}: {note}" in lines


def test_without_nbgrader_it_says_how_to_install_it(grade, folders, submissions, monkeypatch):
    hand_in(folders, submissions, "ada")
    for name in [name for name in sys.modules if name.split(".")[0] == "nbgrader"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    output = grade(status=2)
    assert "nbgrader must be installed beside the course; it is not." in output
    assert 'python -m pip install -e ".[grading]"' in output
    assert not (folders.build / "results").exists()


def test_refusals_are_messages_without_a_traceback(grade, folders, submissions, monkeypatch):
    assert "must hold submissions as STUDENT/NAME/NAME.ipynb" in grade(status=2)
    hand_in(folders, submissions, "ada")
    assert f"must be one of '{NAME}', or its number; got '9'" in grade("9", status=2)
    assert "jobs" in grade("--jobs", "0", status=2)
    monkeypatch.setattr(run, "probe_box", lambda: "No box can be had: a reason")
    assert "accept that with `--accept-no-box`" in grade(status=2)
    folders.gradebook.unlink()
    assert "Run `python -m grading release`" in grade(status=2)
