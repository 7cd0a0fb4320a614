import importlib.metadata

import pytest

from helpers.reruns.records import (
    build_record,
    check_kept,
    document_file,
    read_record,
    results_file,
    results_of,
    write_record,
)


def write(path, **content):
    path.parent.mkdir(exist_ok=True)
    write_record(path, build_record("01_first", **content))


def test_record_is_read_as_written(tmp_path):
    write(tmp_path / "a.json", metrics={"auc": None, "accuracy": 0.1}, seconds=1.5)
    record = read_record(tmp_path / "a.json")
    assert record["metrics"] == {"auc": None, "accuracy": 0.1}
    assert record["seconds"] == 1.5
    assert record["versions"]["python"].startswith("3.")
    assert record["versions"]["statsmodels"] == importlib.metadata.version("statsmodels")


def test_unknown_key():
    with pytest.raises(TypeError, match=r"got \['metric'\] too"):
        build_record("01_first", metric={})


def test_nan_is_not_written_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write(path, seconds=1)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(path, seconds=float("nan"))
    assert read_record(path)["seconds"] == 1


def test_results_file_replaces_results_only(tmp_path):
    write(tmp_path / "a.json")
    assert results_file(tmp_path / "a.json") == tmp_path / "a.json"
    assert results_file(tmp_path / "new.json") == tmp_path / "new.json"
    (tmp_path / "settings.json").write_text('{"theme": "dark"}', encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    for name in ("settings.json", "folder.json"):
        with pytest.raises(ValueError, match=rf"a new file, or .*{name}.*Choose another name"):
            results_file(tmp_path / name)


def test_document_of_another_kind():
    assert str(document_file("a.b.json", "model_card.json")) == "a.b.model_card.json"
    with pytest.raises(
        ValueError, match=r"one of 'model_card\.md', 'model_card\.json'; got 'json'"
    ):
        document_file("a.json", "json")  # would replace the results


def test_predictions_that_the_run_would_replace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_kept("", "a.json")
    check_kept(None, "a.json")
    check_kept(tmp_path / "b.predictions.csv", "a.json")
    for path in ("a.predictions.csv", tmp_path / "a.predictions.csv"):
        with pytest.raises(
            ValueError, match=r"another file .* got '.*a\.predictions\.csv' for both"
        ):
            check_kept(path, tmp_path / "a.json")


def test_results_of_the_run_that_wrote_the_predictions(tmp_path):
    assert results_of(tmp_path / "04.predictions.csv") is None
    write(tmp_path / "04.json", metrics={"auc": 0.5})
    assert results_of(tmp_path / "04.predictions.csv")["metrics"] == {"auc": 0.5}
    assert results_of(tmp_path / "04.csv") is None  # no run names its predictions so
    assert results_of(tmp_path / "05.predictions.csv") is None


def test_results_that_somebody_changed_are_not_passed_over(tmp_path):
    (tmp_path / "04.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"04\.json must be a results file"):
        results_of(tmp_path / "04.predictions.csv")
