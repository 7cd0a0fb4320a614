import dataclasses

import numpy as np
import pytest
from scipy.signal import correlate
from scipy.special import expit, logsumexp
from scipy.stats import multivariate_normal, norm

from helpers.data.simulate import (
    CorrelatedNoise,
    Marker,
    Site,
    WhiteNoise,
    build_optimum,
    simulate,
)
from tests.data.simulate.tasks import (
    BACKGROUNDS,
    CORRELATED,
    EVERYTHING,
    FAR,
    LESION,
    LUMPS,
    MARKER,
    NEAR,
    SHAPE,
    loop_covariance_of,
    small_task,
)
from tests.observers.examples import assert_within_error, auc_with_error, loop_covariance
from tests.tolerances import EXACT64

NUM = 20_000
SEARCH = small_task(detectability=3.0, places="anywhere", prevalence=0.3)
STRENGTHS = small_task(detectability=2.0, strengths={0.5: 0.7, 2.0: 0.3}, background=CORRELATED)
CONTRASTS = small_task(
    detectability=2.0, sites=(Site(name="a", share=0.4), Site(name="b", contrast=0.5, share=0.6))
)
NOISES = small_task(
    sites=(Site(name="a", share=0.4), Site(name="b", noise=1.2, contrast=1.4, share=0.6))
)
GAUSSIAN = {
    "search": SEARCH,
    "noises": NOISES,
    "strengths": STRENGTHS,
    "contrasts": CONTRASTS,
    "sites": small_task(background=CORRELATED, sites=(NEAR, FAR)),
    "marker": small_task(marker=MARKER),
    "certain marker": small_task(marker=Marker(with_lesion=1, without_lesion=0.4, size=1)),
    "everything": EVERYTHING,
}


def auc_of(observer, split):
    scores = observer.score(split.x)
    return auc_with_error(scores[split.y == 1], scores[split.y == 0])


def dull_log_ratio(task, images):
    """Sum the densities of all possibilities one by one, by SciPy."""
    name = "correlated" if task.background is CORRELATED else "white"
    scale = 1.0 if name == "correlated" else task.background.variance / 1.7
    marker, parts = np.zeros(SHAPE), ([], [])
    bears = [0.0, 0.0]
    if task.marker is not None:
        marker[: task.marker.size, : task.marker.size] = task.marker.amplitude
        bears = [task.marker.without_lesion, task.marker.with_lesion]
    for site in task.sites:
        covariance = scale * loop_covariance_of(name, site)
        signals = [(0.0 * marker, 1.0)]
        ill = [
            (strength * signal, probability / len(task.centres))
            for signal in task.signals(site)
            for strength, probability in task.strengths.items()
        ]
        for label, possible in enumerate((signals, ill)):
            for mean, weight in possible:
                for marked, share in ((0, 1 - bears[label]), (1, bears[label])):
                    if share > 0:
                        density = multivariate_normal((mean + marked * marker).ravel(), covariance)
                        logs = density.logpdf(images.reshape(-1, mean.size).astype("float64"))
                        parts[label].append(np.log(site.share * weight * share) + logs)
    return logsumexp(parts[1], axis=0) - logsumexp(parts[0], axis=0)


@pytest.mark.reference("build_optimum")
@pytest.mark.parametrize("name", GAUSSIAN)
def test_the_optimum_is_the_exact_likelihood_ratio(name):
    task = GAUSSIAN[name]
    images = simulate(task, 60, seed=0).x
    observer = build_optimum(task)
    assert observer.is_ideal
    assert observer.detectability is None
    np.testing.assert_allclose(
        observer.score(images), dull_log_ratio(task, images), rtol=1e-9, atol=1e-9
    )


def assert_calibrated(posterior, y):
    """Assert that as many lesions come as were announced, in all and among like posteriors."""
    parts = np.array_split(np.argsort(posterior), 5)  # from the least to the most suspicious
    for part in [np.arange(len(y)), *parts]:
        error = np.sqrt(np.sum(posterior[part] * (1 - posterior[part])))
        assert_within_error(y[part].sum(), posterior[part].sum(), error)


@pytest.mark.parametrize("name", GAUSSIAN)
def test_the_posterior_is_calibrated(name):
    task = GAUSSIAN[name]
    split = simulate(task, NUM, seed=1)
    assert_calibrated(build_optimum(task).posterior(split.x), split.y)


@pytest.mark.parametrize(("slope", "prevalence"), [(1.3, 0.3), (0.8, 0.3), (1.0, 0.33)])
def test_the_check_of_calibration_can_fail(slope, prevalence):
    split = simulate(SEARCH, NUM, seed=1)
    logit = np.log(prevalence / (1 - prevalence))
    wrong = expit(slope * build_optimum(SEARCH).score(split.x) + logit)
    with pytest.raises(AssertionError):
        assert_calibrated(wrong, split.y)


@pytest.mark.parametrize("background", [WhiteNoise(1.7), CORRELATED])
@pytest.mark.parametrize("detectability", [1.0, 2.5])
def test_the_auc_of_the_optimum_is_that_of_the_closed_form(background, detectability):
    task = small_task(background=background, detectability=detectability)
    observer = build_optimum(task)
    expected = norm.cdf(detectability / np.sqrt(2))
    np.testing.assert_allclose(observer.auc, expected, **EXACT64)
    found, error = auc_of(observer, simulate(task, NUM, seed=2))
    assert_within_error(found, expected, error)


def test_the_auc_off_the_centre_follows_from_the_signal_there():
    # correlated noise has more to give near the border, so the amplitude alone decides nothing
    task = small_task(background=CORRELATED, places=[(1, 1)])
    signal = task.signals()[0].ravel()
    d = np.sqrt(signal @ np.linalg.solve(loop_covariance_of("correlated", NEAR), signal))
    assert abs(d - 1.5) > 0.01
    np.testing.assert_allclose(build_optimum(task).detectability, d, **EXACT64)


def test_the_single_image_optimum_does_not_depend_on_the_patients():
    task = small_task(background=CORRELATED, images_per_patient=4, patient_correlation=0.7)
    observer = build_optimum(task)
    np.testing.assert_allclose(observer.detectability, 1.5, **EXACT64)
    scores = observer.score(simulate(task, NUM, seed=3).x).reshape(-1, 4)
    # pairs of patients, one image of each: independent
    y = simulate(task, NUM, seed=3).y[::4]
    found, error = auc_with_error(scores[y == 1, 0], scores[y == 0, 0])
    assert_within_error(found, norm.cdf(1.5 / np.sqrt(2)), error)


def test_search_is_one_correlation_and_a_log_sum_of_exponentials():
    task = small_task(detectability=3.0, places="anywhere", background=WhiteNoise(1.7))
    images = simulate(task, 50, seed=0).x[..., 0].astype("float64")
    lesion = task.amplitude * LESION.profile
    maps = np.array([correlate(image, lesion / 1.7, mode="valid") for image in images])
    constant = np.sum(lesion**2) / (2 * 1.7) + np.log(15)
    expected = logsumexp(maps.reshape(50, -1), axis=1) - constant
    np.testing.assert_allclose(build_optimum(task).score(images), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("background", [WhiteNoise(1.7), CORRELATED], ids=["white", "correlated"])
def test_nothing_to_see_scores_all_images_the_same(background):
    task = small_task(detectability=0.0, background=background)
    observer = build_optimum(task)
    assert (observer.detectability, observer.auc) == (0.0, 0.5)
    scores = observer.score(simulate(task, 30, seed=0).x)
    np.testing.assert_array_equal(scores, np.zeros(30))


def test_among_lumps_the_best_template_is_no_ideal_observer():
    task = small_task(background=LUMPS, detectability=2.0)
    observer = build_optimum(task)
    assert not observer.is_ideal
    np.testing.assert_allclose(observer.snr, 2.0, **EXACT64)
    signal = task.signals()[0].ravel()
    template = np.linalg.solve(loop_covariance_of("lumpy", NEAR), signal).reshape(SHAPE)
    np.testing.assert_allclose(observer.template, template, rtol=1e-9, atol=1e-9)
    split = simulate(task, NUM, seed=4)
    scores = observer.score(split.x)
    ill, healthy = scores[split.y == 1], scores[split.y == 0]
    for values in (ill, healthy):  # variance of the score: s'K^-1 s = 4
        spread = (values - values.mean()) ** 2
        assert_within_error(spread.mean(), 4.0, spread.std() / np.sqrt(len(spread)))
    error = np.sqrt(ill.var() / len(ill) + healthy.var() / len(healthy))
    assert_within_error(ill.mean() - healthy.mean(), 4.0, error)


def test_among_lumps_unknown_places_enter_mean_and_covariance():
    places = [(1, 1), (3, 5)]
    task = small_task(background=LUMPS, detectability=2.0, places=places)
    split = simulate(task, NUM, seed=5)
    rows = split.x.reshape(NUM, -1).astype("float64")
    # the template of sample moments is a noisy version of that of the true ones
    covariance = (np.cov(rows[split.y == 1].T) + np.cov(rows[split.y == 0].T)) / 2
    difference = rows[split.y == 1].mean(axis=0) - rows[split.y == 0].mean(axis=0)
    fitted = np.linalg.solve(covariance, difference)
    template = build_optimum(task).template.ravel()
    cosine = fitted @ template / np.linalg.norm(fitted) / np.linalg.norm(template)
    assert cosine > 0.98


def without_pattern(pattern):
    """Return a basis of all directions in which an image can differ but that of the pattern."""
    column = pattern.reshape(-1, 1) / np.linalg.norm(pattern)
    vectors = np.linalg.svd(np.eye(column.size) - column @ column.T)[0]
    return vectors[:, :-1]


@pytest.mark.parametrize("name", ["white", "correlated"])
def test_who_ignores_the_marker_sees_all_but_its_pattern(name):
    background = WhiteNoise(1.7) if name == "white" else CORRELATED
    task = small_task(
        background=background, marker=MARKER, places=[(2, 2), (2, 5)], detectability=2.0
    )
    images = simulate(task, 50, seed=6).x
    basis = without_pattern(MARKER.pattern(SHAPE))
    covariance = basis.T @ loop_covariance_of(name, NEAR) @ basis
    rows = images.reshape(50, -1) @ basis
    means = task.signals().reshape(2, -1) @ basis
    ill = [multivariate_normal(mean, covariance).logpdf(rows) for mean in means]
    healthy = multivariate_normal(np.zeros(34), covariance).logpdf(rows)
    expected = logsumexp(ill, axis=0) - np.log(2) - healthy
    observer = build_optimum(task, ignore_marker=True)
    np.testing.assert_allclose(observer.score(images), expected, rtol=1e-9, atol=1e-9)
    marked = images + 40 * MARKER.pattern(SHAPE)[None, :, :, None]
    np.testing.assert_allclose(observer.score(marked), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("noise", [1.3, 4.0])
@pytest.mark.parametrize("name", ["white", "correlated"])
def test_who_ignores_the_marker_weighs_the_sites_by_what_is_left(name, noise):
    sites = (
        Site(name="noisy", noise=noise, contrast=2.0, share=0.3),
        Site(name="blurred", blur=0.8 if name == "correlated" else 0.0, share=0.7),
    )
    background = BACKGROUNDS[name]
    task = small_task(background=background, marker=MARKER, sites=sites, detectability=3.0)
    images = simulate(task, 60, seed=6).x
    basis = without_pattern(MARKER.pattern(SHAPE))
    rows, logs = images.reshape(60, -1) @ basis, ([], [])
    for site in sites:
        covariance = basis.T @ loop_covariance_of(name, site) @ basis
        for label in (0, 1):
            mean = label * task.signals(site)[0].ravel() @ basis
            density = multivariate_normal(mean, covariance)
            logs[label].append(np.log(site.share) + density.logpdf(rows))
    expected = logsumexp(logs[1], axis=0) - logsumexp(logs[0], axis=0)
    observer = build_optimum(task, ignore_marker=True)
    np.testing.assert_allclose(observer.score(images), expected, rtol=1e-9, atol=1e-9)
    marked = images + 40 * MARKER.pattern(SHAPE)[None, :, :, None]
    np.testing.assert_allclose(observer.score(marked), expected, rtol=1e-9, atol=1e-9)


def test_who_ignores_the_marker_among_lumps_has_the_best_template_beside_it():
    task = small_task(background=LUMPS, marker=MARKER, sites=(NEAR, FAR), detectability=2.0)
    basis = without_pattern(MARKER.pattern(SHAPE))
    signals = [task.signals(site)[0].ravel() for site in task.sites]
    shares = [site.share for site in task.sites]
    mean = sum(share * signal for share, signal in zip(shares, signals, strict=True))
    covariance = sum(
        share * (loop_covariance_of("lumpy", site) + np.outer(signal - mean, signal - mean) / 2)
        for share, site, signal in zip(shares, task.sites, signals, strict=True)
    )
    weights = np.linalg.solve(basis.T @ covariance @ basis, basis.T @ mean)
    template = build_optimum(task, ignore_marker=True).template.ravel()
    np.testing.assert_allclose(template, basis @ weights, rtol=1e-9, atol=1e-9)


def test_a_marker_can_be_ignored_in_strong_structure_with_little_noise():
    structure = loop_covariance(SHAPE, 3000.0, 2.5, 0.0)
    background = CorrelatedNoise(structure, noise_variance=2e-4)
    task = small_task(background=background, marker=MARKER)
    basis = without_pattern(MARKER.pattern(SHAPE))
    covariance = basis.T @ (structure + 2e-4 * np.eye(35)) @ basis
    signal = task.signals()[0].ravel() @ basis
    d = np.sqrt(signal @ np.linalg.solve(covariance, signal))
    observer = build_optimum(task, ignore_marker=True)
    np.testing.assert_allclose(observer.detectability, d, rtol=1e-6)


@pytest.mark.parametrize("sites", [(NEAR,), (NEAR, FAR)], ids=["one site", "two sites"])
def test_without_a_lesion_only_a_marker_tells_images_apart(sites):
    sites = [dataclasses.replace(site, share=1 / len(sites)) for site in sites]
    task = small_task(background=CORRELATED, detectability=0.0, marker=MARKER, sites=sites)
    images = simulate(task, 30, seed=0).x
    assert np.ptp(build_optimum(task).score(images)) > 0.5
    ignored = build_optimum(task, ignore_marker=True).score(images)
    np.testing.assert_allclose(ignored, np.zeros(30), atol=1e-12)


def test_who_ignores_a_marker_beside_the_lesion_loses_nothing():
    lesion = dataclasses.replace(LESION, profile=[[1.0, 0.4, 0.1]])
    task = small_task(lesion=lesion, detectability=2.0, marker=MARKER)
    observer = build_optimum(task, ignore_marker=True)
    np.testing.assert_allclose(observer.detectability, 2.0, rtol=1e-9)
    np.testing.assert_allclose(observer.auc, 0.9213504, rtol=1e-6)  # Phi(sqrt 2)


def test_the_shortcut_crosses_the_line_of_the_lesion_and_fails_when_reversed():
    marker = Marker(with_lesion=0.95, without_lesion=0.05, size=2, amplitude=8.0)
    lesion = dataclasses.replace(LESION, profile=[[1.0, 0.4, 0.1]])
    task = small_task(lesion=lesion, detectability=2.0, marker=marker)
    swapped = dataclasses.replace(marker, with_lesion=0.05, without_lesion=0.95)
    inside = simulate(task, NUM, seed=7)
    outside = simulate(dataclasses.replace(task, marker=swapped), NUM, seed=8)
    # a marker that all can see adds log 19 or subtracts it: three kinds of pairs of images
    step, spread = np.log(19), 2 * np.sqrt(2)
    cases = [(0.95**2, 2), (2 * 0.95 * 0.05, 0), (0.05**2, -2)]
    both = sum(p * norm.cdf((4 + k * step) / spread) for p, k in cases)
    fooled = sum(p * norm.cdf((4 - k * step) / spread) for p, k in cases)
    observer, own = build_optimum(task), build_optimum(task, ignore_marker=True)
    for split, expected in [(inside, both), (outside, fooled)]:
        found, error = auc_of(observer, split)
        assert_within_error(found, expected, error)
        found, error = auc_of(own, split)
        assert_within_error(found, norm.cdf(2 / np.sqrt(2)), error)
