"""A course in a folder aside with one small released assignment, and students who hand it in."""

import shutil

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from grading.release import COURSE_FILES, release_assignments
from grading.sources import find_folders
from helpers.reruns.course import course_root
from tests.assignments.synthetic import cell_of, flags, graded_code, save

NAME = "01_small"
RIGHT = {
    "double": "def double(value):\n    return value + value",
    "triple": "def triple(value):\n    return value + value + value",
    "why": "Because equals are added.",
}
TEST = """\
assert {name}(2) != 2, "The value came back as it was."
### BEGIN HIDDEN TESTS
assert {name}(5) == {result}, "The {name} of another value is wrong."
### END HIDDEN TESTS"""


def build_small():
    """Build the source: two tasks in code (2 points each), one open question (3 points)."""
    cells = [new_markdown_cell("# Assignment 01: Small")]
    cells.append(graded_code("from math import pi", "imports", locked=True))
    for name, result in (("double", 10), ("triple", 15)):
        head, body = RIGHT[name].split("\n")
        answer = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        cells.append(graded_code(answer, name, solution=True))
        test = TEST.format(name=name, result=result)
        cells.append(graded_code(test, f"test-{name}", grade=True, locked=True))
        cells[-1].metadata.nbgrader["points"] = 2
    cells.append(new_markdown_cell("The sum of equals is the double. 3 points for equals."))
    cells[-1].metadata["nbgrader"] = flags("why", grade=True, solution=True) | {"points": 3}
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def release_small(root):
    """Make a course with the small assignment in an empty folder, and release it there."""
    for name in COURSE_FILES:
        shutil.copy(course_root() / name, root)
    (root / "helpers").mkdir()
    (root / "helpers" / "__init__.py").touch()
    save(build_small(), root, NAME)
    (root / "assignments" / "START.md").write_text("Start here.\n", encoding="utf-8")
    release_assignments(root=root)
    return find_folders(root)


def read_released(folders, name=NAME):
    return nbformat.read(folders.release / name / f"{name}.ipynb", as_version=4)


def hand_in(folders, submissions, student, **answers):
    """Put a student's notebook into the folder of submissions; right where nothing is given."""
    notebook = read_released(folders)
    for name, source in (RIGHT | answers).items():
        cell_of(notebook, name).source = source
    path = submissions / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
