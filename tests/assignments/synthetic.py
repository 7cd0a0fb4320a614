"""A small assignment with five tasks that obeys every rule, to spoil in tests."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "07_small"
START = """\
# Assignment 07: Small

Numbers are doubled.

| task | difficulty | points | minutes |
|---|---|---|---|
| 1 | ★ | 2 | 5 |
| 2 | ★ | 2 | 5 |
| 3 | ★★ | 2 | 5 |
| 4 | ★★★ | 2 | 5 |
| 5 | ★ | 3 | 10 |
"""
ANSWER = """\
def double_{number}(value):
    ### BEGIN SOLUTION
    return value + value  # the secret of task {number}
    ### END SOLUTION"""
TEST = """\
assert double_{number}(2) != 2, "The value came back as it was."
### BEGIN HIDDEN TESTS
assert double_{number}(3) == 6, "The double of another value is wrong."
### END HIDDEN TESTS"""


def build_assignment():
    cells = [new_markdown_cell(START), graded_code("from math import pi", "imports", locked=True)]
    for number, stars in enumerate(("★", "★", "★★", "★★★"), start=1):
        heading = f"## Task {number} {stars} Double a number (2 points, 5 minutes)\n\nDouble it."
        cells.append(new_markdown_cell(heading))
        cells.append(graded_code(ANSWER.format(number=number), f"double-{number}", solution=True))
        test = graded_code(TEST.format(number=number), f"test-{number}", grade=True, locked=True)
        test.metadata.nbgrader["points"] = 2
        cells.append(test)
    cells.append(new_markdown_cell("## Task 5 ★ Say why (3 points, 10 minutes)\n\nWhy doubled?"))
    why = new_markdown_cell("Because the sum of equals is the double. 3 points for equals.")
    why.metadata["nbgrader"] = flags("why", grade=True, solution=True) | {"points": 3}
    cells.append(why)
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def graded_code(source, name, **given):
    return new_code_cell(source, metadata={"nbgrader": flags(name, **given)})


def flags(name, *, grade=False, solution=False, locked=False):
    data = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    return data | {"grade_id": name, "schema_version": 3}


def cell_of(notebook, name):
    (found,) = [
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    ]
    return found


def save(notebook, root, name=NAME):
    """Store an assignment in a course, and return its path."""
    path = root / "assignments" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
