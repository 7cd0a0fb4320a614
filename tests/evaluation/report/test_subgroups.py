import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import confusion_matrix, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from helpers.evaluation.delong import delong_interval, separation_bound
from helpers.evaluation.report.subgroups import subgroup_table
from helpers.evaluation.thresholds import FrozenThreshold
from tests.tolerances import EXACT64

AREA = ["auc", "auc_low", "auc_high"]
COLUMNS = ["cases", "positive", "prevalence", *AREA]
# few distinct values, so that ties and groups of one class are frequent
cases = st.integers(4, 30).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0])),
        arrays("U1", n, elements=st.sampled_from(["A", "B", "C"])),
    )
)
cases = cases.filter(lambda case: 0 < case[0].sum() < len(case[0]))


def draw_cases(seed, num_cases):
    generator = np.random.default_rng(seed)
    y_true = generator.integers(0, 2, num_cases)
    scores = y_true + generator.normal(size=num_cases)
    return y_true, scores, generator.choice(["north", "south", "west"], num_cases)


@pytest.mark.reference("subgroup_table")
@given(cases)
def test_rows_are_those_of_scikit_learn_and_statsmodels_group_by_group(case):
    y_true, scores, group = case
    table = subgroup_table(y_true, scores, group, threshold=0.5, confidence=0.9)
    assert table.index.tolist() == ["all", *sorted(set(group))]
    for name, row in table.iterrows():
        inside = np.full(len(group), True) if name == "all" else group == name
        labels, called = y_true[inside], scores[inside] >= 0.5
        assert (row["cases"], row["positive"]) == (len(labels), labels.sum())
        np.testing.assert_allclose(row["prevalence"], labels.mean(), **EXACT64)
        if 0 < labels.sum() < len(labels):
            expected = roc_auc_score(labels, scores[inside])
            np.testing.assert_allclose(row["auc"], expected, **EXACT64)
        else:
            assert np.isnan(row[AREA].astype(float)).all()
        (tn, fp), (fn, tp) = confusion_matrix(labels, called, labels=[0, 1])
        shares = {"sensitivity": (tp, tp + fn), "specificity": (tn, tn + fp), "PPV": (tp, tp + fp)}
        for rate, (successes, trials) in shares.items():
            found = row[[rate, f"{rate}_low", f"{rate}_high"]].astype(float)
            if trials == 0:
                assert np.isnan(found).all()
                continue
            limits = proportion_confint(successes, trials, alpha=0.1, method="wilson")
            np.testing.assert_allclose(found, (successes / trials, *limits), atol=1e-9)


@pytest.mark.law("subgroup_table")
@given(cases, st.randoms())
def test_order_and_monotone_transforms_change_nothing(case, random):
    y_true, scores, group = case
    table = subgroup_table(y_true, scores, group, threshold=0.5)
    order = random.sample(range(len(y_true)), len(y_true))
    moved = subgroup_table(
        y_true[order], np.exp(scores[order]), group[order], threshold=np.exp(0.5)
    )
    pd.testing.assert_frame_equal(moved, table)


def test_each_row_is_that_of_its_cases_alone():
    y_true, scores, group = draw_cases(0, 300)
    table = subgroup_table(y_true, scores, group)
    assert table.columns.tolist() == [*COLUMNS, "note"]
    assert table.index.name == "group"
    assert (table["note"] == "").all()
    assert table["cases"].dtype == table["positive"].dtype == "int64"
    np.testing.assert_array_equal(
        table.loc["all", AREA].astype(float), delong_interval(y_true, scores)
    )
    for name in ("north", "south", "west"):
        inside = group == name
        expected = delong_interval(y_true[inside], scores[inside])
        np.testing.assert_array_equal(table.loc[name, AREA].astype(float), expected)


def test_the_confidence_is_that_of_all_intervals():
    y_true, scores, group = draw_cases(2, 80)
    row = subgroup_table(y_true, scores, group, confidence=0.8).loc["all", AREA].astype(float)
    np.testing.assert_array_equal(row, delong_interval(y_true, scores, confidence=0.8))


def test_all_is_no_mean_of_the_groups():
    # each group is in order; across the groups nothing is
    y_true, scores = [0, 1, 0, 1], [5, 6, 1, 2]
    table = subgroup_table(y_true, scores, ["A", "A", "B", "B"])
    assert table["auc"].tolist() == [0.75, 1, 1]


def test_a_frozen_threshold_counts_as_its_number():
    y_true, scores, group = draw_cases(1, 60)
    frozen = FrozenThreshold(0.4, "Youden", 2, 3, 1.0, 1.0)
    pd.testing.assert_frame_equal(
        subgroup_table(y_true, scores, group, threshold=frozen),
        subgroup_table(y_true, scores, group, threshold=0.4),
    )


def test_degenerate_groups_have_a_note_and_no_warning():
    group = [*"SSSS", *"PP", *"NN", *"TTT", *"111", *"FF"]
    y_true = [0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0]
    scores = [1, 2, 3, 4, 1, 2, 1, 2, 7, 7, 7, 2, 1, 3, 1, 2]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = subgroup_table(y_true, scores, group, threshold=2, groups=[*"SPNT1FE"])
    assert caught == []
    assert table["note"].to_dict() == {
        "all": "",
        "S": "complete separation: one-sided bound",
        "P": "no case without the disease",
        "N": "no case with the disease",
        "T": "all scores tied",
        "1": "a single case of a class",
        "F": "complete separation: one-sided bound",
        "E": "no case",
    }
    bound = separation_bound(2, 2)
    np.testing.assert_allclose(table.loc["S", AREA].astype(float), [1, bound, 1], **EXACT64)
    bound = separation_bound(1, 1)
    np.testing.assert_allclose(table.loc["F", AREA].astype(float), [0, 0, 1 - bound], **EXACT64)
    for name, auc in (("T", 0.5), ("1", 0.5)):
        np.testing.assert_array_equal(table.loc[name, AREA].astype(float), [auc, np.nan, np.nan])
    for name in "PNE":
        assert np.isnan(table.loc[name, AREA].astype(float)).all()
    assert table.loc["P", "sensitivity"] == 0.5
    assert np.isnan(table.loc["P", "specificity"])
    empty = table.loc["E"]
    assert (empty["cases"], empty["positive"]) == (0, 0)
    assert empty.drop(["cases", "positive", "note"]).isna().all()


def test_one_class_in_all_cases_is_warned_of():
    with pytest.warns(UserWarning, match="no AUC: there is no case of class 0") as caught:
        table = subgroup_table([1, 1, 1], [1, 2, 3], ["A", "B", "B"])
    assert [warning.filename for warning in caught] == [__file__]
    assert table["note"].tolist() == ["no case without the disease"] * 3


def test_cases_without_a_group_make_one_at_the_end():
    group = np.array(["x", None, "", np.nan, "z", "NA", pd.NA], dtype=object)
    table = subgroup_table([0, 1, 0, 1, 1, 0, 1], range(7), group)
    assert table.index.tolist() == ["all", "x", "z", "unknown"]
    assert table["cases"].tolist() == [7, 1, 1, 5]
    assert subgroup_table([0, 1], [1, 2], ["x", ""], groups=["", "x"]).index[1] == "unknown"


def test_a_group_is_the_same_however_it_is_written():
    group = np.array([7, 7.0, "7", " 7 ", "b  c", "b c"], dtype=object)
    table = subgroup_table([0, 1, 0, 1, 1, 0], range(6), group)
    assert table["cases"].to_dict() == {"all": 6, "7": 4, "b c": 2}


def test_groups_may_be_numbers_and_are_shown_in_the_order_asked_for():
    y_true, scores = [0, 1, 0, 1], [1, 2, 3, 4]
    table = subgroup_table(y_true, scores, [2, 1, 2, 1], groups=[2, 3, 1])
    assert table["cases"].to_dict() == {"all": 4, "2": 2, "3": 0, "1": 2}
    assert subgroup_table(y_true, scores, pd.Series([2, 1, 2, 1])).index.tolist() == [
        "all",
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        (([], [], []), {}, ValueError, "`y_true` must hold something; got no case"),
        (([0, 2], [1, 2], "AB"), {}, ValueError, "integers 0 and 1"),
        (([0, 1], [1, np.nan], ["A", "B"]), {}, ValueError, "`scores` must hold finite"),
        (([0, 1], [1, 2], ["A"]), {}, ValueError, r"`group` must have shape \(n,\).*\(1,\) for 2"),
        (([0, 1], [1, 2], "AB"), {}, ValueError, r"`group` must have shape \(n,\)"),
        (([0, 1], [1, 2], ["A", "all"]), {}, ValueError, "`group` must not be 'all'.*Rename it"),
        (([0, 1], [1, 2], ["A", "B"]), {"groups": ["A"]}, ValueError, "`groups` must name each"),
        (([0, 1], [1, 2], ["A", "B"]), {"groups": ["A", "B", "A"]}, ValueError, "once"),
        (([0, 1], [1, 2], ["A", "B"]), {"threshold": np.nan}, ValueError, "`threshold`"),
        (([0, 1], [1, 2], ["A", "B"]), {"threshold": "0.5"}, TypeError, "`threshold`"),
        (([0, 1], [1, 2], ["A", "B"]), {"confidence": 95}, ValueError, "`confidence`"),
    ],
)
def test_bad_arguments_are_refused(arguments, options, kind, message):
    with pytest.raises(kind, match=message):
        subgroup_table(*arguments, **options)
