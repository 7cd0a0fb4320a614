"""Covariances of image noise: the course's models of them, and solving with them."""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.lapack import dpocon

from helpers.checks import check_number
from helpers.observers.images import check_image_shape

__all__ = ["gaussian_covariance", "lumpy_covariance", "lumpy_mean"]

# beyond it, solving in float64 leaves fewer than four right digits
LARGEST_CONDITION = 1e12


class FactorisedCovariance:
    """A checked covariance K of the pixels, factorised once: what all observers compute with.

    Parameters
    ----------
    covariance : float or array_like of shape (pixels, pixels)
        A number is white noise: the variance of every pixel. An array must be symmetric and
        positive definite; pixels are counted row by row.
    num_pixels : int
        Height times width.
    label : str
        What the caller calls it, for messages.

    Raises
    ------
    TypeError, ValueError
        If `covariance` is not a positive number, or not a symmetric positive definite array of
        finite numbers of that size, or so nearly singular that float64 cannot solve with it.
    """

    def __init__(self, covariance, num_pixels, label="covariance"):
        self.num_pixels = num_pixels
        covariance = np.asarray(covariance)
        if covariance.ndim == 0:
            self.values = check_number(label, covariance.item(), above=0)
            self._factor = None
            self.log_determinant = num_pixels * np.log(self.values)
            return
        self.values = _check_matrix(label, covariance, num_pixels)
        self._factor = _factorise(label, self.values)
        self.log_determinant = 2 * np.log(np.diag(self._factor[0])).sum()

    def solve(self, rows):
        """Compute K^-1 v for each row v, shape (n, pixels)."""
        if self._factor is None:
            return rows / self.values
        return cho_solve(self._factor, rows.T).T

    def multiply(self, rows):
        """Compute K v for each row v, shape (n, pixels)."""
        return self.values * rows if self._factor is None else rows @ self.values

    def inverse_quadratic(self, rows):
        """Compute v' K^-1 v for each row v, shape (n,)."""
        return np.sum(self.solve(rows) * rows, axis=1)

    def equals(self, other):
        """Tell whether both are the same matrix; a number is a multiple of the identity."""
        if np.ndim(self.values) == np.ndim(other.values):
            return np.array_equal(self.values, other.values)
        return np.array_equal(self.to_matrix(), other.to_matrix())

    def to_matrix(self):
        """Return K as an array of shape (pixels, pixels), for white noise too."""
        return self.values * np.eye(self.num_pixels) if self._factor is None else self.values


def check_covariance_shape(label, covariance, num_pixels):
    """Refuse an array that does not have one row and one column a pixel."""
    if covariance.shape != (num_pixels, num_pixels):
        raise ValueError(
            f"`{label}` must have one row and one column a pixel, shape ({num_pixels}, "
            f"{num_pixels}); got {covariance.shape}. Flatten images row by row."
        )


def _check_matrix(label, covariance, num_pixels):
    if covariance.dtype.kind not in "fiu":
        raise TypeError(f"`{label}` must hold real numbers; got {covariance.dtype}.")
    check_covariance_shape(label, covariance, num_pixels)
    covariance = covariance.astype("float64")
    if not np.isfinite(covariance).all():
        raise ValueError(f"`{label}` must hold finite numbers; got nan or infinity.")
    difference = np.abs(covariance - covariance.T).max()
    if difference > 1e-10 * np.abs(covariance).max():
        raise ValueError(
            f"`{label}` must be symmetric; got entries that differ from their mirror by up to "
            f"{difference:.3g}. Use `({label} + {label}.T) / 2` if that is rounding."
        )
    return covariance


def _factorise(label, covariance):
    try:
        factor = cho_factor(covariance, lower=True)
        size = np.abs(covariance).sum(axis=0).max()
        inverse_condition, _ = dpocon(factor[0], size, uplo="L")
        definite = inverse_condition > 1 / LARGEST_CONDITION
    except LinAlgError:
        definite = False
    if not definite:
        raise ValueError(
            f"`{label}` must be positive definite, with a condition number below "
            f"{LARGEST_CONDITION:.0e}; got a singular or indefinite one. Add the variance of white "
            "noise to its diagonal."
        )
    return factor


def gaussian_covariance(image_shape, *, variance, correlation_length, noise_variance):
    """Compute the covariance of noise whose correlation falls off like a Gaussian.

    Parameters
    ----------
    image_shape : (int, int)
        Height and width.
    variance : float
        Of the correlated part, not negative, in squared units of the pixels.
    correlation_length : float
        Width w in the formula below, in pixels, positive. White noise blurred by a Gaussian of
        standard deviation w has this covariance.
    noise_variance : float
        Of the white part, not negative.

    Returns
    -------
    numpy.ndarray of float64, shape (height * width, height * width)
        Element [k, l] is the covariance of pixels k and l, counted row by row.

    Raises
    ------
    TypeError, ValueError
        For a shape that is not two sizes of at least 1, or a number out of its range.

    Notes
    -----
    K[k, l] = variance exp(-|r_k - r_l|^2 / (4 w^2)) + noise_variance [k = l]. Without the white
    part the matrix is singular in float64 for 28 x 28 pixels and w = 1.5; observers refuse it.

    Examples
    --------
    >>> gaussian_covariance((1, 2), variance=4.0, correlation_length=0.5, noise_variance=1.0)
    array([[5.        , 1.47151776],
           [1.47151776, 5.        ]])

    Introduced in notebook 01, *Where noise comes from*.
    """
    height, width = check_image_shape(image_shape)
    variance = check_number("variance", variance, minimum=0)
    length = check_number("correlation_length", correlation_length, above=0)
    noise_variance = check_number("noise_variance", noise_variance, minimum=0)
    # exp(-(di^2 + dj^2)) is a product, so the matrix is a Kronecker product of rows and columns
    rows, columns = (
        np.exp(-((np.subtract.outer(np.arange(size), np.arange(size)) / (2 * length)) ** 2))
        for size in (height, width)
    )
    return variance * np.kron(rows, columns) + noise_variance * np.eye(height * width)


def lumpy_mean(*, density, amplitude, width):
    """Compute the mean grey value of a lumpy background.

    Parameters
    ----------
    density : float
        Mean number of lumps a pixel (their mean number over the area), positive.
    amplitude : float
        Height of a lump, in the units of the pixels.
    width : float
        Standard deviation of a lump, in pixels, positive.

    Returns
    -------
    float
        The same for every pixel.

    Raises
    ------
    TypeError, ValueError
        For a number out of its range.

    Notes
    -----
    A lumpy background is a sum of Gaussian lumps, their number Poisson, their places uniform. The
    mean is density * amplitude * 2 pi width^2: lumps a pixel times the volume of one lump. It holds
    where lumps may also lie outside the image, at least four widths around it.

    References
    ----------
    Rolland and Barrett, JOSA A 9:649 (1992), doi 10.1364/JOSAA.9.000649; Kupinski et al., JOSA A
    20:430 (2003), doi 10.1364/JOSAA.20.000430.

    Examples
    --------
    >>> round(lumpy_mean(density=200 / 28**2, amplitude=1.0, width=1.5), 3)
    3.606

    Introduced in notebook 01, *Where noise comes from*.
    """
    density, amplitude, width = _check_lumps(density, amplitude, width)
    return float(density * amplitude * 2 * np.pi * width**2)


def lumpy_covariance(image_shape, *, density, amplitude, width, noise_variance):
    """Compute the covariance of a lumpy background seen through white noise.

    Parameters
    ----------
    image_shape : (int, int)
        Height and width.
    density : float
        Mean number of lumps a pixel, positive.
    amplitude : float
        Height of a lump, in the units of the pixels.
    width : float
        Standard deviation of a lump, in pixels, positive.
    noise_variance : float
        Of the white noise, not negative.

    Returns
    -------
    numpy.ndarray of float64, shape (height * width, height * width)
        Element [k, l] is the covariance of pixels k and l, counted row by row.

    Raises
    ------
    TypeError, ValueError
        For a shape that is not two sizes of at least 1, or a number out of its range.

    Notes
    -----
    The lumps add density amplitude^2 pi width^2 exp(-|r_k - r_l|^2 / (4 width^2)) to the white
    noise. A lumpy background is not Gaussian: mean and covariance give the best linear observer
    (Hotelling), a lower bound on the ideal one, which has no closed form.

    References
    ----------
    Rolland and Barrett, JOSA A 9:649 (1992), doi 10.1364/JOSAA.9.000649; Kupinski et al., JOSA A
    20:430 (2003), doi 10.1364/JOSAA.20.000430.

    Examples
    --------
    >>> lumps = dict(density=200 / 28**2, amplitude=1.0, width=1.5)
    >>> lumpy_covariance((1, 2), **lumps, noise_variance=0.0).round(3)
    array([[1.803, 1.614],
           [1.614, 1.803]])

    Introduced in notebook 01, *Where noise comes from*.
    """
    density, amplitude, width = _check_lumps(density, amplitude, width)
    variance = density * amplitude**2 * np.pi * width**2
    return gaussian_covariance(
        image_shape, variance=variance, correlation_length=width, noise_variance=noise_variance
    )


def _check_lumps(density, amplitude, width):
    density = check_number("density", density, above=0)
    return density, check_number("amplitude", amplitude), check_number("width", width, above=0)
