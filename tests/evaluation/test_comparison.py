import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from helpers.evaluation import compare_aucs, compute_auc, compute_efficiency
from helpers.observers import (
    auc_from_detectability,
    build_ideal_observer,
    detectability_from_auc,
    template_detectability,
)
from tests.evaluation.pairs import BAD_SCORES, cases, draw_scores, naive_covariance
from tests.tolerances import EXACT64


@pytest.mark.reference("compare_aucs")
@given(cases)
def test_the_comparison_is_its_definition_with_ties(case):
    y_true, scores = case[0], case[1][:2]
    aucs, covariance = naive_covariance(y_true, scores)
    contrast = np.array([-1, 1])
    variance = contrast @ covariance @ contrast
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation and missing spread have tests of their own
        (difference, low, high), p_value, correlation = compare_aucs(y_true, *scores)
    np.testing.assert_allclose(difference, aucs[1] - aucs[0], **EXACT64)
    if variance > 1e-9:
        error = np.sqrt(variance)
        limits = [max(-1, difference - 1.959963984540054 * error)]
        limits.append(min(1, difference + 1.959963984540054 * error))
        np.testing.assert_allclose((low, high), limits, **EXACT64)
        np.testing.assert_allclose(p_value, 2 * norm.sf(abs(difference) / error), **EXACT64)
    if covariance.diagonal().min() > 1e-9:
        expected = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
        np.testing.assert_allclose(correlation, expected, **EXACT64)
    else:
        assert np.isnan(correlation)


@pytest.mark.reference("compare_aucs")
def test_the_comparison_keeps_another_confidence_too():
    y_true, scores = draw_scores(np.random.default_rng(7), 60)
    aucs, covariance = naive_covariance(y_true, scores[1:])
    error = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    expected = aucs[1] - aucs[0] + 1.2815515655446004 * error * np.array([0, -1, 1])
    found = compare_aucs(y_true, *scores[1:], confidence=0.8).difference
    np.testing.assert_allclose(found, expected, **EXACT64)


@pytest.mark.reference("compare_aucs")
def test_a_difference_by_hand_is_cut_at_1():
    # AUCs 1/4 and 3/4; the placements differ by 0 and 1 for the positive, 1 and 0 for the negative
    # cases: variance 1/2 over 2, and again
    y_true, second = [0, 0, 1, 1], np.array([1, 3, 2, 4])
    low = 0.5 - 1.959963984540054 * np.sqrt(0.5)
    found = compare_aucs(y_true, -second, second).difference
    np.testing.assert_allclose(found, (0.5, low, 1), **EXACT64)
    np.testing.assert_allclose(
        compare_aucs(y_true, second, -second).difference, (-0.5, -1, -low), **EXACT64
    )


@pytest.mark.law("compare_aucs")
@given(st.integers(0, 1000))
def test_the_comparison_turns_with_its_order_and_ignores_the_scales(seed):
    y_true, (first, second, _) = draw_scores(np.random.default_rng(seed), 60)
    (difference, low, high), p_value, correlation = compare_aucs(y_true, first, second)
    for turned in [
        compare_aucs(y_true, second, first),
        compare_aucs(y_true, -first, -second),
        compare_aucs(y_true[::-1], 3 * second[::-1], np.exp(first[::-1])),
    ]:
        np.testing.assert_allclose(turned.difference, (-difference, -high, -low), **EXACT64)
        np.testing.assert_allclose(turned[1:], (p_value, correlation), **EXACT64)
    assert (low > 0 or high < 0) == (p_value < 0.05)


def test_the_comparison_covers_the_true_difference_and_pairing_makes_it_sharp():
    y_true, sets = draw_scores(np.random.default_rng(5), 300, (400,))
    truth = np.subtract(*auc_from_detectability(1.5 / np.sqrt([1, 1 + 1])))
    found = [compare_aucs(y_true, scores[1], scores[2]) for scores in sets]
    covered = np.mean([low <= truth <= high for (_, low, high), _, _ in found])
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)
    values = np.array([difference.value for difference, _, _ in found])
    assert abs(values.mean() - truth) < 4 * values.std() / 20
    aucs = np.array([[compute_auc(y_true, row) for row in scores[1:]] for scores in sets])
    spread = np.corrcoef(aucs, rowvar=False)[0, 1]
    assert abs(np.mean([r for _, _, r in found]) - spread) < 4 * (1 - spread**2) / 20


@pytest.mark.reference("compare_aucs")
def test_equally_good_scores_are_told_apart_in_one_study_of_twenty():
    generator = np.random.default_rng(6)
    y_true = np.arange(200) % 3 // 2
    shared = 1.5 * y_true + generator.standard_normal((400, 1, 200))
    sets = shared + generator.standard_normal((400, 2, 200))
    p_values = np.array([compare_aucs(y_true, *scores).p_value for scores in sets])
    for level in (0.05, 0.3):
        assert abs(np.mean(p_values < level) - level) < 4 * np.sqrt(level * (1 - level) / 400)


@pytest.mark.parametrize("change", [lambda s: s, lambda s: s**3 / 7 - 4])
def test_scores_that_order_all_cases_alike_differ_by_nothing(change):
    y_true, scores = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.3, 0.7, 0.7, 0.9])
    difference, p_value, correlation = compare_aucs(y_true, scores, change(scores))
    assert (*difference, p_value) == (0, 0, 0, 1)
    np.testing.assert_allclose(correlation, 1, **EXACT64)
    ties = compare_aucs(y_true, np.ones(5), np.zeros(5))
    np.testing.assert_array_equal((*ties.difference, *ties[1:]), (0, 0, 0, 1, np.nan))


def test_a_complete_separation_is_compared_with_a_warning():
    y_true, good, poor = [0, 0, 1, 1, 1], [1, 2, 3, 4, 5], [1, 4, 2, 3, 5]
    with pytest.warns(UserWarning, match="separates the classes completely.*too narrow"):
        difference, p_value, correlation = compare_aucs(y_true, poor, good)
    np.testing.assert_allclose(difference.value, 1 / 3, **EXACT64)
    assert difference.low < 1 / 3 < difference.high
    assert 0 < p_value < 1
    assert np.isnan(correlation)
    with pytest.warns(UserWarning, match="too narrow"):
        assert compare_aucs(y_true, good, [2, 1, 5, 4, 3]).difference == (0, 0, 0)


@pytest.mark.parametrize(("second", "difference"), [([4, 3, 2, 1], -1), ([1, 1, 1, 1], -0.5)])
def test_a_difference_without_spread_has_neither_interval_nor_p(second, difference):
    with pytest.warns(UserWarning, match="neither has spread"):
        result = compare_aucs([0, 0, 1, 1], [1, 2, 3, 4], second)
    np.testing.assert_array_equal(result.difference, (difference, np.nan, np.nan))
    assert np.isnan(result[1:]).all()


def test_comparisons_without_a_second_case_or_class_are_undefined():
    with pytest.warns(UserWarning, match="single case"):
        result = compare_aucs([0, 0, 1, 0], [1, 4, 3, 2], [4, 1, 3, 2])
    np.testing.assert_array_equal(result.difference, (0, np.nan, np.nan))
    assert np.isnan(result[1:]).all()
    with pytest.warns(UserWarning, match="one kind only and no AUC"):
        result = compare_aucs([1, 1, 1], [1, 2, 3], [1, 2, 3])
    assert np.isnan((*result.difference, *result[1:])).all()


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (([], [], []), ValueError, "hold something"),
        (([0, 2], [1, 2], [1, 2]), ValueError, "`y_true` must hold integers 0 and 1"),
        (([0, 1], [1, np.nan], [1, 2]), ValueError, "`first_scores` must hold finite"),
        (([0, 1], [1, 2], [1, np.inf]), ValueError, "`second_scores` must hold finite"),
        (([0, 1], [1, 2], [1, 2, 3]), ValueError, r"`second_scores` must have shape \(n,\)"),
        (([0, 1], [[1, 2]] * 2, [1, 2]), ValueError, r"`first_scores` must have shape \(n,\)"),
        (([0, 1], [1, 2], ["a", "b"]), TypeError, "`second_scores` must hold real"),
    ],
)
def test_comparisons_of_bad_scores_are_refused(arguments, kind, message):
    with pytest.raises(kind, match=message):
        compare_aucs(*arguments)


@pytest.mark.reference("compute_efficiency")
def test_efficiency_by_hand():
    # 7 and 8 of nine pairs are in order; from tables Phi^-1(7/9) = .76471, Phi^-1(8/9) = 1.22064
    y_true, ideal = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    scores = [1, 3, 4, 2, 5, 6]
    efficiency = compute_efficiency(y_true, scores, ideal)
    np.testing.assert_allclose(efficiency.value, (0.76471 / 1.22064) ** 2, rtol=1e-4)
    reversed_scores = [-score for score in scores]
    turned = compute_efficiency(y_true, reversed_scores, ideal)
    np.testing.assert_allclose(turned.value, -efficiency.value, **EXACT64)


@pytest.mark.reference("compute_efficiency")
def test_the_delta_method_is_the_numerical_derivative():
    y_true, scores = draw_scores(np.random.default_rng(1), 300)

    def value(aucs):
        d = detectability_from_auc(np.asarray(aucs))
        return np.mean(d[:2] ** 2) / d[2] ** 2

    aucs, covariance = naive_covariance(y_true, scores)
    steps = 1e-6 * np.eye(3)
    gradient = np.array([(value(aucs + s) - value(aucs - s)) / 2e-6 for s in steps])
    half = 1.6448536269514722 * np.sqrt(gradient @ covariance @ gradient)
    efficiency = compute_efficiency(y_true, scores[:2], scores[2], confidence=0.9)
    expected = value(aucs) + half * np.array([0, -1, 1])
    np.testing.assert_allclose(efficiency, expected, rtol=1e-7)


@pytest.mark.reference("compute_efficiency")
@pytest.mark.parametrize("sign", [1, -1])
def test_the_interval_of_one_efficiency_is_that_of_its_root(sign):
    y_true, scores = draw_scores(np.random.default_rng(8), 60)
    scores = scores[1:] * [[sign], [1]]

    def ratio(aucs):
        d = detectability_from_auc(np.asarray(aucs))
        return d[0] / d[1]

    aucs, covariance = naive_covariance(y_true, scores)
    steps = 1e-6 * np.eye(2)
    gradient = np.array([(ratio(aucs + s) - ratio(aucs - s)) / 2e-6 for s in steps])
    half = 1.6448536269514722 * np.sqrt(gradient @ covariance @ gradient)
    roots = ratio(aucs) + half * np.array([0, -1, 1])
    found = compute_efficiency(y_true, *scores, confidence=0.9)
    np.testing.assert_allclose(found, np.sign(roots) * roots**2, rtol=1e-7)
    # a row of its own is one model as well
    same = compute_efficiency(y_true, scores[:1], scores[1], confidence=0.9)
    np.testing.assert_array_equal(same, found)


@pytest.mark.reference("compute_efficiency")
def test_the_interval_covers_an_efficiency_near_0():
    # 1.5 and .34 standard deviations: an AUC of .594, in one study of ten below one half
    generator, y_true, covered = np.random.default_rng(9), np.repeat([1, 0], 50), 0
    for _ in range(400):
        ideal = 1.5 * y_true + generator.standard_normal(100)
        scores = ideal + np.sqrt(1 / 0.05 - 1) * generator.standard_normal(100)
        _, low, high = compute_efficiency(y_true, scores, ideal)
        covered += low <= 0.05 <= high
    assert abs(covered / 400 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.reference("compute_efficiency")
def test_the_interval_covers_the_true_efficiency():
    y_true, sets = draw_scores(np.random.default_rng(2), 600, (300,))
    truth = np.mean([1 / (1 + 0.25), 1 / (1 + 1)])  # noise adds variance: d'^2 falls by it
    found = [compute_efficiency(y_true, scores[:2], scores[2]) for scores in sets]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 300)
    values = [interval.value for interval in found]
    assert abs(np.mean(values) - truth) < 4 * np.std(values) / np.sqrt(300) + 1 / 600


def test_pairing_makes_the_interval_narrow():
    generator = np.random.default_rng(3)
    y_true, scores = draw_scores(generator, 3000)
    _, others = draw_scores(generator, 3000)  # the same observers, on other images
    paired = compute_efficiency(y_true, scores[0], scores[2])
    unpaired = compute_efficiency(y_true, scores[0], others[2])
    assert paired.high - paired.low < 0.6 * (unpaired.high - unpaired.low)


@pytest.mark.law("compute_efficiency")
@given(st.integers(0, 1000))
def test_the_ideal_observer_has_efficiency_one_without_doubt(seed):
    y_true, scores = draw_scores(np.random.default_rng(seed), 60)
    efficiency = compute_efficiency(y_true, np.exp(scores[2]), scores[2])
    np.testing.assert_allclose(efficiency, (1, 1, 1), rtol=1e-9)
    together = compute_efficiency(y_true, scores[:2], scores[2]).value
    apart = [compute_efficiency(y_true, row, scores[2]).value for row in scores[:2]]
    np.testing.assert_allclose(together, np.mean(apart), **EXACT64)


def test_efficiency_of_a_template_is_its_share_of_squared_detectability():
    generator = np.random.default_rng(4)
    signal = np.array([[0.2, 1.0, 0.5], [0.1, 0.6, 0.0]])
    template = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.5]])
    y_true = np.arange(8000) % 2
    images = generator.standard_normal((8000, 2, 3)) + y_true[:, None, None] * signal
    ideal = build_ideal_observer(signal, 1.0)
    truth = (template_detectability(template, signal, 1.0) / ideal.detectability) ** 2
    scores = np.tensordot(images, template, axes=2)
    value, low, high = compute_efficiency(y_true, scores, ideal.score(images))
    assert abs(value - truth) < 2 * (high - low)  # four standard errors


def test_efficiency_prints_itself():
    assert str(compute_efficiency([0, 0, 1, 1], [1, 3, 2, 4], [1, 3, 2, 4])) == (
        "1.000 (1.000 to 1.000)"
    )


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only_has_no_efficiency_and_says_so(label):
    with pytest.warns(UserWarning, match="one kind only"):
        assert np.isnan(compute_efficiency([label] * 3, [1, 2, 3], [1, 2, 3])).all()


def test_a_single_case_of_a_class_has_an_efficiency_but_no_spread():
    with pytest.warns(UserWarning, match="single case"):
        value, low, high = compute_efficiency([0, 0, 1, 0], [1, 4, 3, 2], [1, 4, 3, 2])
    assert value == 1.0
    assert np.isnan([low, high]).all()


@pytest.mark.parametrize("scores", [[2, 2, 2, 2], [[2, 2, 2, 2], [1, 1, 1, 1]]])
def test_tied_scores_have_an_efficiency_of_0_but_no_spread(scores):
    with pytest.warns(UserWarning, match="no interval: all scores of a model tied") as caught:
        efficiency = compute_efficiency([0, 0, 1, 1], scores, [1, 3, 2, 4])
    assert len(caught) == 1
    np.testing.assert_array_equal(efficiency, (0, np.nan, np.nan))


@pytest.mark.parametrize(
    ("scores", "ideal"),
    [
        ([1, 2, 3, 4], [1, 3, 2, 4]),  # the model separates the classes
        ([4, 3, 2, 1], [1, 3, 2, 4]),  # and the wrong way round
        ([1, 3, 2, 4], [1, 2, 3, 4]),  # the ideal score separates them
        ([1, 3, 2, 4], [3, 4, 1, 2]),  # "ideal" below chance
        ([1, 3, 2, 4], [1, 1, 1, 1]),  # "ideal" at chance
    ],
)
def test_there_is_no_efficiency_without_finite_detectabilities(scores, ideal):
    with pytest.warns(UserWarning, match="no efficiency without a finite d'"):
        assert np.isnan(compute_efficiency([0, 0, 1, 1], scores, ideal)).all()


@pytest.mark.parametrize(("y_true", "scores", "kind", "message"), BAD_SCORES)
def test_efficiencies_of_bad_scores_are_refused(y_true, scores, kind, message):
    with pytest.raises(kind, match=message):
        compute_efficiency(y_true, scores, np.ones(len(y_true)))


def test_bad_ideal_scores_and_confidence_are_refused():
    with pytest.raises(ValueError, match=r"`ideal_scores` must have shape \(n,\)"):
        compute_efficiency([0, 1], [1, 2], [[1, 2]])
    with pytest.raises(ValueError, match="`ideal_scores` must hold finite"):
        compute_efficiency([0, 1], [1, 2], [1, np.nan])
    for confidence in (0, 1, 95):
        words = f"`confidence` must be a finite number > 0 and < 1; got {confidence}"
        with pytest.raises(ValueError, match=words):
            compute_efficiency([0, 1], [1, 2], [1, 2], confidence=confidence)
        with pytest.raises(ValueError, match=words):
            compare_aucs([0, 1], [1, 2], [1, 2], confidence=confidence)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compute_efficiency([0, 0], [1, 2], [1, 2]), "one kind only"),
        (lambda: compute_efficiency([0, 0, 1, 0], [1, 4, 3, 2], [1, 4, 3, 2]), "single case"),
        (lambda: compute_efficiency([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3, 4]), "no efficiency"),
        # a single case and an AUC of 1: one warning is enough
        (lambda: compute_efficiency([0, 0, 1], [1, 2, 3], [1, 3, 2]), "no efficiency"),
        (lambda: compute_efficiency([0, 0, 1, 1], [2, 2, 2, 2], [1, 3, 2, 4]), "no interval"),
        (lambda: compare_aucs([0, 0], [1, 2], [1, 2]), "one kind only"),
        (lambda: compare_aucs([0, 0, 1], [1, 3, 2], [1, 3, 2]), "single case"),
        (lambda: compare_aucs([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1]), "neither has spread"),
        (lambda: compare_aucs([0, 0, 1, 1], [1, 2, 3, 4], [1, 3, 2, 4]), "too narrow"),
    ],
)
def test_warnings_point_to_the_line_that_called(call, words):
    with pytest.warns(UserWarning, match=words) as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]
