import numpy as np
import pytest

from helpers.observers import expected_power_spectrum, power_spectrum
from tests.observers.examples import CORRELATED, SHAPE, assert_within_error, draw_noise
from tests.tolerances import EXACT64


def waves_by_hand(shape):
    """Write the discrete Fourier transform as a matrix, wave by wave, with each wave's ring."""
    (height, width), rows, rings = shape, [], []
    for u in range(height):
        for v in range(width):
            phase = np.add.outer(u * np.arange(height) / height, v * np.arange(width) / width)
            rows.append(np.exp(-2j * np.pi * phase).ravel())
            # frequencies beyond one half are negative ones
            low = [min(u / height, 1 - u / height), min(v / width, 1 - v / width)]
            rings.append(round(max(shape) * np.hypot(*low)))
    return np.array(rows), np.array(rings)


@pytest.mark.reference("power_spectrum")
def test_the_measured_spectrum_wave_by_wave():
    images = np.random.default_rng(0).standard_normal((3, *SHAPE)) + 4
    waves, rings = waves_by_hand(SHAPE)
    squares = np.abs((images.reshape(3, -1) - 4) @ waves.T) ** 2 / 35
    frequencies, power = power_spectrum(images[..., None], mean=4)
    np.testing.assert_allclose(frequencies, [0, 1 / 7, 2 / 7, 3 / 7], **EXACT64)
    expected = [squares[:, rings == ring].mean() for ring in range(4)]
    np.testing.assert_allclose(power, expected, **EXACT64)


@pytest.mark.reference("expected_power_spectrum")
def test_the_expected_spectrum_wave_by_wave():
    waves, rings = waves_by_hand(SHAPE)
    squares = np.array([(wave.conj() @ CORRELATED @ wave).real for wave in waves]) / 35
    expected = [squares[rings == ring].mean() for ring in range(4)]
    np.testing.assert_allclose(expected_power_spectrum(CORRELATED, SHAPE)[1], expected, **EXACT64)


@pytest.mark.reference("expected_power_spectrum")
def test_images_of_that_covariance_have_it_on_average():
    images = draw_noise(np.random.default_rng(1), 4000)
    parts = np.array([power_spectrum(part, mean=0)[1] for part in np.split(images, 40)])
    errors = parts.std(axis=0, ddof=1) / np.sqrt(40)
    assert_within_error(parts.mean(axis=0), expected_power_spectrum(CORRELATED, SHAPE)[1], errors)


@pytest.mark.law("power_spectrum")
def test_shifting_an_image_around_changes_nothing():
    image = np.random.default_rng(2).standard_normal((1, 6, 9))
    shifted = np.roll(image, (2, 5), axis=(1, 2))
    spectra = [power_spectrum(images, mean=0.3)[1] for images in (image, shifted)]
    np.testing.assert_allclose(*spectra, **EXACT64)


@pytest.mark.parametrize(
    ("images", "mean", "error", "message"),
    [
        (np.zeros((0, 4, 6)), 0, ValueError, "at least one image; got none"),
        (np.zeros((4, 6)), 0, ValueError, "needs an axis of its own"),
        (np.full((1, 4, 6), np.nan), 0, ValueError, "finite numbers; got nan"),
        (np.zeros((1, 4, 6)), np.inf, ValueError, "`mean` must be a finite number"),
    ],
)
def test_bad_images_are_refused(images, mean, error, message):
    with pytest.raises(error, match=message):
        power_spectrum(images, mean=mean)


@pytest.mark.parametrize(
    ("covariance", "image_shape", "message"),
    [
        (CORRELATED, (5, 6), r"shape \(30, 30\); got \(35, 35\)"),
        (1.0, (5,), r"`image_shape` must be \(height, width\)"),
        (-1.0, (5, 7), "`covariance` must be a finite number > 0"),
    ],
)
def test_bad_covariances_are_refused(covariance, image_shape, message):
    with pytest.raises(ValueError, match=message):
        expected_power_spectrum(covariance, image_shape)
