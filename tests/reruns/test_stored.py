"""Each rule for stored notebooks: a good one passes, and each violation is seen."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from helpers.reruns import stored
from helpers.reruns.committed import clean, code_cells, code_digest
from helpers.reruns.stored import find_problems
from tests.reruns.synthetic_notebooks import ALT, as_committed, figure, text

IGNORED = {"tags": ["nbval-ignore-output"]}


def problems_of(change, *sources):
    """Change a good notebook, and return the problems that it then has."""
    notebook = as_committed(*sources)
    assert find_problems(notebook) == []
    change(notebook)
    return find_problems(notebook)


def set_source(number, source):
    """Return a change of a code cell whose digest is right again."""

    def change(notebook):
        code_cells(notebook)[number].source = source
        notebook.metadata["course"]["code_digest"] = code_digest(notebook)

    return change


def set_outputs(*outputs, metadata=None):
    def change(notebook):
        code_cells(notebook)[1].outputs = list(outputs)
        code_cells(notebook)[1].metadata.update(metadata or {})

    return change


def set_text(source):
    def change(notebook):
        notebook.cells[0].source = source

    return change


def insert(*cells):
    """Return a change that adds cells at the end; code cells are numbered and signed."""

    def change(notebook):
        for number, cell in enumerate(cells):
            cell.id = f"new-{number}"
        notebook.cells += cells
        for number, cell in enumerate(code_cells(notebook), start=1):
            cell.execution_count = number
        notebook.metadata["course"]["code_digest"] = code_digest(notebook)

    return change


def change_metadata(**metadata):
    return lambda notebook: notebook.metadata.update(metadata)


def set_attribute(number, **attributes):
    return lambda notebook: notebook.cells[number].update(attributes)


WIDGET = new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})
ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])

VIOLATIONS = [
    (lambda notebook: notebook.update(nbformat_minor=4), "must have format 4.5; got 4.4"),
    (set_attribute(2, id=""), "cell 3 (without id)"),
    (set_attribute(2, id="cell-0"), "cell 1 (cell-0) has the id of another cell"),
    (change_metadata(kernelspec={"name": "mine"}), "must have the kernelspec"),
    (change_metadata(language_info={"name": "python", "version": "3"}), "the language_info"),
    (change_metadata(papermill={}), "metadata that tools left behind: papermill"),
    (set_attribute(2, metadata={"execution": {}}), "cell 3 (cell-2) has metadata"),
    (set_attribute(3, source="other = 1"), "has outputs of other code than its own"),
    (change_metadata(course={}), "has outputs of other code than its own"),
    (set_attribute(3, execution_count=None), "executed as number 2; got None"),
    (set_attribute(3, execution_count=3), "executed as number 2; got 3"),
    (set_source(1, ""), "cell 4 (cell-3) is empty"),
    (set_outputs(ERROR), "ends with the error ValueError"),
    (set_outputs(text("oh no", "stderr")), "writes to stderr: 'oh no'"),
    (set_outputs(text("1\b2")), "holds a progress bar"),
    (set_outputs(text("1\r2")), "holds a progress bar"),
    (set_outputs(WIDGET), "shows a widget"),
    (set_outputs(figure("")), "a figure without a description of at least 20"),
    (set_outputs(figure("x" * 19)), "a figure without a description of at least 20"),
    (set_outputs(figure()), "must repeat its figures' descriptions"),
    (set_attribute(3, metadata={"tags": ["nbval-skip"]}), "must not be tagged nbval-skip"),
    (set_attribute(3, metadata={"tags": ["raises-exception"]}), "not be tagged raises-exception"),
    (set_source(1, "# NBVAL_IGNORE_OUTPUT\nprint(1)"), "instead of the comment NBVAL_IGNORE"),
    (set_attribute(1, metadata={}), "one cell tagged `parameters`; found 0"),
    (set_source(0, "epochs = 3"), "has no type"),
    (set_text("Title"), "must have one title (`# ...`), as its first heading; got 0"),
    (set_text("# A\n\n# B"), "must have one title (`# ...`), as its first heading; got 2"),
    (set_text("## A\n\n# B"), "must have one title (`# ...`), as its first heading; got 1"),
    (set_text("# A\n\n### C"), "leaves out a level of headings before ### C"),
    (insert(new_code_cell("a"), new_code_cell("b")), "3 code cells in a row from cell 4 (cell-3)"),
    (set_source(1, "\n".join(["x = 1"] * 26)), "has 26 lines; at most 25"),
]


@pytest.mark.parametrize(("change", "problem"), VIOLATIONS, ids=[p for _, p in VIOLATIONS])
def test_violation_is_seen(change, problem):
    assert any(problem in found for found in problems_of(change))


GOOD = [
    set_outputs(figure(), metadata={"mystnb": {"image": {"alt": ALT}}}),
    set_outputs(),
    set_text("# A\n\n## B\n\n### C\n\n## D\n\n```\n# no heading\n```"),
    insert(new_code_cell("a = 1")),
    insert(new_markdown_cell("text"), new_code_cell("a"), new_code_cell("b")),
    set_source(1, "\n".join(["x = 1"] * 25)),
    set_source(1, "x = 1  # NBVAL_IGNORE_OUTPUT is no marker here"),
]


@pytest.mark.parametrize("change", GOOD)
def test_what_is_in_order_passes(change):
    assert problems_of(change) == []


def tag(*numbers):
    def change(notebook):
        for number in numbers:
            code_cells(notebook)[number].metadata.update(IGNORED)

    return change


ASSERTION = 'run.check_band("accuracy", accuracy, 0.9, 1)'


@pytest.mark.parametrize("following", [ASSERTION, f"if {{1}} <= {{1, 2}}:\n    {ASSERTION}"])
def test_ignored_cell_that_is_followed_by_a_band(following):
    assert problems_of(tag(1), "train()", following, "a", "b") == []


@pytest.mark.parametrize(
    "following",
    [
        "x = 1",
        f"# {ASSERTION}",
        f"print('{ASSERTION}')",
        "run.check_exact('same', a == b)",
        "assert accuracy > 0.9",
        "check = run.check_band",
        f"%time {ASSERTION}",
    ],
)
def test_ignored_cell_that_is_not_followed_by_a_band(following):
    (problem,) = problems_of(tag(1), "train()", following, ASSERTION, "b")
    assert "cell 4 (cell-3) is tagged nbval-ignore-output: the next code cell must" in problem


def test_ignored_last_cell_is_not_followed_by_a_band():
    (problem,) = problems_of(tag(4), "a", "b", "c", "train()")
    assert "the next code cell must claim a band" in problem


def test_at_most_a_quarter_is_ignored():
    eight = ["train()", ASSERTION, "train()", ASSERTION, "a", "b", "c", "d"]
    assert problems_of(tag(1, 3), *eight) == []
    (problem,) = problems_of(tag(1, 3), *eight[:-1])
    assert "has 2 cells tagged nbval-ignore-output among the 7 with output" in problem


def test_cells_with_figures_only_or_without_output_do_not_count():
    notebook = as_committed("train()", ASSERTION, "a", "b")
    cells = code_cells(notebook)
    cells[1].metadata.update(IGNORED)
    assert find_problems(notebook) == []
    cells[4].outputs = [figure()]
    clean(notebook)
    (problem,) = find_problems(notebook)
    assert "has 1 cells tagged nbval-ignore-output among the 3" in problem
    cells[4].outputs = []
    clean(notebook)
    assert len(find_problems(notebook)) == 1


@pytest.mark.parametrize("rule", stored.RULES)
def test_every_rule_sees_a_violation(rule):
    assert list(rule(as_committed())) == []
    broken = [as_committed() for _ in VIOLATIONS]
    for notebook, (change, _) in zip(broken, VIOLATIONS, strict=True):
        change(notebook)
    assert any(list(rule(notebook)) for notebook in broken)
