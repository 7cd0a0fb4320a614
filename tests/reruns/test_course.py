import pytest

from helpers.reruns import course


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("02_second.ipynb", "01_first.ipynb", "draft.ipynb", "03_notes.txt"):
        (tmp_path / "notebooks" / name).touch()
    return tmp_path


def stems(names, root):
    return [path.stem for path in course.notebook_paths(names, root=root)]


def test_all_notebooks_in_order(root):
    assert stems([], root) == ["01_first", "02_second"]


@pytest.mark.parametrize(
    "name",
    [
        *("02", "2", "02_second", "02_second.ipynb"),
        *("notebooks/02_second.ipynb", "./notebooks/02_second.ipynb", "work/../notebooks/02"),
    ],
)
def test_names_of_one_notebook(name, root, monkeypatch):
    monkeypatch.chdir(root)
    assert stems([name], root) == ["02_second"]


@pytest.mark.parametrize("name", ["work/02_second.ipynb", "other/notebooks/02_second.ipynb"])
def test_copy_is_refused_because_the_courses_own_would_run(name, root, monkeypatch):
    monkeypatch.chdir(root)
    with pytest.raises(ValueError, match=f"must lie in .*; got '{name}'. Open .* helpers lab"):
        stems([name], root)


def test_copy_in_the_current_folder_is_refused(root, monkeypatch):
    (root / "work").mkdir()
    (root / "work" / "02_second.ipynb").touch()
    monkeypatch.chdir(root / "work")
    with pytest.raises(ValueError, match=r"must lie in .*; got '02_second\.ipynb'"):
        stems(["02_second.ipynb"], root)
    assert stems(["02"], root) == ["02_second"]
    assert stems([str(root / "notebooks" / "02_second.ipynb")], root) == ["02_second"]


def test_order_and_repetition_do_not_matter(root):
    assert stems(["02", "01", "02_second"], root) == ["01_first", "02_second"]


def test_unknown_name_lists_the_notebooks_and_the_nearest(root):
    match = "one of '01_first', '02_second', or its number; got '01_frist'. Did you mean '01_first'"
    with pytest.raises(ValueError, match=match):
        course.notebook_paths(["01_frist"], root=root)


def test_the_course_of_this_package_has_notebooks():
    assert (course.course_root() / "helpers" / "reruns" / "course.py").exists()


def test_package_without_its_course(monkeypatch, tmp_path):
    monkeypatch.setattr(course, "__file__", str(tmp_path / "site" / "helpers" / "reruns" / "c.py"))
    with pytest.raises(FileNotFoundError, match="pip install --editable"):
        course.course_root()
