"""Right answers pass, unanswered tasks fail, and each known wrong answer hears its mistake."""

import re
from functools import cache
from importlib import import_module

import pytest

from grading.sources import choose_assignments, kind_of, read_source, source_path
from tests.assignments.in_process import WrongAnswer, clear_solution, grading, run_cells
from tests.assignments.synthetic import build_assignment

ASSIGNMENTS = choose_assignments()


@cache
def source_of(name):
    return read_source(source_path(name))


def zoo_of(name):
    return import_module(f"tests.assignments.zoo_{name.split('_')[0]}").WRONG_ANSWERS


ZOO = [
    pytest.param(name, wrong, id=f"{name}: {wrong.mistake}")
    for name in ASSIGNMENTS
    for wrong in zoo_of(name)
]


def find_failures(notebook, answers=None):
    """Name the test cells that do not pass, each with what it raised."""
    results = run_cells(notebook, answers)
    return {name: error for name, error in results.items() if error is not None}


def find_passes_of_stubs(notebook):
    """Name the test cells that pass although nothing was answered."""
    stubs = {
        grading(cell)["grade_id"]: clear_solution(cell.source)
        for cell in notebook.cells
        if kind_of(cell) == "answer"
    }
    return [name for name, error in run_cells(notebook, stubs).items() if error is None]


def explain_acceptance(notebook, wrong):
    """Say how a wrong answer gets away with it, or why its mistake is not named; else None."""
    for name in (wrong.cell, wrong.test):
        if name not in {grading(cell).get("grade_id") for cell in notebook.cells}:
            return f"there is no cell {name!r}"
    error = run_cells(notebook, {wrong.cell: wrong.source})[wrong.test]
    if error is None:
        return f"{wrong.test!r} accepts it"
    if not re.search(wrong.says, str(error)):
        return f"{wrong.test!r} says {error!r}, not {wrong.says!r}"
    return None


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_reference_solution_passes_every_test(name):
    assert find_failures(source_of(name)) == {}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_unanswered_assignment_fails_every_test(name):
    assert find_passes_of_stubs(source_of(name)) == []


@pytest.mark.parametrize(("name", "wrong"), ZOO)
def test_wrong_answer_is_refused_by_its_name(name, wrong):
    assert explain_acceptance(source_of(name), wrong) is None


def test_the_zoo_is_large_enough():
    counts = {name: len(zoo_of(name)) for name in ASSIGNMENTS}
    assert sum(counts.values()) >= 30
    assert min(counts.values()) >= 5, counts


SMALL = WrongAnswer("left as it was", "double-1", "double_1 = abs", "test-1", "came back")


def test_the_small_assignment_is_solved():
    assert find_failures(build_assignment()) == {}
    assert find_passes_of_stubs(build_assignment()) == []
    assert explain_acceptance(build_assignment(), SMALL) is None


@pytest.mark.parametrize(
    ("changes", "explanation"),
    [
        ({"cell": "double-9"}, "there is no cell 'double-9'"),
        ({"source": "def double_1(value):\n    return 2 * value"}, "'test-1' accepts it"),
        ({"source": "double_1 = lambda value: 4"}, "says AssertionError('The double of another"),
        ({"source": "double_1 = None"}, "says TypeError"),
    ],
)
def test_the_check_of_the_zoo_can_fail(changes, explanation):
    wrong = WrongAnswer(**(vars(SMALL) | changes))
    assert explanation in explain_acceptance(build_assignment(), wrong)


def test_the_check_of_solutions_can_fail():
    failures = find_failures(build_assignment(), {"double-1": "double_1 = abs"})
    assert list(failures) == ["test-1"]


def test_the_check_of_stubs_can_fail():
    notebook = build_assignment()
    for cell in notebook.cells:
        if grading(cell).get("grade_id") == "test-2":
            cell.source = "assert True"
    assert find_passes_of_stubs(notebook) == ["test-2"]
