import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError

from helpers.reruns import execute, pages, read_predictions
from helpers.reruns.records import build_record, write_record
from tests.reruns.synthetic_notebooks import build_notebook, save, start_cell

FINISH = "run.metric('accuracy', 0.5)\nrun.finish(predictions_table([0, 1], [0.1, 0.9]))"


def run(root, *sources, **options):
    """Run a notebook of these cells in a course under `root`, which starts and ends a run."""
    path = save(build_notebook(*sources), root / "notebooks" / "01_first.ipynb")
    options = {"parameters": {}, "output_dir": root / "build"} | options
    outcome = execute.run_notebook(path, **options)
    return outcome, json.loads(outcome.results.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    root = tmp_path_factory.mktemp("good {course}")  # papermill would fill in the braces
    probe = "import os\nprint(epochs, rate, os.getcwd(), 'JPY_SESSION_NAME' in os.environ)"
    block = "import time\nblock = b'x' * 300_000_000\ntime.sleep(0.5)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JPY_SESSION_NAME", "other.ipynb")
        outcome, record = run(
            *(root, start_cell(root), probe, block, FINISH),
            parameters={"epochs": 5, "rate": 0.0001},
        )
        assert os.environ["JPY_SESSION_NAME"] == "other.ipynb"
    return root, outcome, record


def test_outcome(good):
    root, outcome, _ = good
    assert outcome.error is None
    assert outcome.notebook == "01_first"
    assert 0 < outcome.seconds < 60
    assert 300 < outcome.peak_megabytes < 900  # the block and Python with pandas
    assert outcome.executed == root / "build" / "executed" / "01_first.ipynb"
    assert outcome.page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_values_folder_and_environment_reach_the_kernel(good):
    root, outcome, _ = good
    cells = nbformat.read(outcome.executed, as_version=4).cells
    printed = [output["text"] for cell in cells for output in cell.get("outputs", [])]
    assert printed[0] == f"5 0.0001 {root / 'notebooks'} False\n"


def test_record_of_a_good_run(good):
    root, outcome, record = good
    assert outcome.results == root / "build" / "results" / "01_first.json"
    assert (record["status"], record["error"]) == ("complete", None)
    assert record["changed_parameters"] == ["epochs", "rate"]
    assert record["metrics"] == {"accuracy": 0.5}
    table = read_predictions(outcome.results.with_suffix(".predictions.csv"))
    assert table["y_score"].tolist() == [0.1, 0.9]


def test_failing_cell(tmp_path):
    results = tmp_path / "build" / "results"
    results.mkdir(parents=True)
    endings = ["predictions.csv", "model_card.md", "model_card.json", "table.any.csv"]
    earlier = [results / f"01_first.{ending}" for ending in endings]
    for file in earlier:
        file.touch()
    outcome, record = run(
        tmp_path, "assert epochs == 99, 'first\\nsecond'", parameters={"epochs": 2}
    )
    assert outcome.error == "failed in cell 3: AssertionError: first\nsecond"
    assert (record["status"], record["error"]) == ("failed", outcome.error)
    assert record["parameters"]["epochs"] == 2
    assert record["class_parameters"] is False
    assert record["seconds"] > 0
    assert not any(file.exists() for file in earlier)
    assert "AssertionError" in outcome.page.read_text(encoding="utf-8")


def test_long_message_is_kept_whole(tmp_path):
    steps = "\n".join(f"{number}. Download part {number} by hand." for number in range(40))
    outcome, record = run(tmp_path, f"raise ValueError({steps!r})", with_page=False)
    assert outcome.error == f"failed in cell 3: ValueError: {steps}"
    assert record["error"] == outcome.error


def test_failing_band_loses_nothing_that_came_before(tmp_path):
    so_far = "run.metric('accuracy', 0.5)\nrun.check_exact('same', True)"
    band = "run.check_band('accuracy', 0.5, 0.9, 1)"
    outcome, record = run(tmp_path, start_cell(tmp_path), so_far, band, FINISH, with_page=False)
    assert outcome.error.startswith("failed in cell 5: AssertionError: accuracy must lie in")
    assert (record["status"], record["error"]) == ("failed", outcome.error)
    assert record["metrics"] == {"accuracy": 0.5}
    assert [claim["held"] for claim in record["claims"]] == [True, False]
    assert record["seconds"] == pytest.approx(outcome.seconds, abs=0.001)


def test_failure_after_the_results_were_written(tmp_path):
    outcome, record = run(tmp_path, start_cell(tmp_path), FINISH, "1 / 0", with_page=False)
    assert outcome.error == "failed in cell 5: ZeroDivisionError: division by zero"
    assert (record["status"], record["metrics"]) == ("failed", {"accuracy": 0.5})
    assert not outcome.page.exists()


def test_kernel_that_dies(tmp_path):
    outcome, record = run(tmp_path, "x = 1", "import os\nos._exit(9)", "x = 2")
    assert outcome.error.startswith("failed in cell 4: the kernel died")
    assert record["status"] == "failed"


@pytest.mark.parametrize("source", ["x = 1", "import sys\nsys.exit()"])
def test_notebook_that_ends_without_results(source, tmp_path):
    outcome, record = run(tmp_path, source)
    assert outcome.error.startswith("ended without its results")
    assert record["status"] == "failed"


def test_notebook_that_begins_results_and_does_not_finish_them(tmp_path):
    outcome, record = run(tmp_path, start_cell(tmp_path), "run.metric('accuracy', 0.5)")
    assert outcome.error.startswith("ended without its results")
    assert (record["status"], record["metrics"]) == ("failed", {"accuracy": 0.5})


def test_formula_that_cannot_be_drawn(tmp_path):
    notebook = build_notebook()
    notebook.cells[0].source += "\n\n$\\nonsense$"
    notebook.cells[1].source = "epochs: int = 3  # passes, in [1, 9]"
    path = save(notebook, tmp_path / "01_first.ipynb")
    outcome = execute.run_notebook(path, parameters={}, output_dir=tmp_path)
    assert outcome.error.startswith("no page: In the cell that begins with '# Title'")
    # it has no `results_path`, so the record is written for it
    assert json.loads(outcome.results.read_text(encoding="utf-8"))["status"] == "complete"


@pytest.mark.parametrize(("failures", "calls"), [(1, 2), (2, 2)])
def test_kernel_that_dies_at_its_start_gets_a_second_try(failures, calls, tmp_path, monkeypatch):
    tried = []

    def fail(path, executed, values):
        tried.append(path)
        if len(tried) <= failures:
            raise DeadKernelError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(execute, "_call_papermill", fail)
    outcome, _ = run(tmp_path)
    assert len(tried) == calls
    expected = "failed outside its cells: DeadKernelError" if failures == 2 else "ended without"
    assert outcome.error.startswith(expected)


def fill_disk(path, executed, values):
    executed.write_text('{"cells": [', encoding="utf-8")  # papermill leaves half a copy
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_is_the_outcome_of_the_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "_call_papermill", fill_disk)
    outcome, record = run(tmp_path)
    assert outcome.error == "failed outside its cells: OSError: [Errno 28] No space left on device"
    assert (record["status"], record["error"]) == ("failed", outcome.error)


def refuse_writing(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_when_results_and_page_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "_call_papermill", lambda path, executed, _: executed.touch())
    monkeypatch.setattr(execute, "write_record", refuse_writing)
    monkeypatch.setattr(pages, "write_page", refuse_writing)
    notebook = build_notebook()
    notebook.cells[1].source = "epochs: int = 3  # passes, in [1, 9]"
    path = save(notebook, tmp_path / "01_first.ipynb")
    options = {"parameters": {}, "output_dir": tmp_path / "build"}
    outcome = execute.run_notebook(path, **options, with_page=False)
    assert outcome.error == "has no results file: OSError: [Errno 28] No space left on device"
    monkeypatch.undo()
    monkeypatch.setattr(execute, "_call_papermill", lambda path, executed, _: executed.touch())
    monkeypatch.setattr(pages, "write_page", refuse_writing)
    outcome = execute.run_notebook(path, **options)
    assert outcome.error == "no page: [Errno 28] No space left on device"


def test_place_that_cannot_be_cleared(tmp_path):
    (tmp_path / "build" / "executed" / "01_first.ipynb").mkdir(parents=True)
    outcome, record = run(tmp_path)
    assert outcome.error.startswith("not started: ")
    assert record["status"] == "failed"


def test_importing_brings_no_pages_which_only_the_end_needs():
    code = "import sys, helpers.reruns.execute; print('nbconvert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_results_path_of_another_kind_is_refused_before_anything_is_removed(tmp_path):
    for name, problem in (
        ("thesis.docx", r"must end in '\.json'"),
        ("a.json", "must be a new file"),
    ):
        thesis = tmp_path / name
        thesis.touch()
        with pytest.raises(ValueError, match=problem):
            run(tmp_path, parameters={"results_path": str(thesis)})
        assert thesis.exists()


def test_results_of_an_earlier_run_are_replaced(tmp_path):
    path = tmp_path / "a.json"
    write_record(path, build_record("01_first", metrics={"old": 1}))
    outcome, _ = run(tmp_path, "x = 1", parameters={"results_path": str(path)}, with_page=False)
    assert outcome.results == path
    assert json.loads(path.read_text(encoding="utf-8"))["metrics"] == {}


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGINT to send")
def test_interrupt_leaves_no_process_and_one_record(tmp_path):
    sleeping = "import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)"
    path = save(build_notebook(sleeping), tmp_path / "01_first.ipynb")
    code = f"""
        import psutil
        from helpers.reruns.execute import run_notebook
        try:
            run_notebook({str(path)!r}, parameters={{}}, output_dir={str(tmp_path)!r})
        except KeyboardInterrupt:
            print("interrupted", psutil.Process().children(recursive=True))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not (tmp_path / "started").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    assert printed == b"interrupted []\n"
    record = json.loads((tmp_path / "results" / "01_first.json").read_text(encoding="utf-8"))
    assert (record["status"], record["error"]) == ("failed", "interrupted")
