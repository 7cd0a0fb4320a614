"""The assignments: which there are, what their sources must hold, and where all files lie.

A source is a notebook in nbgrader's format with solutions and hidden tests inside, the only one
that a person edits. Everything made of it lies below `build/assignments`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.checks import quoted, suggest
from helpers.reruns.course import course_root

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
MARKERS = (*SOLUTION, *HIDDEN)
# nbgrader takes any line with these words for a marker
MARKING = re.compile(
    r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)|### (?:HASHED )?AUTOTEST"
)
SCHEMA = 3
# cell type, graded, answered by the student, locked
KINDS = {
    ("code", False, False, True): "given",
    ("code", False, True, False): "answer",
    ("code", True, False, True): "test",
    ("markdown", True, True, False): "open",
}


class SourceError(ValueError):
    """A source that cannot be released; the message names each file and cell."""


@dataclass(frozen=True)
class Folders:
    """Where the files of all assignments lie, below the folder of the course."""

    root: Path

    @property
    def sources(self):
        return self.root / "assignments"

    @property
    def build(self):
        return self.root / "build" / "assignments"

    @property
    def release(self):
        return self.build / "release"

    @property
    def zips(self):
        return self.build / "zips"

    @property
    def masters(self):
        return self.build / "masters"

    def master(self, name):
        return self.masters / name / f"{name}.ipynb"

    @property
    def gradebook(self):
        return self.build / "gradebook.db"


@dataclass(frozen=True)
class GradedCell:
    """A cell that earns points: by its test, or by the lecturer's hand."""

    name: str
    points: int
    by_hand: bool


def find_folders(root=None):
    """Locate the files of all assignments, in the course's own folder if no other is given."""
    return Folders(Path(root or course_root()))


def choose_assignments(names=(), *, root=None):
    """List the assignments to work on, in the order of the course.

    Each name is a number ("02" or "2") or a whole name; none of them means all.

    Raises
    ------
    ValueError
        If a name is no assignment, or there are none.
    """
    folder = find_folders(root).sources
    available = sorted(path.parent.name for path in folder.glob("[0-9]*/*.ipynb"))
    if not available:
        raise ValueError(
            f"{folder} must hold assignments, NAME/NAME.ipynb; there are none. Write one first."
        )
    chosen = {_choose(name, available) for name in names} or set(available)
    return [name for name in available if name in chosen]


def _choose(wanted, available):
    found = [name for name in available if wanted == name or wanted.zfill(2) == name.split("_")[0]]
    if len(found) != 1:
        raise ValueError(
            f"An assignment must be one of {quoted(available)}, or its number; "
            f"got {wanted!r}.{suggest(wanted, available)}"
        )
    return found[0]


def source_path(name, *, root=None):
    """Locate the source of one assignment."""
    return find_folders(root).sources / name / f"{name}.ipynb"


def read_source(path):
    """Read a source and check it.

    Raises
    ------
    SourceError
        If it is no notebook, or `find_problems` finds any.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise SourceError(f"{path.name} must be a notebook that can be read: {error}") from error
    problems = find_problems(notebook)
    if problems:
        raise SourceError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return notebook


def graded_cells(notebook):
    """List the cells that earn points, in their order."""
    return [
        GradedCell(data["grade_id"], data["points"], data["solution"])
        for data in map(grading_data, notebook.cells)
        if data.get("grade")
    ]


def grading_data(cell):
    """Return what nbgrader keeps of a cell; empty for a cell that it does not know."""
    return cell.metadata.get("nbgrader", {})


def kind_of(cell):
    """Say what a cell is to the grader: given, answer, test, open; None for anything else."""
    data = grading_data(cell)
    flags = (data.get("grade"), data.get("solution"), data.get("locked"))
    return KINDS.get((cell.cell_type, *flags))


def find_problems(notebook):
    """List what makes a notebook unfit for release, each with the name of its cell."""
    problems, seen = [], set()
    for number, cell in enumerate(notebook.cells, start=1):
        label = f"cell `{grading_data(cell).get('grade_id', number)}`"
        found = [*_find_leftovers(cell), *_find_marker_problems(cell)]
        if grading_data(cell):
            found += [*_find_metadata_problems(cell, seen), *_find_part_problems(cell)]
        problems += [f"{label} {problem}" for problem in found]
    if not any(kind_of(cell) == "test" for cell in notebook.cells):
        problems.append("must have a test cell; it has none. Add one to each answer.")
    return problems


def _find_leftovers(cell):
    if cell.get("outputs") or cell.get("execution_count"):
        yield "must have no stored output. Clear all outputs and save."
    if cell.get("attachments"):
        yield "must have no attachment: it would be released. Draw the figure in a cell."


def _find_metadata_problems(cell, seen):
    data = grading_data(cell)
    name = data.get("grade_id", "")
    if data.get("schema_version") != SCHEMA:
        yield f"must have nbgrader's schema {SCHEMA}; got {data.get('schema_version')!r}."
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        yield f"must have an id of letters, digits, - and _; got {name!r}. Rename it."
    if name in seen:
        yield "must have an id of its own; an earlier cell has the same. Rename one of them."
    seen.add(name)
    if kind_of(cell) is None:
        flags = {key: data.get(key) for key in ("grade", "solution", "locked")}
        yield f"must be one of {quoted(KINDS.values())}; got a {cell.cell_type} cell with {flags}."
    points = data.get("points")
    if data.get("grade") and (type(points) is not int or points < 1):
        yield f"must have whole points, at least 1; got {points!r}. Set its points."


def _find_marker_problems(cell):
    """Markers stand alone in their line, in pairs, in cells that may have them."""
    lines = cell.source.split("\n")
    for line in lines:
        if MARKING.search(line) and line.strip() not in MARKERS:
            yield f"has {line.strip()!r}, which nbgrader takes for a marker. Use {quoted(MARKERS)}."
    for pair, kind in ((SOLUTION, "answer"), (HIDDEN, "test")):
        found = [line.strip() for line in lines if line.strip() in pair]
        if found and kind_of(cell) != kind:
            yield f"has {found[0]!r}, which belongs in a cell of kind {kind!r} only. Move it."
        if found != [*pair] * (len(found) // 2):
            yield f"must have {pair[0]!r} and {pair[1]!r} in turn; got {quoted(found)}."


def _find_part_problems(cell):
    kind = kind_of(cell)
    if kind == "answer" and not secret_parts(cell):
        yield f"must have a solution between {SOLUTION[0]!r} and {SOLUTION[1]!r}; it has none."
    if kind == "test" and not secret_parts(cell):
        yield f"must have hidden tests between {HIDDEN[0]!r} and {HIDDEN[1]!r}; it has none."
    if kind == "test" and not visible_text(cell).strip():
        yield "must have visible tests, so that students get a hint; it has none."
    if kind == "open" and not cell.source.strip():
        yield "must have a model answer, which says what earns each point; it is empty."


def secret_parts(cell):
    """List what no student may see of a cell: solutions, hidden tests, the model answer."""
    if kind_of(cell) == "open":
        return [cell.source]
    inside = {"answer": SOLUTION, "test": HIDDEN}.get(kind_of(cell))
    if inside is None:
        return []
    begin, end = map(re.escape, inside)
    parts = re.findall(rf"{begin}\n(.*?)[ \t]*{end}", cell.source, re.S)
    return [part for part in parts if part.strip()]


def visible_text(cell):
    """Return what a student sees of a cell, without the stub that stands for a solution."""
    text = "" if kind_of(cell) == "open" else cell.source
    for begin, end in (SOLUTION, HIDDEN):
        text = re.sub(rf"[ \t]*{re.escape(begin)}\n.*?{re.escape(end)}", "", text, flags=re.S)
    return text
