"""The sources are fit for release and have one form; each check is seen to fail."""

import pytest

from grading.sources import choose_assignments, find_problems, read_source, source_path
from helpers.reruns.course import notebook_paths
from tests.assignments.structure import find_deviations
from tests.assignments.synthetic import NAME, build_assignment, cell_of

ASSIGNMENTS = choose_assignments()


def test_each_lesson_has_its_assignment():
    assert [path.stem for path in notebook_paths()] == ASSIGNMENTS


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_source_can_be_released(name):
    read_source(source_path(name))


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_assignment_has_the_common_form(name):
    assert list(find_deviations(read_source(source_path(name)), name)) == []


def test_the_small_assignment_obeys_every_rule():
    assert find_problems(build_assignment()) == []
    assert list(find_deviations(build_assignment(), NAME)) == []


def replace(name, old, new):
    """Make what spoils a notebook: another text in one cell."""

    def spoil(notebook):
        cell = notebook.cells[name] if isinstance(name, int) else cell_of(notebook, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def set_data(name, **data):
    """Make what spoils a notebook: other settings of the grader in one cell."""
    return lambda notebook: cell_of(notebook, name).metadata.nbgrader.update(data)


def set_cell(name, **fields):
    return lambda notebook: cell_of(notebook, name).update(fields)


def remove(name):
    return lambda notebook: notebook.cells.remove(cell_of(notebook, name))


BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDDEN, SHOWN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
CHECKED = 'assert double_1(3) == 6, "The double of another value is wrong."\n'
SPOILT = [
    (set_data("test-2", grade_id="test-1"), "cell `test-1` must have an id of its own"),
    (set_data("test-1", grade_id="test 1"), "an id of letters, digits, - and _; got 'test 1'"),
    (set_data("test-1", schema_version=2), "cell `test-1` must have nbgrader's schema 3; got 2"),
    (set_data("test-1", locked=False), "cell `test-1` must be one of 'given', 'answer', 'test'"),
    (set_data("test-1", points=0), "cell `test-1` must have whole points, at least 1; got 0"),
    (set_data("test-1", points=1.5), "whole points, at least 1; got 1.5"),
    (set_data("why", points=None), "cell `why` must have whole points, at least 1; got None"),
    (set_cell("imports", execution_count=1), "cell `imports` must have no stored output"),
    (set_cell("why", attachments={"a.png": {}}), "cell `why` must have no attachment"),
    (replace("double-1", END, ""), "cell `double-1` must have '### BEGIN SOLUTION' and"),
    (replace("double-1", BEGIN, END), "in turn; got '### END SOLUTION', '### END SOLUTION'"),
    (replace("double-1", BEGIN, f"{BEGIN} 1"), "which nbgrader takes for a marker"),
    (replace("double-1", END, "# END SOLUTION"), "has '# END SOLUTION', which nbgrader takes"),
    (replace("imports", "from", f"{BEGIN}\n{END}\nfrom"), "belongs in a cell of kind 'answer'"),
    (replace("double-1", "return", f"{HIDDEN}\n{SHOWN}\n"), "belongs in a cell of kind 'test'"),
    (replace(0, "Numbers", f"{BEGIN}\n{END}\n"), "cell `1` has '### BEGIN SOLUTION'"),
    (set_cell("double-1", source="x = 1"), "cell `double-1` must have a solution between"),
    (replace("test-1", CHECKED, ""), "cell `test-1` must have hidden tests between"),
    (set_cell("test-1", source=f"{HIDDEN}\nassert True\n{SHOWN}"), "must have visible tests"),
    (set_cell("why", source=" "), "cell `why` must have a model answer"),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILT, ids=[message for _, message in SPOILT])
def test_source_that_is_unfit_for_release_is_refused(spoil, message):
    notebook = build_assignment()
    spoil(notebook)
    assert message in "\n".join(find_problems(notebook))


def test_assignment_without_tests_is_refused():
    notebook = build_assignment()
    for number in range(1, 5):
        remove(f"test-{number}")(notebook)
    assert "must have a test cell" in "\n".join(find_problems(notebook))


TASK_2 = 5  # the place of its heading
DEVIATING = [
    (replace(TASK_2, "## Task 2 ★ ", "## Task 2: "), "must read '## Task 3 ★★ Title"),
    (replace(TASK_2, "★", "★★★★"), "must read '## Task 3 ★★ Title"),
    (replace(TASK_2, "Task 2", "Task 4"), "tasks must be numbered from 1; got [1, 4, 3, 4, 5]"),
    (replace(TASK_2, "2 points", "3 points"), "task 2 promises 3 points; its cells earn 2"),
    (replace(TASK_2, "5 minutes", "6 minutes"), "the table must hold"),
    (replace(TASK_2, "★", "★★"), "the table must hold"),
    (replace(0, "| 3 | ★★ | 2 | 5 |\n", ""), "the table must hold"),
    (replace(0, "07", "08"), "the first cell must begin with '# Assignment 07: '"),
    (remove("why"), "there must be one open question; got 0"),
    (remove("test-3"), "task 3 must have a test or be the open question"),
    (replace(TASK_2, "## Task 2 ★ Double", "Double"), "there must be 5 to 8 tasks; got 4"),
]


@pytest.mark.parametrize(("spoil", "message"), DEVIATING, ids=[message for _, message in DEVIATING])
def test_assignment_of_another_form_is_seen(spoil, message):
    notebook = build_assignment()
    spoil(notebook)
    assert message in "\n".join(find_deviations(notebook, NAME))
