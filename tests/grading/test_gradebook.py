"""What the lecturer and the student get: the table, the gradebook, the feedback page."""

import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from traitlets.config import PyFileConfigLoader

from grading import gradebook
from grading.grade import BY_HAND, Result, Task
from grading.run import grade_folder
from grading.sources import find_folders
from tests.grading.small_assignment import NAME, hand_in

pytestmark = pytest.mark.grading
FORMULA = """\
def double(value):
    raise type("=HYPERLINK", (Exception,), {})("(1, 2)")"""
SCRIPT = """\
from IPython.display import HTML, Javascript, display

print("<script>alert('printed')</script>")
display(HTML("<script>alert('shown')</script><img src=x onerror=alert(1)>"), Javascript("alert(2)"))
def double(value):
    raise ValueError("<script>alert('raised')</script>")"""
WRONG = "def double(value):\n    return 2 * value if value < 5 else 0"


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory):
    """Grade a class; return the folders of its course, its submissions, and the results."""
    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(small_course, root)
    folders, submissions = find_folders(root), root.parent / "submissions"
    hand_in(folders, submissions, "@ada")
    hand_in(folders, submissions, "bob", double=FORMULA)
    hand_in(folders, submissions, "carl").write_text("{", encoding="utf-8")
    why = (
        "<script>alert('written')</script> [link](javascript:alert(3)) $<script>alert('sum')$\n\n"
        "```mermaid\n<script>alert('drawn')</script>\n```\n\n<b onclick='alert(4)'>bold</b>"
    )
    hand_in(folders, submissions, "dora", double=SCRIPT, why=why)
    hand_in(folders, submissions, "eve", double=WRONG)
    results = grade_folder(submissions, root=root)
    return folders, submissions, {result.student: result for result in results}


def read_table(folders):
    """Read the table as pandas does, with texts where it would guess numbers."""
    path = folders.build / "grades.csv"
    return pd.read_csv(
        path, dtype={"student": str}, keep_default_na=False, na_values={"points": ""}
    )


def page_of(folders, student):
    path = folders.build / "feedback" / student / NAME / f"{NAME}.html"
    return path.read_text(encoding="utf-8")


def test_the_table_has_a_line_for_each_task_and_is_read_back(graded):
    table = read_table(graded[0])
    assert tuple(table.columns) == gradebook.COLUMNS
    eve = table[table.student == "eve"]
    assert list(eve.task) == ["test-double", "test-triple", "why"]
    assert list(eve.points.astype(object).where(eve.points.notna(), None)) == [0, 2, None]
    assert list(eve.max_points) == ["2", "2", "3"]
    assert list(eve.message) == ["The double of another value is wrong.", "", BY_HAND]
    assert sorted(table.student.unique()) == ["'@ada", "bob", "carl", "dora", "eve"]


def test_a_rejected_submission_is_in_the_table_with_its_reason(graded):
    table = read_table(graded[0])
    (row,) = table[table.student == "carl"].itertuples(index=False)
    assert row.message.startswith("rejected: must be a notebook in Jupyter's format; it cannot be")
    assert (row.assignment, row.task, row.max_points) == (NAME, "", "")


def test_no_cell_of_the_table_is_taken_for_a_formula(graded):
    table = read_table(graded[0])
    (bob,) = table[(table.student == "bob") & (table.task == "test-double")].message
    assert bob == "'=HYPERLINK: (1, 2)"
    lines = (graded[0].build / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if re.search(r'(^|,)"?[=+@\t\r-]', line)]


def test_whatever_a_message_holds_the_table_keeps_its_rows(graded, tmp_path):
    folders = find_folders(tmp_path)
    folders.build.mkdir(parents=True)
    message = 'a "quoted", long\nmessage; with = and\ttabs'
    result = Result("-7", NAME, "", tasks=[Task("one", 0.5, 2, message)], notes=["+1", "a note"])
    gradebook.write_table(folders, [result])
    table = read_table(folders)
    assert list(table.student) == ["'-7"] * 3
    assert list(table.message) == ["'+1", "a note", message]
    assert list(table.points)[2] == 0.5


def test_the_gradebook_is_what_formgrader_shows(graded):
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    folders = graded[0]
    config = PyFileConfigLoader(str(folders.build / "nbgrader_config.py")).load_config()
    course = CourseDirectory(root=str(folders.build), config=config)
    api = NbGraderAPI(coursedir=course, config=config)
    rows = {row["student"]: row for row in api.get_submissions(NAME)}
    assert rows.keys() == {"@ada", "bob", "dora", "eve"}
    assert all(row["autograded"] and row["needs_manual_grade"] for row in rows.values())
    assert {student: row["score"] for student, row in rows.items()} == {
        "@ada": 4,
        "bob": 2,
        "dora": 2,
        "eve": 2,
    }
    (notebook,) = api.get_notebooks(NAME)
    assert notebook["needs_manual_grade"]
    shown = api.get_notebook_submissions(NAME, NAME)
    assert {row["student"] for row in shown} == rows.keys()
    with gradebook.open_gradebook(folders) as book:
        waiting = {
            grade.name
            for grade in book.find_submission_notebook(NAME, NAME, "eve").grades
            if grade.needs_manual_grade
        }
    assert waiting == {"why"}


def test_a_feedback_page_holds_points_and_message_and_no_hidden_test(graded):
    page = page_of(graded[0], "eve")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert f"{NAME} (Score: 2.0 / 7.0)" in text
    assert "AssertionError: The double of another value is wrong." in text
    assert "# hidden tests" in text
    assert "double(5)" not in text
    assert "HIDDEN TESTS" not in text
    assert "The value came back as it was." in text  # the visible part


def test_no_script_runs_in_a_feedback_page(graded):
    page = page_of(graded[0], "dora")
    head = page[: page.index("<title>")]
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', head)
    rules = [" ".join(rule.split()) for rule in policy[1].split(";")]
    assert rules[0] == "default-src 'none'"  # so no script, whoever wrote it
    assert not any(rule.startswith("script-src") for rule in rules)
    assert head.index("<head>") < policy.start() < head.index("charset")
    assert "<script>alert" not in page
    assert not re.search(r"<[^>]*(onerror|onclick|javascript:)", page)
    for place in ("printed", "raised", "written", "sum", "drawn"):
        assert f"&lt;script&gt;alert('{place}')" in re.sub("&#(39|x27);", "'", page)


def give_by_hand(folders, student, cell, points, comment=None):
    """Do what Formgrader does when the lecturer types in points and a comment."""
    with gradebook.open_gradebook(folders) as book:
        grade = book.find_grade(cell, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment is not None:
            book.find_comment(cell, NAME, NAME, student).manual_comment = comment
        book.db.commit()


def test_points_and_comments_given_by_hand_survive_grading_again(graded, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(graded[0].root, root)
    folders, submissions = find_folders(root), tmp_path / "submissions"
    shutil.copytree(graded[1], submissions)
    give_by_hand(folders, "eve", "why", 2.5, comment="=Say what\nequals are.")
    give_by_hand(folders, "eve", "test-double", 1)
    eve = {result.student: result for result in grade_folder(submissions, root=root)}["eve"]
    wrong = "The double of another value is wrong."
    assert [task.points for task in eve.tasks] == [1, 2, 2.5]
    assert [task.message for task in eve.tasks] == [wrong, "", "=Say what equals are."]

    hand_in(folders, submissions, "eve", triple="def triple(value):\n    return value")
    eve = {result.student: result for result in grade_folder(submissions, root=root)}["eve"]
    assert [task.points for task in eve.tasks] == [1, 0, 2.5]
    table = read_table(folders)
    rows = table[(table.student == "eve")]
    assert list(rows.points) == [1, 0, 2.5]
    assert list(rows.message)[2] == "'=Say what equals are."
    page = page_of(folders, "eve")
    assert "(Score: 2.5 / 3.0)" in page
    assert "Say what" in page
    with gradebook.open_gradebook(folders) as book:
        grade = book.find_grade("why", NAME, NAME, "eve")
        assert (grade.manual_score, grade.score) == (2.5, 2.5)
        assert grade.needs_manual_grade  # the answer may have changed: look again
    kept = gradebook.read_result(folders, find(submissions, "eve"))
    assert [task.points for task in kept.tasks] == [2, 0, None]  # what the tests said


def find(submissions, student):
    from grading.submissions import find_submissions

    (found,) = [each for each in find_submissions(submissions, [NAME]) if each.student == student]
    return found


def test_a_result_is_read_as_it_was_kept(tmp_path):
    folders = find_folders(tmp_path)
    result = Result("eve", NAME, "digest", notes=["ä"], tasks=[Task("one", None, 2, BY_HAND)])
    gradebook.keep_result(folders, result)
    assert gradebook.read_result(folders, result) == result
    path = folders.build / "results" / "eve" / f"{NAME}.json"
    for spoilt in ("", "{}", "[]", path.read_text(encoding="utf-8").replace("digest", "extra", 1)):
        path.write_text(spoilt, encoding="utf-8")
        assert gradebook.read_result(folders, result) is None
    assert gradebook.read_result(folders, replace(result, student="nobody")) is None
