"""Submissions are found, read, and put back in order, whatever students did to them."""

import copy
import os
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from grading.sources import grading_data, kind_of, visible_text
from grading.submissions import (
    Rejected,
    Submission,
    digest_of,
    find_notebook,
    find_submissions,
    read_submission,
    repair,
)
from tests.assignments.synthetic import NAME, build_assignment, cell_of


@pytest.fixture
def master():
    """Give a master: it has the hidden tests; that it has solutions, too, is no matter here."""
    return build_assignment()


@pytest.fixture
def submitted(master):
    """Give what a student hands in: without the hidden tests."""
    notebook = copy.deepcopy(master)
    for cell in notebook.cells:
        if kind_of(cell) == "test":
            cell.source = visible_text(cell)
    return notebook


@pytest.fixture
def submission(submitted, tmp_path):
    """Give a submission that lies in a folder."""
    folder = tmp_path / "ada" / NAME
    folder.mkdir(parents=True)
    nbformat.write(submitted, folder / f"{NAME}.ipynb")
    return Submission("ada", NAME, folder)


def attached_to(cell):
    return cell.get("attachments", {}).values()


def names_of(notebook):
    return [grading_data(cell).get("grade_id", cell.source) for cell in notebook.cells]


def ids_of(notebook):
    return [name for cell in notebook.cells if (name := grading_data(cell).get("grade_id"))]


def test_submissions_are_found_in_order_and_hidden_folders_are_not(tmp_path):
    for path in (f"bob/{NAME}", f"ada/{NAME}", "ada/08_next", f".git/{NAME}", "eve/other"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "list.txt").touch()
    found = find_submissions(tmp_path, [NAME, "08_next"])
    assert [str(each) for each in found] == [f"ada/{NAME}", "ada/08_next", f"bob/{NAME}"]


def test_a_folder_without_submissions_says_what_it_must_hold(tmp_path):
    with pytest.raises(ValueError, match=f"STUDENT/NAME/NAME.ipynb, with NAME one of {NAME}; "):
        find_submissions(tmp_path, [NAME])


def test_the_right_notebook_is_found_without_a_note(submission):
    path, notes = find_notebook(submission)
    assert (path.name, notes) == (f"{NAME}.ipynb", [])


def test_a_renamed_notebook_is_found_with_a_note(submission):
    path = submission.folder / f"{NAME}.ipynb"
    path.rename(path.with_name("mine.ipynb"))
    found, notes = find_notebook(submission)
    assert found.name == "mine.ipynb"
    assert notes == [f"the notebook was named mine.ipynb, not {NAME}.ipynb"]


def test_of_two_notebooks_the_name_decides_and_else_neither(submission):
    path = submission.folder / f"{NAME}.ipynb"
    shutil.copy(path, path.with_name("backup.ipynb"))
    found, notes = find_notebook(submission)
    assert found == path
    assert notes == [f"besides {path.name} there were other notebooks, which were not graded"]
    path.rename(path.with_name("mine.ipynb"))
    with pytest.raises(Rejected, match=r"got backup.ipynb, mine.ipynb. Keep the one to grade"):
        find_notebook(submission)


def test_no_notebook_a_link_a_folder_and_a_pipe_are_rejected(submission):
    path = submission.folder / f"{NAME}.ipynb"
    path.rename(submission.folder / "elsewhere")
    with pytest.raises(Rejected, match="it holds none"):
        find_notebook(submission)
    path.symlink_to(submission.folder / "elsewhere")
    with pytest.raises(Rejected, match="got a link"):
        find_notebook(submission)
    for make in (os.mkdir, os.mkfifo):
        path.unlink() if path.is_symlink() else path.rmdir()
        make(path)
        with pytest.raises(Rejected, match="got a folder or a pipe"):
            find_notebook(submission)


@pytest.mark.parametrize("name", ["<b>", "a\nb", "a;b", "a*", "a'b"])
def test_a_folder_name_that_could_do_harm_is_rejected(name, submission):
    with pytest.raises(Rejected, match="must lie in a folder named by letters, digits"):
        find_notebook(Submission(name, NAME, submission.folder))


@pytest.mark.parametrize(
    "name", ["ada", "ada.b@uni-x.edu", "Ada Lovelace", "Žofie", "王小明", "007"]
)
def test_an_ordinary_folder_name_is_accepted(name, submission):
    assert find_notebook(Submission(name, NAME, submission.folder))[1] == []


def test_the_digest_tells_every_change_of_notebook_master_and_name(submission, tmp_path):
    master = tmp_path / "master.ipynb"
    master.write_text("1", encoding="utf-8")
    digests = [digest_of(submission, master), digest_of(submission, master)]
    assert digests[0] == digests[1]
    path = submission.folder / f"{NAME}.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")
    digests[1] = digest_of(submission, master)
    master.write_text("2", encoding="utf-8")
    digests.append(digest_of(submission, master))
    path.unlink()
    digests.append(digest_of(submission, master))
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"cells": 1}', '{"nbformat": 4, "nbformat_minor": 5}', "[" * 100_000],
)
def test_what_is_no_notebook_is_rejected_in_one_line(content, tmp_path):
    path = tmp_path / "broken.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(
        Rejected, match=r"^must be a notebook in Jupyter's format; it [^\n]*again.$"
    ):
        read_submission(path)


def test_a_notebook_that_is_too_large_or_too_long_is_rejected(submission):
    path, _ = find_notebook(submission)
    notebook = read_submission(path)
    notebook.cells += [new_code_cell("1") for _ in range(1000)]
    nbformat.write(notebook, path)
    with pytest.raises(Rejected, match="must have at most 1000 cells; got 1"):
        read_submission(path)
    path.write_bytes(b" " * 21_000_000)
    with pytest.raises(Rejected, match=r"must have at most 20 MB; got 21 MB\. Clear the outputs"):
        read_submission(path)


def test_an_answer_is_kept_and_all_else_is_the_master(submitted, master):
    cell_of(submitted, "double-1").source = "mine"
    cell_of(submitted, "why").source = "because"
    cell_of(submitted, "test-1").metadata.nbgrader["points"] = 100
    submitted.metadata.kernelspec["name"] = "bash"
    repaired, notes = repair(submitted, master)
    assert notes == []
    assert names_of(repaired) == names_of(submitted)
    assert cell_of(repaired, "double-1").source == "mine"
    assert cell_of(repaired, "why").source == "because"
    assert cell_of(repaired, "test-1").metadata.nbgrader["points"] == 2
    assert repaired.metadata.kernelspec["name"] == "python3"


def test_the_master_itself_stays_as_it_is(submitted, master):
    before = copy.deepcopy(master)
    cell_of(submitted, "double-1").source = "mine"
    repair(submitted, master)
    assert master == before


def test_a_weakened_a_deleted_and_a_moved_test_are_whole_again(submitted, master):
    cell_of(submitted, "test-1").source = "pass"
    submitted.cells.remove(cell_of(submitted, "test-2"))
    moved = cell_of(submitted, "test-3")
    submitted.cells.remove(moved)
    submitted.cells.append(moved)
    repaired, notes = repair(submitted, master)
    assert notes == [
        "these cells were changed and were put back: test-1",
        "these cells were missing and were put back: test-2",
    ]
    assert ids_of(repaired) == ids_of(master)
    for name in ("test-1", "test-2", "test-3"):
        assert cell_of(repaired, name).source == cell_of(master, name).source


def test_only_blanks_that_differ_are_no_change(submitted, master):
    for cell in submitted.cells:
        cell.source = cell.source.replace("\n", "\r\n") + "\n"
    assert repair(submitted, master)[1] == []


def test_of_a_copied_test_the_first_counts(submitted, master):
    submitted.cells.append(copy.deepcopy(cell_of(submitted, "test-1")))
    submitted.cells[-1].source = "pass"
    repaired, notes = repair(submitted, master)
    assert notes == ["these cells were there twice; only the first of each is graded: test-1"]
    assert names_of(repaired) == names_of(master)


def test_a_copied_answer_still_runs_where_it_stands(submitted, master):
    place = submitted.cells.index(cell_of(submitted, "double-1"))
    submitted.cells.insert(place + 1, copy.deepcopy(submitted.cells[place]))
    submitted.cells[place + 1].source = "better"
    repaired, notes = repair(submitted, master)
    assert notes == ["these cells were there twice; only the first of each is graded: double-1"]
    behind = repaired.cells[place + 1]
    assert (behind.source, grading_data(behind)) == ("better", {})


def test_own_cells_stay_behind_theirs_and_lose_all_but_text_and_pictures(submitted, master):
    own = [new_code_cell("helper = 1", metadata={"tags": ["x"]}), new_markdown_cell("A thought.")]
    own[0].outputs = [nbformat.v4.new_output("stream", text="<script>")]
    own[1].attachments = {"a.svg": {"image/svg+xml": "<script>"}, "b": {"image/png": "'>"}}
    own[1].attachments["c.png"] = {"image/png": "AAAA"}
    place = submitted.cells.index(cell_of(submitted, "double-1"))
    submitted.cells[place + 1 : place + 1] = [*own, new_raw_cell("<script>")]
    repaired, notes = repair(submitted, master)
    assert notes == []
    assert names_of(repaired) == names_of(submitted)
    for cell in repaired.cells[place + 1 : place + 4]:
        assert cell.metadata == {}
        assert not cell.get("outputs")
        assert all(kinds in ({}, {"image/png": "AAAA"}) for kinds in attached_to(cell))
        assert cell.cell_type in ("code", "markdown")


def test_an_answer_of_another_type_is_an_answer_all_the_same(submitted, master):
    place = submitted.cells.index(cell_of(submitted, "double-1"))
    data = submitted.cells[place].metadata
    submitted.cells[place] = new_markdown_cell("def double_1(value): pass", metadata=data)
    repaired, notes = repair(submitted, master)
    answer = cell_of(repaired, "double-1")
    assert (notes, answer.cell_type, answer.source) == ([], "code", "def double_1(value): pass")


@pytest.mark.parametrize("data", [{}, {"grade_id": "unknown", "grade": True, "points": 9}])
def test_own_cells_earn_no_points(data, submitted, master):
    submitted.cells.append(new_code_cell("1", metadata={"nbgrader": data}))
    repaired, _ = repair(submitted, master)
    assert ids_of(repaired) == ids_of(master)


@pytest.mark.parametrize("data", [None, [], 3, "x", {"grade_id": []}, {"grade_id": {"a": 1}}])
def test_grading_data_that_makes_no_sense_does_no_harm(data, submitted, master):
    submitted.cells.append(new_code_cell("1", metadata={"nbgrader": data}))
    repaired, notes = repair(submitted, master)
    assert (ids_of(repaired), notes) == (ids_of(master), [])


def test_an_empty_notebook_is_filled_up(submitted, master):
    submitted.cells = []
    repaired, notes = repair(submitted, master)
    assert ids_of(repaired) == ids_of(master)
    (note,) = notes
    assert note.startswith("these cells were missing and were put back: imports, double-1, test-1")


def test_every_cell_has_an_id_of_its_own(submitted, master):
    for cell in submitted.cells:
        cell.id = "same"
    repaired, _ = repair(submitted, master)
    assert len({cell.id for cell in repaired.cells}) == len(repaired.cells)
    nbformat.validate(repaired)
