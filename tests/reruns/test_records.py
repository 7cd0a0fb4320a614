import pytest

from helpers.reruns.records import build_record, read_record, results_file, write_record


def write(path, **content):
    path.parent.mkdir(exist_ok=True)
    write_record(path, build_record("01_first", **content))


def test_record_is_read_as_written(tmp_path):
    write(tmp_path / "a.json", metrics={"auc": None, "accuracy": 0.1}, seconds=1.5)
    record = read_record(tmp_path / "a.json")
    assert record["metrics"] == {"auc": None, "accuracy": 0.1}
    assert record["seconds"] == 1.5
    assert record["versions"]["python"].startswith("3.")


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
