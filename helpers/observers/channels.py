"""Channels, and the observer that sees an image through a few of them only."""

import numpy as np
from scipy.linalg import pinvh
from scipy.special import eval_laguerre

from helpers.checks import check_integer, check_number
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_image_shape, check_pixels
from helpers.observers.linear import LinearObserver

__all__ = ["build_channelised_hotelling_observer", "gabor_channels", "laguerre_gauss_channels"]


def gabor_channels(
    image_shape, *, frequencies=(3 / 64, 3 / 32, 3 / 16), num_orientations=4, centre=None
):
    """Compute Gabor channels: stripes of several widths and directions under a Gaussian window.

    Parameters
    ----------
    image_shape : (int, int)
        Height and width.
    frequencies : sequence of float
        Stripes a pixel, each above 0 and at most one half. Each channel is one octave wide.
    num_orientations : int
        Directions, evenly spread over half a turn, at least 1.
    centre : (float, float) or None
        Row and column of the window's peak, inside the image; None: the middle of the image.

    Returns
    -------
    numpy.ndarray of float64, shape (channels, height, width)
        For each frequency, for each orientation: an even (cosine) and an odd (sine) channel. The
        first orientation varies along the columns.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range.

    Notes
    -----
    exp(-4 ln 2 r^2 / w^2) times cosine or sine of 2 pi f u, with u the distance along the
    orientation and w = 6 ln 2 / (pi f): a window whose spectrum is one octave wide around f. Such
    channels resemble the first stage of human vision, and many kernels of trained networks.

    References
    ----------
    Eckstein et al., Optics Express 11:460 (2003), doi 10.1364/OE.11.000460.

    Examples
    --------
    >>> gabor_channels((28, 21), num_orientations=5).shape
    (30, 28, 21)

    Introduced in notebook 02, *Observers without training*.
    """
    down, right = _distances(check_image_shape(image_shape), centre)
    num_orientations = check_integer("num_orientations", num_orientations, minimum=1)
    if np.ndim(frequencies) == 0:
        raise TypeError(
            f"`frequencies` must be a list of numbers; got {frequencies!r}. One frequency only: "
            "`[0.1]`."
        )
    channels = []
    for frequency in frequencies:
        f = check_number("frequencies", frequency, above=0, maximum=0.5)
        width = 6 * np.log(2) / (np.pi * f)
        window = np.exp(-4 * np.log(2) * (down**2 + right**2) / width**2)
        for angle in np.pi * np.arange(num_orientations) / num_orientations:
            phase = 2 * np.pi * f * (right * np.cos(angle) + down * np.sin(angle))
            channels += [window * np.cos(phase), window * np.sin(phase)]
    return _stack(channels)


def _stack(channels):
    if not channels:
        raise ValueError("`frequencies` must hold at least one number; got none.")
    return np.stack(channels)


def _distances(image_shape, centre):
    """Return how far each pixel lies below and to the right of the centre, (height, width) each."""
    if centre is None:
        centre = tuple((size - 1) / 2 for size in image_shape)
    if not isinstance(centre, (tuple, list)) or len(centre) != 2:
        raise ValueError(f"`centre` must be (row, column) or None; got {centre!r}.")
    row, column = (
        check_number("centre", place, minimum=0, maximum=size - 1)
        for place, size in zip(centre, image_shape, strict=True)
    )
    down, right = np.indices(image_shape)
    return down - row, right - column


def laguerre_gauss_channels(image_shape, *, width, num_channels, centre=None):
    """Compute Laguerre-Gauss channels: smooth rings around a centre, for round lesions.

    Parameters
    ----------
    image_shape : (int, int)
        Height and width.
    width : float
        Of the Gaussian envelope, a in the formula below, in pixels, positive.
    num_channels : int
        At least 1.
    centre : (float, float) or None
        Row and column of the centre, inside the image; None: the middle of the image.

    Returns
    -------
    numpy.ndarray of float64, shape (num_channels, height, width)
        Channel k changes its sign k times from the centre outwards.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range.

    Notes
    -----
    u_k(r) = (sqrt 2 / a) exp(-pi r^2 / a^2) L_k(2 pi r^2 / a^2) with Laguerre polynomials L_k:
    orthonormal over the plane. They see nothing but the rings, so they suit round lesions only.

    References
    ----------
    Gallas and Barrett, JOSA A 20:1725 (2003), doi 10.1364/JOSAA.20.001725.

    Examples
    --------
    >>> channels = laguerre_gauss_channels((15, 17), width=4.0, num_channels=3)
    >>> np.tensordot(channels, channels, axes=([1, 2], [1, 2])).round(2) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])

    Introduced in notebook 02, *Observers without training*.
    """
    down, right = _distances(check_image_shape(image_shape), centre)
    a = check_number("width", width, above=0)
    num_channels = check_integer("num_channels", num_channels, minimum=1)
    area = np.pi * (down**2 + right**2) / a**2
    order = np.arange(num_channels)[:, None, None]
    return np.sqrt(2) / a * np.exp(-area) * eval_laguerre(order, 2 * area)


def build_channelised_hotelling_observer(channels, signal, covariance):
    """Build the Hotelling observer that sees only what a few channels let through.

    Parameters
    ----------
    channels : array_like of shape (channels, height, width)
        Each is a template whose score the observer sees.
    signal : array_like of shape (height, width)
        Difference of the mean images, lesion minus no lesion, s.
    covariance : float or array_like of shape (height * width, height * width)
        Mean covariance of the two classes, K: the variance of white noise, or a symmetric positive
        definite matrix.

    Returns
    -------
    LinearObserver
        Its `template` is the combination of channels U' (U K U')^-1 U s, with one channel a row of
        U; its `snr` is that template's, and never above the Hotelling observer's.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, or a covariance that is not positive definite.

    Notes
    -----
    A channel that is a combination of others (or zero) adds nothing and does no harm: the inverse
    is the pseudo-inverse. With channels enough to span all images it is the Hotelling observer.

    References
    ----------
    Myers and Barrett, JOSA A 4:2447 (1987), doi 10.1364/JOSAA.4.002447.

    Examples
    --------
    >>> observer = build_channelised_hotelling_observer([[[1, 1, 0]]], [[2.0, 2.0, 1.0]], 1.0)
    >>> observer.template, round(observer.snr**2, 6)
    (array([[2., 2., 0.]]), 8.0)

    Introduced in notebook 02, *Observers without training*.
    """
    signal = check_pixels("signal", signal, 2, "(height, width)")
    rows = flatten_channels(channels, signal.shape)  # (channels, pixels)
    factorised = FactorisedCovariance(covariance, signal.size)
    response = rows @ signal.ravel()
    weights = pinvh(factorised.multiply(rows) @ rows.T) @ response
    snr = float(np.sqrt(max(weights @ response, 0.0)))
    template = (weights @ rows).reshape(signal.shape)
    return LinearObserver(template, name="channelised Hotelling observer", snr=snr)


def flatten_channels(channels, image_shape):
    """Return checked channels as rows, shape (channels, height * width)."""
    channels = check_pixels("channels", channels, 3, "(channels, height, width)")
    if channels.shape[1:] != image_shape:
        raise ValueError(
            f"`channels` must have the height and width of the images, {image_shape}; "
            f"got {channels.shape[1:]}."
        )
    return channels.reshape(len(channels), -1)
