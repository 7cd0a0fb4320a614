"""The command line: what it prints, what it refuses, and with which exit status."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import helpers
from helpers.cli import main
from helpers.reruns import course, lab
from tests.reruns.synthetic_notebooks import as_committed, build_notebook, save, start_cell

REPOSITORY = Path(__file__).resolve().parent.parent
FINISH = "run.metric('accuracy', 0.5)\nrun.finish()"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Make a course of two notebooks; the second one fails with more than three epochs."""
    first = build_notebook(start_cell(tmp_path), FINISH)
    save(first, tmp_path / "notebooks" / "01_first.ipynb")
    second = build_notebook("assert epochs <= 3", start_cell(tmp_path), FINISH)
    save(second, tmp_path / "notebooks" / "02_second.ipynb")
    monkeypatch.setattr(course, "course_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments, status=0):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def test_help_comes_without_anything_heavy():
    code = (
        "import sys; from helpers.cli import main; main(['--help'], standalone_mode=False);"
        "heavy = {'numpy', 'pandas', 'keras', 'papermill', 'nbformat', 'rich', 'psutil'};"
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command", ["run", "check", "data", "data fetch", "results", "notebooks", "tables", "lab"]
)
def test_every_command_shows_examples(command):
    assert "\n  Examples:\n    python -m helpers " in call(*command.split(), "--help")


def test_run_goes_on_after_a_failure_and_says_what_to_open(root):
    output = call("run", "-p", "epochs", "5", "--output", "out", status=1)
    rows = [line for line in output.splitlines() if "│" in line]
    assert [row.split("│")[1].strip() for row in rows] == ["01_first", "02_second"]
    assert rows[0].split("│")[4].strip() == "done"
    assert "failed in cell 3: AssertionError" in rows[1]
    for file in ("executed/01_first.ipynb", "pages/01_first.html", "results/02_second.json"):
        assert (root / "out" / file).exists()
    assert f"Open in a browser: {root / 'out' / 'pages' / '01_first.html'}" in output

    output = call("results", "out", "--csv", "all.csv")
    assert [word in output for word in ("complete", "failed", "epochs=5", "accuracy 0.5")] == [
        True
    ] * 4
    assert (root / "all.csv").read_text(encoding="utf-8").count("\n") == 3


def test_run_with_a_file_of_parameters(root):
    (root / "mine.yaml").write_text("epochs: 2\nrate: 1e-4\n", encoding="utf-8")
    output = call("run", "2", "--parameters-file", "mine.yaml", "-p", "epochs", "1", "--no-pages")
    assert "Open in a browser" not in output
    assert "epochs=1, rate=0.0001" in call("results", "build")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("run 07", "one of '01_first', '02_second', or its number; got '07'"),
        ("run -p epoch 3", "got 'epoch'. Did you mean 'epochs'?"),
        ("run -p epochs many", "`epochs` must be an integer from 1 to 10; got 'many' (str)."),
        ("run -p rate -1", "`rate` must be a finite number > 0 and <= 1; got -1.0."),
        ("run --show-parameters -p epochs 0", "`epochs` must be an integer from 1 to 10; got 0."),
        ("run work/01_first.ipynb", "must lie in"),
        ("run 01 -p results_path other.json", "must be a new file, or the results of an earlier"),
        ("run -p epochs 1 -p epochs 2", "epochs came several times"),
        ("run --profile smoke", "smoke.yaml must be a YAML file that can be read"),
        ("run --profile smok", "'smok' is not one of 'class', 'smoke', 'full'"),
        ("run --parameters-file none.yaml", "none.yaml must be a YAML file that can be read"),
        ("run -p results_path a.json", "for one notebook only; got 2 notebooks"),
        ("run --output notebooks/01_first.ipynb", "is a file"),
        ("check --only lnt", "Did you mean 'lint'?"),
        ("data fetch mnis", "Did you mean 'mnist'?"),
        ("results none", "'none' does not exist"),
        ("results notebooks", "There must be results files (JSON)"),
        ("notebooks 07", "got '07'"),
        ("tables 07", "got '07'"),
        ("tables 01", "full.yaml must be a YAML file that can be read"),
    ],
)
def test_bad_input_is_refused_without_a_traceback(arguments, message, root):
    (root / "other.json").write_text("{}", encoding="utf-8")
    output = call(*arguments.split(), status=2)
    assert message in output
    assert "Error: " in output
    assert "Traceback" not in output
    assert not (root / "build").exists()


def test_show_parameters_as_the_notebook_would_run(root):
    (root / "mine.yaml").write_text("epochs: 2\n", encoding="utf-8")
    arguments = ["--show-parameters", "--parameters-file", "mine.yaml", "-p", "mode", "slow"]
    output = call("run", "01", *arguments)
    assert "01_first\n\nepochs = 2 (in class 3)\n    passes over the images, in [1, 10]" in output
    assert "\nmode = 'slow' (in class 'fast')\n" in output
    assert not (root / "build").exists()


def test_long_message_is_shortened_in_the_table_only(root):
    steps = [f"{number}. Download part {number} by hand." for number in range(40)]
    save(
        build_notebook(f"raise OSError({chr(10).join(steps)!r})"), root / "notebooks/01_first.ipynb"
    )
    output = call("run", "01", "--no-pages", status=1)
    (row,) = [line for line in output.splitlines() if "│ 01_first" in line]
    assert "failed in cell 3: OSError: 0. Download" in row
    assert "\n".join(
        ["01_first failed in cell 3: OSError: 0. Download part 0 by hand.", *steps[1:]]
    ) in (output)


def test_notebook_that_finds_no_place_does_not_stop_the_others(root):
    (root / "build" / "executed" / "01_first.ipynb").mkdir(parents=True)
    output = call("run", "--no-pages", status=1)
    rows = [line.split("│")[4].strip() for line in output.splitlines() if "│" in line]
    assert rows[0].startswith("not started: ")
    assert rows[1] == "done"


DATASET = """\
dataset: str = "digits"  # a name, or the path of your own .npz; data set of kind images
data_dir: str = ""  # where downloaded data lie"""


@pytest.fixture
def asked(root, monkeypatch):
    """Make a course of one notebook with images; list what is downloaded for it."""
    notebook = build_notebook("print(dataset)")
    notebook.cells[1].source = DATASET
    (root / "notebooks" / "02_second.ipynb").unlink()
    save(notebook, root / "notebooks" / "01_first.ipynb")
    fetched = []
    monkeypatch.setattr(
        "helpers.data.fetch", lambda name, data_dir: fetched.append((name, data_dir))
    )
    return fetched


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digit", "Did you mean 'digits'?"),
        ("breast-cells", "`dataset` must be a data set of kind 'images'"),
        ("none.npz", "none.npz"),
    ],
)
def test_data_set_that_does_not_fit_is_refused_before_the_kernel(name, message, asked, root):
    output = call("run", "-p", "dataset", name, status=2)
    assert message in output
    assert asked == []
    assert not (root / "build").exists()


def test_data_set_is_downloaded_before_the_kernel_starts(asked, root):
    call("run", "-p", "dataset", "mnist", "-p", "data_dir", "data", "--no-pages")
    assert asked == [("mnist", str(root / "data"))]


def test_download_that_fails_is_refused_before_the_kernel(asked, root, monkeypatch):
    from helpers.data import DataError

    def fail(name, data_dir):
        raise DataError("mnist must be downloaded once. Put the file into the folder by hand.")

    monkeypatch.setattr("helpers.data.fetch", fail)
    assert "by hand" in call("run", "-p", "dataset", "mnist", status=2)
    assert not (root / "build").exists()


PREDICTIONS = """\
dataset: str = "digits"  # a name, or the path of your own .npz
predictions: str = ""  # of your own model: empty, or the path of a .csv file
results_path: str = ""  # where the results go"""


@pytest.fixture
def evaluated(asked, root):
    """Make a course of one notebook that evaluates predictions; list what is downloaded for it."""
    source = "import pandas\nprint(pandas.read_csv(predictions)['y_score'].tolist())"
    notebook = build_notebook(start_cell(root), source, "run.finish()")
    notebook.cells[1].source = PREDICTIONS
    save(notebook, root / "notebooks" / "01_first.ipynb")
    (root / "own.csv").write_text("y_true,y_score\n0,0.1\n1,0.25\n", encoding="utf-8")
    return asked


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "own.csv must be a file with predictions; there is none."),
        (
            "y_true,y_score\n2,0.5\n",
            "`y_true` must hold whole numbers from 0 to 1; got '2' in line 2.",
        ),
    ],
)
def test_predictions_are_refused_before_the_kernel(content, message, evaluated, root):
    (root / "own.csv").unlink()
    if content:
        (root / "own.csv").write_text(content, encoding="utf-8")
    assert message in call("run", "-p", "predictions", "own.csv", status=2)
    assert not (root / "build").exists()


def test_with_predictions_no_data_set_is_downloaded(evaluated, root):
    call("run", "-p", "predictions", "own.csv", "-p", "dataset", "mnist", "--no-pages")
    assert evaluated == []
    executed = root / "build" / "executed" / "01_first.ipynb"
    assert "[0.1, 0.25]" in executed.read_text(encoding="utf-8")


def test_run_does_not_replace_the_predictions_that_it_reads(evaluated, root):
    own = root / "build" / "results" / "01_first.predictions.csv"
    own.parent.mkdir(parents=True)
    (root / "own.csv").rename(own)
    output = call("run", "-p", "predictions", str(own), status=2)
    assert "`predictions` must be another file than the one that this run writes" in output
    assert "Traceback" not in output
    assert own.exists()
    call("run", "-p", "predictions", str(own), "--output", "other", "--no-pages")


def test_table_of_results_is_written_as_a_whole(root, monkeypatch):
    call("run", "01", "--no-pages")
    (root / "all.csv").write_text("old", encoding="utf-8")

    def fail(self, target):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    assert "no space left" in call("results", "build", "--csv", "all.csv", status=2)
    assert (root / "all.csv").read_text(encoding="utf-8") == "old"


def test_file_that_is_no_result_is_named(root):
    call("run", "01", "--no-pages")
    (root / "build" / "results" / "other.json").write_text("{}", encoding="utf-8")
    output = call("results", "build")
    assert "other.json must be a results file" in output
    assert "accuracy 0.5" in output


def test_interrupted_run_shows_what_was_done(root, monkeypatch):
    from helpers.reruns import execute

    run_notebook = execute.run_notebook

    def interrupt(path, **options):
        if path.stem == "02_second":
            raise KeyboardInterrupt
        return run_notebook(path, **options)

    monkeypatch.setattr(execute, "run_notebook", interrupt)
    output = call("run", "--no-pages", status=1)
    assert "│ 01_first │" in output
    assert "Stopped; 1 of 2 notebooks did not end." in output


def test_data_list_and_folder(root, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(root / "data"))
    assert "3000/1000/1000" in call("data", "list")
    declared = call("data", "list", "pneumoniamnist_64").splitlines()
    assert {"name: pneumoniamnist", "positive class: pneumonia", "range: 0 to 255"} <= {*declared}
    assert "Did you mean 'digits'?" in call("data", "list", "digit", status=2)
    assert call("data", "folder").strip() == str(root / "data")
    assert call("data", "fetch", "digits").startswith("digits: comes with the course")


def test_notebooks_reports_what_is_left_to_mend(root):
    save(as_committed(), root / "notebooks" / "01_first.ipynb")
    assert "Error" not in call("notebooks", "01")
    unclear = as_committed("x = 1", "y = 1")
    del unclear.cells[4], unclear.cells[2]
    save(unclear, root / "notebooks" / "01_first.ipynb")
    assert "01_first: has 3 code cells in a row" in call("notebooks", "01", status=1)
    save(as_committed("1 / 0"), root / "notebooks" / "01_first.ipynb")
    assert "01_first: stays as it was" in call("notebooks", "01", status=1)


KEEP = """\
import os
import pathlib
import pandas
cache = pathlib.Path(os.environ["COURSE_CACHE_DIR"]).parts[-3:]
runs = pandas.DataFrame({"cache": ["/".join(cache)], "epochs": epochs})
run.keep_table("curves", runs)"""


@pytest.fixture
def measured(root):
    """Make a course of one notebook that keeps a table; return where its full profile stands."""
    notebook = build_notebook(start_cell(root), KEEP, FINISH)
    (root / "notebooks" / "02_second.ipynb").unlink()
    save(notebook, root / "notebooks" / "01_first.ipynb")
    (root / "notebooks" / "profiles").mkdir()
    return root / "notebooks" / "profiles" / "full.yaml"


def test_tables_are_those_of_the_full_profile_with_a_cache_of_their_own(measured, root):
    measured.write_text("01_first:\n  epochs: 4\n", encoding="utf-8")
    output = call("tables", "01")
    folder = root / "notebooks" / "tables"
    stored = (folder / "01_first.curves.csv").read_text(encoding="utf-8")
    assert stored == "cache,epochs\nbuild/full/cache,4\n"
    assert (folder / "01_first.record.json").exists()
    assert (root / "build" / "full" / "results" / "01_first.json").exists()
    listed = "  01_first.curves.csv\n  01_first.record.json\n"
    assert f"Tables of the course, in {folder}:\n{listed}" in output


@pytest.mark.parametrize(
    ("cells", "status", "message"),
    [
        ([KEEP, "1 / 0", FINISH], 1, "The tables of the course stay as they were."),
        ([FINISH], 2, "01_first must keep a table, `run.keep_table(...)`; it kept none."),
    ],
)
def test_without_a_complete_run_the_tables_of_the_course_stay(
    cells, status, message, measured, root
):
    save(build_notebook(start_cell(root), *cells), root / "notebooks" / "01_first.ipynb")
    measured.write_text("01_first:\n  epochs: 4\n", encoding="utf-8")
    earlier = root / "notebooks" / "tables" / "01_first.curves.csv"
    earlier.parent.mkdir()
    earlier.write_text("old", encoding="utf-8")
    assert message in call("tables", "01", status=status)
    assert [file.read_text(encoding="utf-8") for file in earlier.parent.iterdir()] == ["old"]


def test_check_ends_with_a_table(root, monkeypatch):
    from helpers.reruns import checking

    good, bad = checking.Command(["json.tool", "--help"]), checking.Command(["none"])
    steps = {"lint": [good], "tests": [bad]}
    monkeypatch.setattr(checking, "build_steps", lambda root: steps)
    monkeypatch.setattr(checking, "course_root", lambda: root)
    output = call("check", "--only", "lint", "--only", "tests", status=1)
    rows = [line.replace("│", " ").split() for line in output.splitlines() if "│" in line]
    assert [(row[0], row[2]) for row in rows] == [("lint", "passed"), ("tests", "FAILED")]


def test_lab_opens_a_copy(root, monkeypatch):
    called = []

    def pretend(command, cwd, check):
        called.append((command[1:], cwd))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", pretend)
    output = call("lab", "--", "--no-browser")
    assert output.splitlines() == ["work/01_first.ipynb: copied", "work/02_second.ipynb: copied"]
    assert called == [(["-m", "jupyterlab", "--no-browser"], root / "work")]
    assert (root / "work" / lab.DIGESTS).exists()


def test_python_without_the_packages_is_told_what_to_do():
    command = [sys.executable, "-S", "-m", "helpers", "--help"]  # -S: without site-packages
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "'click' is not installed" in done.stderr
    assert "bootstrap.py" in done.stderr
    assert ".venv/bin/python -m helpers" in done.stderr


def test_versions_agree():
    assert call("--version").split()[-1] == helpers.__version__
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["version"] == helpers.__version__
