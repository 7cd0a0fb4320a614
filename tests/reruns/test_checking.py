import os
import sys

import pytest

from helpers.experiments.cache import SWITCH_VARIABLE
from helpers.reruns import checking
from helpers.reruns.checking import Command, build_steps, run_steps
from helpers.reruns.course import course_root


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_first.ipynb").touch()
    return tmp_path


def test_steps_of_the_course(root):
    steps = build_steps(root)
    by_default = ["lint", "format", "tests", "nbval", "smoke"]
    assert list(steps) == [*by_default, "portable", "grading", "real"]
    assert list(checking.DEFAULT_STEPS) == by_default
    (nbval,) = steps["nbval"]
    assert nbval.arguments[-1] == str(root / "notebooks" / "01_first.ipynb")
    assert "--nbval" in nbval.arguments
    assert [set(command.environment) for command in steps["portable"]] == [
        {"TF_ENABLE_ONEDNN_OPTS"},
        {"TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"},
    ]


def test_without_notebooks_nbval_does_not_run_something_else(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (nbval,) = build_steps(tmp_path)["nbval"]
    assert nbval.arguments[-1] == "notebooks/none.ipynb"


def test_steps_run_in_the_root_and_go_on_after_a_failure(root, monkeypatch, capfd):
    python = [sys.executable, "-c"]
    monkeypatch.setattr(checking, "PYTHON", python)
    where = "import os; print(os.getcwd(), os.environ.get('SETTING'))"
    steps = {
        "broken": [Command(["raise SystemExit(3)"]), Command(["print('second')"])],
        "good": [Command([where], {"SETTING": "on"})],
    }
    monkeypatch.setattr(checking, "build_steps", lambda root: steps)
    headings = []
    results = list(run_steps(["broken", "good"], root=root, announce=headings.append))
    assert [result.step for result in results] == ["broken", "good"]
    assert [result.passed for result in results] == [False, True]
    assert all(result.seconds > 0 for result in results)
    assert capfd.readouterr().out == f"second\n{root} on\n"
    assert [heading.split()[0] for heading in headings] == ["broken:", "broken:", "good:"]


def test_unknown_step_is_refused_before_any_runs(root):
    with pytest.raises(ValueError, match=r"`step` must be one of 'lint'.*Did you mean 'lint'"):
        list(run_steps(["lint", "lnt"], root=root))


def test_no_step_knows_which_notebook_jupyterlab_has_open(root, monkeypatch, capfd):
    monkeypatch.setattr(checking, "PYTHON", [sys.executable, "-c"])
    ask = "import os; print('JPY_SESSION_NAME' in os.environ)"
    monkeypatch.setattr(checking, "build_steps", lambda root: {"ask": [Command([ask])]})
    monkeypatch.setenv("JPY_SESSION_NAME", "other.ipynb")
    list(run_steps(["ask"], root=root, announce=str))
    assert capfd.readouterr().out == "False\n"
    assert os.environ["JPY_SESSION_NAME"] == "other.ipynb"


def test_no_step_reads_the_cache_of_experiments(root, monkeypatch, capfd):
    monkeypatch.setattr(checking, "PYTHON", [sys.executable, "-c"])
    ask = f"import os; print(os.environ[{SWITCH_VARIABLE!r}])"
    monkeypatch.setattr(checking, "build_steps", lambda root: {"ask": [Command([ask])]})
    monkeypatch.setenv(SWITCH_VARIABLE, "on")
    list(run_steps(["ask"], root=root, announce=str))
    assert capfd.readouterr().out == "off\n"
    assert os.environ[SWITCH_VARIABLE] == "on"


SKIPPING = """
import pytest
@pytest.mark.real
def test_without_data(): pytest.skip("needs mnist.gz in the data folder")
@pytest.mark.real
@pytest.mark.xfail
def test_known_to_fail(): assert False
"""


def test_real_step_without_its_data_fails_and_says_what_it_needs(root, capfd):
    (root / "tests").mkdir()
    plugin = course_root() / "tests" / "no_skips.py"
    (root / "tests" / "no_skips.py").write_text(plugin.read_text(encoding="utf-8"), "utf-8")
    (root / "tests" / "test_it.py").write_text(SKIPPING, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\nmarkers = real: slow\n", encoding="utf-8")
    (result,) = run_steps(["real"], root=root, announce=str)
    assert not result.passed
    printed = capfd.readouterr().out
    assert "needs mnist.gz in the data folder" in printed
    assert "COURSE_DATA_DIR must name the folder" in printed
    assert "1 failed, 1 xfailed" in printed
