"""Grading a folder: right answers earn all, nothing is lost, nothing is graded twice."""

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.grading import copy_course, hand_in_solution
from grading import run
from grading.grade import BY_HAND, NO_ANSWER
from grading.leaks import secret_lines
from grading.release import release_assignments
from grading.run import grade_folder
from grading.sources import (
    choose_assignments,
    find_folders,
    graded_cells,
    kind_of,
    read_source,
    source_path,
    visible_text,
)
from tests.assignments.synthetic import cell_of, save
from tests.grading.small_assignment import NAME, build_small, hand_in

pytestmark = pytest.mark.grading
ASSIGNMENTS = choose_assignments()
COURSE = Path(__file__).resolve().parents[2]
STUDENTS = [f"student-{number:02}" for number in range(30)]
COMMAND = """
import pathlib, sys
import grading.sources
grading.sources.course_root = lambda: pathlib.Path(sys.argv[1])
from grading.cli import main
main(["grade", *sys.argv[2:]])
"""


@pytest.fixture(scope="session")
def graded_course(tmp_path_factory):
    """Grade the solution and the stub of every assignment; return folders and results."""
    root = tmp_path_factory.mktemp("course")
    copy_course(root)
    release_assignments(root=root)
    submissions = tmp_path_factory.mktemp("submissions")
    for name in ASSIGNMENTS:
        hand_in_solution(name, "solution", root=root, submissions=submissions)
        shutil.copytree(find_folders(root).release / name, submissions / "stub" / name)
    results = grade_folder(submissions, root=root)
    found = {(result.student, result.assignment): result for result in results}
    return find_folders(root), found


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_solution_earns_every_automatic_point_and_waits_for_the_hand(name, graded_course):
    result = graded_course[1]["solution", name]
    assert (result.rejected, result.notes) == ("", [])
    cells = graded_cells(read_source(source_path(name)))
    wanted = [
        (cell.name, None, cell.points, BY_HAND)
        if cell.by_hand
        else (cell.name, cell.points, cell.points, "")
        for cell in cells
    ]
    found = [(task.name, task.points, task.max_points, task.message) for task in result.tasks]
    assert found == wanted


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_released_stub_earns_nothing_and_is_told_why(name, graded_course):
    result = graded_course[1]["stub", name]
    assert (result.rejected, result.notes) == ("", [])
    assert [task.points for task in result.tasks] == [0] * len(result.tasks)
    assert all(task.message for task in result.tasks)
    by_hand = {cell.name for cell in graded_cells(read_source(source_path(name))) if cell.by_hand}
    assert {task.name for task in result.tasks if task.message == NO_ANSWER} == by_hand


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_secret_is_in_the_feedback_page_of_a_stub(name, graded_course):
    page = graded_course[0].build / "feedback" / "stub" / name / f"{name}.html"
    text = html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))
    shown = {line.strip() for line in text.splitlines()}
    source = read_source(source_path(name))
    assert [line for line in secret_lines(source) if line in shown] == []
    # lines are found in this way: the visible ones of a test are there
    test = next(cell for cell in source.cells if kind_of(cell) == "test")
    visible = visible_text(test).strip().splitlines()
    assert {line.strip() for line in visible} <= shown


def graded_anew(submissions, folders, **options):
    """Grade a folder, and return who was graded in this run, with the results of all."""
    fresh = []

    def watch(results, total):
        for submission, result in results:
            fresh.append(submission.student)
            yield submission, result
        assert len(fresh) == total

    results = grade_folder(submissions, root=folders.root, watch=watch, **options)
    return sorted(fresh), {result.student: result for result in results}


def points_of(result):
    return [task.points for task in result.tasks]


def kept(folders):
    """Map each kept result to its content and the time when it was written."""
    return {
        path.parent.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in (folders.build / "results").glob(f"*/{NAME}.json")
    }


def start_command(folders, submissions, temporary):
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(folders.root), str(submissions)],
        cwd=COURSE,
        env=os.environ | {"TMPDIR": temporary},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def processes_of(temporary):
    """Find the processes that were started with this folder for temporary files."""
    found = []
    for process in psutil.process_iter():
        try:
            environment, command = process.environ(), process.cmdline()
        except psutil.Error:
            continue
        if environment.get("TMPDIR") == temporary or temporary in " ".join(command):
            found.append(process)
    return found


@pytest.fixture
def temporary():
    """Give a folder for temporary files whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield folder


def test_killed_and_interrupted_nothing_is_lost_and_nothing_is_graded_twice(
    folders, submissions, temporary
):
    for student in STUDENTS:
        hand_in(folders, submissions, student)
    before = {}
    for number, kind in ((8, signal.SIGKILL), (16, signal.SIGINT)):
        command = start_command(folders, submissions, temporary)
        wait_until(lambda: len(kept(folders)) >= number, seconds=200)  # noqa: B023
        command.send_signal(kind)
        said, _ = command.communicate(timeout=30)
        assert command.returncode != 0, said
        assert "Traceback" not in said
        wait_until(lambda: not processes_of(temporary), seconds=10)
        assert os.listdir(temporary) == []
        now = kept(folders)
        assert number <= len(now) < len(STUDENTS)
        assert {student: now[student] for student in before} == before
        before = now
    table = (folders.build / "grades.csv").read_text(encoding="utf-8")
    assert {line.split(",")[0] for line in table.splitlines()[1:]} == before.keys()
    fresh, results = graded_anew(submissions, folders)
    assert fresh == sorted(set(STUDENTS) - before.keys())
    now = kept(folders)
    assert {student: now[student] for student in before} == before
    assert now.keys() == results.keys() == set(STUDENTS)
    assert {tuple(points_of(result)) for result in results.values()} == {(2, 2, None)}
    assert list(folders.build.glob(f"{run.ASIDE}*")) == []
    with run.gradebook.open_gradebook(folders) as book:
        scores = {each["student"]: each["score"] for each in book.submission_dicts(NAME)}
    assert scores == dict.fromkeys(STUDENTS, 4)
    assert graded_anew(submissions, folders)[0] == []


def test_only_what_is_new_or_changed_is_graded(folders, submissions):
    for student in ("ada", "bob"):
        hand_in(folders, submissions, student)
    assert graded_anew(submissions, folders)[0] == ["ada", "bob"]
    hand_in(folders, submissions, "bob", double="def double(value):\n    return value")
    hand_in(folders, submissions, "eve")
    fresh, results = graded_anew(submissions, folders)
    assert fresh == ["bob", "eve"]
    assert points_of(results["bob"]) == [0, 2, None]
    assert points_of(results["ada"]) == [2, 2, None]
    assert results["bob"].tasks[0].message == "The value came back as it was."


def test_grading_one_assignment_keeps_the_others_in_the_table(folders, submissions):
    save(build_small(), folders.root, "02_small")
    release_assignments(root=folders.root)
    first = hand_in(folders, submissions, "ada")
    second = submissions / "ada" / "02_small" / "02_small.ipynb"
    second.parent.mkdir()
    shutil.copy(first, second)
    for name in ("1", "2"):
        grade_folder(submissions, [name], root=folders.root)
    lines = (folders.build / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [NAME] * 3 + ["02_small"] * 3


def test_changed_tests_grade_all_anew(folders, submissions):
    hand_in(folders, submissions, "ada")
    graded_anew(submissions, folders)
    source = build_small()
    test = cell_of(source, "test-double")
    test.source = test.source.replace("double(5) == 10", "double(5) == 11")
    save(source, folders.root, NAME)
    release_assignments(root=folders.root)
    fresh, results = graded_anew(submissions, folders)
    assert fresh == ["ada"]
    assert points_of(results["ada"]) == [0, 2, None]
    assert results["ada"].tasks[0].message == "The double of another value is wrong."


def test_an_earlier_gradebook_that_was_put_back_is_filled_again(folders, submissions):
    hand_in(folders, submissions, "ada")
    (submissions / "bob" / NAME).mkdir(parents=True)  # rejected: never in the gradebook
    shutil.copy(folders.gradebook, submissions.parent / "earlier.db")
    assert graded_anew(submissions, folders)[0] == ["ada", "bob"]
    shutil.copy(submissions.parent / "earlier.db", folders.gradebook)
    assert graded_anew(submissions, folders)[0] == ["ada"]
    assert graded_anew(submissions, folders)[0] == []


def test_a_grader_that_crashes_is_reported_and_tried_again(folders, submissions, monkeypatch):
    hand_in(folders, submissions, "ada")
    with monkeypatch.context() as broken:
        program = "import sys; sys.stdin.readline(); sys.exit('no space left')"
        broken.setattr(run, "GRADER", [sys.executable, "-c", program])
        _, results = graded_anew(submissions, folders)
        assert results["ada"].rejected == "the grader itself failed: no space left"
    fresh, results = graded_anew(submissions, folders)
    assert fresh == ["ada"]
    assert points_of(results["ada"]) == [2, 2, None]


def test_a_feedback_page_that_cannot_be_made_stops_nobody(folders, submissions, monkeypatch):
    from grading import feedback

    write = feedback.write_feedback

    def refuse_ada(folders, student, assignment):
        if student == "ada":
            raise OSError("an odd notebook")
        return write(folders, student, assignment)

    monkeypatch.setattr(feedback, "write_feedback", refuse_ada)
    for student in ("ada", "bob"):
        hand_in(folders, submissions, student)
    _, results = graded_anew(submissions, folders)
    assert results["ada"].notes == ["there is no feedback page: OSError: an odd notebook"]
    assert {tuple(points_of(result)) for result in results.values()} == {(2, 2, None)}
    assert results["bob"].notes == []


@pytest.fixture
def no_box(monkeypatch):
    monkeypatch.setattr(run, "probe_box", lambda: "No box for unknown code can be had: a reason")


def test_without_a_box_nothing_is_graded(folders, submissions, no_box):
    hand_in(folders, submissions, "ada")
    with pytest.raises(ValueError, match=r"^No box .*: a reason\. So the code.*--accept-no-box"):
        grade_folder(submissions, root=folders.root)
    assert kept(folders) == {}


def test_without_a_box_it_grades_all_the_same_if_that_is_accepted(
    folders, submissions, no_box, capsys
):
    # the box has no variable of ours
    double = "import os\n\ndef double(value):\n    return 2 * value if 'MINE' in os.environ else 0"
    hand_in(folders, submissions, "ada", double=double)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINE", "yes")
        _, results = graded_anew(submissions, folders, accept_no_box=True)
    assert points_of(results["ada"]) == [2, 2, None]
    assert "WARNING: No box for unknown code can be had: a reason" in capsys.readouterr().err


def test_what_was_not_released_is_not_graded(folders, submissions):
    hand_in(folders, submissions, "ada")
    shutil.rmtree(folders.masters / NAME)
    with pytest.raises(ValueError, match=f"not released: {NAME}. Run `python -m grading release`"):
        grade_folder(submissions, root=folders.root)
    folders.gradebook.unlink()
    with pytest.raises(ValueError, match="must be released before it is graded"):
        grade_folder(submissions, root=folders.root)


def test_a_folder_without_submissions_is_refused(folders, submissions):
    (submissions / "ada" / "another").mkdir(parents=True)
    with pytest.raises(ValueError, match=f"STUDENT/NAME/NAME.ipynb, with NAME one of {NAME}; fou"):
        grade_folder(submissions, root=folders.root)
