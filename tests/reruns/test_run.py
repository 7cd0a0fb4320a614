import json
import math

import numpy as np
import pandas as pd
import pytest

from helpers.reruns import course, predictions_table, start_run
from helpers.reruns.parameters import ParameterError
from helpers.reruns.run import Run
from tests.reruns.synthetic_notebooks import build_notebook, save

CLASS = {
    "epochs": 3,
    "rate": 0.5,
    "mode": "fast",
    "verbose": False,
    "data_dir": "",
    "results_path": "",
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    save(build_notebook(), tmp_path / "notebooks" / "01_first.ipynb")
    monkeypatch.setattr(course, "course_root", lambda: tmp_path)
    return tmp_path


def class_run(**changes):
    return Run("01_first", CLASS | changes, CLASS)


def test_start_run_takes_the_parameters_only(root):
    run = start_run("01", CLASS | {"other": 1, "__name__": "__main__"})
    assert run.notebook == "01_first"
    assert run.parameters == CLASS
    assert run.class_parameters is True


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"epochs": 4, "mode": "slow"}, ["epochs", "mode"]),
        ({"data_dir": "/data", "results_path": "/a.json"}, []),
        ({"rate": 0.5, "epochs": 3}, []),
    ],
)
def test_class_parameters_ignore_places(changes, changed, root):
    run = start_run("01_first", CLASS | changes)
    assert run.changed_parameters == changed
    assert run.class_parameters is (not changed)


def test_start_run_checks_what_a_reader_typed(root):
    with pytest.raises(ParameterError) as caught:
        start_run("01_first", CLASS | {"epochs": "3", "rate": 2.0, "mode": "fats"})
    assert [line.split()[0] for line in str(caught.value).splitlines()] == [
        "`epochs`",
        "`rate`",
        "`mode`",
    ]


def test_missing_parameter_is_named(root):
    with pytest.raises(ParameterError, match=r"`epochs` must be .* got None"):
        start_run("01_first", {name: CLASS[name] for name in CLASS if name != "epochs"})


def test_unknown_notebook_is_refused_because_its_bands_would_never_be_checked(root):
    with pytest.raises(ValueError, match="got '01_frist'"):
        start_run("01_frist", CLASS)


def test_results_path_is_refused_before_the_training(root):
    with pytest.raises(ValueError, match=r"must end in '\.json'"):
        start_run("01_first", CLASS | {"results_path": "thesis.docx"})


def test_file_of_another_kind_is_refused_before_the_training(root):
    (root / "a.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="must be a new file, or the results of an earlier run"):
        start_run("01_first", CLASS | {"results_path": str(root / "a.json")})
    assert (root / "a.json").read_text(encoding="utf-8") == "{}"


@pytest.fixture
def with_predictions(root, monkeypatch):
    notebook = build_notebook()
    notebook.cells[1].source = (
        'predictions: str = ""  # of your own model: empty, or the path of a .csv file\n'
        'results_path: str = ""  # where the results go'
    )
    save(notebook, root / "notebooks" / "01_first.ipynb")
    monkeypatch.chdir(root)
    (root / "a.predictions.csv").write_text("y_true,y_score\n1,0.5\n", encoding="utf-8")
    (root / "b.csv").write_text("y_true,y_score\n1,nan\n", encoding="utf-8")


@pytest.mark.usefixtures("with_predictions")
def test_predictions_are_refused_before_the_first_section():
    values = {"predictions": "", "results_path": "a.json"}
    assert start_run("01_first", values).changed_parameters == []
    values |= {"predictions": "b.csv"}
    with pytest.raises(ValueError, match=r"b\.csv must be .*got 'nan' in line 2"):
        start_run("01_first", values)
    values |= {"predictions": "none.csv"}
    with pytest.raises(FileNotFoundError, match=r"none\.csv must be a file"):
        start_run("01_first", values)
    values |= {"predictions": "a.predictions.csv"}
    with pytest.raises(ValueError, match="another file than the one that this run writes"):
        start_run("01_first", values)
    values |= {"results_path": "c.json"}
    assert start_run("01_first", values).changed_parameters == ["predictions"]


def test_without_the_course_the_class_is_unknown(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(course, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    results = tmp_path / "a.json"
    with pytest.raises(ValueError, match=r"must end in '\.json'"):
        start_run("01_first", {"results_path": "thesis.docx"})
    run = start_run("01_first", CLASS | {"results_path": str(results)})
    run.check_band("accuracy", 0.2, 0.9, 1.0)
    run.finish()
    assert "(not tested with these parameters; in class in [" in capsys.readouterr().out
    record = json.loads(results.read_text(encoding="utf-8"))
    assert record["class_parameters"] is None
    assert record["claims"][0]["held"] is None


@pytest.mark.parametrize("value", [0.93, 0.95, 0.99, np.float32(0.95)])
def test_band_that_holds_prints_no_value(value, capsys):
    run = class_run()
    run.check_band("test accuracy", value, 0.93, 0.99)
    assert capsys.readouterr().out == "held: test accuracy lies in [0.93, 0.99]\n"
    (claim,) = run.record()["claims"]
    assert claim == {
        "claim": "test accuracy",
        "kind": "band",
        "value": pytest.approx(float(value)),
        "low": 0.93,
        "high": 0.99,
        "checked": True,
        "held": True,
    }


@pytest.mark.parametrize("value", [0.92, 1.0, math.nan, None])
def test_band_that_does_not_hold(value):
    run = class_run()
    match = r"test accuracy must lie in \[0.93, 0.99\]; got .*: the number left the band that this"
    with pytest.raises(AssertionError, match=match):
        run.check_band("test accuracy", value, 0.93, 0.99)
    assert run.record()["claims"][0]["held"] is False


def test_band_is_not_enforced_with_other_parameters(capsys):
    run = class_run(epochs=1)
    run.check_band("test accuracy", 0.1, 0.93, 0.99)
    printed = capsys.readouterr().out
    wanted = "(not tested with these parameters; in class in [0.93, 0.99])\n"
    assert printed.startswith("test accuracy: ")
    assert printed.endswith(wanted)
    (claim,) = run.record()["claims"]
    assert (claim["checked"], claim["held"], claim["value"]) == (False, None, 0.1)


@pytest.mark.parametrize(("low", "high"), [(1.0, 0.9), (math.nan, 1.0), (0.0, math.inf)])
def test_band_without_sense(low, high):
    with pytest.raises(ValueError, match="must be a finite number"):
        class_run(epochs=1).check_band("test accuracy", 0.95, low, high)


@pytest.mark.parametrize("epochs", [3, 1])
def test_identity_is_always_enforced(epochs, capsys):
    run = class_run(epochs=epochs)
    run.check_exact("reloaded equals saved", np.bool_(True))
    assert capsys.readouterr().out == "held: reloaded equals saved\n"
    with pytest.raises(AssertionError, match="sums to one: this must hold"):
        run.check_exact("sums to one", False)
    kept = [(claim["claim"], claim["kind"], claim["held"]) for claim in run.record()["claims"]]
    assert kept == [
        ("reloaded equals saved", "identity", True),
        ("sums to one", "identity", False),
    ]


@pytest.mark.parametrize("condition", [np.array([True, True]), [False], "no", 1, None])
def test_identity_of_something_that_is_no_truth_value(condition):
    with pytest.raises(TypeError, match="must be True or False; got"):
        class_run().check_exact("all equal", condition)


def test_metrics():
    run = class_run()
    run.metric("auc", np.float64(0.5))
    run.metric("cases", np.int64(7))
    run.metric("kappa", math.nan)
    run.metric("recall", None)
    run.metric("auc", 0.75)  # the cell was run again
    metrics = run.record()["metrics"]
    assert metrics == {"auc": 0.75, "cases": 7, "kappa": None, "recall": None}
    assert [type(value) for value in metrics.values()] == [float, int, type(None), type(None)]


@pytest.mark.parametrize(("value", "error"), [(math.inf, ValueError), ("0.5", TypeError)])
def test_metric_that_is_no_finite_number(value, error):
    with pytest.raises(error, match="`auc` must be a finite number"):
        class_run().metric("auc", value)


def test_finish_writes_nothing_without_a_path(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    class_run().finish(predictions_table([0, 1], [0.1, 0.9]))
    assert capsys.readouterr().out == "results_path is empty: nothing written\n"
    assert list(tmp_path.iterdir()) == []


def test_finish_writes_results_and_predictions(capsys, tmp_path):
    path = tmp_path / "new" / "04.json"
    run = class_run(results_path=str(path))
    run.use_data("digits", "abc123")
    run.metric("accuracy", 0.97)
    run.finish(predictions_table([0, 1], [0.1, 0.9]))
    assert capsys.readouterr().out == "written: 04.json, 04.predictions.csv\n"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "04.json",
        "04.predictions.csv",
    ]
    record = json.loads(path.read_text(encoding="utf-8"))
    assert list(record) == sorted(record)
    assert record["schema_version"] == 1
    assert (record["notebook"], record["status"], record["error"]) == ("01_first", "complete", None)
    assert record["data"] == {"name": "digits", "checksum": "abc123"}
    assert record["metrics"] == {"accuracy": 0.97}
    assert record["versions"]["numpy"] == np.__version__
    assert record["seconds"] >= 0
    assert record["class_parameters"] is True


def test_finish_writes_a_model_card_beside_the_results(capsys, tmp_path):
    run = class_run(results_path=str(tmp_path / "05.json"))
    documents = {"model_card.md": "# Köln\n", "model_card.json": "{}\n"}
    run.finish(predictions_table([0, 1], [0.1, 0.9]), documents=documents)
    names = ["05.json", "05.predictions.csv", "05.model_card.md", "05.model_card.json"]
    assert capsys.readouterr().out == f"written: {', '.join(names)}\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)
    assert (tmp_path / "05.model_card.md").read_text(encoding="utf-8") == "# Köln\n"


RUNS = pd.DataFrame({"size": [250], "seed": [0], "auc": [0.75], "message": [""]})


def test_tables_are_written_at_once_and_named_at_the_end(capsys, tmp_path):
    run = class_run(results_path=str(tmp_path / "new" / "06.json"))
    run.keep_table("why_a_cnn", RUNS)
    file = tmp_path / "new" / "06.table.why_a_cnn.csv"
    assert file.read_text(encoding="utf-8") == "size,seed,auc,message\n250,0,0.75,\n"
    run.keep_table("why_a_cnn", RUNS.assign(seed=1))  # the cell was run again
    assert file.read_text(encoding="utf-8").endswith("\n250,1,0.75,\n")
    run.keep_table("two-optimizers", RUNS)
    assert capsys.readouterr().out == ""
    run.finish(predictions_table([0, 1], [0.1, 0.9]))
    names = ["06.json", "06.table.why_a_cnn.csv", "06.table.two-optimizers.csv"]
    written = f"written: {', '.join([*names, '06.predictions.csv'])}\n"
    assert capsys.readouterr().out == written
    assert {path.name for path in file.parent.iterdir()} == {*names, "06.predictions.csv"}


@pytest.mark.parametrize("folder", ["", "new"])
def test_tables_are_checked_whether_they_are_written_or_not(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = class_run(results_path=folder and str(tmp_path / folder / "06.json"))
    for name in ("Curves", "a b", "../a", "a__b", "", "a.csv", 3):
        with pytest.raises(ValueError, match="such as 'why_a_cnn'; got"):
            run.keep_table(name, RUNS)
    with pytest.raises(TypeError, match="`table` must be a data frame"):
        run.keep_table("curves", {"size": [250]})
    assert list(tmp_path.iterdir()) == []
    run.keep_table("curves", RUNS)
    assert [path.name for path in tmp_path.iterdir()] == ([folder] if folder else [])


def test_document_that_would_replace_the_results(tmp_path):
    run = class_run(results_path=str(tmp_path / "05.json"))
    with pytest.raises(ValueError, match=r"`documents` must be one of 'model_card\.md'"):
        run.finish(documents={"json": "{}"})
    assert run.record()["status"] == "running"


def fail_band(run):
    run.check_band("test accuracy", 0.1, 0.9, 1.0)


def fail_identity(run):
    run.check_exact("sums to one", False)


@pytest.mark.parametrize("fail", [fail_band, fail_identity])
def test_run_that_fails_keeps_what_it_had_and_the_claim_that_failed(fail, tmp_path):
    path = tmp_path / "new" / "a.json"
    run = class_run(results_path=str(path))
    run.use_data("digits", "abc123")
    run.metric("accuracy", 0.1)
    run.check_exact("reloaded equals saved", True)
    with pytest.raises(AssertionError):
        fail(run)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["status"] == "running"
    assert record["data"] == {"name": "digits", "checksum": "abc123"}
    assert record["metrics"] == {"accuracy": 0.1}
    assert [claim["held"] for claim in record["claims"]] == [True, False]


@pytest.mark.parametrize(
    "step", [lambda run: run.use_data("digits", "1"), lambda run: run.metric("auc", 0.5)]
)
def test_every_step_is_written(step, tmp_path):
    run = class_run(results_path=str(tmp_path / "a.json"))
    step(run)
    record = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert record | {"seconds": None} == run.record() | {"seconds": None}
