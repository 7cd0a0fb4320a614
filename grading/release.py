"""Making what students get: each notebook without its secrets, and a zip of it that runs alone.

Everything is made in a folder aside and moved into place at the end, so that a release that fails
leaves the earlier one. The gradebook keeps the grades that it has.
"""

import logging
import os
import shutil
import sqlite3
import sysconfig
import tempfile
import tomllib
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from grading.leaks import find_leaks
from grading.lock import one_at_a_time
from grading.sources import (
    Folders,
    SourceError,
    choose_assignments,
    find_folders,
    graded_cells,
    grading_data,
    read_source,
    source_path,
)
from helpers.checks import quoted
from helpers.reruns.files import write_text

# what a zip holds besides the notebook, its start page and the package
COURSE_FILES = (
    *("LICENSE", "README.md", "bootstrap.py", "environment.yml", "pyproject.toml"),
    "requirements.lock",
)
BIRTHDAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip knows: the same bytes on every day


class ReleaseError(RuntimeError):
    """A release that must not be made; what was released before stays."""


@dataclass(frozen=True)
class Released:
    """What was made of one assignment."""

    name: str
    cells: list  # of GradedCell
    archive: Path
    note: str


def release_assignments(names=(), *, root=None, watch=iter):
    """Make the students' copies of assignments, and enter them into the gradebook.

    `watch` wraps the names while they are worked on, to show how far it has come.

    Raises
    ------
    ValueError
        If a name is no assignment.
    SourceError
        If a source cannot be released; all problems of all sources are listed.
    ReleaseError
        If graded cells would be lost, or nbgrader refuses.
    """
    folders = find_folders(root)
    sources = _read_sources(choose_assignments(names, root=root), root)
    with (
        one_at_a_time(folders),
        tempfile.TemporaryDirectory(dir=folders.build, prefix=".release-") as aside,
    ):
        stage = Folders(Path(aside))
        stage.build.mkdir(parents=True)
        if folders.gradebook.exists():
            copy_gradebook(folders.gradebook, stage.gradebook)
        else:
            create_gradebook(stage.gradebook)
        released = [_make(name, sources[name], folders, stage) for name in watch(list(sources))]
        _publish(list(sources), stage, folders)
    return released


def _read_sources(names, root):
    sources, problems = {}, []
    for name in names:
        try:
            sources[name] = read_source(source_path(name, root=root))
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise SourceError("\n".join(problems))
    return sources


def copy_gradebook(gradebook, target):
    """Copy a gradebook, whole even while another program writes into it."""
    with closing(sqlite3.connect(gradebook)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def create_gradebook(path):
    """Make an empty gradebook; nbgrader starts `alembic` by its name, so it must be found."""
    from nbgrader.api import Gradebook

    saved = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), saved])
    try:
        Gradebook(f"sqlite:///{path}").close()
    finally:
        os.environ["PATH"] = saved


def _make(name, source, folders, stage):
    shutil.copytree(folders.sources / name, stage.sources / name)
    graded = _count_graded(name, source, stage.gradebook)
    _convert(name, stage, stage.masters, keep_hidden_tests=True)
    _convert(name, stage, stage.release)
    notebook = (stage.release / name / f"{name}.ipynb").read_bytes()
    leaks = find_leaks(source, notebook, is_notebook=True)
    if leaks:
        raise ReleaseError(
            f"{name}: the released notebook must hold no line of a solution or hidden test; "
            f"got {quoted(leaks)}. Put these lines between the markers of their cells."
        )
    write_archive(name, notebook, stage.zips / f"{name}.zip", root=folders.root)
    note = _note_on_change(name, graded, folders, stage)
    return Released(name, graded_cells(source), folders.zips / f"{name}.zip", note)


def _count_graded(name, source, gradebook):
    """Count the graded submissions; refuse a source that has other cells than these."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(f"sqlite:///{gradebook}") as book:
        try:
            known = book.find_notebook(name, name)
        except MissingEntry:
            return 0
        graded = len(known.submissions)
        before = {cell.name for cell in known.source_cells}
    now = {data["grade_id"] for data in map(grading_data, source.cells) if data}
    if graded and before != now:
        raise ReleaseError(
            f"{name}: the cells must stay the same once submissions are graded; got new ones: "
            f"{quoted(sorted(now - before)) or 'none'}, and lost ones: "
            f"{quoted(sorted(before - now)) or 'none'}. Take the change back; or, to grade all "
            f"anew, move {gradebook.name} and the folder results away, and release again."
        )
    return graded


def _note_on_change(name, graded, folders, stage):
    old, new = (folder.masters / name / f"{name}.ipynb" for folder in (folders, stage))
    if graded and old.exists() and old.read_bytes() != new.read_bytes():
        return f"changed: grade again ({graded} graded by the earlier tests)"
    return ""


def _convert(name, stage, target, *, keep_hidden_tests=False):
    """Let nbgrader make the student's notebook, or the master that the grader restores tests from.

    The gradebook learns of the assignment with the student's notebook.
    """
    from nbgrader import preprocessors
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    course = CourseDirectory(
        root=str(stage.root),
        db_url=f"sqlite:///{stage.gradebook}",
        source_directory=stage.sources.name,
        release_directory=str(target.relative_to(stage.root)),
        assignment_id=name,
    )
    converter = GenerateAssignment(coursedir=course, log=logging.Logger("nbgrader"))
    if keep_hidden_tests:
        converter.no_database = True
        kept = ("LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata")
        converter.preprocessors = [
            getattr(preprocessors, step) for step in (*kept, "ComputeChecksums")
        ]
    told = listen(converter.log)
    with suppress(NbGraderException):  # its words only point to what it told before
        converter.start()
    if told:
        raise ReleaseError(
            f"{name}: nbgrader must take it without a warning; nothing was released: "
            f"{' '.join(told[:1])}"
        )


def listen(log, level=logging.WARNING):
    """Collect the last line of each warning and error, in place of printing it."""
    told = []
    handler = logging.Handler(level)
    handler.emit = lambda record: told.append(record.getMessage().strip().split("\n")[-1])
    log.addHandler(handler)
    return told


def write_archive(name, notebook, path, *, root):
    """Write the zip that a student gets: the notebook (bytes) and all that it needs to run."""
    files = {f"{name}.ipynb": notebook}
    files |= {file: (root / file).read_bytes() for file in COURSE_FILES}
    files["START.md"] = (find_folders(root).sources / "START.md").read_bytes()
    files |= {file.relative_to(root).as_posix(): file.read_bytes() for file in _package(root)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{file}", date_time=BIRTHDAY)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)


def _package(root):
    """List the files that belong to the package: its code, and the data that it declares."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["helpers"]
    return {file for pattern in ("**/*.py", *patterns) for file in (root / "helpers").glob(pattern)}


# for nbgrader's own tools on the folder of the build, such as Formgrader
CONFIGURATION = """c = get_config()
c.CourseDirectory.source_directory = "masters"
# else what a student writes as HTML would run in the browser of the lecturer
c.HTMLExporter.preprocessors = ["nbconvert.preprocessors.sanitize.SanitizeHTML"]
"""


def _publish(names, stage, folders):
    write_text(folders.build / "nbgrader_config.py", CONFIGURATION)
    # First, because grading runs the gradebook's tests: those of a master that it does not know yet
    # would count as already run.
    stage.gradebook.replace(folders.gradebook)
    for name in names:
        for new, old in ((stage.release, folders.release), (stage.masters, folders.masters)):
            _replace_folder(new / name, old / name, aside=new / f"{name}.old")
        folders.zips.mkdir(exist_ok=True)
        (stage.zips / f"{name}.zip").replace(folders.zips / f"{name}.zip")


def _replace_folder(new, old, *, aside):
    old.parent.mkdir(exist_ok=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
