# No worked example of Mercaldo, Lau and Zhou is at hand: their interval is compared with the delta
# method computed by numerical derivatives, and by exact coverage.
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import binom, norm

from helpers.evaluation import (
    Confusion,
    compute_rates,
    predictive_value_intervals,
    predictive_values,
)
from tests.evaluation.confusions import LIVER_SCAN, any_confusions, confusions
from tests.tolerances import EXACT64

shares = st.floats(0.01, 0.99)


@pytest.mark.reference("predictive_values")
def test_predictive_values_of_a_published_example():
    # the liver scan where a quarter has the disease: Altman and Bland, BMJ 309:102 (1994), doi
    # 10.1136/bmj.309.6947.102
    ppv, npv = predictive_values(231 / 258, 54 / 86, 0.25)
    assert (round(ppv, 2), round(npv, 2)) == (0.45, 0.95)


@pytest.mark.reference("predictive_values")
def test_predictive_values_count_a_population():
    # 2000 people, 3 % ill, sensitivity .9, specificity .8: 54 and 388 called ill, 6 and 1552 not
    ppv, npv = predictive_values(0.9, 0.8, 0.03)
    np.testing.assert_allclose((ppv, npv), (54 / 442, 1552 / 1558), **EXACT64)


@pytest.mark.law("predictive_values")
@given(confusions)
def test_at_its_own_prevalence_a_test_set_has_its_own_values(confusion):
    rates = compute_rates(confusion)
    prevalence = confusion.num_positive / confusion.num_cases
    ppv, npv = predictive_values(rates["sensitivity"].value, rates["specificity"].value, prevalence)
    np.testing.assert_allclose((ppv, npv), (rates["PPV"].value, rates["NPV"].value), **EXACT64)


@pytest.mark.law("predictive_values")
@given(shares, shares, shares)
def test_the_classes_can_change_places(sensitivity, specificity, prevalence):
    ppv, npv = predictive_values(sensitivity, specificity, prevalence)
    turned = predictive_values(specificity, sensitivity, 1 - prevalence)
    np.testing.assert_allclose(turned, (npv, ppv), rtol=1e-10)


def test_predictive_values_broadcast():
    ppv, npv = predictive_values([[0.7], [0.9]], 0.8, [0.1, 0.2, 0.5])
    assert ppv.shape == npv.shape == (2, 3)
    np.testing.assert_allclose((ppv[1, 2], npv[1, 2]), predictive_values(0.9, 0.8, 0.5), **EXACT64)


@pytest.mark.parametrize(("prevalence", "expected"), [(0, (0.0, 1.0)), (1, (1.0, 0.0))])
def test_where_nobody_or_everybody_is_ill_the_values_are_known(prevalence, expected):
    assert predictive_values(0.9, 0.8, prevalence) == expected
    for estimate, value in zip(
        predictive_value_intervals(LIVER_SCAN, prevalence), expected, strict=True
    ):
        assert estimate == (value, value, value)


def test_a_call_that_nobody_gets_has_no_value():
    ppv, npv = predictive_values(0, 1, 0.3)
    assert np.isnan(ppv)
    np.testing.assert_allclose(npv, 0.7, **EXACT64)
    assert np.isnan(predictive_values(0.9, 1, 0)[0])
    ppv, npv = predictive_value_intervals(Confusion(20, 0, 10, 0), 0.3)
    assert str(ppv) == "not defined"
    assert npv.low < 0.7 < npv.high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.2, 0.5, 0.1), "`sensitivity` must be from 0 to 1; got values from 1.2 to 1.2"),
        ((0.5, [0.5, -1], 0.1), "`specificity` must be from 0 to 1"),
        ((0.5, 0.5, 30), "`prevalence` must be from 0 to 1"),
        ((0.5, 0.5, np.nan), "`prevalence` must hold finite"),
        (([0.5, 0.6], 0.5, [0.1, 0.2, 0.3]), r"must broadcast; got the shapes \(2,\), \(\) and"),
    ],
)
def test_shares_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        predictive_values(*arguments)


# intervals


@pytest.mark.reference("predictive_value_intervals")
@given(confusions, shares, st.sampled_from([0.8, 0.95]))
def test_the_interval_is_the_delta_method_on_the_logit(confusion, prevalence, confidence):
    rates = compute_rates(confusion)
    point = np.array([rates["sensitivity"].value, rates["specificity"].value])
    variance = point * (1 - point) / [confusion.num_positive, confusion.num_negative]
    steps = 1e-6 * point * (1 - point) * np.eye(2)
    found = predictive_value_intervals(confusion, prevalence, confidence=confidence)
    for k, estimate in enumerate(found):
        value = predictive_values(*point, prevalence)[k]
        rise = [
            logit(predictive_values(*(point + s), prevalence)[k])
            - logit(predictive_values(*(point - s), prevalence)[k])
            for s in steps
        ]
        slope = rise / (2 * steps.sum(axis=1))
        half = norm.ppf((1 + confidence) / 2) * np.sqrt(slope**2 @ variance)
        np.testing.assert_allclose(estimate.value, value, rtol=1e-9)
        limits, both = logit([estimate.low, estimate.high]), half * np.array([-1, 1])
        np.testing.assert_allclose(limits, logit(value) + both, rtol=1e-4, atol=1e-4)


@pytest.mark.law("predictive_value_intervals")
@given(any_confusions, st.sampled_from([0.0, 0.05, 0.5, 0.9, 1.0]))
def test_intervals_hold_the_bayes_value_within_0_and_1(confusion, prevalence):
    (tn, fp), (fn, tp) = confusion.matrix
    found = predictive_value_intervals(confusion, prevalence)
    expected = predictive_values(tp / (tp + fn), tn / (tn + fp), prevalence)
    for estimate, value in zip(found, expected, strict=True):
        np.testing.assert_allclose(estimate.value, value, **EXACT64)
        if np.isnan(value):
            assert np.isnan(estimate).all()
        else:
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_the_share_of_the_diseased_in_the_test_set_does_not_matter():
    few, many = Confusion(900, 100, 2, 8), Confusion(900, 100, 200, 800)
    for first, second in zip(
        predictive_value_intervals(few, 0.02), predictive_value_intervals(many, 0.02), strict=True
    ):
        np.testing.assert_allclose(first.value, second.value, **EXACT64)
        assert first.high - first.low > second.high - second.low


def test_intervals_cover_as_promised():
    # exact: the binomial chances of all tables whose interval holds the truth
    num_positive, num_negative, sensitivity, specificity, prevalence = 20, 30, 0.8, 0.9, 0.05
    truth = predictive_values(sensitivity, specificity, prevalence)
    covered = np.zeros(2)
    by_positive = binom.pmf(np.arange(num_positive + 1), num_positive, sensitivity)
    by_negative = binom.pmf(np.arange(num_negative + 1), num_negative, specificity)
    for tp, first in enumerate(by_positive):
        for tn, second in enumerate(by_negative):
            confusion = Confusion(tn, num_negative - tn, num_positive - tp, tp)
            found = predictive_value_intervals(confusion, prevalence)
            inside = [e.low <= value <= e.high for e, value in zip(found, truth, strict=True)]
            covered += first * second * np.array(inside)
    assert (covered > 0.94).all()
    assert (covered < 0.975).all()


@pytest.mark.parametrize("confusion", [Confusion(3, 1, 0, 0), Confusion(0, 0, 1, 3)])
def test_a_missing_class_has_no_values_and_is_said(confusion):
    with pytest.warns(UserWarning, match="There is no case with") as caught:
        found = predictive_value_intervals(confusion, 0.1)
    assert [warning.filename for warning in caught] == [__file__]
    assert np.isnan(found).all()


def test_bad_arguments_are_refused():
    with pytest.raises(TypeError, match="`confusion` must be a Confusion; got tuple"):
        predictive_value_intervals((1, 2, 3, 4), 0.1)
    with pytest.raises(ValueError, match="`prevalence` must be a finite number >= 0 and <= 1"):
        predictive_value_intervals(LIVER_SCAN, 5)
    with pytest.raises(ValueError, match="`confidence` must be a finite number > 0 and < 1"):
        predictive_value_intervals(LIVER_SCAN, 0.1, confidence=1)
