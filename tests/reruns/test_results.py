import pytest

from helpers.reruns import read_results
from helpers.reruns.records import build_record, write_record


def write(path, **content):
    path.parent.mkdir(exist_ok=True)
    write_record(path, build_record("01_first") | content)


def test_table_of_many_runs(tmp_path):
    write(
        tmp_path / "runs" / "a.json",
        parameters={"epochs": 3, "seed": 1, "mode": "fast"},
        changed_parameters=["epochs", "seed"],
        class_parameters=False,
        data={"name": "digits", "checksum": "1"},
        metrics={"accuracy": 0.9, "seconds": 7},
        claims=[{"held": held} for held in (True, None, False, True)],
        seconds=2.5,
    )
    write(tmp_path / "b.json", status="failed", error="cell 3", metrics={"auc": 0.5})
    table = read_results([tmp_path / "runs", tmp_path / "b.json"])
    assert list(table["status"]) == ["complete", "failed"]
    first = table.iloc[0]
    assert first["changed"] == "epochs=3, seed=1"
    assert first["claims"] == "2 held, 1 failed, 1 not tested"
    assert (first["data"], first["accuracy"], first["seconds"]) == ("digits", 0.9, 2.5)
    assert first["metrics.seconds"] == 7  # a metric does not hide the run's own seconds
    assert table.isna().loc[1, "accuracy"]
    assert table.loc[1, "error"] == "cell 3"


def test_one_file_and_empty_folder(tmp_path):
    assert read_results(tmp_path).empty
    write(tmp_path / "a.json")
    assert len(read_results(tmp_path / "a.json")) == 1
    assert len(read_results(str(tmp_path))) == 1


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"a": 1}', '{"schema_version": 1}', '{"schema_version": 2, "a": 1}', "\xff"],
)
def test_other_files_are_left_out_by_name(content, tmp_path):
    write(tmp_path / "a.json")
    (tmp_path / "b.json").write_text(content, encoding="latin-1")
    with pytest.warns(UserWarning, match=r"Left out: .*b\.json must be a results file"):
        table = read_results(tmp_path)
    assert len(table) == 1


def test_model_card_beside_the_results_is_passed_over(tmp_path):
    write(tmp_path / "a.json")
    (tmp_path / "a.model_card.json").write_text("{}", encoding="utf-8")
    assert read_results(tmp_path)["file"].tolist() == [str(tmp_path / "a.json")]


def test_model_card_that_is_named_is_left_out_by_name(tmp_path):
    card = tmp_path / "a.model_card.json"
    card.write_text('{"title": "A card"}', encoding="utf-8")
    with pytest.warns(UserWarning, match=r"Left out: .*a\.model_card\.json must be a results file"):
        assert read_results(card).empty


def test_newer_schema_is_refused(tmp_path):
    write(tmp_path / "a.json", schema_version=2)
    with pytest.raises(ValueError, match=r"a\.json must have schema version 1; got 2.*update"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("claims", 3),
        ("claims", [3]),
        ("claims", [{"claim": "accuracy"}]),
        ("metrics", {"accuracy": "0.9"}),
        ("metrics", [0.9]),
        ("parameters", None),
        ("changed_parameters", ["epochs"]),
        ("changed_parameters", [[]]),
        ("data", {}),
        ("seconds", "long"),
        ("notebook", 4),
        ("status", None),
    ],
)
def test_results_that_somebody_changed_are_left_out_by_name(key, value, tmp_path):
    write(tmp_path / "a.json")
    write(tmp_path / "b.json", **{key: value})
    with pytest.warns(UserWarning, match=rf"Left out: .*b\.json must be .*; its {key} cannot be"):
        table = read_results(tmp_path)
    assert len(table) == 1


def test_missing_path(tmp_path):
    with pytest.raises(FileNotFoundError, match="none"):
        read_results(tmp_path / "none")
