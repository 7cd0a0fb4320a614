"""What students get holds no secret, works alone, and never costs a grade."""

import io
import os
import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from grading import leaks
from grading.cli import main
from grading.leaks import find_leaks, secret_lines
from grading.lock import BusyError
from grading.release import (
    COURSE_FILES,
    ReleaseError,
    create_gradebook,
    release_assignments,
    write_archive,
)
from grading.sources import (
    SourceError,
    choose_assignments,
    find_folders,
    graded_cells,
    grading_data,
    kind_of,
    read_source,
    secret_parts,
    source_path,
)
from helpers.reruns.course import course_root
from tests.assignments.in_process import clear_hidden, clear_solution, run_cells
from tests.assignments.synthetic import NAME, build_assignment, cell_of, save

pytestmark = pytest.mark.grading
ASSIGNMENTS = choose_assignments()
COURSE = course_root()


def copy_files(folder):
    for name in COURSE_FILES:
        shutil.copy(COURSE / name, folder)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """Make a gradebook once, since that takes nbgrader seconds."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    create_gradebook(path)
    return path


@pytest.fixture
def root(tmp_path, empty_gradebook):
    """Make a course with one small assignment and an empty package."""
    copy_files(tmp_path)
    find_folders(tmp_path).build.mkdir(parents=True)
    shutil.copy(empty_gradebook, find_folders(tmp_path).gradebook)
    save(build_assignment(), tmp_path)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").touch()
    (tmp_path / "assignments" / "START.md").write_text("Start here.\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """Release all assignments of the course into a folder aside; return its folders."""
    root = tmp_path_factory.mktemp("course")
    copy_files(root)
    shutil.copytree(COURSE / "helpers", root / "helpers")
    shutil.copytree(COURSE / "assignments", root / "assignments")
    release_assignments(root=root)
    return find_folders(root)


def read_release(folders, name=NAME):
    return nbformat.read(folders.release / name / f"{name}.ipynb", as_version=4)


def read_archive(path):
    """Map the files of a zip to their bytes."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything_below(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "gradebook.db"
    }


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_secret_is_in_any_released_file(name, released):
    source = read_source(source_path(name))
    assert len(secret_lines(source)) >= len(graded_cells(source))
    files = {path.name: path.read_bytes() for path in (released.release / name).iterdir()}
    files |= read_archive(released.zips / f"{name}.zip")
    assert len(files) > 50
    for file, content in files.items():
        if "/helpers/" in file:
            own = COURSE / file.removeprefix(f"{name}/")
            assert content == own.read_bytes(), file  # what students have anyway
        else:
            leaked = find_leaks(source, content, is_notebook=file.endswith(".ipynb"))
            assert leaked == [], file


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_whole_solution_is_in_the_package(name):
    package = [path.read_text(encoding="utf-8") for path in (COURSE / "helpers").rglob("*.py")]
    package = [{line.strip() for line in text.split("\n")} for text in package]
    for cell in read_source(source_path(name)).cells:
        for part in secret_parts(cell):
            lines = {line.strip() for line in part.split("\n") if line.strip()}
            assert not any(lines <= present for present in package), grading_data(cell)["grade_id"]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_other_assignment_is_in_the_zip(name, released):
    files = read_archive(released.zips / f"{name}.zip")
    assert [file for file in files if file.endswith(".ipynb")] == [f"{name}/{name}.ipynb"]
    parts = {Path(file).parts[1] for file in files}
    assert parts & {"assignments", "grading", "tests", "build", "notebooks"} == set()
    assert not any("__pycache__" in file for file in files)


PLANTED = {
    "a solution": "    return value + value  # the secret of task 1",
    "a hidden test": 'assert double_2(3) == 6, "The double of another value is wrong."',
    "a model answer": "Because the sum of equals is the double. 3 points for equals.",
}


@pytest.mark.parametrize("line", PLANTED.values(), ids=PLANTED)
def test_a_planted_secret_is_found(line, root):
    release_assignments(root=root)
    notebook = read_release(find_folders(root))
    assert find_leaks(build_assignment(), written(notebook), is_notebook=True) == []
    notebook.cells[1].source += "\n" + line
    assert find_leaks(build_assignment(), written(notebook), is_notebook=True) == [line.strip()]
    assert find_leaks(build_assignment(), line.encode(), is_notebook=False) == [line.strip()]
    notebook.cells[1].source = ""
    notebook.metadata["notes"] = [line]
    assert find_leaks(build_assignment(), written(notebook), is_notebook=True) == [line.strip()]


def written(notebook):
    return nbformat.writes(notebook).encode()


def test_a_release_that_leaks_is_not_published(root, monkeypatch):
    release_assignments(root=root)
    before = everything_below(find_folders(root).build)
    monkeypatch.setattr("grading.release.find_leaks", lambda *_, **__: ["the secret of task 1"])
    with pytest.raises(ReleaseError, match="no line of a solution or hidden test; got 'the secre"):
        release_assignments(root=root)
    assert everything_below(find_folders(root).build) == before


def test_short_lines_and_lines_that_are_shown_are_no_secrets(monkeypatch):
    assert "return value + value  # the secret of task 1" in secret_lines(build_assignment())
    notebook = build_assignment()
    cell_of(notebook, "imports").source += "\n# return value + value  # the secret of task 1"
    assert "return value + value  # the secret of task 1" not in secret_lines(notebook)
    monkeypatch.setattr(leaks, "SHORT", 50)
    assert "return value + value  # the secret of task 1" not in secret_lines(build_assignment())


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_stubs_and_visible_tests_are_those_of_the_quick_tests(name, released):
    source = read_source(source_path(name))
    student = read_release(released, name)
    master = nbformat.read(released.masters / name / f"{name}.ipynb", as_version=4)
    for cell, theirs, kept in zip(source.cells, student.cells, master.cells, strict=True):
        if kind_of(cell) == "open":
            assert theirs.source == kept.source == "YOUR ANSWER HERE"
            continue
        stub = clear_solution(cell.source)
        assert kept.source == stub
        assert theirs.source.rstrip("\n") == clear_hidden(stub).rstrip("\n")


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_released_tests_fail_on_stubs_and_their_cells_are_locked(name, released):
    student = read_release(released, name)
    assert all(error is not None for error in run_cells(student).values())
    for cell in student.cells:
        if kind_of(cell) in ("given", "test"):
            assert cell.metadata.editable is False
        if grading_data(cell):
            assert cell.metadata.deletable is False


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_hidden_tests_accept_the_solution_for_every_draw(name):
    source = read_source(source_path(name))
    for _ in range(5):
        assert set(run_cells(source).values()) == {None}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_unzipped_the_notebook_finds_all_that_it_needs(name, released, tmp_path):
    with zipfile.ZipFile(released.zips / f"{name}.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / name
    code = [cell.source for cell in read_release(released, name).cells if kind_of(cell) == "given"]
    (folder / "given.py").write_text("\n".join(code), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(folder), "MPLBACKEND": "agg"}
    run = "import given, helpers; print(helpers.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(folder / "helpers" / "__init__.py")
    assert all((folder / file).read_bytes() for file in ("START.md", *COURSE_FILES))


def test_the_gradebook_knows_each_cell_and_its_points(released):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{released.gradebook}") as book:
        assert sorted(item.name for item in book.assignments) == ASSIGNMENTS
        for name in ASSIGNMENTS:
            (notebook,) = book.find_assignment(name).notebooks
            known = {cell.name: cell.max_score for cell in notebook.grade_cells}
            cells = graded_cells(read_source(source_path(name)))
            assert known == {cell.name: cell.points for cell in cells}


def test_released_twice_the_files_are_the_same(root):
    release_assignments(root=root)
    before = everything_below(find_folders(root).build)
    release_assignments(root=root)
    assert everything_below(find_folders(root).build) == before
    made = {"release", "masters", "zips", "nbgrader_config.py", ".lock"}
    assert {path.parts[0] for path in before} == made


def submit(root):
    """Enter one graded submission of the small assignment into the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{find_folders(root).gradebook}") as book:
        book.add_student("ada")
        with warnings.catch_warnings():  # nbgrader links them before it adds them
            warnings.filterwarnings("ignore", "Object of type <Submitted.*> not in session")
            book.add_submission(NAME, "ada")
        grade = book.find_grade("test-1", NAME, NAME, "ada")
        grade.auto_score, grade.manual_score = 2, 1.5
        book.db.commit()


def scores(root):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{find_folders(root).gradebook}") as book:
        grade = book.find_grade("test-1", NAME, NAME, "ada")
        return grade.auto_score, grade.manual_score, grade.max_score


def test_a_second_release_keeps_grades_and_says_what_changed(root):
    release_assignments(root=root)
    submit(root)
    (again,) = release_assignments(root=root)
    assert again.note == ""
    notebook = build_assignment()
    cell_of(notebook, "test-1").metadata.nbgrader["points"] = 4
    save(notebook, root)
    (changed,) = release_assignments(root=root)
    assert changed.note == "changed: grade again (1 graded by the earlier tests)"
    assert scores(root) == (2, 1.5, 4)


def test_other_cells_are_refused_once_there_are_grades(root):
    release_assignments(root=root)
    notebook = build_assignment()
    cell_of(notebook, "double-1").metadata.nbgrader["grade_id"] = "twice-1"
    save(notebook, root)
    release_assignments(root=root)  # nothing is graded: the cells may change
    submit(root)
    before = everything_below(find_folders(root).build)
    save(build_assignment(), root)
    message = (
        "07_small: the cells must stay the same once submissions are graded; got new ones: "
        "'double-1', and lost ones: 'twice-1'. Take the change back; or, to grade all anew, move "
        "gradebook.db and the folder results away"
    )
    with pytest.raises(ReleaseError, match=message):
        release_assignments(root=root)
    assert everything_below(find_folders(root).build) == before
    assert scores(root) == (2, 1.5, 2)


def test_nobody_grades_or_releases_during_a_release(root):
    def release_meanwhile(names):
        with pytest.raises(BusyError, match="one command at a time; another release or grading"):
            release_assignments(root=root)
        yield from names

    release_assignments(root=root, watch=release_meanwhile)
    release_assignments(root=root)  # the first has let go


def test_a_bad_source_is_refused_and_the_earlier_release_stays(root):
    release_assignments(root=root)
    before = everything_below(find_folders(root).build)
    spoilt = build_assignment()
    cell_of(spoilt, "test-1").metadata.nbgrader["points"] = 0
    save(spoilt, root)
    (root / "assignments" / "08_none").mkdir()
    (root / "assignments" / "08_none" / "08_none.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        release_assignments(root=root)
    first, second = str(refused.value).split("\n")[:2]
    assert first.startswith("07_small.ipynb: cell `test-1` must have whole points, at least 1; go")
    assert second.startswith("08_none.ipynb must be a notebook that can be read: ")
    assert everything_below(find_folders(root).build) == before


def test_what_nbgrader_refuses_is_not_released(root, monkeypatch):
    notebook = build_assignment()
    cell_of(notebook, "test-1").metadata.nbgrader["grade_id"] = "test-2"
    save(notebook, root)
    monkeypatch.setattr("grading.release.read_source", lambda path: notebook)
    with pytest.raises(ReleaseError, match=r"07_small: nbgrader .*Duplicate grade id: test-2"):
        release_assignments(root=root)
    assert not find_folders(root).release.exists()


def test_what_nbgrader_warns_of_is_not_released(root, monkeypatch):
    from nbgrader.converters import GenerateAssignment

    def warn(self):
        self.log.info("nothing of interest")
        self.log.warning("something is odd")

    monkeypatch.setattr(GenerateAssignment, "start", warn)
    with pytest.raises(ReleaseError, match=r"07_small: nbgrader .* released: something is odd"):
        release_assignments(root=root)
    assert not find_folders(root).release.exists()


def test_a_zip_is_the_same_on_every_day(root, tmp_path):
    contents = []
    for _ in range(2):
        path = tmp_path / "one.zip"
        write_archive(NAME, b"{}", path, root=root)
        contents.append(path.read_bytes())
        for file in root.rglob("*.md"):
            os.utime(file, (10**9, 10**9))
    assert contents[0] == contents[1]
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(contents[0])).filelist} == {
        1980
    }


def call(*arguments, status=0):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_the_command_shows_points_and_where_the_zips_are(root, monkeypatch):
    monkeypatch.setattr("grading.sources.course_root", lambda: root)
    output = call("release")
    (row,) = [line for line in output.splitlines() if NAME in line and "│" in line]
    assert [entry.strip() for entry in row.split("│")[1:5]] == [NAME, "5", "11", "3"]
    assert f"For students: {find_folders(root).zips}" in output
    assert "got '9'" in call("release", "9", status=2)


def test_without_nbgrader_the_command_says_how_to_install_it(root, monkeypatch):
    monkeypatch.setattr("grading.sources.course_root", lambda: root)
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    output = call("release", status=2)
    assert 'python -m pip install -e ".[grading]"' in output
    assert not find_folders(root).release.exists()
