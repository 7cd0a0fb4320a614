"""What a committed notebook must be like, checked on the file alone, without a kernel.

Each rule takes a notebook and yields a sentence for each violation. nbval recomputes outputs, but
it sees neither figures nor metadata, and it passes a notebook that was never run; these rules see.
`python -m helpers notebooks` mends what the tools wrote; the rest is for the author.
"""

import ast
import itertools
import re

from helpers.reruns.committed import (
    KEPT_OF_CELL,
    KEPT_OF_NOTEBOOK,
    KERNELSPEC,
    LANGUAGE,
    code_cells,
    code_digest,
    descriptions,
    is_figure,
)
from helpers.reruns.parameters import ParameterError, read_parameters

LONGEST_CELL = 25  # lines
MOST_CODE_CELLS_IN_A_ROW = 2
SHORTEST_DESCRIPTION = 20  # characters
IGNORED = "nbval-ignore-output"
LARGEST_SHARE_IGNORED = 1 / 4
# a cell that is not run or may raise is not checked by nbval, or cannot be run by papermill
FORBIDDEN_TAGS = {"nbval-skip", "nbval-raises-exception", "raises-exception"}
_MARKER = re.compile(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_\w+)", re.M)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$", re.M)


def find_problems(notebook):
    """Name everything that keeps a notebook from being committed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As `helpers.reruns.committed.read_notebook` reads it.

    Returns
    -------
    list of str
        Empty if the notebook is in order.
    """
    return [problem for rule in RULES for problem in rule(notebook)]


def _named(cell, notebook):
    number = next(i for i, other in enumerate(notebook.cells, start=1) if other is cell)
    return f"cell {number} ({cell.get('id') or 'without id'})"


def _tags(cell):
    return set(cell.metadata.get("tags", []))


def find_missing_ids(notebook):
    """Each cell has its own id, so that tools do not invent new ones each time."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield f"must have format 4.5; got {notebook.nbformat}.{notebook.nbformat_minor}"
    ids = [cell.get("id") for cell in notebook.cells]
    for cell in notebook.cells:
        if not cell.get("id"):
            yield f"{_named(cell, notebook)} must have an id"
        elif ids.count(cell.id) > 1:
            yield f"{_named(cell, notebook)} has the id of another cell"


def find_volatile_metadata(notebook):
    """Metadata says what kernel to use, and nothing that differs from run to run."""
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        yield f"must have the kernelspec {KERNELSPEC}; got {notebook.metadata.get('kernelspec')}"
    if notebook.metadata.get("language_info") != LANGUAGE:
        yield f"must have the language_info {LANGUAGE}, nothing about the kernel's version"
    if extra := notebook.metadata.keys() - KEPT_OF_NOTEBOOK:
        yield f"has metadata that tools left behind: {', '.join(sorted(extra))}"
    for cell in notebook.cells:
        if extra := cell.metadata.keys() - KEPT_OF_CELL:
            yield f"{_named(cell, notebook)} has metadata that tools left: {sorted(extra)}"


def find_stale_outputs(notebook):
    """The outputs are those of this code, executed from top to bottom in one go."""
    if notebook.metadata.get("course", {}).get("code_digest") != code_digest(notebook):
        yield "has outputs of other code than its own: run `python -m helpers notebooks`"
    for number, cell in enumerate(code_cells(notebook), start=1):
        if not cell.source.strip():
            yield f"{_named(cell, notebook)} is empty"
        elif cell.execution_count != number:
            yield (
                f"{_named(cell, notebook)} must have been executed as number {number}; "
                f"got {cell.execution_count}"
            )


def find_unclean_outputs(notebook):
    """No output is an error, comes from stderr, redraws itself or needs a widget."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            text = output.get("text", "")
            if output.output_type == "error":
                yield f"{_named(cell, notebook)} ends with the error {output.ename}"
            if output.get("name") == "stderr":
                yield f"{_named(cell, notebook)} writes to stderr: {text.strip()[:60]!r}"
            if "\b" in text or "\r" in text:
                yield f"{_named(cell, notebook)} holds a progress bar"
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
                yield f"{_named(cell, notebook)} shows a widget, which needs a running kernel"


def find_undescribed_figures(notebook):
    """Each figure has a description, in the output and where MyST-NB looks for it."""
    for cell in code_cells(notebook):
        found = descriptions(cell)
        if any(len(alt.strip()) < SHORTEST_DESCRIPTION for alt in found):
            yield (
                f"{_named(cell, notebook)} has a figure without a description of at least "
                f"{SHORTEST_DESCRIPTION} characters: show it with `show(figure, alt)`"
            )
        stored = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if stored != " ".join(found).strip():
            yield f"{_named(cell, notebook)} must repeat its figures' descriptions in its metadata"


def _claims_band(source):
    """Say whether code calls `run.check_band`."""
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:
        return False
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    return "run.check_band" in called


def find_unchecked_cells(notebook):
    """Few cells are left out of nbval's comparison, and the next code cell claims a band."""
    cells = code_cells(notebook)
    for cell, following in itertools.zip_longest(cells, cells[1:]):
        if IGNORED in _tags(cell) and not (following and _claims_band(following.source)):
            yield (
                f"{_named(cell, notebook)} is tagged {IGNORED}: the next code cell must claim a "
                "band of its numbers: `run.check_band(...)`"
            )
        if forbidden := _tags(cell) & FORBIDDEN_TAGS:
            yield f"{_named(cell, notebook)} must not be tagged {', '.join(sorted(forbidden))}"
        if marker := _MARKER.search(cell.source):
            yield f"{_named(cell, notebook)} must use a tag instead of the comment {marker[1]}"
    texts = [cell for cell in cells if not all(map(is_figure, cell.outputs))]
    ignored = [cell for cell in texts if IGNORED in _tags(cell)]
    if len(ignored) > LARGEST_SHARE_IGNORED * len(texts):
        yield (
            f"has {len(ignored)} cells tagged {IGNORED} among the {len(texts)} with output other "
            "than figures; at most a quarter of these may be"
        )


def find_wrong_parameters(notebook):
    """There is one parameters cell, and the course can read it."""
    try:
        read_parameters(notebook)
    except ParameterError as error:
        yield str(error)


def find_wrong_headings(notebook):
    """One title, at the beginning, and no level of headings left out."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = [(len(marks), title) for marks, title in _HEADING.findall(_FENCED.sub("", text))]
    levels = [level for level, _ in headings]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"must have one title (`# ...`), as its first heading; got {levels.count(1)}"
    for (before, _), (level, title) in itertools.pairwise(headings):
        if level > before + 1:
            yield f"leaves out a level of headings before {'#' * level} {title}"


def find_broken_rhythm(notebook):
    """Text and code alternate, and no code cell is long."""
    kinds = itertools.groupby(notebook.cells, key=lambda cell: cell.cell_type)
    for run in [list(cells) for kind, cells in kinds if kind == "code"]:
        if len(run) > MOST_CODE_CELLS_IN_A_ROW:
            yield (
                f"has {len(run)} code cells in a row from {_named(run[0], notebook)}; at most "
                f"{MOST_CODE_CELLS_IN_A_ROW}: say between them what is seen"
            )
    for cell in code_cells(notebook):
        if (lines := len(cell.source.splitlines())) > LONGEST_CELL:
            yield f"{_named(cell, notebook)} has {lines} lines; at most {LONGEST_CELL}"


RULES = (
    find_missing_ids,
    find_volatile_metadata,
    find_stale_outputs,
    find_unclean_outputs,
    find_undescribed_figures,
    find_unchecked_cells,
    find_wrong_parameters,
    find_wrong_headings,
    find_broken_rhythm,
)
