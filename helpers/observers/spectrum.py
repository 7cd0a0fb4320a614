"""How the variance of images is spread over spatial frequencies: measured, and to be expected."""

import numpy as np

from helpers.checks import check_number
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_image_shape, check_images, flatten

__all__ = ["expected_power_spectrum", "power_spectrum"]


def power_spectrum(images, *, mean):
    """Measure the power spectrum of images, averaged over images and directions.

    Parameters
    ----------
    images : array_like of shape (n, height, width) or (n, height, width, 1)
        Finite, at least one.
    mean : float
        The grey value that is taken away from each pixel.

    Returns
    -------
    frequencies : numpy.ndarray of float64, shape (rings,)
        In cycles a pixel, from 0 to 0.5, in steps of 1 / max(height, width).
    power : numpy.ndarray of float64, shape (rings,)
        Mean of |discrete Fourier transform|^2 / pixels over the ring around each frequency: for
        white noise its variance, everywhere.

    Raises
    ------
    TypeError, ValueError
        For images that are none of that shape or not finite, no image, or a mean that is no number.

    Examples
    --------
    >>> stripes = np.tile([1.0, -1.0], (1, 4, 2))  # one of the six waves in the last ring
    >>> power_spectrum(stripes, mean=0)
    (array([0.  , 0.25, 0.5 ]), array([0.        , 0.        , 2.66666667]))

    Introduced in notebook 06, *Generation*.
    """
    images = check_images(images)
    if not len(images):
        raise ValueError("`images` must hold at least one image; got none.")
    shape = images.shape[1:]
    rows = flatten(images) - check_number("mean", mean)
    squares = np.abs(np.fft.fft2(rows.reshape(-1, *shape))) ** 2
    return _average_rings(squares.mean(axis=0) / rows.shape[1])


def expected_power_spectrum(covariance, image_shape):
    """Compute the power spectrum to be expected of images of a known covariance.

    Parameters
    ----------
    covariance : float or array_like of shape (height * width, height * width)
        The variance of white noise, or a symmetric positive definite matrix, pixels counted row by
        row.
    image_shape : (int, int)
        Height and width.

    Returns
    -------
    frequencies, power : numpy.ndarray of float64, shape (rings,)
        What `power_spectrum` finds on average.

    Raises
    ------
    TypeError, ValueError
        For a shape that is not two sizes of at least 1, or a covariance that is none for them.

    Notes
    -----
    The mean of |sum_k a_k g_k|^2 is a' K conj(a), here with a the waves of the discrete Fourier
    transform. So the edge of the image is in it, which the Fourier transform of the correlation
    function would leave out.

    Examples
    --------
    >>> expected_power_spectrum(2.0, (4, 2))
    (array([0.  , 0.25, 0.5 ]), array([2., 2., 2.]))

    Introduced in notebook 06, *Generation*.
    """
    height, width = check_image_shape(image_shape)
    matrix = FactorisedCovariance(covariance, height * width).to_matrix()
    pairs = matrix.reshape(height, width, height, width)
    waves = np.fft.ifft2(np.fft.fft2(pairs, axes=(0, 1)), axes=(2, 3))  # a on both sides
    return _average_rings(np.einsum("ijij->ij", waves).real)


def _average_rings(power):
    """Average a spectrum of shape (height, width) over the directions of each frequency."""
    frequencies = [np.fft.fftfreq(size) for size in power.shape]
    steps = max(power.shape)
    ring = np.rint(steps * np.hypot.outer(*frequencies)).astype(int)
    inside = ring <= steps // 2  # the corners have no full ring
    total = np.bincount(ring[inside], power[inside])
    return np.arange(steps // 2 + 1) / steps, total / np.bincount(ring[inside])
