import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from helpers.observers import (
    auc_from_detectability,
    detectability_from_auc,
    finite_training_detectability,
    pooled_auc,
    roc_sensitivity,
)
from tests.observers.examples import assert_within_error, auc_with_error
from tests.tolerances import EXACT64, QUADRATURE

distances = st.floats(-5, 5)


@pytest.mark.reference("auc_from_detectability")
@pytest.mark.parametrize("d", [-1.0, 0.0, 0.7, 3.0])
def test_auc_is_the_area_under_the_curve_by_quadrature(d):
    area = quad(lambda rate: roc_sensitivity(d, rate), 0, 1, epsabs=1e-12, limit=500)[0]
    np.testing.assert_allclose(auc_from_detectability(d), area, **QUADRATURE)


@pytest.mark.reference("auc_from_detectability")
def test_auc_is_the_score_of_a_two_alternative_forced_choice():
    generator = np.random.default_rng(0)
    with_lesion, without = generator.standard_normal((2, 40_000))
    right = np.mean(with_lesion + 1.2 > without)
    assert_within_error(right, auc_from_detectability(1.2), np.sqrt(right * (1 - right) / 40_000))


@pytest.mark.law("detectability_from_auc")
@given(distances)
def test_detectability_and_auc_undo_each_other(d):
    np.testing.assert_allclose(
        detectability_from_auc(auc_from_detectability(d)), d, rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(auc_from_detectability(-d), 1 - auc_from_detectability(d), **EXACT64)


@pytest.mark.reference("detectability_from_auc")
def test_detectability_of_the_limits_and_of_chance():
    np.testing.assert_array_equal(detectability_from_auc([0, 0.5, 1]), [-np.inf, 0, np.inf])
    np.testing.assert_array_equal(auc_from_detectability([-np.inf, 0, np.inf]), [0, 0.5, 1])
    assert type(detectability_from_auc(0.7)) is float


@pytest.mark.reference("roc_sensitivity")
def test_roc_by_the_tails_of_two_gaussians():
    thresholds = np.linspace(-2, 4, 9)
    false_positive_rate, sensitivity = norm.sf(thresholds), norm.sf(thresholds - 1.7)
    np.testing.assert_allclose(roc_sensitivity(1.7, false_positive_rate), sensitivity, rtol=1e-9)
    np.testing.assert_array_equal(roc_sensitivity([[-1.0], [2.0]], [0, 1]), [[0, 1], [0, 1]])


@pytest.mark.law("roc_sensitivity")
@given(st.floats(0.1, 3), st.floats(0.02, 0.98))
def test_the_slope_of_the_roc_is_the_likelihood_ratio_at_the_threshold(d, rate):
    threshold, step = norm.isf(rate), 1e-6
    slope = (roc_sensitivity(d, rate + step) - roc_sensitivity(d, rate - step)) / (2 * step)
    ratio = norm.pdf(threshold, loc=d) / norm.pdf(threshold)
    np.testing.assert_allclose(slope, ratio, rtol=1e-5, atol=1e-8)


@pytest.mark.reference("pooled_auc")
def test_pooled_auc_of_unequal_shares_by_simulation():
    generator = np.random.default_rng(1)
    d = np.array([0.0, 1.0, 2.5])[generator.choice(3, (2, 30_000), p=[0.2, 0.5, 0.3])]
    scores = d * generator.standard_normal(d.shape) + [[0.5], [-0.5]] * d**2
    # at d = 0 all scores are exactly 0: ties, which auc_with_error does not count
    area, error = auc_with_error(*scores)
    area += np.mean(d[0] == 0) * np.mean(d[1] == 0) / 2
    assert_within_error(area, pooled_auc([0, 1, 2.5], weights=[0.2, 0.5, 0.3]), error)


@pytest.mark.law("pooled_auc")
@given(st.floats(0, 5), st.integers(1, 6))
def test_equal_sites_pool_to_their_own_auc(d, sites):
    np.testing.assert_allclose(pooled_auc([d] * sites), auc_from_detectability(d), **EXACT64)


@pytest.mark.reference("pooled_auc")
def test_pooled_auc_is_neither_the_mean_of_aucs_nor_the_auc_of_the_mean():
    np.testing.assert_allclose(pooled_auc([1, 3]), 0.907, atol=5e-4)
    np.testing.assert_allclose(auc_from_detectability([1, 3]).mean(), 0.872, atol=5e-4)
    np.testing.assert_allclose(auc_from_detectability(2), 0.921, atol=5e-4)


@pytest.mark.law("finite_training_detectability")
@given(st.floats(0.1, 5), st.integers(1, 500), st.integers(2, 10_000))
def test_training_never_beats_the_optimum_and_more_images_help(d, p, n):
    learned = finite_training_detectability(d, p, n)
    assert learned < finite_training_detectability(d, p, 2 * n) < d
    if n > 2:  # who must estimate the covariance too does worse still
        assert finite_training_detectability(d, p, n, covariance_known=False) < learned


@pytest.mark.reference("finite_training_detectability")
@pytest.mark.parametrize("num_images", [122, 202, 602, 1202])
def test_the_loss_by_an_estimated_covariance_is_that_of_its_eigenvalues(num_images):
    # the Notes' t_1^2 / t_2, by drawing the covariance instead of Marchenko and Pastur's law
    m, p = num_images - 2, 300
    samples = np.random.default_rng(0).standard_normal((m, p))
    eigenvalues = np.linalg.svd(samples, compute_uv=False) ** 2 / m
    loss = np.sum(1 / eigenvalues) ** 2 / np.sum(1 / eigenvalues**2) / p
    known = finite_training_detectability(1.5, p, num_images)
    estimated = finite_training_detectability(1.5, p, num_images, covariance_known=False)
    np.testing.assert_allclose((estimated / known) ** 2, loss, rtol=0.05)


@pytest.mark.reference("finite_training_detectability")
def test_finite_training_at_the_peak_and_beside_it_by_hand():
    def reach(num_images):
        return finite_training_detectability(2.0, 8, num_images, covariance_known=False)

    assert reach(10) == 0  # m = 8 = p
    np.testing.assert_allclose(reach(6) ** 2, 16 / (4 + 32 / 6) / 4, **EXACT64)  # c = 1/2
    np.testing.assert_allclose(reach(18) ** 2, 16 / (4 + 32 / 18) / 2, **EXACT64)  # m = 2p
    assert reach(9) < reach(6) < reach(18)  # more images, worse, then better


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: auc_from_detectability("2"), TypeError, "`detectability` must hold real"),
        (
            lambda: auc_from_detectability([1.0, np.nan]),
            ValueError,
            r"`detectability` must hold numbers, not nan; got \[ 1. nan\]",
        ),
        (lambda: detectability_from_auc(1.01), ValueError, "`auc` must hold numbers from 0 to 1"),
        (lambda: detectability_from_auc(np.nan), ValueError, "`auc`"),
        (
            lambda: roc_sensitivity(np.inf, 0.5),
            ValueError,
            "`detectability` must hold finite numbers; got inf",
        ),
        (
            lambda: roc_sensitivity([1, 2], [0.1, 0.2, 0.3]),
            ValueError,
            r"`false_positive_rate` must have a shape that broadcasts.*\(3,\) and \(2,\)",
        ),
        (lambda: roc_sensitivity(1.0, -0.1), ValueError, "`false_positive_rate`"),
        (lambda: pooled_auc([]), ValueError, r"shape \(sites,\)"),
        (
            lambda: pooled_auc([-1, 2]),
            ValueError,
            r"`detectabilities` must hold finite numbers of at least 0; got \[-1.  2.\]",
        ),
        (lambda: pooled_auc([np.inf]), ValueError, "finite numbers of at least 0; got"),
        (lambda: pooled_auc([np.nan]), ValueError, "finite numbers of at least 0; got"),
        (lambda: pooled_auc([1, 2], weights=[0.5, 0.6]), ValueError, "add to 1"),
        (lambda: pooled_auc([1, 2], weights=[1.0]), ValueError, "2 shares"),
        (lambda: finite_training_detectability(0, 4, 8), ValueError, "`detectability`"),
        (lambda: finite_training_detectability(1, 0, 8), ValueError, "`num_pixels`"),
        (lambda: finite_training_detectability(1, 4, 1), ValueError, "`num_images`"),
        (
            lambda: finite_training_detectability(1, 8, 2, covariance_known=False),
            ValueError,
            "`num_images`.*3.*got 2",
        ),
    ],
)
def test_impossible_numbers_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
