import io
import json

import numpy as np
import pandas as pd
import pytest

from helpers.reruns import course, read_stored_table
from helpers.reruns.records import build_record, tables_beside, write_record
from helpers.reruns.stored_tables import store_tables, table_text
from tests.reruns.synthetic_notebooks import build_notebook, save


def build_table():
    """As run_grid makes it, with whatever a CSV file could spoil."""
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "network": ["dense", "none", "NA", "with, comma"],
            "tied": [True, False, True, False],
            "size": [250, 1000, 250, 1000],
            "rate": [0.1 + 0.2, 1e-300, 1.0, 5e22],
            "seed": [0, 1, 2, 4294967295],
            "auc": [generator.random(), np.nan, np.inf, np.nan],
            "steps": [np.nan, 3.0, np.nan, 7.0],
            "seconds": generator.random(4),
            "status": ["finished", "diverged", "diverged", "failed"],
            "message": ["", 'auc is "nan", and more', "two\nlines", "a\r\nb"],
        }
    )


TABLES = {
    "a diverged run, a comma, two lines": build_table(),
    "no message": build_table().assign(message=""),
    "no number measured": build_table().assign(auc=np.nan),
    "from several tables": pd.concat([build_table(), build_table().assign(seed=7)]),
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    save(build_notebook(), tmp_path / "notebooks" / "06_faq.ipynb")
    save(build_notebook(), tmp_path / "notebooks" / "07_more.ipynb")
    monkeypatch.setattr(course, "course_root", lambda: tmp_path)
    return tmp_path


def write_run(root, tables, **content):
    """Leave what a run leaves: a results file, and tables beside it."""
    results = root / "build" / "06_faq.json"
    write_record(results, build_record("06_faq", **content))
    for name, text in tables.items():
        (results.parent / f"06_faq.table.{name}.csv").write_text(text, encoding="utf-8")
    return results


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_comes_back_as_it_was(table, root):
    (root / "notebooks" / "tables").mkdir()
    path = root / "notebooks" / "tables" / "06_faq.why_a_cnn.csv"
    path.write_bytes(table_text(table).encode())
    back = read_stored_table("06_faq", "why_a_cnn")
    pd.testing.assert_frame_equal(back, table.reset_index(drop=True), check_exact=True)
    pd.testing.assert_frame_equal(back, read_stored_table("6", "why_a_cnn"))


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (lambda t: t.to_dict(), TypeError, "`table` must be a data frame of run_grid; got dict"),
        (lambda t: t.iloc[:0], ValueError, "`table` must hold at least one run"),
        (lambda t: t.assign(network="250"), ValueError, "'network' does not: it has texts that"),
        (lambda t: t.assign(network=None), ValueError, "'network' does not: .* a missing value"),
        (
            lambda t: t.assign(network=t["network"].where(t["size"] > 250)),
            ValueError,
            "as it is; 'network' does not: it has a missing value among texts",
        ),
        (
            lambda t: t.assign(network="True", tied=1),
            ValueError,
            "'network' does not: it has texts",
        ),
        (
            lambda t: t.assign(network="12345678901234567890"),
            ValueError,
            "texts that look like num",
        ),
        (lambda t: t.astype({"size": "int32"}), ValueError, "'size' does not: its type is int32, "),
        (
            lambda t: t.assign(size=np.uint64(2**64 - 1), auc=t["auc"].astype("float32")),
            ValueError,
            "'size' does not: its type is uint64, .*; 'auc' does not: its type is float32",
        ),
        (lambda t: t.rename(columns={"auc": 1}), ValueError, "1 does not: its name is no text"),
        (
            lambda t: t.rename(columns={"auc": "rate"}),
            ValueError,
            "must have each column once; got 'rate' twice",
        ),
    ],
)
def test_a_table_that_would_change_is_refused(change, kind, message):
    with pytest.raises(kind, match=message):
        table_text(change(build_table()))


def test_a_missing_table_is_refused_with_those_that_there_are(root):
    message = r"must be one of none so far; got 'curves'.*`python -m helpers tables 06`"
    with pytest.raises(FileNotFoundError, match=message):
        read_stored_table("06_faq", "curves")
    results = write_run(root, dict.fromkeys(["why_a_cnn", "optimizers"], "seed\n1\n"))
    store_tables(root / "notebooks" / "06_faq.ipynb", results)
    message = "must be one of 'optimizers', 'why_a_cnn'; got 'why-a-cnn'. Did you mean 'why_a_cnn'"
    with pytest.raises(FileNotFoundError, match=message):
        read_stored_table("06_faq", "why-a-cnn")
    with pytest.raises(ValueError, match="one of '06_faq', '07_more', or its number; got '05'"):
        read_stored_table("05", "why_a_cnn")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be a CSV file that can be read: No columns"),
        (b"seed,auc\n", "must hold at least one run"),
        (b"seed,auc\n1,2,3\n1,2,3,4\n", "must be a CSV file that can be read: .*tokenizing"),
        (b"seed\n\xff\n", "must be a CSV file that can be read: .*utf-8"),
    ],
)
def test_a_broken_file_is_named(content, message, root):
    (root / "notebooks" / "tables").mkdir()
    (root / "notebooks" / "tables" / "06_faq.curves.csv").write_bytes(content)
    with pytest.raises(ValueError, match=rf"06_faq\.curves\.csv {message}(.|\n)*helpers tables 06"):
        read_stored_table("06", "curves")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, "curves"), r"`notebook` must be a text; got 6 \(int\)"),
        (("06", 1.5), r"`name` must be a text; got 1\.5 \(float\)"),
    ],
)
def test_numbers_are_no_names(arguments, message, root):
    with pytest.raises(TypeError, match=message):
        read_stored_table(*arguments)


def test_an_error_on_the_way_loses_no_table(root):
    folder = root / "notebooks" / "tables"
    folder.mkdir()
    (folder / "06_faq.earlier.csv").touch()
    results = write_run(root, {"curves": "seed\n1\n"})
    (results.parent / "06_faq.table.late.csv").write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        store_tables(root / "notebooks" / "06_faq.ipynb", results)
    assert (folder / "06_faq.earlier.csv").exists()


def test_the_tables_of_a_run_replace_those_of_the_course(root):
    folder = root / "notebooks" / "tables"
    folder.mkdir()
    for name in ("06_faq.rules.yaml", "06_faq.earlier.csv", "07_more.earlier.csv"):
        (folder / name).write_text("seed\n1\n", encoding="utf-8")
    parameters = {"num_seeds": 10, "results_path": str(root / "a.json"), "data_dir": str(root)}
    text = table_text(build_table())
    results = write_run(root, {"curves": text}, parameters=parameters, seconds=1.5)
    written = store_tables(root / "notebooks" / "06_faq.ipynb", results)
    assert written == [folder / "06_faq.curves.csv", folder / "06_faq.record.json"]
    assert {file.name for file in folder.iterdir()} == {
        *("06_faq.rules.yaml", "06_faq.curves.csv", "06_faq.record.json", "07_more.earlier.csv")
    }
    pd.testing.assert_frame_equal(read_stored_table("06", "curves"), build_table())
    record = json.loads(written[1].read_text(encoding="utf-8"))
    assert record["parameters"] == {"num_seeds": 10, "results_path": "", "data_dir": ""}
    assert (record["notebook"], record["seconds"]) == ("06_faq", 1.5)
    assert "python" in record["versions"]
    assert str(root) not in written[1].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tables", "content", "message"),
    [
        ({"curves": "seed\n1\n"}, {"status": "failed"}, "complete; got status 'failed'"),
        ({}, {}, "06_faq must keep a table, .*; it kept none"),
    ],
)
def test_without_a_complete_run_the_tables_stay(tables, content, message, root):
    folder = root / "notebooks" / "tables"
    folder.mkdir()
    (folder / "06_faq.earlier.csv").touch()
    with pytest.raises(ValueError, match=message):
        store_tables(root / "notebooks" / "06_faq.ipynb", write_run(root, tables, **content))
    assert [file.name for file in folder.iterdir()] == ["06_faq.earlier.csv"]


def test_the_tables_beside_a_results_file_are_its_own(tmp_path):
    for name in ("a.table.x.csv", "a.table.b.csv", "b.table.x.csv", "a.predictions.csv"):
        (tmp_path / name).touch()
    found = tables_beside(tmp_path / "a.json")
    assert found == {"b": tmp_path / "a.table.b.csv", "x": tmp_path / "a.table.x.csv"}
    assert list(found) == ["b", "x"]
    (tmp_path / "[a].table.x.csv").touch()
    assert list(tables_beside(tmp_path / "[a].json")) == ["x"]


def test_pandas_reads_the_numbers_too():
    back = pd.read_csv(io.StringIO(table_text(build_table())))
    np.testing.assert_array_equal(back["size"], build_table()["size"])
