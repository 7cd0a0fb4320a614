from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logit, ndtr
from scipy.stats import norm

from helpers.evaluation import FrozenThreshold, bayes_threshold, choose_threshold, count_confusion
from tests.tolerances import EXACT64

# few distinct values, so that ties are frequent
cases = st.integers(2, 30).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0])),
    )
)
cases = cases.filter(lambda case: 0 < case[0].mean() < 1)
targets = st.sampled_from([0.1, 0.5, 0.8, 0.95, 1.0])
OPTIONS = {
    "youden": {},
    "sensitivity": {"target": 0.8},
    "specificity": {"target": 0.8},
    "cost": {"prevalence": 0.1, "costs": (1, 5)},
}


def try_all(y_true, scores):
    """Return (threshold, sensitivity, specificity) one by one, from infinity down: slow, dull."""
    rows = []
    for threshold in [np.inf, *sorted(set(scores.tolist()), reverse=True)]:
        called = scores >= threshold
        rows.append((threshold, called[y_true == 1].mean(), 1 - called[y_true == 0].mean()))
    return rows


# rules


@pytest.mark.reference("choose_threshold")
@pytest.mark.parametrize("rule", OPTIONS)
@given(cases)
def test_a_rule_takes_the_best_of_all_thresholds_and_the_highest_of_equals(rule, case):
    def loss(row):
        threshold, sensitivity, specificity = row
        return round(
            {
                "youden": 1 - sensitivity - specificity,
                "sensitivity": (sensitivity < 0.8) - 1e-3 * min(threshold, 9),
                "specificity": (specificity < 0.8) + 1e-3 * min(threshold, 9),
                "cost": 0.1 * 5 * (1 - sensitivity) + 0.9 * (1 - specificity),
            }[rule],
            12,
        )

    best = min(try_all(*case), key=loss)  # the first of equals
    frozen = choose_threshold(*case, rule, **OPTIONS[rule])
    assert frozen.value == best[0]
    np.testing.assert_allclose((frozen.sensitivity, frozen.specificity), best[1:], **EXACT64)


@pytest.mark.law("choose_threshold")
@given(cases, targets)
def test_a_target_is_reached_and_not_by_more_than_it_takes(case, target):
    y_true, scores = case
    of_sensitivity = choose_threshold(y_true, scores, "sensitivity", target=target)
    of_specificity = choose_threshold(y_true, scores, "specificity", target=target)
    assert of_sensitivity.sensitivity >= target
    assert of_specificity.specificity >= target
    above = np.nextafter(of_sensitivity.value, np.inf)
    assert count_confusion(y_true, scores, above).true_positives < target * y_true.sum()
    below = np.nextafter(of_specificity.value, -np.inf)
    if np.isfinite(below) and below > scores.min():
        lower = scores[scores <= below].max()
        confusion = count_confusion(y_true, scores, lower)
        assert confusion.true_negatives < target * (1 - y_true).sum()


@pytest.mark.law("choose_threshold")
@pytest.mark.parametrize("rule", OPTIONS)
@given(cases, st.randoms())
def test_a_choice_ignores_order_and_follows_monotone_transforms(rule, case, random):
    y_true, scores = case
    frozen = choose_threshold(y_true, scores, rule, **OPTIONS[rule])
    order = random.sample(range(len(y_true)), len(y_true))
    assert choose_threshold(y_true[order], scores[order], rule, **OPTIONS[rule]) == frozen
    moved = choose_threshold(y_true, 2 * scores - 8, rule, **OPTIONS[rule])
    assert moved.value == 2 * frozen.value - 8
    assert moved.sensitivity == frozen.sensitivity


@pytest.mark.law("choose_threshold")
@given(cases)
def test_the_frozen_numbers_are_those_of_its_calls(case):
    y_true, scores = case
    frozen = choose_threshold(y_true, scores)
    confusion = count_confusion(y_true, scores, frozen)
    np.testing.assert_array_equal(frozen.call(scores).sum(), confusion.matrix[:, 1].sum())
    assert (frozen.num_positive, frozen.num_negative) == (y_true.sum(), (1 - y_true).sum())
    np.testing.assert_allclose(
        (frozen.sensitivity, frozen.specificity),
        (
            confusion.true_positives / frozen.num_positive,
            confusion.true_negatives / frozen.num_negative,
        ),
        **EXACT64,
    )


@pytest.mark.reference("choose_threshold")
def test_with_many_cases_the_cheapest_threshold_is_that_of_bayes():
    # two Gaussians d' = 2 apart: the score is the log likelihood ratio
    generator, d, num_cases = np.random.default_rng(0), 2.0, 40000
    y_true = np.arange(num_cases) % 2
    ratio = d * (generator.standard_normal(num_cases) + d * y_true) - d**2 / 2
    for prevalence, costs in [(0.5, (1.0, 1.0)), (0.2, (1.0, 2.0)), (0.05, (1.0, 10.0))]:
        found = choose_threshold(y_true, ratio, "cost", prevalence=prevalence, costs=costs)

        def expected_cost(threshold, prevalence=prevalence, costs=costs):
            missed, alarmed = ndtr(threshold / d - d / 2), ndtr(-threshold / d - d / 2)
            return prevalence * costs[1] * missed + (1 - prevalence) * costs[0] * alarmed

        best = bayes_threshold(prevalence, costs)
        np.testing.assert_allclose(found.value, best, atol=0.4)
        # nearly as cheap, and nothing is cheaper
        assert expected_cost(best) <= expected_cost(found.value) < 1.01 * expected_cost(best)


def test_without_prevalence_and_costs_the_errors_are_counted():
    y_true = np.array([0, 0, 0, 0, 1, 1])
    scores = np.array([1.0, 2.0, 3.0, 6.0, 4.0, 5.0])
    # errors at infinity, 6, 5, 4, ...: 2, 3, 2, 1, 2, 3, 4
    assert choose_threshold(y_true, scores, "cost").value == 4
    assert choose_threshold(y_true, scores, "cost", costs=(9, 1)).value == np.inf


def test_separated_classes_are_cut_at_the_lowest_diseased_score():
    frozen = choose_threshold([0, 0, 1, 1], [1, 2, 5, 9])
    assert (frozen.value, frozen.sensitivity, frozen.specificity) == (5, 1, 1)


def test_tied_scores_call_nobody_by_youden_and_everybody_for_sensitivity():
    y_true, scores = [0, 1, 1], [2, 2, 2]
    frozen = choose_threshold(y_true, scores)
    assert (frozen.value, frozen.sensitivity, frozen.specificity) == (np.inf, 0, 1)
    assert choose_threshold(y_true, scores, "sensitivity", target=0.1).value == 2


def test_of_equally_good_thresholds_the_highest_is_taken_whatever_rounding_says():
    # 2/6 - 0/2 at 6 and 5/6 - 1/2 at 2 are equal, but not in floating point
    y_true, scores = [1, 1, 0, 1, 1, 1, 0, 1], [7, 6, 5, 4, 3, 2, 1, 0]
    assert choose_threshold(y_true, scores).value == 6


# the frozen object


def test_a_frozen_threshold_cannot_be_changed():
    frozen = choose_threshold([0, 1], [0.2, 0.8])
    for name in ("value", "sensitivity", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, name, 0.1)
    with pytest.raises(FrozenInstanceError):
        del frozen.value


def test_a_frozen_threshold_calls_new_cases():
    frozen = FrozenThreshold(0.4, "by hand", 1, 1, 1.0, 1.0)
    called = frozen.call(np.array([[0.1, 0.4, 0.9], [0.39, 2.0, -5.0]]))
    np.testing.assert_array_equal(called, [[0, 1, 1], [0, 1, 0]])
    assert called.dtype == "int64"
    assert float(frozen) == 0.4
    with pytest.raises(ValueError, match="`scores` must hold finite numbers"):
        frozen.call([0.1, np.nan])


@pytest.mark.parametrize(
    ("value", "kind"),
    [(np.nan, ValueError), ("0.5", TypeError), (None, TypeError), (True, TypeError)],
)
def test_a_frozen_threshold_must_be_a_number_or_infinity(value, kind):
    with pytest.raises(kind, match="`value` must be a number or infinity; got"):
        FrozenThreshold(value, "by hand", 1, 1, 1.0, 1.0)
    assert float(FrozenThreshold(np.inf, "by hand", 1, 1, 0.0, 1.0)) == np.inf


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("youden", "2.000: greatest sensitivity"),
        ("sensitivity", "2.000: highest threshold with a sensitivity of at least 0.8;"),
        ("specificity", "2.000: lowest threshold with a specificity of at least 0.8;"),
        ("cost", "2.000: least cost at a prevalence of 0.1, a false positive costing 1 and a"),
    ],
)
def test_a_frozen_threshold_says_how_it_was_chosen(rule, words):
    frozen = choose_threshold([0, 0, 1], [0.5, 1, 2], rule, **OPTIONS[rule])
    assert str(frozen).startswith(words)
    assert str(frozen).endswith("chosen on 1 cases with and 2 without the disease")


# refusals


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_has_no_threshold(label):
    with pytest.raises(ValueError, match=f"no threshold can be chosen; got only class {label}"):
        choose_threshold([label] * 3, [1, 2, 3])


@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        ("yuden", {}, "`rule` must be one of .*Did you mean 'youden'"),
        ("sensitivity", {}, "`target` must be given with the rule 'sensitivity'"),
        ("specificity", {}, "`target` must be given with the rule 'specificity'"),
        ("sensitivity", {"target": 0}, "`target` must be a finite number > 0 and <= 1"),
        ("sensitivity", {"target": 90}, "`target` must be a finite number > 0 and <= 1"),
        ("youden", {"target": 0.9}, "`target` is not used by the rule 'youden'"),
        ("youden", {"prevalence": 0.1}, "`prevalence` is not used by the rule 'youden'"),
        ("sensitivity", {"target": 0.9, "costs": (1, 2)}, "`costs` is not used by the rule"),
        ("cost", {"prevalence": 0}, "`prevalence` must be a finite number > 0 and < 1"),
        ("cost", {"costs": (1, 0)}, "`costs` must be a finite number > 0"),
        ("cost", {"costs": 5}, r"`costs` must be \(false positive, false negative\); got 5"),
        ("cost", {"costs": (1, 2, 3)}, "`costs` must be"),
    ],
)
def test_bad_options_are_refused(rule, options, message):
    with pytest.raises(ValueError, match=message):
        choose_threshold([0, 1], [0.2, 0.8], rule, **options)


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
        choose_threshold(y_true, scores)


# the theoretical threshold


@pytest.mark.reference("bayes_threshold")
def test_bayes_threshold_by_hand():
    assert bayes_threshold(0.5) == 0
    np.testing.assert_allclose(bayes_threshold(0.05), np.log(19), **EXACT64)
    np.testing.assert_allclose(bayes_threshold(0.05, (1, 19)), 0, **EXACT64)
    # where a product of the same numbers would be infinite or 0
    dear = bayes_threshold(1e-200, (1e200, 1e-200))
    np.testing.assert_allclose(dear, 600 * np.log(10), **EXACT64)
    np.testing.assert_allclose(bayes_threshold(0.5, (1e-200, 1e200)), -400 * np.log(10), **EXACT64)
    # d' = 2: moving the threshold from 0 to ln 19 takes the sensitivity from .841 to .318
    for threshold, sensitivity in [(0.0, 0.841), (bayes_threshold(0.05), 0.318)]:
        assert round(norm.sf(threshold, 2, 2), 3) == sensitivity


@pytest.mark.law("bayes_threshold")
@given(st.floats(0.001, 0.999), st.floats(0.1, 50), st.floats(0.1, 50))
def test_at_the_bayes_threshold_both_errors_cost_the_same(prevalence, by_positive, by_negative):
    threshold = bayes_threshold(prevalence, (by_positive, by_negative))
    log_odds = threshold + logit(prevalence)
    np.testing.assert_allclose(log_odds, np.log(by_positive / by_negative), rtol=0, atol=1e-9)


def test_a_bayes_threshold_needs_a_prevalence_and_costs():
    for prevalence in (0, 1, np.nan, 5):
        with pytest.raises(ValueError, match="`prevalence` must be a finite number > 0 and < 1"):
            bayes_threshold(prevalence)
    with pytest.raises(ValueError, match="`costs` must be a finite number > 0; got -1"):
        bayes_threshold(0.5, (1, -1))
    with pytest.raises(ValueError, match="`costs` must be"):
        bayes_threshold(0.5, 3)
