import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support, roc_auc_score

from helpers.evaluation.multiclass import class_table, compute_kappa
from tests.tolerances import EXACT64

MEASURES = ["PPV", "sensitivity", "F1"]

# by Cohen's definition
WEIGHTS = {"quadratic": lambda d: d**2, "linear": np.abs, None: lambda d: d != 0}
grades = st.integers(1, 25).flatmap(
    lambda n: st.tuples(*[arrays("int64", n, elements=st.sampled_from([0, 1, 2, 5]))] * 2)
)
grades = grades.filter(lambda pair: len(np.union1d(*pair)) > 1)


def draw_classes(seed, num_cases=60, num_classes=4):
    generator = np.random.default_rng(seed)
    y_true = np.append(np.arange(num_classes), generator.integers(0, num_classes, num_cases))
    share = generator.dirichlet([1] * num_classes, len(y_true)) + 0.7 * np.eye(num_classes)[y_true]
    return y_true, share / share.sum(axis=1, keepdims=True)


def draw_labels(seed, num_cases=60):
    generator = np.random.default_rng(seed)
    y_true = generator.integers(0, 2, (num_cases, 3))
    return y_true, (y_true + generator.random((num_cases, 3))) / 2


# tables


@pytest.mark.reference("class_table")
@pytest.mark.parametrize("draw", [draw_classes, draw_labels])
@pytest.mark.parametrize("seed", range(5))
def test_rows_and_averages_are_those_of_scikit_learn(draw, seed):
    y_true, probabilities = draw(seed)
    called = probabilities >= 0.5 if y_true.ndim == 2 else probabilities.argmax(axis=1)
    table = class_table(y_true, probabilities)
    columns = probabilities.shape[1]
    assert table.index.tolist() == [*map(str, range(columns)), "macro", "weighted"]
    assert table.columns.tolist() == ["cases", "sensitivity", "PPV", "F1", "auc"]
    for average, rows in [
        (None, table.iloc[:columns]),
        ("macro", table.loc["macro"]),
        ("weighted", table.loc["weighted"]),
    ]:
        *expected, support = precision_recall_fscore_support(
            y_true, called, average=average, zero_division=np.nan
        )
        for name, values in zip(MEASURES, expected, strict=True):
            np.testing.assert_allclose(rows[name], values, **EXACT64)
        areas = roc_auc_score(y_true, probabilities, average=average, multi_class="ovr")
        np.testing.assert_allclose(rows["auc"], areas, **EXACT64)
        cases = len(y_true) if average else support
        np.testing.assert_array_equal(rows["cases"], cases)


@pytest.mark.law("class_table")
@pytest.mark.parametrize("draw", [draw_classes, draw_labels])
@given(st.randoms())
def test_order_of_cases_and_of_classes_changes_nothing(draw, random):
    y_true, probabilities = draw(7)
    table = class_table(y_true, probabilities)
    order = random.sample(range(len(y_true)), len(y_true))
    moved = class_table(y_true[order], probabilities[order])
    np.testing.assert_allclose(moved, table, **EXACT64)
    columns = random.sample(range(probabilities.shape[1]), probabilities.shape[1])
    labels = y_true[:, columns] if y_true.ndim == 2 else np.argsort(columns)[y_true]
    turned = class_table(labels, probabilities[:, columns])
    averages = ["macro", "weighted"]
    np.testing.assert_allclose(turned.iloc[:-2], table.iloc[columns], **EXACT64)
    np.testing.assert_allclose(turned.loc[averages], table.loc[averages], **EXACT64)


def test_the_weighted_sensitivity_of_classes_is_the_accuracy():
    y_true, probabilities = draw_classes(3)
    accuracy = np.mean(probabilities.argmax(axis=1) == y_true)
    table = class_table(y_true, probabilities)
    np.testing.assert_allclose(table.loc["weighted", "sensitivity"], accuracy, **EXACT64)


def test_names_of_classes_name_the_rows():
    y_true, probabilities = draw_classes(4, num_classes=3)
    table = class_table(y_true, probabilities, class_names=["nevus", "melanoma", "other"])
    assert table.index.tolist() == ["nevus", "melanoma", "other", "macro", "weighted"]
    assert table.index.name == "class"
    assert table["cases"].dtype == "int64"


def test_a_class_that_is_never_called_has_no_ppv_and_counts_with_0():
    # by hand: class 2 has one case, called 0
    table = class_table([0, 0, 1, 2], np.eye(3)[[0, 0, 1, 0]])
    assert table.loc["2", "sensitivity"] == table.loc["2", "F1"] == 0
    assert np.isnan(table.loc["2", "PPV"])
    np.testing.assert_allclose(table.loc["macro", "PPV"], (2 / 3 + 1) / 2, **EXACT64)
    np.testing.assert_allclose(table.loc["weighted", "PPV"], (2 * 2 / 3 + 1) / 3, **EXACT64)
    np.testing.assert_allclose(table.loc["macro", "sensitivity"], 2 / 3, **EXACT64)


def test_a_class_without_cases_is_named_and_left_out():
    probabilities = np.eye(4)[[0, 0, 1, 3]]
    with pytest.warns(UserWarning, match="No AUC for c, d: all cases are of one kind") as caught:
        table = class_table([0, 0, 1, 1], probabilities, class_names=[*"abcd"])
    assert [warning.filename for warning in caught] == [__file__]
    assert len(caught) == 1
    assert table.loc["c"].tolist()[0] == 0
    assert table.loc["c"].isna().sum() == 4  # neither there nor called
    assert (table.loc["d", "PPV"], table.loc["d", "F1"]) == (0, 0)  # called, and wrong
    assert np.isnan(table.loc["d", "sensitivity"])
    assert table.loc["macro", "sensitivity"] == 0.75
    np.testing.assert_allclose(table.loc["macro", "PPV"], 2 / 3, **EXACT64)


def test_a_single_class_has_no_auc_at_all():
    with pytest.warns(UserWarning, match="No AUC for 0, 1"):
        table = class_table([0, 0], [[0.9, 0.1], [0.8, 0.2]])
    assert table["auc"].isna().all()
    assert table.loc["macro", "sensitivity"] == 1


def test_a_label_from_one_half_on_is_called():
    table = class_table([[1, 0], [0, 1]], [[0.5, 0.2], [0.49, 0.9]])
    assert table["sensitivity"].tolist() == [1, 1, 1, 1]


def test_all_tied_probabilities_are_chance():
    table = class_table([0, 1, 2, 1], np.full((4, 3), 1 / 3))
    assert (table["auc"] == 0.5).all()


@pytest.mark.parametrize(
    ("y_true", "probabilities", "options", "message"),
    [
        ([0, 1], [0.2, 0.9], {}, r"got \(2,\). For a single column see `compute_rates`"),
        ([0, 2], [[0.2, 0.8], [0.9, 0.1]], {}, "`y_true` must hold integers from 0 to 1"),
        ([0, 1, 1], [[0.2, 0.8], [0.9, 0.1]], {}, "one label a case"),
        ([[0, 1]], [[0.2, 0.8, 0.1]], {}, r"got \(1, 2\) and \(1, 3\)"),
        ([0, 1], [[-3, 2], [1, 0]], {}, "from 0 to 1; got values from -3 to 2. Logits go"),
        ([0, 1], [[np.nan, 1], [1, 0]], {}, "finite"),
        ([], np.zeros((0, 3)), {}, "hold something"),
        ([0, 1], np.eye(2), {"class_names": ["a"]}, "`class_names` must be 2 different names"),
        ([0, 1], np.eye(2), {"class_names": ["a", "a"]}, "different names"),
        ([0, 1], np.eye(2), {"class_names": ["a", "macro"]}, "none of them 'macro'"),
    ],
)
def test_bad_cases_and_names_are_refused(y_true, probabilities, options, message):
    with pytest.raises(ValueError, match=message):
        class_table(y_true, probabilities, **options)


# kappa


@pytest.mark.reference("compute_kappa")
@pytest.mark.parametrize("weights", WEIGHTS)
@given(grades)
def test_kappa_is_that_of_all_pairs(weights, pair):
    first, second = pair
    cost = WEIGHTS[weights]
    observed = np.mean(cost(first - second))
    by_chance = np.mean(cost(first[:, None] - second))
    found = compute_kappa(first, second, weights=weights)
    np.testing.assert_allclose(found, 1 - observed / by_chance, **EXACT64)


def test_kappa_is_that_of_scikit_learn():
    first, second = np.random.default_rng(0).integers(0, 5, (2, 40))
    for weights in WEIGHTS:
        expected = cohen_kappa_score(first, second, weights=weights)
        np.testing.assert_allclose(compute_kappa(first, second, weights=weights), expected)


@pytest.mark.reference("compute_kappa")
def test_kappa_by_hand():
    # 35 of 50 agree; by chance .5 * .6 + .5 * .4 = .5 of them: (.7 - .5) / (1 - .5)
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    for weights in WEIGHTS:
        np.testing.assert_allclose(compute_kappa(first, second, weights=weights), 0.4, **EXACT64)


@pytest.mark.law("compute_kappa")
@given(grades)
def test_kappa_is_1_for_equal_grades_and_ignores_who_is_first(pair):
    first, second = pair
    np.testing.assert_allclose(
        compute_kappa(second, first), compute_kappa(first, second), **EXACT64
    )
    if len(np.unique(first)) > 1:
        assert compute_kappa(first, first) == 1


def test_grades_count_by_their_value():
    # nobody gave a 1: 0 and 2 stay two apart, 2 and 3 one
    first, second = [0, 2, 3, 3], [2, 2, 2, 3]
    by_hand = 1 - (4 + 0 + 1 + 0) / 4 / ((3 * 4 + 9 + 3 * 0 + 1 + 2 * (3 * 1 + 0)) / 16)
    np.testing.assert_allclose(compute_kappa(first, second), by_hand, **EXACT64)
    assert compute_kappa(first, second) != compute_kappa([0, 1, 2, 2], [1, 1, 1, 2])


@pytest.mark.parametrize("weights", WEIGHTS)
def test_one_grade_only_has_no_kappa(weights):
    with pytest.warns(UserWarning, match="All grades are 3: no kappa is defined") as caught:
        assert np.isnan(compute_kappa([3, 3], [3, 3], weights=weights))
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compute_kappa([0, 1, 0], [1, 1, 1], weights=weights) == 0


@pytest.mark.parametrize(
    ("first", "second", "options", "message"),
    [
        ([], [], {}, r"`y_true` must have shape \(n,\) and hold something"),
        ([[0, 1]], [[0, 1]], {}, r"got shape \(1, 2\)"),
        ([0, 1], [0, 1, 1], {}, "must be equally long; got 2 and 3 cases"),
        ([0, 1], [0.2, 0.9], {}, "`y_pred` must hold integers from 0"),
        ([0, -1], [0, 1], {}, "`y_true` must hold integers from 0"),
        ([0, 1], [0, 1], {"weights": "cubic"}, "'quadratic', 'linear', None; got 'cubic'"),
    ],
)
def test_bad_grades_are_refused(first, second, options, message):
    with pytest.raises(ValueError, match=message):
        compute_kappa(first, second, **options)
