import itertools

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
    table = predictions_table(*kind, case=["x", "y", "z"], patient=["b", "", "p"], group=[1, 2, 2])
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


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, "", "NA", " "])
def test_name_that_is_not_known_is_empty(missing):
    table = predictions_table(*BINARY, patient=["a", missing, "b"], image=["x", "y", missing])
    assert table["patient"].tolist() == ["a", "", "b"]
    assert table["image"].tolist() == ["x", "y", ""]


def test_split_and_image_are_columns_only_if_given(tmp_path):
    table = predictions_table(*CLASSES, split=["train", "test", "val"], image=["x", "x", "y"])
    scores = ["y_score_0", "y_score_1", "y_score_2"]
    assert list(table) == [*NAMES, "split", "image", "y_true", *scores]
    assert table["split"].tolist() == ["train", "test", "val"]
    table.to_csv(tmp_path / "a.csv", index=False)
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "a.csv"), table)
    assert "image" not in predictions_table(*BINARY, split=["test"] * 3)


@pytest.mark.parametrize(
    ("split", "problem"),
    [
        (
            ["test", "tset", "test"],
            "one of 'train', 'val', 'test'; got 'tset' at position 1. Did you mean 'test'",
        ),
        (["test", "validation", "test"], "got 'validation' at position 1"),
        (["test", None, "test"], "got None at position 1"),
        (["train", "val", "val"], "'test' for some case: there is nothing to evaluate"),
        (["test"], "one entry for each of the 3 cases"),
    ],
)
def test_splits_that_do_not_fit(split, problem):
    with pytest.raises(ValueError, match=f"`split` must .*{problem}"):
        predictions_table(*BINARY, split=split)


def test_same_case_in_two_splits_is_left_to_the_audit():
    table = predictions_table(*BINARY, case=["a", "a", "b"], split=["train", "test", "test"])
    assert table["case"].tolist() == ["a", "a", "b"]
    with pytest.raises(ValueError, match="'a' comes 2 times in one split"):
        predictions_table(*BINARY, case=["a", "b", "a"], split=["test", "train", "test"])


def test_case_without_a_name():
    with pytest.raises(ValueError, match="must name each case; got None at position 1"):
        predictions_table(*BINARY, case=["a", None, "b"])


def test_names_are_clean(tmp_path):
    table = predictions_table(*BINARY, patient=[7.0, " 7 ", np.nan], group=["a  b", "a b", 2])
    assert table["patient"].tolist() == ["7", "7", ""]
    assert table["group"].tolist() == ["a b", "a b", "2"]
    # as write.csv of R writes it
    path = write(tmp_path, '"patient","y_true","y_score"\n"p1",0,0.5\nNA,1,0.75\n"7.0",1,2\n')
    assert read_predictions(path)["patient"].tolist() == ["p1", "", "7"]


def write(folder, content, encoding="utf-8"):
    path = folder / "a.csv"
    path.write_bytes(content.encode(encoding))
    return path


def test_file_made_elsewhere_needs_labels_and_scores_only(tmp_path):
    table = read_predictions(write(tmp_path, "y_true,y_score\n0,-3\n1,1e2\n"))
    pd.testing.assert_frame_equal(table, predictions_table([0, 1], [-3.0, 100.0]))


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::17])
def test_order_of_columns_does_not_matter(order, tmp_path):
    lines = [
        ["split", "y_score_2", "y_true", "y_score_0", "y_score_1"],
        ["test", ".1", "2", ".7", ".2"],
        ["val", ".3", "0", ".6", ".05"],
    ]
    text = "\n".join(",".join(line[k] for k in order) for line in lines)
    expected = predictions_table([2, 0], [[0.7, 0.2, 0.1], [0.6, 0.05, 0.3]], split=["test", "val"])
    pd.testing.assert_frame_equal(read_predictions(write(tmp_path, text)), expected)


def test_more_than_ten_numbered_columns_are_in_the_order_of_numbers(tmp_path):
    scores = np.arange(24.0).reshape(2, 12)
    table = predictions_table([11, 0], scores)
    shuffled = table[sorted(table)]  # y_score_10 now stands before y_score_2
    pd.testing.assert_frame_equal(
        read_predictions(write(tmp_path, shuffled.to_csv(index=False))), table
    )


def test_file_of_excel_with_mark_line_ends_and_empty_lines(tmp_path):
    table = read_predictions(
        write(tmp_path, "\ufeffy_true,patient,y_score\r\n1,Müller,0.5\r\n\r\n")
    )
    pd.testing.assert_frame_equal(table, predictions_table([1], [0.5], patient=["Müller"]))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "names of the columns, then at least one case; got nothing"),
        ("\n\n", "got nothing"),
        ("y_true,y_score\n", "got no case"),
        ("0,0.5\n1,0.7\n", "it needs `y_true` and `y_score` .* in its first line, .*; got '0'"),
        (
            "patient,y_score\na,0.5\n",
            "it needs `y_true` and .* no column y_true, nor .*; got 'patient'",
        ),
        ("case,patient,group,y_true\n0,,,1\n", "no column y_score, nor y_score_0, y_score_1"),
        ("label,prob\n1,0.5\n", "it needs `y_true` and `y_score` .* got 'label'"),
        ("y_true,y_score,patients\n1,0.5,a\n", "got 'patients'. Did you mean 'patient'"),
        ("y_true, y_score\n1, 0.5\n", "got ' y_score'. Did you mean 'y_score'"),
        (",y_true,y_score\n0,1,0.5\n", r"must have a name\. .*index=False"),
        ("y_true,y_score,y_score\n1,0.5,0.5\n", "'y_score' came several times"),
        ("y_true,y_score,y_score_0\n1,0.5,0.5\n", "without a gap; got 'y_score', 'y_score_0'"),
        ("y_true,y_score_0,y_score_2\n1,0.5,0.5\n", "without a gap; got 'y_score_0', 'y_score_2'"),
        (
            "y_true,y_score_0\n1,0.5\n",
            "the only y_score has no number: call it y_score; got y_score_0",
        ),
        ("y_true_0,y_score\n1,0.5\n", "the only y_true has no number: call it y_true"),
        (
            "y_true_0,y_true_1,y_score\n0,1,0.5\n",
            "one column, .*; got 2. .*one-hot.*call it `y_true`",
        ),
        ("y_true;y_score\n1;0,5\n", r"got semicolons, as Excel .*sep=';', decimal=','"),
        ("y_true\ty_score\n1\t0.5\n", "got tabs"),
        ("y_true,y_score\n1,0.5\n0\n", "line 3 must have 2 values, one a column; got 1"),
        (
            "y_true,y_score\n1,0.5,7\n",
            "line 2 must have 2 values, .*; got 3. Is a comma the decimal mark",
        ),
        (
            'y_true,y_score\n1,"0,5"\n',
            "got '0,5' in line 2. Is a comma .* Write a point, as in 0.5",
        ),
        ("y_true,y_score\n1,0.5\n\n0,oops\n", "y_score must be .*; got 'oops' in line 4"),
        ("y_true,y_score\n1,nan\n", "y_score must be a finite number .*; got 'nan' in line 2"),
        ("y_true,y_score\n1,\n", "y_score must be a finite number .*; got '' in line 2"),
        ("y_true,y_score\n1,-inf\n", "got '-inf' in line 2"),
        ("y_true,y_score\nsick,1\n", "y_true .*; got 'sick' in line 2. Write 1 for disease"),
        ("y_true,y_score\n2,0.5\n", "from 0 to 1; got '2' in line 2. 1 is .*one column of scores"),
        ("y_true,y_score\n\n1,1\n0.50,1\n", "got '0.50' in line 4"),
        (
            "y_true,y_score_0,y_score_1\n2,.5,.5\n",
            "got '2' in line 2. There are 2 columns of scores",
        ),
        (
            "y_score_0,y_score_1,y_true_1,y_true_0\n.5,.5,1,0\n.5,.5,-1,0\n",
            "from 0 to 1; got '-1' in line 3",
        ),
        (
            "y_true,y_score,split\n1,0.5,test\n1,0.5,tests\n",
            "one of 'train', 'val', 'test'; got 'tests' in line 3. Did you mean 'test'",
        ),
        ("y_true,y_score,split\n1,0.5,NA\n", "'test'; got 'NA' in line 2"),
        ("y_true,y_score,case\n1,0.5,a\n1,0.5,n/a\n", "name each case; got 'n/a' in line 3"),
        (
            "y_true,y_score,group\n1,0.5,a\n1,0.5, all\n",
            "not be called 'all', .* got ' all' in line 3. Rename it",
        ),
        ("y_true,y_pred\n1,0.5\n", "got 'y_pred'. Did you mean 'y_score'"),
        ("y_test,y_score\n1,0.5\n", "got 'y_test'. Did you mean 'y_true'"),
        ("case,y_true,y_score\na,1,1\nb,1,1\na,1,1\n", "'a' comes 2 times .* is `patient`"),
        ('y_true,y_score\n1,"0.5\n', "line 2 cannot be read as CSV"),
    ],
)
def test_file_that_is_no_such_table(content, problem, tmp_path):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=rf"a\.csv must be a table of predictions: .*{problem}"):
        read_predictions(path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_file_that_is_not_in_utf_8(encoding, tmp_path):
    path = write(tmp_path, "patient,y_true,y_score\nMüller,1,0.5\n", encoding)
    with pytest.raises(ValueError, match=r"a\.csv must be .*in UTF-8.*save it as 'CSV UTF-8'"):
        read_predictions(path)


def test_file_that_is_not_there(tmp_path):
    write(tmp_path, "y_true,y_score\n1,0.5\n")
    with pytest.raises(FileNotFoundError, match=r"b\.csv must be .*none\. Did you mean 'a\.csv'"):
        read_predictions(tmp_path / "b.csv")
    with pytest.raises(FileNotFoundError, match="there is none"):
        read_predictions(tmp_path)
