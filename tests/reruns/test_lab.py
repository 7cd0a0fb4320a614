import pytest

from helpers.reruns.lab import DIGESTS, prepare_working_copy

NAME = "01_first.ipynb"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / NAME).write_text("as committed", encoding="utf-8")
    return tmp_path


def prepare(root, *, course=None, reader=None):
    """Change the course's or the reader's notebook, then prepare; return what happened, and it."""
    if course:
        (root / "notebooks" / NAME).write_text(course, encoding="utf-8")
    if reader:
        (root / "work" / NAME).write_text(reader, encoding="utf-8")
    happened = prepare_working_copy(root)
    return happened[NAME], (root / "work" / NAME).read_text(encoding="utf-8")


def test_first_call_copies_and_second_does_nothing(root):
    assert prepare(root) == ("copied", "as committed")
    assert prepare(root) == ("up to date", "as committed")


def test_work_of_the_reader_is_kept(root):
    prepare(root)
    assert prepare(root, reader="mine") == ("yours, kept", "mine")
    assert prepare(root, course="newer") == ("yours, kept", "mine")


def test_copy_that_was_not_changed_follows_the_course(root):
    prepare(root)
    assert prepare(root, course="newer") == ("refreshed", "newer")
    assert prepare(root, course="newest") == ("refreshed", "newest")


def test_deleted_copy_comes_back(root):
    prepare(root)
    prepare(root, reader="mine")
    (root / "work" / NAME).unlink()
    assert prepare(root) == ("copied", "as committed")


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_without_digests_every_copy_is_the_readers(content, root):
    prepare(root)
    digests = root / "work" / DIGESTS
    digests.unlink() if content is None else digests.write_text(content, encoding="utf-8")
    assert prepare(root, course="newer") == ("yours, kept", "as committed")


def test_copy_equal_to_the_course_is_no_readers_work(root):
    prepare(root)
    assert prepare(root, course="newer", reader="newer") == ("up to date", "newer")
