"""What students hand in: finding it, reading it, and putting back what is not theirs to change."""

import base64
import copy
import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grading.sources import grading_data, kind_of, visible_text

MOST_MEGABYTES = 20
MOST_BYTES = MOST_MEGABYTES * 10**6
MOST_CELLS = 1000
PICTURES = ("image/png", "image/jpeg")
MOST_CHARACTERS = 20_000  # of a cell: a page of very long text takes hours to make
# a name goes into paths, patterns and pages
STUDENT = re.compile(r"[\w@+-][\w.@+ -]*")
NOTES = {
    "copied": "these cells were there twice; only the first of each is graded: {}",
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
        Submission(_readable(student.name), name, student / name)
        for student in _student_folders(folder)
        for name in names
        if (student / name).is_dir()
    ]
    if not found:
        raise ValueError(
            f"{folder} must hold submissions as STUDENT/NAME/NAME.ipynb, with NAME one of "
            f"{', '.join(names)}; found none. See docs/teaching.md for the layout."
        )
    return found


def find_strays(folder, names):
    """List what lies in the students' folders and is no folder of an assignment."""
    return [
        _readable(str(path.relative_to(folder)))
        for student in _student_folders(folder)
        for path in sorted(student.iterdir())
        if not path.name.startswith(".") and not (path.is_dir() and path.name in names)
    ]


def _student_folders(folder):
    folders = (path for path in Path(folder).iterdir() if path.is_dir())
    return sorted(path for path in folders if not path.name.startswith("."))


def _readable(name):
    """Return a name as text that can be written: not each byte of a foreign zip is a letter."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


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
    # macOS puts a file `._NAME` of its own beside each file in a zip
    paths = sorted(submission.folder.glob("[!.]*.ipynb"))
    if any(path.is_symlink() for path in (submission.folder, *paths)):
        raise Rejected("must be a file of its own; got a link. Hand in the notebook itself.")
    if not all(path.is_file() for path in paths):  # reading a pipe would never end
        raise Rejected(
            "must be a file of its own; got a folder or a pipe. Hand in the notebook itself."
        )
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
    """Identify what is graded, by the bytes of the notebook and of the master."""
    try:
        path, _ = find_notebook(submission)
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)  # one that is larger is rejected anyhow
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
    if size > MOST_BYTES:
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
    _check_cells(notebook.cells)
    return notebook


def _check_cells(cells):
    if len(cells) > MOST_CELLS:
        raise Rejected(f"must have at most {MOST_CELLS} cells; got {len(cells)}. Delete your own.")
    for number, cell in enumerate(cells, start=1):
        if len(cell.source) > MOST_CHARACTERS:
            raise Rejected(
                f"must have at most {MOST_CHARACTERS:,} characters in a cell; got "
                f"{len(cell.source):,} in cell {number}. Shorten it."
            )
        try:
            cell.source.encode()
        except UnicodeEncodeError as error:
            raise Rejected(
                f"must hold letters that can be written; got half of one in cell {number} "
                f"({error.reason}). Type it again."
            ) from error


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
        name = _name_in(cell)
        if name in originals and name not in answers:
            last = name
            answers[name], behind[name] = cell, []
        elif name in originals:
            found["copied"].append(name)
            if kind_of(originals[name]) in ("answer", "open"):  # it may be where they went on
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
            if kind_of(original) == "open":
                _keep_pictures(answers[name], cell)
        elif _words(answers[name].source) != _words(visible_text(original)):
            found["changed"].append(name)
        repaired.cells += [cell, *behind.get(name, [])]
    _give_ids(repaired)
    return repaired, [
        NOTES[what].format(", ".join(names)) for what, names in found.items() if names
    ]


def _name_in(cell):
    """Return the name that a student's cell has; what it holds may be anything."""
    data = grading_data(cell)
    name = data.get("grade_id") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def _plain(cell):
    """Return a cell of the student's own: text or code, and nothing else."""
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return _keep_pictures(cell, nbformat.v4.new_markdown_cell(cell.source))


def _keep_pictures(cell, text):
    """Give a text cell the pictures that were pasted into another, if that is what they are."""
    pictures = {
        name: {kind: data for kind, data in kinds.items() if kind in PICTURES and is_base64(data)}
        for name, kinds in cell.get("attachments", {}).items()
    }
    if pictures:
        text.attachments = pictures
    return text


def is_base64(value):
    """Tell whether a value is data as a notebook stores pictures, and so cannot end its tag."""
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (AttributeError, ValueError):
        return False
    return True


def _words(source):
    return source.split()


def _give_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
