"""What students hand in: finding it, reading it, and putting back what is not theirs to change."""

import copy
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grading.sources import grading_data, kind_of, visible_text

MOST_MEGABYTES = 20
MOST_CELLS = 1000
# a name goes into paths, patterns and pages
STUDENT = re.compile(r"[\w@+-][\w.@+ -]*")
NOTES = {
    "copied": "these cells were there twice, and the first of each counts: {}",
    "changed": "these cells were changed and were put back: {}",
    "missing": "these cells were missing and were put back: {}",
}


class Rejected(ValueError):
    """A submission that cannot be graded; the message tells the student why."""


@dataclass(frozen=True)
class Submission:
    """One student's folder for one assignment."""

    student: str
    assignment: str
    folder: Path

    def __str__(self):
        return f"{self.student}/{self.assignment}"


def find_submissions(folder, names):
    """List the submissions to these assignments in FOLDER/STUDENT/NAME, in order.

    Raises
    ------
    ValueError
        If there is none.
    """
    folder = Path(folder)
    found = [
        Submission(student.name, name, student / name)
        for student in sorted(folder.iterdir())
        if student.is_dir() and not student.name.startswith(".")
        for name in names
        if (student / name).is_dir()
    ]
    if not found:
        raise ValueError(
            f"{folder} must hold submissions as STUDENT/NAME/NAME.ipynb, with NAME one of "
            f"{', '.join(names)}; found none. See docs/teaching.md for the layout."
        )
    return found


def find_notebook(submission):
    """Locate the notebook of a submission; return it with notes on what was odd.

    Raises
    ------
    Rejected
        If there is none, or there are several and none has the right name.
    """
    expected = f"{submission.assignment}.ipynb"
    if not STUDENT.fullmatch(submission.student):
        raise Rejected(
            "must lie in a folder named by letters, digits and . _ @ + - only; got "
            f"{submission.student!r}. Rename the folder."
        )
    paths = sorted(submission.folder.glob("*.ipynb"))
    if any(path.is_symlink() for path in (submission.folder, *paths)):
        raise Rejected("must be a file of its own; got a link. Hand in the notebook itself.")
    if not paths:
        raise Rejected(f"must hold the notebook {expected}; it holds none. Hand it in.")
    named = [path for path in paths if path.name == expected]
    if not named and len(paths) > 1:
        got = ", ".join(path.name for path in paths)
        raise Rejected(f"must hold one notebook, {expected}; got {got}. Keep the one to grade.")
    chosen = (named or paths)[0]
    notes = [] if named else [f"the notebook was named {chosen.name}, not {expected}"]
    if named and len(paths) > 1:
        notes.append(f"besides {expected} there were other notebooks, which were not graded")
    return chosen, notes


def digest_of(submission, master):
    """Identify what is graded, by the bytes of the notebook and of the master; None if unread."""
    try:
        path, _ = find_notebook(submission)
        content = path.read_bytes()
    except (Rejected, OSError) as error:
        content = str(error).encode()
    return hashlib.sha256(Path(master).read_bytes() + b"\0" + content).hexdigest()


def read_submission(path):
    """Read a notebook that may be broken, or made to do harm.

    Raises
    ------
    Rejected
        If it is too large, or no notebook.
    """
    size = path.stat().st_size
    if size > MOST_MEGABYTES * 1e6:
        raise Rejected(
            f"must have at most {MOST_MEGABYTES} MB; got {size / 1e6:.0f} MB. Clear the outputs, "
            "save, and hand it in again."
        )
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # a notebook can be broken in any way
        reason = " ".join(str(error).split())[:200]
        raise Rejected(
            f"must be a notebook in Jupyter's format; it cannot be read ({reason}). Open it in "
            "JupyterLab, save, and hand it in again."
        ) from error
    if len(notebook.cells) > MOST_CELLS:
        raise Rejected(
            f"must have at most {MOST_CELLS} cells; got {len(notebook.cells)}. Delete your own."
        )
    return notebook


def repair(notebook, master):
    """Put a student's answers and own cells into the master; return it with notes on changes.

    The master's cells come in its order, each followed by what the student wrote behind it. So
    tests that were changed, deleted, copied or moved are whole again.
    """
    originals = {
        grading_data(cell)["grade_id"]: cell for cell in master.cells if grading_data(cell)
    }
    answers, behind, last = {}, {None: []}, None
    found = {"copied": [], "changed": [], "missing": []}
    for cell in notebook.cells:
        name = grading_data(cell).get("grade_id")
        if name in originals and name not in answers:
            last = name
            answers[name], behind[name] = cell, []
        elif name in originals:
            found["copied"].append(name)
            if kind_of(originals[name]) == "answer":  # it may be where they went on
                behind[last].append(_plain(cell))
        else:
            behind[last].append(_plain(cell))
    repaired = copy.deepcopy(master)
    repaired.cells = list(behind[None])
    for name, original in originals.items():
        cell = copy.deepcopy(original)
        if name not in answers:
            found["missing"].append(name)
        elif kind_of(original) in ("answer", "open"):
            cell.source = answers[name].source
        elif _words(answers[name].source) != _words(visible_text(original)):
            found["changed"].append(name)
        repaired.cells += [cell, *behind.get(name, [])]
    _give_ids(repaired)
    return repaired, [
        NOTES[what].format(", ".join(names)) for what, names in found.items() if names
    ]


def _plain(cell):
    """Return a cell of the student's own: text or code, and nothing else."""
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return nbformat.v4.new_markdown_cell(cell.source)


def _words(source):
    return source.split()


def _give_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
