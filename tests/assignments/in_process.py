"""Run an assignment's cells in this process: no kernel, no nbgrader, so it is quick."""

import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO

import matplotlib.pyplot as plt

SOLUTION = re.compile(r"([ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"[ \t]*### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", re.DOTALL)
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()"


@dataclass(frozen=True)
class WrongAnswer:
    """An answer that a test must refuse, with words that name the mistake."""

    mistake: str
    cell: str  # the answer cell that it replaces
    source: str
    test: str  # the test cell that must refuse it
    says: str  # a regular expression for the message


def grading(cell):
    return cell.metadata.get("nbgrader", {})


def is_test(cell):
    return grading(cell).get("grade", False) and not grading(cell)["solution"]


def is_answer(cell):
    return cell.cell_type == "code" and grading(cell).get("solution", False)


def clear_solution(source):
    """Leave what a student gets, as nbgrader does."""
    return SOLUTION.sub(STUB, source)


def clear_hidden(source):
    return HIDDEN.sub("", source)


def run_cells(notebook, answers=None, *, released=False):
    """Run all code cells, and return what each test cell raised, or None.

    `answers` replaces answer cells by their ids. `released` leaves the hidden tests out. An error
    does not stop the run, as in grading; one in a given cell is raised.
    """
    answers, results = answers or {}, {}
    namespace = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        name = grading(cell).get("grade_id", cell.id)
        source = answers.get(name, cell.source)
        error = _run(clear_hidden(source) if released else source, name, namespace)
        if is_test(cell):
            results[name] = error
        elif error is not None and not is_answer(cell):
            raise AssertionError(f"the given cell {name!r} fails") from error
    plt.close("all")
    return results


def _run(source, name, namespace):
    try:
        with redirect_stdout(StringIO()):
            exec(compile(source, f"<{name}>", "exec"), namespace)
    except Exception as error:
        return error
    return None
