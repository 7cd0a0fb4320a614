import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from helpers.observers import (
    auc_from_detectability,
    build_channelised_hotelling_observer,
    build_hotelling_observer,
    finite_training_detectability,
    fit_channelised_hotelling_observer,
    fit_hotelling_observer,
    fit_mean_difference_observer,
    gabor_channels,
    template_detectability,
)
from tests.observers.examples import (
    CORRELATED,
    SHAPE,
    SIGNAL,
    draw_noise,
)
from tests.tolerances import EXACT64


def draw_samples(num_images, seed):
    """A third of the images with a lesion: the classes are not balanced."""
    labels = np.arange(num_images) % 3 // 2
    noise = draw_noise(np.random.default_rng(seed), num_images)
    return noise + labels[:, None, None] * SIGNAL + 2.0, labels


@pytest.mark.reference("fit_hotelling_observer")
@pytest.mark.parametrize("shrinkage", [0.0, 0.3, 1.0])
def test_hotelling_from_samples_is_fishers_discriminant(shrinkage):
    images, labels = draw_samples(90, 0)
    fisher = LinearDiscriminantAnalysis("lsqr", shrinkage=shrinkage)
    fisher.fit(images.reshape(90, 35), labels)
    observer = fit_hotelling_observer(images, labels, shrinkage=shrinkage)
    # scikit-learn divides the spread by n, we by n - 2; its threshold knows the prevalence
    template, offset = fisher.coef_.reshape(SHAPE), fisher.intercept_[0] - np.log(1 / 2)
    np.testing.assert_allclose(observer.template, template * 88 / 90, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(observer.offset, offset * 88 / 90, rtol=1e-8)
    assert observer.snr is None


@pytest.mark.reference("fit_mean_difference_observer")
def test_mean_difference_by_hand():
    images, labels = draw_samples(30, 1)
    absent, present = (sum(images[k] for k in range(30) if labels[k] == y) for y in (0, 1))
    absent, present = absent / 20, present / 10
    white = fit_mean_difference_observer(images, labels)
    np.testing.assert_allclose(white.template, present - absent, **EXACT64)
    np.testing.assert_allclose(white.score([(absent + present) / 2]), [0], atol=1e-12)
    known = fit_mean_difference_observer(images, labels, CORRELATED)
    expected = np.linalg.solve(CORRELATED, (present - absent).ravel()).reshape(SHAPE)
    np.testing.assert_allclose(known.template, expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(known.score([present]), -known.score([absent]), rtol=1e-9)


@pytest.mark.reference("fit_channelised_hotelling_observer")
def test_channelised_from_samples_is_fishers_discriminant_of_channel_scores():
    images, labels = draw_samples(60, 2)
    channels = gabor_channels(SHAPE, frequencies=[0.1, 0.2], num_orientations=1)
    scores = np.einsum("nij,cij->nc", images, channels)
    fisher = LinearDiscriminantAnalysis("lsqr").fit(scores, labels)
    observer = fit_channelised_hotelling_observer(channels, images, labels)
    template = np.tensordot(fisher.coef_[0], channels, axes=1) * 58 / 60
    np.testing.assert_allclose(observer.template, template, rtol=1e-8, atol=1e-8)


@pytest.mark.law("fit_channelised_hotelling_observer")
def test_one_channel_a_pixel_is_the_plain_observer():
    images, labels = draw_samples(80, 3)
    pixels = np.eye(35).reshape(35, *SHAPE)
    channelised = fit_channelised_hotelling_observer(pixels, images, labels, shrinkage=0.1)
    plain = fit_hotelling_observer(images, labels, shrinkage=0.1)
    np.testing.assert_allclose(channelised.template, plain.template, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(channelised.offset, plain.offset, rtol=1e-9)


@pytest.mark.law("fit_hotelling_observer")
@pytest.mark.law("fit_mean_difference_observer")
def test_many_samples_lead_to_the_closed_forms():
    images, labels = draw_samples(40_000, 4)
    channels = gabor_channels(SHAPE, frequencies=[0.1], num_orientations=2)
    for fitted, best in [
        (fit_hotelling_observer(images, labels), build_hotelling_observer(SIGNAL, CORRELATED)),
        (
            fit_mean_difference_observer(images, labels, CORRELATED),
            build_hotelling_observer(SIGNAL, CORRELATED),
        ),
        (
            fit_channelised_hotelling_observer(channels, images, labels),
            build_channelised_hotelling_observer(channels, SIGNAL, CORRELATED),
        ),
    ]:
        reached = template_detectability(fitted.template, SIGNAL, CORRELATED)
        assert 0.995 * best.snr < reached < best.snr * (1 + 1e-9)


def simulate_training(num_images, num_repeats, fit, seed):
    """Mean AUC that templates fitted to few images reach in white noise, and its error."""
    generator, shape, d = np.random.default_rng(seed), (9, 7), 1.5
    signal = np.zeros(shape)
    signal[2, 3:5] = d / np.sqrt(2)
    labels = np.arange(num_images) % 2
    areas = []
    for _ in range(num_repeats):
        images = generator.standard_normal((num_images, *shape)) + labels[:, None, None] * signal
        template = fit(images, labels).template
        areas.append(auc_from_detectability(template_detectability(template, signal, 1.0)))
    return np.mean(areas), np.std(areas) / np.sqrt(num_repeats)


@pytest.mark.reference("finite_training_detectability")
@pytest.mark.parametrize("num_images", [20, 46, 130, 400])  # with 65 all is lost in theory
def test_finite_training_theory_by_simulation(num_images):
    for fit, known in [(fit_mean_difference_observer, True), (fit_hotelling_observer, False)]:
        area, error = simulate_training(num_images, 60, fit, seed=5)
        d = finite_training_detectability(1.5, 63, num_images, covariance_known=known)
        # the theory itself is an approximation for many pixels, good to .006 here
        assert abs(area - auc_from_detectability(d)) < 0.006 + 4 * error


@pytest.mark.reference("fit_hotelling_observer")
def test_more_images_can_make_it_worse():
    few, peak, many = (
        simulate_training(n, 60, fit_hotelling_observer, seed=6)[0] for n in (50, 65, 200)
    )
    assert peak + 0.02 < few < many - 0.1


def test_with_few_images_the_pseudo_inverse_gives_the_smallest_template():
    images, labels = draw_samples(20, 7)
    rows = images.reshape(20, 35)
    means = [rows[labels == k].mean(axis=0) for k in (0, 1)]
    spread = rows - np.array(means)[labels]
    smallest = np.linalg.lstsq(spread.T @ spread / 18, means[1] - means[0], rcond=1e-12)[0]
    observer = fit_hotelling_observer(images, labels)
    np.testing.assert_allclose(observer.template.ravel(), smallest, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("step", [0.0, 0.1, 7.0])
@pytest.mark.parametrize("shrinkage", [0.0, 0.3])
def test_classes_of_equal_images_have_no_covariance(step, shrinkage):
    labels = np.arange(21) % 3 // 2
    images = 0.1 + step * labels[:, None, None] * np.ones(SHAPE)  # means round, spread is not 0
    for fit in (fit_hotelling_observer, fit_channelised):
        with pytest.raises(ValueError, match=r"must differ within the classes.*mean_diff"):
            fit(images, labels, shrinkage=shrinkage)
    observer = fit_mean_difference_observer(images, labels)
    np.testing.assert_allclose(observer.template, step * np.ones(SHAPE), **EXACT64)


def test_classes_that_differ_less_than_they_are_bright_are_no_trouble():
    images, labels = draw_samples(60, 10)
    expected = fit_hotelling_observer(images, labels).template
    found = fit_hotelling_observer(1e6 + images, labels).template
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_integers_and_a_channel_axis_change_nothing():
    images, labels = draw_samples(50, 8)
    whole = np.round(10 * images).astype("int16")
    expected = fit_hotelling_observer(whole.astype("float64"), labels)
    observer = fit_hotelling_observer(whole[..., None], labels)
    np.testing.assert_array_equal(observer.template, expected.template)


IMAGES, LABELS = draw_samples(12, 9)


def fit_channelised(images, labels, **options):
    return fit_channelised_hotelling_observer(np.ones((2, *SHAPE)), images, labels, **options)


@pytest.mark.parametrize(
    "fit", [fit_mean_difference_observer, fit_hotelling_observer, fit_channelised]
)
@pytest.mark.parametrize(
    ("images", "labels", "kind", "message"),
    [
        (IMAGES, LABELS[:5], ValueError, "one label an image; got 5 for 12"),
        (IMAGES, LABELS[:, None], ValueError, r"`labels` must have shape \(n,\); got \(12, 1\)"),
        (IMAGES, ["a"] * 12, ValueError, r"0 and 1; got <U1 with the values \['a'\]"),
        (IMAGES, [None, 1] * 6, ValueError, r"got object with the values \[None, 1\]"),
        (IMAGES, LABELS * 0, ValueError, "at least one of each.*values \\[0\\]"),
        (IMAGES, LABELS + 1, ValueError, r"values \[1, 2\]"),
        (IMAGES, LABELS * 1.0, ValueError, "integers 0 and 1.*float64"),
        (IMAGES[:0], LABELS[:0], ValueError, "at least one of each"),
        (IMAGES * np.nan, LABELS, ValueError, "finite"),
        (IMAGES[0], LABELS, ValueError, r"image\[None\]"),
        (IMAGES > 0, LABELS, TypeError, "bool"),
    ],
)
def test_samples_that_teach_nothing_are_refused(fit, images, labels, kind, message):
    with pytest.raises(kind, match=message):
        fit(images, labels)


@pytest.mark.parametrize("fit", [fit_hotelling_observer, fit_channelised])
def test_settings_out_of_range_are_refused(fit):
    for shrinkage in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="`shrinkage`"):
            fit(IMAGES, LABELS, shrinkage=shrinkage)
    with pytest.raises(ValueError, match=r"at least 3.*got 2"):
        fit(IMAGES[1:3], LABELS[1:3])


def test_a_covariance_or_channels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`covariance`"):
        fit_mean_difference_observer(IMAGES, LABELS, np.eye(3))
    with pytest.raises(ValueError, match="`channels`"):
        fit_channelised_hotelling_observer(np.ones((2, 7, 5)), IMAGES, LABELS)
