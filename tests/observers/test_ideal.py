import numpy as np
import pytest
from scipy.signal import correlate
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from helpers.observers import (
    GaussianGroup,
    IdealObserver,
    auc_from_detectability,
    build_hotelling_observer,
    build_ideal_observer,
    build_matched_filter,
    mixture_moments,
)
from helpers.observers.covariance import FactorisedCovariance
from tests.observers.examples import (
    CORRELATED,
    SHAPE,
    SIGNAL,
    assert_within_error,
    auc_with_error,
    draw_noise,
)
from tests.tolerances import EXACT64

# three parts of the course's unknowns at once: place or strength (means), site (covariances)
MEANS = 2.0 + np.array([1.0, 0.4, -0.3])[:, None, None] * SIGNAL
SITES = dict(
    absent=[
        GaussianGroup(np.full((1, *SHAPE), 2.0), [0.3], CORRELATED),
        GaussianGroup(np.full((1, *SHAPE), 2.5), [0.7], 0.5),
    ],
    present=[
        GaussianGroup(MEANS, [0.1, 0.15, 0.05], CORRELATED),
        GaussianGroup(MEANS[:2] + 0.5, [0.3, 0.4], 0.5),
    ],
)


def density_of(group, images):
    """Density of one group by SciPy, component by component."""
    matrix = group.covariance * np.eye(35) if np.ndim(group.covariance) == 0 else group.covariance
    return [
        np.log(weight) + multivariate_normal(mean.ravel(), matrix).logpdf(images.reshape(-1, 35))
        for mean, weight in zip(group.means, group.weights, strict=True)
    ]


def log_ratio(absent, present, images):
    """Log likelihood ratio of two mixtures by SciPy."""
    logs = [
        logsumexp([part for group in groups for part in density_of(group, images)], axis=0)
        for groups in (present, absent)
    ]
    return logs[0] - logs[1]


def draw_from(generator, groups, num_images):
    """Draw images of one class: first the component, then the noise."""
    parts = [
        (mean, p, g.covariance) for g in groups for mean, p in zip(g.means, g.weights, strict=True)
    ]
    counts = generator.multinomial(num_images, [p for _, p, _ in parts])
    images = [
        mean + draw_noise(generator, count, np.eye(35) * k if np.ndim(k) == 0 else k)
        for (mean, _, k), count in zip(parts, counts, strict=True)
    ]
    return np.concatenate(images)


@pytest.mark.reference("build_ideal_observer")
@pytest.mark.parametrize("covariance", [0.4, CORRELATED], ids=["white", "correlated"])
def test_the_known_lesion_by_scipys_densities(covariance):
    images = np.random.default_rng(0).standard_normal((6, *SHAPE)) + 1
    observer = build_ideal_observer(SIGNAL, covariance, mean=1.0)
    expected = log_ratio(observer.absent, observer.present, images)
    np.testing.assert_allclose(observer.score(images), expected, rtol=1e-10, atol=1e-10)
    tilted = np.arange(35.0).reshape(SHAPE)
    moved = build_ideal_observer(SIGNAL, covariance, mean=1.0 + tilted).score(images + tilted)
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-9)


def test_mixtures_with_different_covariances_by_scipys_densities():
    images = 2 + np.random.default_rng(1).standard_normal((40, *SHAPE))
    images[30:] += 3  # far from both classes: the stable sum matters
    observer = IdealObserver(**SITES)
    expected = log_ratio(SITES["absent"], SITES["present"], images)
    np.testing.assert_allclose(observer.score(images), expected, rtol=1e-9, atol=1e-9)
    assert observer.detectability is None
    assert observer.auc is None


def test_groups_that_share_a_covariance_may_be_split_or_joined():
    images = 2 + np.random.default_rng(2).standard_normal((9, *SHAPE))
    absent = GaussianGroup(np.full((1, *SHAPE), 2.0), [1.0], CORRELATED)
    joined = IdealObserver([absent], GaussianGroup(MEANS, [0.2, 0.3, 0.5], CORRELATED))
    parts = [
        GaussianGroup(MEANS[k : k + 1], [weight], CORRELATED)
        for k, weight in enumerate([0.2, 0.3, 0.5])
    ]
    np.testing.assert_allclose(
        IdealObserver([absent], parts).score(images), joined.score(images), **EXACT64
    )


def test_six_lines_of_correlation_and_logsumexp_are_the_likelihood_ratio():
    variance, background = 0.7, 3.0
    num_places = (13 - 5 + 1) * (16 - 7 + 1)
    lesions = np.zeros((num_places, 13, 16))
    for k in range(num_places):
        i, j = divmod(k, 10)
        lesions[k, i : i + 5, j : j + 7] = 2 * SIGNAL
    images = background + np.random.default_rng(3).standard_normal((20, 13, 16))
    images[::2] += lesions[::9]
    absent = GaussianGroup(np.full((1, 13, 16), background), [1.0], variance)
    present = GaussianGroup(background + lesions, np.full(num_places, 1 / num_places), variance)
    scores = IdealObserver([absent], [present]).score(images)
    maps = [correlate(g - background, 2 * SIGNAL / variance, mode="valid") for g in images]
    energy = np.sum((2 * SIGNAL) ** 2) / (2 * variance)
    expected = logsumexp(maps, axis=(1, 2)) - energy - np.log(num_places)
    np.testing.assert_allclose(scores, expected, **EXACT64)
    flipped = [correlate(g - background, 2 * SIGNAL[::-1, ::-1] / variance) for g in images]
    assert np.abs(logsumexp(flipped, axis=(1, 2)) - energy - np.log(90) - scores).max() > 0.1


@pytest.mark.reference("build_ideal_observer")
@pytest.mark.parametrize("covariance", [0.4, CORRELATED], ids=["white", "correlated"])
def test_closed_forms_hold_on_simulated_images(covariance):
    matrix = covariance * np.eye(35) if np.ndim(covariance) == 0 else covariance
    observer = build_ideal_observer(SIGNAL, covariance)
    d, generator = observer.detectability, np.random.default_rng(4)
    np.testing.assert_allclose(d**2, SIGNAL.ravel() @ np.linalg.solve(matrix, SIGNAL.ravel()))
    absent = observer.score(draw_noise(generator, 6000, matrix))
    present = observer.score(draw_noise(generator, 6000, matrix) + SIGNAL)
    area, error = auc_with_error(present, absent)
    assert_within_error(area, observer.auc, error)
    assert observer.auc == auc_from_detectability(d)
    for scores, mean in [(absent, -(d**2) / 2), (present, d**2 / 2)]:
        assert_within_error(scores.mean(), mean, d / np.sqrt(6000))
        assert_within_error(scores.var(), d**2, d**2 * np.sqrt(2 / 6000))


@pytest.mark.reference("build_ideal_observer")
def test_the_ideal_score_of_a_known_lesion_is_the_matched_filters():
    images = np.random.default_rng(5).standard_normal((7, *SHAPE))
    ideal, matched = (
        build_ideal_observer(SIGNAL, CORRELATED),
        build_matched_filter(SIGNAL, CORRELATED),
    )
    np.testing.assert_allclose(
        ideal.score(images), matched.score(images) - matched.snr**2 / 2, rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(ideal.detectability, matched.snr, **EXACT64)


def test_the_mean_likelihood_ratio_without_a_lesion_is_one():
    # at a small d' only: at d' = 4 the tail is too heavy to simulate
    observer = build_ideal_observer(SIGNAL / 2, 0.9)
    assert observer.detectability < 1
    ratios = np.exp(observer.score(draw_noise(np.random.default_rng(6), 20_000, 0.9 * np.eye(35))))
    assert_within_error(ratios.mean(), 1.0, ratios.std() / np.sqrt(20_000))


def test_posterior_by_bayes():
    images = 2 + np.random.default_rng(7).standard_normal((25, *SHAPE))
    observer = IdealObserver(**SITES, prevalence=0.2)
    ratio = np.exp(log_ratio(SITES["absent"], SITES["present"], images))
    expected = 0.2 * ratio / (0.2 * ratio + 0.8)
    np.testing.assert_allclose(observer.posterior(images), expected, rtol=1e-8)
    expected = 0.6 * ratio / (0.6 * ratio + 0.4)
    np.testing.assert_allclose(observer.posterior(images, prevalence=0.6), expected, rtol=1e-8)


def test_the_posterior_is_calibrated_on_simulated_images():
    generator, observer = np.random.default_rng(8), IdealObserver(**SITES, prevalence=0.25)
    labels = np.arange(12_000) < 3000
    present, absent = SITES["present"], SITES["absent"]
    images = [draw_from(generator, present, 3000), draw_from(generator, absent, 9000)]
    posterior = observer.posterior(np.concatenate(images))
    order = np.argsort(posterior)
    for part in np.array_split(order, 8):  # from the lowest to the highest posteriors
        p = posterior[part]
        assert_within_error(labels[part].sum(), p.sum(), np.sqrt(np.sum(p * (1 - p))))
    # and log odds have slope 1: the score of a logistic fit at the truth is zero within error
    residual, logits = labels - posterior, np.log(posterior / (1 - posterior))
    error = np.sqrt(np.sum(posterior * (1 - posterior) * logits**2))
    assert_within_error(residual @ logits, 0.0, error)


def test_nothing_beats_the_ideal_observer_on_its_task():
    generator = np.random.default_rng(9)
    absent, present = (draw_from(generator, SITES[name], 4000) for name in ("absent", "present"))
    ideal = IdealObserver(**SITES)
    area, _ = auc_with_error(ideal.score(present), ideal.score(absent))
    (mean0, k0), (mean1, k1) = (mixture_moments(SITES[name]) for name in ("absent", "present"))
    for other in (
        build_hotelling_observer(mean1 - mean0, k0, k1),
        build_matched_filter(SIGNAL, CORRELATED),
        build_ideal_observer(SIGNAL, 0.5, mean=2.5),
    ):
        assert auc_with_error(other.score(present), other.score(absent))[0] < area


@pytest.mark.reference("mixture_moments")
def test_moments_of_a_mixture_by_loops():
    parts = [
        (mean.ravel(), weight, group.covariance)
        for group in SITES["present"]
        for mean, weight in zip(group.means, group.weights, strict=True)
    ]
    mean = sum(weight * m for m, weight, _ in parts)
    second = sum(
        weight * ((k * np.eye(35) if np.ndim(k) == 0 else k) + np.outer(m, m))
        for m, weight, k in parts
    )
    found_mean, covariance = mixture_moments(SITES["present"])
    np.testing.assert_allclose(found_mean, mean.reshape(SHAPE), **EXACT64)
    np.testing.assert_allclose(covariance, second - np.outer(mean, mean), rtol=1e-10, atol=1e-12)


@pytest.mark.reference("mixture_moments")
def test_moments_of_a_mixture_by_simulation():
    images = draw_from(np.random.default_rng(10), SITES["present"], 20_000).reshape(-1, 35)
    mean, covariance = mixture_moments(SITES["present"])
    spread = images - mean.ravel()
    assert_within_error(spread.mean(axis=0), 0.0, images.std(axis=0) / np.sqrt(20_000))
    products = spread[:, :, None] * spread[:, None, :7]
    errors = products.std(axis=0) / np.sqrt(20_000)
    assert_within_error(products.mean(axis=0), covariance[:, :7], errors, limit=4.5)


def test_far_images_overflow_nowhere():
    scores = IdealObserver(**SITES).score(np.full((2, *SHAPE), [[[1e6]], [[-1e6]]]))
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(
        build_ideal_observer(SIGNAL, 0.1).posterior(np.full((1, *SHAPE), 1e6)), [1.0]
    )


def test_images_of_every_kind_get_the_same_scores():
    observer = IdealObserver(**SITES)
    images = np.random.default_rng(11).integers(0, 5, (2100, *SHAPE))  # more than one batch
    expected = observer.score(images.astype("float64"))
    for same in (images, images.astype("uint8"), images.astype("float32"), images[..., None]):
        scores = observer.score(same)
        assert scores.dtype == np.float64
        np.testing.assert_allclose(scores, expected, **EXACT64)
    one_by_one = [observer.score(images[k : k + 1])[0] for k in (0, 1023, 1024, 2099)]
    np.testing.assert_allclose(expected[[0, 1023, 1024, 2099]], one_by_one, **EXACT64)
    assert observer.score(images[:0]).shape == observer.posterior(images[:0]).shape == (0,)


def test_no_lesion_scores_zero_and_is_chance():
    observer = build_ideal_observer(np.zeros(SHAPE), CORRELATED)
    assert (observer.detectability, observer.auc) == (0.0, 0.5)
    images = np.random.default_rng(12).standard_normal((3, *SHAPE))
    np.testing.assert_array_equal(observer.score(images), np.zeros(3))
    assert (observer.name, observer.is_ideal) == ("ideal observer", True)


def test_bad_images_are_refused():
    observer = IdealObserver(**SITES)
    with pytest.raises(ValueError, match="finite numbers; got nan"):
        observer.score(np.full((1, *SHAPE), np.nan))
    with pytest.raises(ValueError, match=r"\(5, 7\); got \(7, 5\)"):
        observer.posterior(np.zeros((2, 7, 5)))
    with pytest.raises(TypeError, match="real numbers"):
        observer.score(np.zeros((2, *SHAPE), dtype=bool))


@pytest.mark.parametrize("prevalence", [0, 1, 0.0, 1.0, -0.1, 1.1, np.nan])
def test_a_prevalence_of_nobody_or_everybody_is_refused(prevalence):
    words = "`prevalence` must be a finite number > 0 and < 1; got"
    with pytest.raises(ValueError, match=words):
        build_ideal_observer(SIGNAL, 1.0, prevalence=prevalence)
    with pytest.raises(ValueError, match=words):
        IdealObserver(**SITES).posterior(np.zeros((0, *SHAPE)), prevalence=prevalence)


HALF = GaussianGroup(np.zeros((1, *SHAPE)), [0.5], 1.0)
WHOLE = GaussianGroup(np.zeros((1, *SHAPE)), [1.0], 1.0)
OTHER = GaussianGroup(np.zeros((1, 7, 5)), [1.0], 1.0)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: GaussianGroup(SIGNAL, [1.0], 1.0), ValueError, r"`means`.*got shape \(5, 7\)"),
        (lambda: GaussianGroup(MEANS * np.nan, [1.0] * 3, 1.0), ValueError, "`means`.*nan"),
        (lambda: GaussianGroup(MEANS, [0.5, 0.5], 1.0), ValueError, "each of the 3 means"),
        (lambda: GaussianGroup(MEANS, [0.5, 0.5, 0], 1.0), ValueError, "above 0"),
        (lambda: GaussianGroup(MEANS[:0], [], 1.0), ValueError, "hold something"),
        (lambda: GaussianGroup(MEANS, [0.2] * 3, -np.eye(35)), ValueError, "positive definite"),
        (lambda: IdealObserver([], [WHOLE]), TypeError, "`absent` must be a list"),
        (lambda: IdealObserver([WHOLE], [SIGNAL]), TypeError, "`present` must be a list"),
        (lambda: IdealObserver([HALF], [WHOLE]), ValueError, "`absent`.*add to 1.*got 0.5"),
        (lambda: IdealObserver([WHOLE], [WHOLE, HALF]), ValueError, "`present`.*got 1.5"),
        (lambda: IdealObserver([WHOLE], [OTHER]), ValueError, r"\[\(5, 7\), \(7, 5\)\]"),
        (lambda: mixture_moments([HALF]), ValueError, "`groups`.*got 0.5"),
        (lambda: mixture_moments([WHOLE, OTHER]), ValueError, "got 2"),
        (lambda: build_ideal_observer(SIGNAL[0], 1.0), ValueError, "`signal`"),
        (lambda: build_ideal_observer(SIGNAL, np.ones((35, 35))), ValueError, "definite"),
        (lambda: build_ideal_observer(SIGNAL, 1.0, mean=np.nan), ValueError, "`mean`"),
        (lambda: build_ideal_observer(SIGNAL, 1.0, mean=SIGNAL.T), ValueError, r"`mean`.*\(7, 5\)"),
    ],
)
def test_what_does_not_fit_is_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


@pytest.mark.parametrize(
    ("means", "covariance"),
    [(MEANS, CORRELATED), (MEANS[:1], 0.5), (MEANS[:1], 1.01 * CORRELATED)],
    ids=["places", "white", "scaled"],
)
def test_only_two_gaussians_of_one_covariance_have_a_closed_form(means, covariance):
    absent = GaussianGroup(np.full((1, *SHAPE), 2.0), [1.0], CORRELATED)
    present = GaussianGroup(means, np.full(len(means), 1 / len(means)), covariance)
    observer = IdealObserver([absent], [present])
    assert (observer.detectability, observer.auc) == (None, None)


@pytest.mark.parametrize("turned", [False, True])
def test_a_number_and_the_matrix_it_stands_for_are_one_covariance(turned):
    pair = [0.5 * np.eye(35), 0.5]
    first, second = reversed(pair) if turned else pair
    absent = GaussianGroup(np.zeros((1, *SHAPE)), [1.0], first)
    observer = IdealObserver([absent], [GaussianGroup(SIGNAL[None], [1.0], second)])
    d = np.linalg.norm(SIGNAL) / np.sqrt(0.5)
    np.testing.assert_allclose(observer.detectability, d, **EXACT64)
    images = np.random.default_rng(13).standard_normal((4, *SHAPE))
    expected = build_ideal_observer(SIGNAL, 0.5).score(images)
    np.testing.assert_allclose(observer.score(images), expected, **EXACT64)


def test_what_both_classes_have_in_common_is_computed_once(monkeypatch):
    calls, compute = [], FactorisedCovariance.inverse_quadratic

    def count(self, rows):
        calls.append(len(rows))
        return compute(self, rows)

    observer = IdealObserver(**SITES)
    monkeypatch.setattr(FactorisedCovariance, "inverse_quadratic", count)
    observer.score(np.zeros((6, *SHAPE)))
    assert calls == [6, 6]  # two covariances, though four groups
