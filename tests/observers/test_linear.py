import types

import numpy as np
import pytest

from helpers.observers import (
    LinearObserver,
    auc_from_detectability,
    build_hotelling_observer,
    build_matched_filter,
    build_non_prewhitening_observer,
    template_detectability,
)
from tests.observers.examples import (
    CORRELATED,
    SHAPE,
    SIGNAL,
    assert_within_error,
    auc_with_error,
    draw_noise,
)
from tests.tolerances import EXACT64

WHITE = 0.4


@pytest.mark.reference("build_matched_filter")
def test_the_matched_filter_solves_for_the_template():
    observer = build_matched_filter(SIGNAL, CORRELATED)
    template = (np.linalg.inv(CORRELATED) @ SIGNAL.ravel()).reshape(SHAPE)
    np.testing.assert_allclose(observer.template, template, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(observer.snr, np.sqrt(np.sum(template * SIGNAL)), rtol=1e-10)
    white = build_matched_filter(SIGNAL, WHITE)
    np.testing.assert_allclose(white.template, SIGNAL / WHITE, **EXACT64)
    np.testing.assert_allclose(white.snr, np.linalg.norm(SIGNAL) / np.sqrt(WHITE), **EXACT64)


@pytest.mark.reference("build_non_prewhitening_observer")
def test_the_non_prewhitening_template_is_the_lesion():
    observer = build_non_prewhitening_observer(SIGNAL, CORRELATED)
    np.testing.assert_array_equal(observer.template, SIGNAL)
    s = SIGNAL.ravel()
    np.testing.assert_allclose(observer.snr, s @ s / np.sqrt(s @ CORRELATED @ s), **EXACT64)
    assert build_non_prewhitening_observer(SIGNAL).snr is None


@pytest.mark.reference("build_matched_filter")
@pytest.mark.reference("build_non_prewhitening_observer")
@pytest.mark.reference("build_hotelling_observer")
@pytest.mark.reference("template_detectability")
@pytest.mark.parametrize(
    "build", [build_matched_filter, build_non_prewhitening_observer, build_hotelling_observer]
)
@pytest.mark.parametrize("covariance", [WHITE, CORRELATED], ids=["white", "correlated"])
def test_closed_forms_hold_on_simulated_images(build, covariance):
    matrix = covariance * np.eye(35) if covariance is WHITE else covariance
    generator, observer = np.random.default_rng(2), build(SIGNAL, covariance)
    absent = observer.score(draw_noise(generator, 6000, matrix))
    present = observer.score(draw_noise(generator, 6000, matrix) + SIGNAL)
    assert_within_error(*_auc_and_theory(present, absent, observer))
    # signal-to-noise ratio: difference of means, in standard deviations
    spread = np.sqrt((absent.var() + present.var()) / 2)
    error = np.sqrt(2 / 6000 + observer.snr**2 / (4 * 6000))
    assert_within_error((present.mean() - absent.mean()) / spread, observer.snr, error)
    np.testing.assert_allclose(
        template_detectability(observer.template, SIGNAL, covariance), observer.snr, rtol=1e-10
    )


def _auc_and_theory(present, absent, observer):
    area, error = auc_with_error(present, absent)
    return area, auc_from_detectability(observer.snr), error


@pytest.mark.law("build_matched_filter")
@pytest.mark.law("template_detectability")
def test_no_template_beats_the_matched_filter():
    generator, best = np.random.default_rng(3), build_matched_filter(SIGNAL, CORRELATED)
    for size in (0.01, 0.1, 1.0, 10.0):
        for step in generator.standard_normal((50, *SHAPE)):
            other = best.template + size * step
            assert template_detectability(other, SIGNAL, CORRELATED) < best.snr
    assert build_non_prewhitening_observer(SIGNAL, CORRELATED).snr < 0.9 * best.snr


@pytest.mark.law("template_detectability")
def test_detectability_ignores_the_scale_and_knows_the_sign():
    template = np.random.default_rng(4).standard_normal(SHAPE)
    d = template_detectability(template, SIGNAL, CORRELATED)
    np.testing.assert_allclose(template_detectability(9 * template, SIGNAL, CORRELATED), d)
    np.testing.assert_allclose(template_detectability(-template, SIGNAL, CORRELATED), -d)
    assert template_detectability(0 * template, SIGNAL, CORRELATED) == 0.0


@pytest.mark.law("build_matched_filter")
@pytest.mark.parametrize("factor", [4.0, 0.25])
def test_detectability_grows_with_the_square_root_of_dose(factor):
    # dose multiplies lesion and variance alike
    d = build_matched_filter(SIGNAL, CORRELATED).snr
    dosed = build_matched_filter(factor * SIGNAL, factor * CORRELATED).snr
    np.testing.assert_allclose(dosed, np.sqrt(factor) * d, **EXACT64)


@pytest.mark.reference("build_hotelling_observer")
def test_hotelling_takes_the_mean_of_two_covariances():
    mean = (CORRELATED + WHITE * np.eye(35)) / 2
    template = np.linalg.solve(mean, SIGNAL.ravel()).reshape(SHAPE)
    for pair in [(CORRELATED, WHITE), (WHITE, CORRELATED)]:
        observer = build_hotelling_observer(SIGNAL, *pair)
        np.testing.assert_allclose(observer.template, template, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(observer.snr**2, np.sum(template * SIGNAL), rtol=1e-10)


@pytest.mark.reference("build_hotelling_observer")
def test_hotelling_snr_by_simulation_with_unequal_covariances():
    observer = build_hotelling_observer(SIGNAL, CORRELATED, WHITE)
    generator = np.random.default_rng(5)
    absent = observer.score(draw_noise(generator, 8000))
    present = observer.score(SIGNAL + np.sqrt(WHITE) * generator.standard_normal((8000, *SHAPE)))
    spread = np.sqrt((absent.var() + present.var()) / 2)
    error = np.sqrt(2 / 8000 + observer.snr**2 / (4 * 8000))
    assert_within_error((present.mean() - absent.mean()) / spread, observer.snr, 1.5 * error)


def test_no_lesion_is_not_detectable():
    for build in (build_matched_filter, build_non_prewhitening_observer, build_hotelling_observer):
        observer = build(np.zeros(SHAPE), CORRELATED)
        assert observer.snr == 0.0
        np.testing.assert_array_equal(observer.template, np.zeros(SHAPE))


def test_scores_are_sums_of_products_for_every_kind_of_image():
    observer = LinearObserver(SIGNAL, name="by hand", offset=0.25)
    images = np.random.default_rng(6).integers(0, 200, (2500, *SHAPE))  # more than one batch
    expected = [sum(sum(pair) for pair in image * SIGNAL) + 0.25 for image in images[:1030]]
    for same in (images, images.astype("uint8"), images.astype("float32"), images[..., None]):
        scores = observer.score(same)
        assert scores.dtype == np.float64
        assert scores.shape == (2500,)
        np.testing.assert_allclose(scores[:1030], expected, **EXACT64)
    assert observer.score(np.zeros((0, *SHAPE))).shape == (0,)
    assert (observer.is_ideal, observer.name, observer.snr) == (False, "by hand", None)


def nan_image():
    images = np.zeros((3, *SHAPE))
    images[2, 1, 4] = np.nan
    return images


@pytest.mark.parametrize(
    ("images", "kind", "message"),
    [
        (nan_image(), ValueError, "finite numbers; got nan"),
        (np.full((1, *SHAPE), np.inf), ValueError, "infinity"),
        (np.zeros(SHAPE), ValueError, r"got \(5, 7\).*image\[None\]"),
        (np.zeros((2, 7, 5)), ValueError, r"\(5, 7\); got \(7, 5\)"),
        (np.zeros((2, 5, 7, 3)), ValueError, r"got \(2, 5, 7, 3\)"),
        (np.zeros((2, 5, 7), dtype=complex), TypeError, "complex128"),
        ([["a"]], TypeError, "real numbers"),
        (
            types.SimpleNamespace(x=np.zeros((2, *SHAPE)), y=[0, 1]),
            TypeError,
            "got a SimpleNamespace. Pass its images: `split.x`",
        ),
        (np.zeros((2, 5, 7), dtype=bool), TypeError, "got bool"),
    ],
)
def test_images_that_cannot_be_scored_are_refused(images, kind, message):
    with pytest.raises(kind, match=message):
        LinearObserver(SIGNAL, name="x").score(images)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: LinearObserver(np.zeros(3), name="x"), ValueError, "`template` must have shape"),
        (lambda: LinearObserver(SIGNAL, name="x", offset=np.nan), ValueError, "`offset`"),
        (lambda: LinearObserver(SIGNAL, name="x", snr=np.inf), ValueError, "`snr`"),
        (lambda: build_matched_filter(SIGNAL[0], 1.0), ValueError, r"`signal`.*got shape \(7,\)"),
        (lambda: build_matched_filter(SIGNAL * np.nan, 1.0), ValueError, "`signal`.*nan"),
        (lambda: build_matched_filter(SIGNAL > 0, 1.0), TypeError, "`signal`.*bool"),
        (lambda: build_matched_filter(SIGNAL, np.eye(7)), ValueError, "`covariance`"),
        (
            lambda: build_hotelling_observer(SIGNAL, 1.0, -np.eye(35)),
            ValueError,
            "`covariance_present` must be positive definite",
        ),
        (
            lambda: build_hotelling_observer(SIGNAL, 1.0, np.eye(5)),
            ValueError,
            "`covariance_present` must have one row",
        ),
        (
            lambda: build_hotelling_observer(SIGNAL, np.eye(5), 1.0),
            ValueError,
            "`covariance_absent` must have one row",
        ),
        (
            lambda: build_hotelling_observer(SIGNAL, -1.0),
            ValueError,
            "`covariance_absent` must be a finite number > 0",
        ),
        (lambda: build_non_prewhitening_observer(SIGNAL, 0.0), ValueError, "`covariance`"),
        (
            lambda: template_detectability(SIGNAL.T, SIGNAL, 1.0),
            ValueError,
            r"shape of `signal`; got \(7, 5\) and \(5, 7\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
