import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.evaluation import compute_auc, compute_efficiency, delong_covariance
from helpers.observers import build_ideal_observer, detectability_from_auc, template_detectability
from tests.tolerances import EXACT64


def place_one_by_one(y_true, scores):
    """Return the placements of all cases by comparing every pair: O(m n), slow and dull."""
    wins = [
        [1.0 if p > q else 0.5 if p == q else 0.0 for q in scores[y_true == 0]]
        for p in scores[y_true == 1]
    ]
    return np.mean(wins, axis=1), np.mean(wins, axis=0)


def naive_covariance(y_true, scores):
    """DeLong's covariance by its definition, entry by entry."""
    placements = [place_one_by_one(y_true, row) for row in scores]
    aucs = np.array([of_positives.mean() for of_positives, _ in placements])
    covariance = np.zeros((len(scores), len(scores)))
    for i in range(len(scores)):
        for j in range(len(scores)):
            for kind in (0, 1):
                one, other = placements[i][kind] - aucs[i], placements[j][kind] - aucs[j]
                covariance[i, j] += np.sum(one * other) / (len(one) - 1) / len(one)
    return aucs, covariance


# few distinct values, so that ties are frequent; at least two cases of each class
cases = st.integers(4, 25).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", (3, n), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0, 7.0])),
    )
)
cases = cases.filter(lambda case: 2 <= case[0].sum() <= len(case[0]) - 2)


@pytest.mark.reference("delong_covariance")
@given(cases)
def test_delong_is_its_definition_with_ties(case):
    aucs, covariance = delong_covariance(*case)
    expected_aucs, expected = naive_covariance(*case)
    np.testing.assert_allclose(aucs, expected_aucs, **EXACT64)
    np.testing.assert_allclose(covariance, expected, **EXACT64)


@pytest.mark.law("delong_covariance")
@given(cases, st.randoms())
def test_delong_ignores_order_and_monotone_transforms(case, random):
    y_true, scores = case
    order = random.sample(range(len(y_true)), len(y_true))
    aucs, covariance = delong_covariance(y_true, scores)
    for same_aucs, same in [
        delong_covariance(y_true[order], scores[:, order]),
        delong_covariance(y_true, scores**3 - 4),
    ]:
        np.testing.assert_allclose(same_aucs, aucs, **EXACT64)
        np.testing.assert_allclose(same, covariance, **EXACT64)
    np.testing.assert_allclose(aucs[0], compute_auc(y_true, (scores[0] + 1) / 8), **EXACT64)
    turned, same = delong_covariance(1 - y_true, -scores)
    np.testing.assert_allclose(turned, aucs, **EXACT64)
    np.testing.assert_allclose(same, covariance, **EXACT64)


def draw_scores(generator, num_cases, shape=()):
    """Draw an ideal score and two poorer ones that share its noise; a third are positive."""
    y_true = np.arange(num_cases) % 3 // 2
    ideal = 1.5 * y_true + generator.standard_normal((*shape, num_cases))
    poorer = ideal + generator.standard_normal((*shape, num_cases)) * 0.5
    poorest = ideal + generator.standard_normal((*shape, num_cases))
    return y_true, np.stack([poorer, poorest, ideal], axis=-2)


@pytest.mark.reference("delong_covariance")
def test_delong_is_the_spread_of_aucs_over_test_sets():
    y_true, sets = draw_scores(np.random.default_rng(0), 150, (600,))
    results = [delong_covariance(y_true, scores) for scores in sets]
    spread = np.cov([aucs for aucs, _ in results], rowvar=False)
    estimate = np.mean([covariance for _, covariance in results], axis=0)
    # a covariance from 600 sets has a relative error of about sqrt(2 / 600)
    np.testing.assert_allclose(estimate, spread, rtol=4 * np.sqrt(2 / 600))


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


def test_one_score_may_come_without_an_axis_of_its_own():
    aucs, covariance = delong_covariance([0, 1, 0, 1], [0.1, 0.4, 0.5, 0.9])
    assert (aucs.shape, covariance.shape) == ((1,), (1, 1))
    logits = delong_covariance([False, True, False, True], [1, 4, 5, 9])
    np.testing.assert_array_equal(logits[1], covariance)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only_has_no_curve_and_says_so(label):
    with pytest.warns(UserWarning, match="one kind only and no ROC curve"):
        aucs, covariance = delong_covariance([label] * 3, [[1, 2, 3]] * 2)
    assert np.isnan(aucs).all()
    assert covariance.shape == (2, 2)
    assert np.isnan(covariance).all()
    with pytest.warns(UserWarning, match="one kind only"):
        assert np.isnan(compute_efficiency([label] * 3, [1, 2, 3], [1, 2, 3])).all()


def test_a_single_case_of_a_class_has_an_auc_but_no_spread():
    with pytest.warns(UserWarning, match="single case"):
        aucs, covariance = delong_covariance([0, 0, 1, 0], [1, 4, 3, 2])
    np.testing.assert_allclose(aucs, [2 / 3], **EXACT64)
    assert np.isnan(covariance).all()
    with pytest.warns(UserWarning, match="single case"):
        value, low, high = compute_efficiency([0, 0, 1, 0], [1, 4, 3, 2], [1, 4, 3, 2])
    assert value == 1.0
    assert np.isnan([low, high]).all()


def test_all_ties_are_chance():
    aucs, covariance = delong_covariance([0, 0, 1, 1, 1], np.ones(5))
    np.testing.assert_array_equal(aucs, [0.5])
    np.testing.assert_allclose(covariance, [[0.0]], atol=1e-15)


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


@pytest.mark.parametrize(
    ("y_true", "scores", "kind", "message"),
    [
        ([], [], ValueError, "hold something"),
        ([[0, 1]], [[1, 2]], ValueError, r"shape \(n,\)"),
        ([0, 2], [1, 2], ValueError, r"0 and 1; got int64 with the values \[0, 2\]"),
        (["a", "b"], [1, 2], ValueError, r"0 and 1; got <U1 with the values \['a', 'b'\]"),
        ([None, 1], [1, 2], ValueError, r"0 and 1; got object with the values \[None, 1\]"),
        ([0.0, 1.0], [1, 2], ValueError, "integers 0 and 1; got float64"),
        ([0, 1], [1, 2, 3], ValueError, r"one score a case.*got \(3,\) for 2"),
        ([0, 1], [[1], [2]], ValueError, r"got \(2, 1\)"),
        ([0, 1], np.ones((0, 2)), ValueError, r"got \(0, 2\)"),
        ([0, 1], [1, np.nan], ValueError, "finite"),
        ([0, 1], [1, np.inf], ValueError, "finite"),
        ([0, 1], ["a", "b"], TypeError, "real numbers"),
    ],
)
def test_bad_scores_are_refused(y_true, scores, kind, message):
    with pytest.raises(kind, match=message):
        delong_covariance(y_true, scores)
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


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: delong_covariance([0, 0], [1, 2]), "one kind only"),
        (lambda: delong_covariance([0, 0, 1], [1, 3, 2]), "single case"),
        (lambda: compute_efficiency([0, 0], [1, 2], [1, 2]), "one kind only"),
        (lambda: compute_efficiency([0, 0, 1, 0], [1, 4, 3, 2], [1, 4, 3, 2]), "single case"),
        (lambda: compute_efficiency([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3, 4]), "no efficiency"),
    ],
)
def test_warnings_point_to_the_line_that_called(call, words):
    with pytest.warns(UserWarning, match=words) as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]
