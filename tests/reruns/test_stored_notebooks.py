"""The committed notebooks and their profiles, checked without a kernel."""

import papermill
import pytest

from helpers.reruns.committed import read_notebook
from helpers.reruns.course import course_root, notebook_paths
from helpers.reruns.parameters import read_parameters
from helpers.reruns.stored import find_problems
from helpers.reruns.values import check_values, read_profile, read_values_file

NOTEBOOKS = [pytest.param(path, id=path.stem) for path in notebook_paths()]
PROFILES = ["smoke", "full"]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_is_in_order(path):
    assert find_problems(read_notebook(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_papermill_reads_the_same_parameters(path):
    assert list(papermill.inspect_notebook(path)) == list(read_parameters(path))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_run_can_write_its_results(path):
    assert read_parameters(path)["results_path"].default == ""


@pytest.mark.parametrize("path", NOTEBOOKS)
@pytest.mark.parametrize("profile", PROFILES)
def test_profile_fits_the_notebook(profile, path):
    values = read_profile(profile, path)
    assert check_values(read_parameters(path), values).keys() == values.keys()


@pytest.mark.parametrize("profile", PROFILES)
def test_profile_names_notebooks_of_the_course(profile):
    named = read_values_file(course_root() / "notebooks" / "profiles" / f"{profile}.yaml")
    assert named.keys() <= {path.stem for path in notebook_paths()}
