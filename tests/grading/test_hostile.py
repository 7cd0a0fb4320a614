"""Hostile and broken submissions: each gets an answer, and harms nobody else.

All are graded in one run, between two honest students whose grades are compared with those of a
run in which they were alone.
"""

import copy
import hashlib
import os
import re
import shutil
import socket
import tempfile
import threading

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell

from grading.grade import BY_HAND
from grading.gradebook import open_gradebook
from grading.run import grade_folder
from grading.sources import find_folders
from tests.assignments.synthetic import cell_of
from tests.grading.small_assignment import NAME, RIGHT, hand_in

pytestmark = pytest.mark.grading
HONEST = ("ada", "zoe")
MARK = "31557.25"  # seconds of sleep that no other program asks for
WRONG = "def double(value):\n    return value"
HINT = "The value came back as it was."
OTHER = "The double of another value is wrong."

# What the student's answer to the first task is; what the first task then earns, and the message.
# The second task is right, and earns its 2 points all the same.
ANSWERS = {
    "asks": ("value = input()", 0, "cell `double`: StdinNotImplementedError: raw_input was called"),
    "calls-itself": (
        "def double(value):\n    return double(value)",
        0,
        "RecursionError: maximum recursion depth exceeded",
    ),
    "closes-output": (
        "import os, sys\nsys.stdout.close()\nsys.stderr.close()\nos.close(1)\nos.close(2)\n"
        + RIGHT["double"],
        2,
        "",
    ),
    "hard-codes": ("def double(value):\n    return {2: 4}[value]", 0, "KeyError: 5"),
    "hard-codes-well": ("def double(value):\n    return 4", 0, OTHER),
    "huge-number": ("raise ValueError(10**5000)", 0, "cell `double`: "),
    "leaves-daemon": (
        "import subprocess, threading, time\n"
        f"subprocess.Popen(['sleep', '{MARK}'], start_new_session=True)\n"
        f"threading.Thread(target=time.sleep, args=[{MARK}]).start()\n" + RIGHT["double"],
        2,
        "",
    ),
    "leaves-system": ("import sys\nsys.exit(0)", 0, "cell `double`: SystemExit: 0"),
    "loops": (
        "import time\ndef double(value):\n    while True:\n        time.sleep(0.1)",
        0,
        "ran longer than 30 s and was stopped",
    ),
    "loops-at-once": ("while True:\n    pass", 0, "cell `double`: ran longer than 30 s and was st"),
    "reads": (
        "import os\n"
        "found = [os.path.join(*each) for each in {secrets!r} if os.path.lexists(each[-1])]\n"
        "for folder, folders, names in os.walk('/'):\n"
        "    folders[:] = [name for name in folders if name not in ('proc', 'site-packages')]\n"
        "    found += [os.path.join(folder, name) for name in [*folders, *names]\n"
        "              if '01_small' in name or name in ('gradebook.db', 'masters', 'ada')]\n"
        "raise ValueError('found', found)",
        0,
        "cell `double`: ValueError: ('found', [])",
    ),
    "runs-commands": (
        "!echo harm > {harm}\n" + RIGHT["double"],
        0,
        "cell `double`: OSError: out of pty devices",
    ),
    "runs-magics": ("%cd /tmp\n%timeit -n1 -r1 1 + 1\n" + RIGHT["double"], 2, ""),
    "shows-script": (
        "from IPython.display import HTML, display\n"
        "display(HTML('<script>alert(1)</script>'))\nprint('<script>alert(2)</script>')\n"
        + RIGHT["double"],
        2,
        "",
    ),
    "uses-network": (
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=5)",
        0,
        "cell `double`: OSError: [Errno 101] Network is unreachable",
    ),
    "writes-gradebook": (
        "import sqlite3\nsqlite3.connect({gradebook!r}).execute('DELETE FROM grade')",
        0,
        "cell `double`: OperationalError: unable to open database file",
    ),
}
# The answer to the first task, and why nothing at all is graded.
ENDS = {
    "bombs": (
        "import os\nwhile True:\n    os.fork()",
        "the notebook had more than 256 processes and threads and was stopped, in cell `",
    ),
    "ends-kernel": (
        "import os\nos._exit(0)",
        "the kernel died in cell `double`: the code ended it (`exit`, `os._exit`) or crashed it",
    ),
    "hogs-memory": (
        "hog = b'x' * 8 * 10**9",
        "the notebook used more than 3072 MB of memory and was stopped, in cell `double`",
    ),
    "never-ends": (
        "import time\nwhile True:\n    try:\n        time.sleep(1)\n"
        "    except KeyboardInterrupt:\n        pass",
        "the notebook ran longer than 30 s, could not be interrupted and was stopped, in cell `",
    ),
    "prints-200-megabytes": (
        "print('x' * 200_000_000)",
        "the notebook printed more than 5 MB, in cell `double`",
    ),
    "prints-many-lines": (
        "for number in range(2_000_000):\n    print('x' * 99)",
        "the notebook printed more than 5 MB, in cell `double`",
    ),
}
# What others get of these is no matter: inside its own kernel a program may do as it likes.
TRICKS = {
    "changes-python": (
        "import builtins\nbuiltins.AssertionError = builtins.Exception = int\n"
        "builtins.compile = builtins.exec = print\n" + WRONG
    ),
    "always-equal": (
        "class Any:\n    def __eq__(self, other):\n        return True\n"
        "    def __ne__(self, other):\n        return True\n"
        "def double(value):\n    return Any()"
    ),
    "exits": "exit()",  # the kernel ends a moment later: the notebook may have ended before
}


def edit(path, change):
    """Change a notebook that was handed in."""
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def weaken(notebook):
    cell_of(notebook, "test-double").source = "pass"


def raise_points(notebook):
    cell_of(notebook, "test-double").metadata.nbgrader["points"] = 100


def delete_test(notebook):
    notebook.cells.remove(cell_of(notebook, "test-double"))


def copy_test(notebook):
    copied = copy.deepcopy(cell_of(notebook, "test-double"))
    copied.update(source="pass", id="copied")
    notebook.cells.append(copied)


def choose_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "bash", "display_name": "Bash", "language": "bash"}


# How a notebook whose first answer is wrong was changed, and the note on it.
CHANGES = {
    "chooses-kernel": (choose_kernel, []),
    "copies-test": (
        copy_test,
        ["these cells were there twice; only the first of each is graded: test-double"],
    ),
    "deletes-test": (delete_test, ["these cells were missing and were put back: test-double"]),
    "raises-points": (raise_points, []),
    "weakens-test": (weaken, ["these cells were changed and were put back: test-double"]),
}


def rename(path):
    path.rename(path.with_name("mine.ipynb"))


def add_second(path):
    shutil.copy(path, path.with_name("backup.ipynb"))


def add_second_and_rename(path):
    add_second(path)
    rename(path)


def link_to_ada(path):
    path.unlink()
    path.symlink_to(path.parents[2] / "ada" / NAME / path.name)


def link_folder_to_ada(path):
    shutil.rmtree(path.parent)
    path.parent.symlink_to(path.parents[2] / "ada" / NAME)


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


def make_folder(path):
    path.unlink()
    path.mkdir()


def fill(path):
    path.write_bytes(b" " * 21_000_000)


def add_cells(path):
    edit(path, lambda notebook: notebook.cells.extend(new_code_cell("1") for _ in range(1000)))


# How the files were changed, why that was rejected, and the note.
FILES = {
    "adds-cells": (add_cells, "must have at most 1000 cells; got 1007. Delete", []),
    "breaks-json": (
        lambda path: path.write_text("{", encoding="utf-8"),
        "must be a notebook in Jupyter's format; it cannot be read (Notebook does not appear",
        [],
    ),
    "breaks-text": (
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        "must be a notebook in Jupyter's format; it cannot be read (",
        [],
    ),
    "hands-in-nothing": (lambda path: path.unlink(), f"must hold the notebook {NAME}.ipynb", []),
    "is-folder": (make_folder, "must be a file of its own; got a folder or a pipe", []),
    "is-pipe": (make_pipe, "must be a file of its own; got a folder or a pipe", []),
    "is-too-large": (fill, "must have at most 20 MB; got 21 MB. Clear the outputs", []),
    "links": (link_to_ada, "must be a file of its own; got a link. Hand in the notebook", []),
    "links-folder": (link_folder_to_ada, "must be a file of its own; got a link.", []),
    "odd <b>name": (lambda path: None, "must lie in a folder named by letters, digits and ", []),
    "renames": (rename, "", [f"the notebook was named mine.ipynb, not {NAME}.ipynb"]),
    "two-names": (
        add_second_and_rename,
        f"must hold one notebook, {NAME}.ipynb; got backup.ipynb, mine.ipynb. Keep the one",
        [],
    ),
    "two-notebooks": (
        add_second,
        "",
        [f"besides {NAME}.ipynb there were other notebooks, which were not graded"],
    ),
}


class Server:
    """Count who calls at a port of this machine."""

    def __init__(self):
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:  # it was closed
                return
            self.calls += 1

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def hand_in_all(folders, submissions, port):
    secrets = [folders.sources, folders.masters, folders.gradebook, submissions, folders.root]
    secrets = [(str(path),) for path in secrets] + [("..", "source"), ("..", "gradebook.db")]
    words = {
        "{secrets!r}": repr(secrets),
        "{harm}": str(submissions / "harm.txt"),
        "{port}": str(port),
        "{gradebook!r}": repr(str(folders.gradebook)),
    }
    answers = {student: case[0] for student, case in (ANSWERS | ENDS).items()} | TRICKS
    for student, source in answers.items():
        for word, value in words.items():
            source = source.replace(word, value)
        hand_in(folders, submissions, student, double=source)
    for student, (change, _) in CHANGES.items():
        edit(hand_in(folders, submissions, student, double=WRONG), change)
    for student, (change, *_) in FILES.items():
        change(hand_in(folders, submissions, student))


def contents(*paths):
    """Map each file below some folders to what identifies its content."""
    files = [each for path in paths for each in path.rglob("*") if each.is_file()]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def scores(folders):
    with open_gradebook(folders) as book:
        found = {each["student"]: each["score"] for each in book.submission_dicts(NAME)}
    return {student: found[student] for student in HONEST}


def kept(folders):
    path = folders.build / "results"
    return {student: (path / student / f"{NAME}.json").read_bytes() for student in HONEST}


class Graded:
    """What the run left, to compare with what was there before."""

    def __init__(self, folders, submissions, server):
        for student in HONEST:
            hand_in(folders, submissions, student)
        grade_folder(submissions, root=folders.root)
        self.honest_before = kept(folders), scores(folders)
        for student in HONEST:  # they are graded again, among the others
            (folders.build / "results" / student / f"{NAME}.json").unlink()
        hand_in_all(folders, submissions, server.port)
        watched = (folders.sources, folders.masters, folders.release, submissions)
        self.files_before = contents(*watched)
        results = grade_folder(submissions, root=folders.root, jobs=4)
        self.results = {result.student: result for result in results}
        self.honest_after = kept(folders), scores(folders)
        self.files_after = contents(*watched)
        self.folders, self.calls = folders, server.calls

    def points(self, student):
        return [task.points for task in self.results[student].tasks]


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile") / "course"
    shutil.copytree(small_course, root)
    submissions = root.parent / "submissions"
    submissions.mkdir()
    server = Server()
    with tempfile.TemporaryDirectory(prefix="h-") as aside, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", aside)
        graded = Graded(find_folders(root), submissions, server)
        graded.left_aside = os.listdir(aside)
    server.close()
    return graded


@pytest.mark.parametrize("student", ANSWERS)
def test_a_hostile_answer_costs_its_own_task_only(student, graded):
    _, points, message = ANSWERS[student]
    result = graded.results[student]
    assert (result.rejected, result.notes) == ("", [])
    first, second, third = result.tasks
    assert first.message.startswith(message), first.message
    assert bool(first.message) == bool(message)
    assert (second.message, third.message) == ("", BY_HAND)
    assert graded.points(student) == [points, 2, None]


@pytest.mark.parametrize("student", ENDS)
def test_code_that_ends_its_kernel_is_rejected_with_the_reason(student, graded):
    result = graded.results[student]
    assert result.rejected.startswith(ENDS[student][1]), result.rejected
    assert result.tasks == []


@pytest.mark.parametrize("student", CHANGES)
def test_a_changed_notebook_is_graded_by_the_tests_of_the_course(student, graded):
    result = graded.results[student]
    assert (result.rejected, result.notes) == ("", CHANGES[student][1])
    assert graded.points(student) == [0, 2, None]
    assert [task.max_points for task in result.tasks] == [2, 2, 3]
    assert result.tasks[0].message == HINT


@pytest.mark.parametrize("student", FILES)
def test_odd_files_are_rejected_or_graded_with_a_note(student, graded):
    _, reason, notes = FILES[student]
    result = graded.results[student]
    assert result.rejected.startswith(reason), result.rejected
    assert bool(result.rejected) == bool(reason)
    assert result.notes == notes
    assert graded.points(student) == ([] if reason else [2, 2, None])


@pytest.mark.parametrize("student", TRICKS)
def test_who_tricks_the_tests_in_the_own_kernel_gets_an_answer_at_least(student, graded):
    result = graded.results[student]
    assert bool(result.rejected) != bool(result.tasks)


def test_everybody_gets_a_result(graded):
    students = [*HONEST, *ANSWERS, *ENDS, *CHANGES, *FILES, *TRICKS]
    assert sorted(graded.results) == sorted(students)
    assert [each for each in graded.results.values() if "grader itself" in each.rejected] == []


def test_the_grades_of_others_are_unchanged(graded):
    assert graded.honest_after == graded.honest_before
    assert graded.honest_before[1] == dict.fromkeys(HONEST, 4)
    assert [graded.points(student) for student in HONEST] == [[2, 2, None]] * 2


def test_no_file_outside_the_box_is_changed_or_added(graded):
    assert graded.files_after == graded.files_before
    assert graded.calls == 0


def test_nothing_is_left_behind(graded):
    assert graded.left_aside == []
    assert [path.name for path in graded.folders.build.glob(".grading-*")] == []
    commands = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if MARK in command] == []


def test_a_script_is_neither_kept_nor_shown(graded):
    place = graded.folders.build / "autograded" / "shows-script" / NAME / f"{NAME}.ipynb"
    outputs = cell_of(nbformat.read(place, as_version=4), "double").outputs
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert kinds == {"text/plain"}
    page = graded.folders.build / "feedback" / "shows-script" / NAME / f"{NAME}.html"
    scripts = re.findall(r"<script[^>]*>\s*alert", page.read_text(encoding="utf-8"))
    assert scripts == []
