import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from helpers.evaluation import Confusion, FrozenThreshold, compute_rates, count_confusion
from helpers.evaluation.confusion import rate_values
from tests.evaluation.confusions import LIVER_SCAN, any_confusions, confusions
from tests.tolerances import EXACT64

NAMES = [
    *("sensitivity", "specificity", "PPV", "NPV", "accuracy", "balanced accuracy", "LR+", "LR-"),
]
# few distinct values, so that ties with the threshold are frequent
cases = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([-2.0, 0.0, 0.5, 3.0])),
    )
)
thresholds = st.sampled_from([-np.inf, -2.0, -1.0, 0.5, 3.0, 4.0, np.inf])


# counts


@pytest.mark.reference("count_confusion")
@given(cases, thresholds)
def test_counts_are_those_of_scikit_learn(case, threshold):
    y_true, scores = case
    expected = confusion_matrix(y_true, scores >= threshold, labels=[0, 1])
    confusion = count_confusion(y_true, scores, threshold)
    np.testing.assert_array_equal(confusion.matrix, expected)
    assert confusion.matrix.dtype == "int64"
    assert confusion.num_cases == len(y_true)
    assert confusion.num_positive == y_true.sum()
    assert confusion.num_negative == (1 - y_true).sum()


@pytest.mark.law("count_confusion")
@given(cases, thresholds, st.randoms())
def test_counts_ignore_order_and_monotone_transforms(case, threshold, random):
    y_true, scores = case
    expected = count_confusion(y_true, scores, threshold)
    order = random.sample(range(len(y_true)), len(y_true))
    assert count_confusion(y_true[order], scores[order], threshold) == expected
    assert count_confusion(y_true, 3 * scores - 7, 3 * threshold - 7) == expected


def test_a_score_at_the_threshold_is_called_diseased():
    assert count_confusion([0, 1], [0.5, 0.5], 0.5) == Confusion(0, 1, 0, 1)
    assert count_confusion([0, 1, 1], [1, 2, 3], np.inf) == Confusion(1, 0, 2, 0)
    assert count_confusion([0, 1, 1], [1, 2, 3], -np.inf) == Confusion(0, 1, 0, 2)


def test_a_frozen_threshold_counts_as_its_number():
    frozen = FrozenThreshold(0.4, "Youden", 2, 3, 1.0, 1.0)
    y_true, scores = [0, 0, 1], [0.39, 0.4, 0.9]
    assert count_confusion(y_true, scores, frozen) == count_confusion(y_true, scores, 0.4)


@pytest.mark.parametrize(
    ("threshold", "kind"),
    [(np.nan, ValueError), ("0.5", TypeError), (None, TypeError), (True, TypeError)],
)
def test_a_threshold_must_be_a_number(threshold, kind):
    with pytest.raises(kind, match="`threshold` must be a number or a FrozenThreshold; got"):
        count_confusion([0, 1], [0.1, 0.2], threshold)


@pytest.mark.parametrize(
    ("y_true", "scores", "message"),
    [
        ([], [], "got no case"),
        ([0, 1], [1, 2, 3], "one score a case"),
        ([0, 2], [1, 2], "integers 0 and 1"),
        ([0, 1], [1, np.nan], "`scores` must hold finite"),
    ],
)
def test_bad_cases_are_refused(y_true, scores, message):
    with pytest.raises(ValueError, match=message):
        count_confusion(y_true, scores, 0.5)


def test_counts_must_be_whole_and_not_all_0():
    with pytest.raises(ValueError, match="`false_negatives` must be an integer of at least 0"):
        Confusion(1, 1, -1, 1)
    with pytest.raises(TypeError, match="`true_positives` must be an integer"):
        Confusion(1, 1, 1, 1.5)
    with pytest.raises(ValueError, match="got no case"):
        Confusion(0, 0, 0, 0)
    with pytest.raises(AttributeError, match="cannot assign"):
        LIVER_SCAN.true_positives = 258


# rates


@pytest.mark.reference("compute_rates")
def test_rates_of_a_published_example():
    rates = compute_rates(LIVER_SCAN)
    assert list(rates) == NAMES
    published = {"sensitivity": 0.90, "specificity": 0.63, "PPV": 0.88, "NPV": 0.67}
    for name, value in published.items():
        assert round(rates[name].value, 2) == value
    # by hand: (231/258) / (32/86), and exp(ln 2.40625 -+ 1.96 sqrt(.0200745))
    np.testing.assert_allclose(rates["LR+"], (2.40625, 1.82277, 3.17652), rtol=1e-4)


@pytest.mark.reference("compute_rates")
@pytest.mark.parametrize(("method", "word"), [("wilson", "wilson"), ("clopper-pearson", "beta")])
@given(any_confusions, st.sampled_from([0.8, 0.95, 0.99]))
def test_shares_have_the_intervals_of_statsmodels(method, word, confusion, confidence):
    rates = compute_rates(confusion, confidence=confidence, method=method)
    (tn, fp), (fn, tp) = confusion.matrix
    for name, successes, trials in [
        ("sensitivity", tp, tp + fn),
        ("specificity", tn, tn + fp),
        ("PPV", tp, tp + fp),
        ("NPV", tn, tn + fn),
        ("accuracy", tp + tn, confusion.num_cases),
    ]:
        if trials == 0:
            assert np.isnan(rates[name]).all()
            continue
        limits = proportion_confint(successes, trials, alpha=1 - confidence, method=word)
        np.testing.assert_allclose(rates[name], (successes / trials, *limits), rtol=0, atol=1e-9)


@pytest.mark.reference("compute_rates")
@given(any_confusions)
def test_balanced_accuracy_has_newcombes_interval_of_a_difference(confusion):
    # sensitivity + specificity - 1 is the difference of two shares called diseased
    (tn, fp), (fn, tp) = confusion.matrix
    limits = confint_proportions_2indep(tp, tp + fn, fp, tn + fp, method="newcomb", compare="diff")
    found = compute_rates(confusion)["balanced accuracy"]
    y_true, called = (
        np.repeat([0, 0, 1, 1], [tn, fp, fn, tp]),
        np.repeat([0, 1, 0, 1], [tn, fp, fn, tp]),
    )
    expected = (balanced_accuracy_score(y_true, called), *((np.array(limits) + 1) / 2))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_the_joined_interval_is_newcombes_published_one():
    # 56/70 against 48/80: .0524 to .3339, Newcombe, Stat. Med. 17:873 (1998), method 10
    found = compute_rates(Confusion(80 - 48, 48, 70 - 56, 56))["balanced accuracy"]
    np.testing.assert_allclose(2 * np.array(found) - 1, (0.2, 0.0524, 0.3339), atol=5e-5)


@pytest.mark.reference("compute_rates")
@given(confusions, st.sampled_from([0.8, 0.95]))
def test_likelihood_ratios_have_the_log_interval_of_statsmodels(confusion, confidence):
    (tn, fp), (fn, tp) = confusion.matrix
    rates = compute_rates(confusion, confidence=confidence)
    for name, first, second in [("LR+", tp, fp), ("LR-", fn, tn)]:
        of = (first, tp + fn, second, tn + fp)
        limits = confint_proportions_2indep(
            *of, method="log", compare="ratio", alpha=1 - confidence
        )
        ratio = first / (tp + fn) / (second / (tn + fp))
        np.testing.assert_allclose(rates[name], (ratio, *limits), rtol=1e-9)


@pytest.mark.law("compute_rates")
@given(any_confusions)
def test_values_lie_in_their_intervals(confusion):
    for method in ("wilson", "clopper-pearson"):
        for name, rate in compute_rates(confusion, method=method).items():
            if np.isnan(rate.value):
                assert np.isnan(rate).all()
                continue
            assert rate.low <= rate.value <= rate.high
            assert rate.low < rate.high
            assert rate.low >= 0
            assert name.startswith("LR") or rate.high <= 1


@pytest.mark.law("compute_rates")
@given(any_confusions)
def test_the_classes_can_change_places(confusion):
    (tn, fp), (fn, tp) = confusion.matrix.tolist()
    rates, turned = compute_rates(confusion), compute_rates(Confusion(tp, fn, fp, tn))
    for name, other in [
        ("sensitivity", "specificity"),
        ("PPV", "NPV"),
        ("accuracy", "accuracy"),
        ("balanced accuracy", "balanced accuracy"),
    ]:
        np.testing.assert_allclose(rates[name], turned[other], rtol=1e-9, atol=1e-9)
    with np.errstate(divide="ignore"):
        value, low, high = 1 / np.array(turned["LR-"])  # specificity / (1 - sensitivity)
    np.testing.assert_allclose(rates["LR+"], (value, high, low), rtol=1e-9)


def test_zeros_make_likelihood_ratios_0_or_infinite_with_one_limit():
    # by hand, half a case added to each count: ln LR = ln(9.5/11) - ln(.5/21), variance
    # 1/9.5 - 1/11 + 1/.5 - 1/21
    rates = compute_rates(Confusion(20, 0, 1, 9))
    low = 36.27273 * math.exp(-1.959964 * math.sqrt(1.966735))
    np.testing.assert_allclose(rates["LR+"], (math.inf, low, math.inf), rtol=1e-5)
    rates = compute_rates(Confusion(20, 10, 10, 0))
    assert rates["LR+"][:2] == (0, 0)
    assert 0 < rates["LR+"].high < math.inf
    perfect = compute_rates(Confusion(20, 0, 0, 10))
    assert perfect["LR-"].value == 0
    assert perfect["balanced accuracy"].value == perfect["balanced accuracy"].high == 1
    assert perfect["balanced accuracy"].low < 0.95


def test_what_would_be_0_by_0_is_not_defined():
    nobody = compute_rates(Confusion(20, 0, 10, 0))
    assert str(nobody["PPV"]) == str(nobody["LR+"]) == "not defined"
    np.testing.assert_allclose(nobody["NPV"].value, 2 / 3, **EXACT64)
    everybody = compute_rates(Confusion(0, 20, 0, 10))
    assert str(everybody["NPV"]) == str(everybody["LR-"]) == "not defined"
    assert everybody["LR+"].low < everybody["LR+"].value == 1 < everybody["LR+"].high


@pytest.mark.parametrize(
    ("confusion", "missing", "undefined"),
    [
        (Confusion(3, 1, 0, 0), "with the disease", "sensitivity"),
        (Confusion(0, 0, 1, 3), "without the disease", "specificity"),
    ],
)
def test_a_missing_class_has_no_rates_and_is_said(confusion, missing, undefined):
    with pytest.warns(UserWarning, match=f"no case {missing}") as caught:
        rates = compute_rates(confusion)
    assert [warning.filename for warning in caught] == [__file__]
    for name in (undefined, "balanced accuracy", "LR+", "LR-"):
        assert np.isnan(rates[name]).all()
    assert rates["accuracy"].value == 0.75


def test_intervals_cover_as_promised():
    # exact: the binomial chances of all tables whose interval holds the truth
    num_positive, num_negative, sensitivity, specificity = 20, 30, 0.8, 0.9
    truth = {
        "balanced accuracy": (sensitivity + specificity) / 2,
        "LR+": sensitivity / (1 - specificity),
        "LR-": (1 - sensitivity) / specificity,
    }
    covered = dict.fromkeys(truth, 0.0)
    by_positive = binom.pmf(np.arange(num_positive + 1), num_positive, sensitivity)
    by_negative = binom.pmf(np.arange(num_negative + 1), num_negative, specificity)
    for tp, first in enumerate(by_positive):
        for tn, second in enumerate(by_negative):
            rates = compute_rates(Confusion(tn, num_negative - tn, num_positive - tp, tp))
            for name, value in truth.items():
                covered[name] += first * second * (rates[name].low <= value <= rates[name].high)
    for name, chance in covered.items():
        assert 0.94 < chance < 0.975, name


def test_bad_arguments_are_refused():
    with pytest.raises(TypeError, match=r"must be a Confusion; got ndarray\. `count_confusion`"):
        compute_rates(LIVER_SCAN.matrix)
    with pytest.raises(ValueError, match="'wilson', 'clopper-pearson'; got 'wald'"):
        compute_rates(LIVER_SCAN, method="wald")
    with pytest.raises(ValueError, match="`confidence` must be a finite number > 0 and < 1"):
        compute_rates(LIVER_SCAN, confidence=95)


@pytest.mark.filterwarnings("ignore:There is no case")
@given(cases, thresholds)
def test_values_without_intervals_are_those_with(case, threshold):
    confusion = count_confusion(*case, threshold)  # classes and calls may be missing
    expected = {name: rate.value for name, rate in compute_rates(confusion).items()}
    values = rate_values(confusion)
    assert list(values) == list(expected)
    np.testing.assert_array_equal(list(values.values()), list(expected.values()))
