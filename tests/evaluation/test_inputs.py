import warnings

import numpy as np
import pandas as pd
import pytest

from helpers.evaluation.inputs import (
    check_cases,
    check_patient,
    check_probabilities_of,
    has_both_classes,
    warn_one_class,
)
from helpers.evaluation.splits.audit_inputs import check_given


def test_cases_come_back_in_int64_and_float64():
    y_true, scores = check_cases([False, True, True], np.array([-3, 0, 7], dtype="int16"))
    assert (y_true.dtype, scores.dtype) == ("int64", "float64")
    np.testing.assert_array_equal(y_true, [0, 1, 1])
    np.testing.assert_array_equal(scores, [-3, 0, 7])


@pytest.mark.parametrize(
    ("y_true", "scores", "kind", "message"),
    [
        ([], [], ValueError, "`y_true` must hold something; got no case"),
        ([[0, 1]], [[1, 2]], ValueError, r"`y_true` must have shape \(n,\)"),
        ([0, 2], [1, 2], ValueError, r"0 and 1; got int64 with the values \[0, 2\]"),
        ([0.0, 1.0], [1, 2], ValueError, r"0 and 1; got float64 .*\. Use `\.astype\(int\)`\.$"),
        ([0.0, np.nan], [1, 2], ValueError, r"got float64 with the values \[0\.0, nan\]\.$"),
        ([0, 3], [1, 2], ValueError, r"got int64 with the values \[0, 3\]\.$"),
        ([None, 1], [1, 2], ValueError, "0 and 1; got object"),
        ([0, 1], [1, 2, 3], ValueError, r"`scores` .* one score a case; got \(3,\) for 2 cases"),
        ([0, 1], [[1], [2]], ValueError, r"got \(2, 1\) for 2 cases"),
        ([0, 1], 0.5, ValueError, r"got \(\) for 2 cases"),
        ([0, 1], [1, np.nan], ValueError, "`scores` must hold finite numbers; got nan or infinity"),
        ([0, 1], [1, -np.inf], ValueError, "`scores` must hold finite numbers"),
        ([0, 1], ["a", "b"], TypeError, "`scores` must hold real numbers; got <U1"),
        ([0, 1], [1j, 2j], TypeError, "real numbers; got complex128"),
    ],
)
def test_bad_cases_are_refused(y_true, scores, kind, message):
    with pytest.raises(kind, match=message):
        check_cases(y_true, scores)


def test_probabilities_may_reach_0_and_1_but_not_beyond():
    _, probabilities = check_probabilities_of([0, 1, 1], [0, 1, 0.5])
    np.testing.assert_array_equal(probabilities, [0, 1, 0.5])
    for values in ([0.2, 1.0001], [-1e-9, 0.5]):
        with pytest.raises(ValueError, match=r"from 0 to 1; .* Logits go through a sigmoid first"):
            check_probabilities_of([0, 1], values)
    with pytest.raises(ValueError, match="`probabilities` must hold finite numbers"):
        check_probabilities_of([0, 1], [0.2, np.nan])


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        (["b", "a", "b", "c"], [0, 1, 0, 2]),
        (np.array([7, 7, 3, 7]), [0, 0, 1, 0]),
        ([7, "7", 7.0, " 7 "], [0, 0, 0, 0]),  # as texts, as in an audit of splits
        (["7", "p  7", "p 7", 7.5], [0, 1, 1, 2]),
        ([2**53, 2**53 + 1, 2**53, 0.5], [0, 1, 0, 2]),  # float64 has no such number
        (pd.Series(["b", "b", "a", "b"]), [0, 0, 1, 0]),
        (None, [0, 1, 2, 3]),
    ],
)
def test_patients_are_numbered(patient, expected):
    codes = check_patient(patient, 4)
    assert codes.dtype == "int64"
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize(
    "name", ["", "  ", None, "None", float("nan"), "nan", "NaN", pd.NA, "<NA>", pd.NaT, "NaT"]
)
@pytest.mark.parametrize("known", ["a", 7])
@pytest.mark.parametrize("form", [list, lambda names: np.array(names, dtype=object), pd.Series])
def test_a_case_without_a_patient_is_refused(name, known, form):
    with pytest.raises(ValueError, match="the patient of every case; got 1 of 3 without a name"):
        check_patient(form([known, name, "b"]), 3)


def test_a_patient_unknown_to_the_audit_is_one_without_a_name():
    names = ["a", 7, "7", 7.0, None, "nan", pd.NA, "", " a"]
    ((_, parts),) = check_given({"patient": {"train": names}}).items()
    assert parts["patient"] == ["a", "7", "7", "7", "", "", "", "", "a"]
    with pytest.raises(ValueError, match="got 4 of 9 without a name"):
        check_patient(names, 9)
    known = [name for name, text in zip(names, parts["patient"], strict=True) if text]
    np.testing.assert_array_equal(check_patient(known, 5), [0, 1, 1, 1, 0])


@pytest.mark.parametrize("patient", [["a", "b"], [["a"], ["b"], ["c"]], "abc"])
def test_patients_must_fit_the_cases(patient):
    with pytest.raises(ValueError, match=r"`patient` must have shape \(n,\).*3 cases"):
        check_patient(patient, 3)


@pytest.mark.parametrize(
    ("labels", "words"),
    [([1, 1], "class 0, without the disease"), ([0], "class 1, with the disease")],
)
def test_one_class_is_said_with_the_missing_one(labels, words):
    assert not has_both_classes(np.array(labels))
    with pytest.warns(UserWarning, match=f"no such curve: there is no case of {words}") as caught:
        warn_one_class(np.array(labels), "such curve", stacklevel=2)
    assert [warning.filename for warning in caught] == [__file__]


def test_both_classes_raise_no_warning():
    assert has_both_classes(np.array([0, 1, 0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_one_class(np.array([0, 1]), "such curve", stacklevel=2)
