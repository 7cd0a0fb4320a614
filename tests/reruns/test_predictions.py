import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.reruns import predictions_table, read_predictions

BINARY = ([0, 1, 1], [0.1, 0.25, 3.0])
CLASSES = ([0, 2, 1], [[0.5, 0.25, 0.25], [0, 0, 1], [0.2, 0.7, 0.1]])
LABELS = ([[0, 1], [1, 1], [0, 0]], [[0.1, 0.9], [0.8, 0.7], [0.2, 0.3]])
NAMES = ["case", "patient", "group"]


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (BINARY, ["y_true", "y_score"]),
        (CLASSES, ["y_true", "y_score_0", "y_score_1", "y_score_2"]),
        (LABELS, ["y_true_0", "y_true_1", "y_score_0", "y_score_1"]),
    ],
)
def test_columns_and_reading_back(kind, columns, tmp_path):
    table = predictions_table(*kind, case=["x", "y", "z"], patient=["NA", "", "p"], group=[1, 2, 2])
    assert list(table) == [*NAMES, *columns]
    assert table["group"].tolist() == ["1", "2", "2"]
    table.to_csv(tmp_path / "a.csv", index=False)
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "a.csv"), table)


def test_values_by_hand():
    table = predictions_table(*CLASSES)
    assert table["case"].tolist() == ["0", "1", "2"]
    assert table["patient"].tolist() == ["", "", ""]
    assert table["y_true"].tolist() == [0, 2, 1]
    assert table["y_score_1"].tolist() == [0.25, 0.0, 0.7]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_scores_survive_the_file_exactly(tmp_path_factory, scores):
    path = tmp_path_factory.getbasetemp() / "scores.csv"
    predictions_table([0] * len(scores), scores).to_csv(path, index=False)
    assert read_predictions(path)["y_score"].tolist() == scores


@pytest.mark.parametrize(
    ("y_true", "y_score"),
    [
        ([], []),
        ([0, 1], [0.1]),
        ([[0], [1]], [0.1, 0.2]),
        ([[0, 1], [1, 0]], [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]),
        ([0, 1], [[0.1], [0.2]]),
        ([0, 1], np.zeros((2, 2, 2))),
    ],
)
def test_shapes_that_do_not_fit(y_true, y_score):
    with pytest.raises(ValueError, match="must have shapes"):
        predictions_table(y_true, y_score)


@pytest.mark.parametrize(
    ("y_true", "y_score", "highest"),
    [
        ([0, 2], [0.1, 0.2], 1),
        ([0, 3], [[0.1, 0.2, 0.7]] * 2, 2),
        ([0, -1], [0.1, 0.2], 1),
        ([0, 0.5], [0.1, 0.2], 1),
        ([[0, 2], [1, 0]], [[0.1, 0.2]] * 2, 1),
    ],
)
def test_labels_that_do_not_fit(y_true, y_score, highest):
    with pytest.raises(ValueError, match=f"whole numbers from 0 to {highest}; got"):
        predictions_table(y_true, y_score)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_score_that_is_no_number(wrong):
    with pytest.raises(ValueError, match="not for 1 cases, first at position 2"):
        predictions_table([0, 1, 1], [0.1, 0.2, wrong])
    with pytest.raises(ValueError, match="not for 1 cases, first at position 1"):
        predictions_table([0, 1, 1], [[0.1, 0.2], [0.1, wrong], [0.1, 0.2]])


def test_names_that_do_not_fit():
    with pytest.raises(ValueError, match="`patient` must have one entry for each of the 3 cases"):
        predictions_table(*BINARY, patient=["a"])
    with pytest.raises(ValueError, match="`case` must name each case differently"):
        predictions_table(*BINARY, case=["a", "b", "a"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\n1,2\n", "no column y_true"),
        ("case,patient,group,y_true\n0,,,1\n", "no column y_score"),
        ("patient,group,y_true,y_score\n,,1,0.5\n", "case"),
        ("case,patient,group,y_true,y_score\n0,,,1,oops\n", "oops"),
        ("case,patient,group,y_true,y_score,more\n0,,,1,0.5,2\n", "the columns case, patient"),
        ("case,patient,group,y_true,y_score\n", "at least one case"),
        ("", "No columns"),
    ],
)
def test_file_that_is_no_such_table(content, problem, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"a\.csv must .*{problem}"):
        read_predictions(path)
