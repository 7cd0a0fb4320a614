"""The small course, released once: releasing takes seconds, and each test spoils its copy."""

import shutil

import pytest

from grading.sources import find_folders
from tests.grading.small_assignment import release_small


@pytest.fixture(scope="session")
def small_course(tmp_path_factory):
    return release_small(tmp_path_factory.mktemp("small")).root


@pytest.fixture
def folders(small_course, tmp_path):
    """Give the folders of a copy of the small course."""
    root = tmp_path / "course"
    shutil.copytree(small_course, root)
    return find_folders(root)


@pytest.fixture
def submissions(tmp_path):
    """Give an empty folder for what students hand in."""
    path = tmp_path / "submissions"
    path.mkdir()
    return path
