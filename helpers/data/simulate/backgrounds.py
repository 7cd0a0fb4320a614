"""What an image shows where there is no lesion: white noise, correlated noise, lumps."""

import dataclasses

import numpy as np

from helpers.checks import check_number
from helpers.observers import lumpy_covariance, lumpy_mean
from helpers.observers.covariance import check_covariance_shape
from helpers.observers.images import check_pixels

MARGIN_WIDTHS = 4  # lumps reach into the image from as far outside as this


@dataclasses.dataclass(frozen=True)
class WhiteNoise:
    """Independent Gaussian noise in every pixel, mean 0: that of counting many photons.

    Parameters
    ----------
    variance : float
        Of every pixel, positive.

    Raises
    ------
    TypeError, ValueError
        If the variance is not a positive number.

    Examples
    --------
    >>> WhiteNoise().variance
    1.0

    Introduced in notebook 01, *Where noise comes from*.
    """

    variance: float = 1.0
    is_gaussian = True

    def __post_init__(self):
        check_number("variance", self.variance, above=0)

    @property
    def noise_variance(self):
        """Return the variance that the detector adds: here all of it."""
        return self.variance

    def mean(self, image_shape):
        """Return the mean grey value."""
        return 0.0

    def object_covariance(self, image_shape):
        """Return the covariance of what is in front of the detector: None, nothing varies."""
        return None


@dataclasses.dataclass(frozen=True, eq=False)
class CorrelatedNoise:
    """Gaussian structure of a given covariance, mean 0, with white noise of the detector added.

    Parameters
    ----------
    covariance : array_like of shape (height * width, height * width)
        Covariance of the structure, symmetric, pixels counted row by row; `gaussian_covariance`
        of `helpers.observers` computes one.
    noise_variance : float
        Variance that the detector adds to each pixel, not negative. The sum of both must be
        positive definite: that is checked by the task, which knows the image's shape.

    Raises
    ------
    TypeError, ValueError
        If the covariance does not hold finite numbers, or the variance is negative.

    Examples
    --------
    >>> background = CorrelatedNoise([[1.0, 0.9], [0.9, 1.0]], noise_variance=0.1)
    >>> background.object_covariance((1, 2))
    array([[1. , 0.9],
           [0.9, 1. ]])

    Introduced in notebook 01, *Where noise comes from*.
    """

    covariance: np.ndarray
    noise_variance: float = 0.0
    is_gaussian = True

    def __post_init__(self):
        check_number("noise_variance", self.noise_variance, minimum=0)
        values = check_pixels("covariance", self.covariance, 2, "(pixels, pixels)")
        object.__setattr__(self, "covariance", values)

    def mean(self, image_shape):
        """Return the mean grey value."""
        return 0.0

    def object_covariance(self, image_shape):
        """Return the covariance of the structure in front of the detector, checked for its size."""
        check_covariance_shape("covariance", self.covariance, image_shape[0] * image_shape[1])
        return self.covariance


@dataclasses.dataclass(frozen=True)
class LumpyBackground:
    """Gaussian lumps of random number and places, like tissue, with white noise added.

    Parameters
    ----------
    num_lumps : float
        Mean number of lumps for each image's area, positive.
    amplitude : float
        Height of a lump, not 0.
    width : float
        Standard deviation of a lump, in pixels, at least 1.
    noise_variance : float
        Variance that the detector adds to each pixel, positive: without it the covariance would be
        singular in float64.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    The number of lumps is Poisson, and their centres lie on the pixels of the image and of a margin
    of 4 widths around it, every pixel as likely as any other. Mean and covariance are then those of
    centres anywhere (`lumpy_mean`, `lumpy_covariance` in `helpers.observers`): the relative
    difference is at most 4 exp(-pi^2 width^2), 2e-4 at width 1 and 1e-9 at 1.5, and lumps beyond
    the margin would add less than 1e-4. Not Gaussian: no closed form of the ideal observer is
    known.

    References
    ----------
    .. [1] Rolland and Barrett: Effect of random background inhomogeneity on observer detection
           performance. JOSA A 9:649, 1992. https://doi.org/10.1364/JOSAA.9.000649

    Examples
    --------
    >>> background = LumpyBackground(num_lumps=200, amplitude=1, width=1.5, noise_variance=0.1)
    >>> round(background.mean((28, 28)), 3)
    3.606

    Introduced in notebook 01, *Where noise comes from*.
    """

    num_lumps: float
    amplitude: float
    width: float
    noise_variance: float
    is_gaussian = False

    def __post_init__(self):
        check_number("num_lumps", self.num_lumps, above=0)
        check_number("width", self.width, minimum=1)
        check_number("noise_variance", self.noise_variance, above=0)
        if check_number("amplitude", self.amplitude) == 0:
            raise ValueError("`amplitude` must not be 0: such lumps are nothing. Use WhiteNoise.")

    def density(self, image_shape):
        """Return the mean number of lumps for each pixel."""
        return self.num_lumps / (image_shape[0] * image_shape[1])

    def mean(self, image_shape):
        """Return the mean grey value."""
        return lumpy_mean(
            density=self.density(image_shape), amplitude=self.amplitude, width=self.width
        )

    def object_covariance(self, image_shape):
        """Return the covariance of the lumps without the detector's noise."""
        return lumpy_covariance(
            image_shape,
            density=self.density(image_shape),
            amplitude=self.amplitude,
            width=self.width,
            noise_variance=0.0,
        )

    def draw_lumps(self, draws, image_shape, num_patients, images_per_patient, correlation):
        """Draw the lumps of some patients' images.

        A sum of Poisson numbers is Poisson: the lumps that a patient's images have in common, with
        `correlation` of the density, and those that each image has alone, with the rest.

        Returns
        -------
        ndarray of float64, shape (num_patients * images_per_patient, height, width)
            The images of a patient follow one another.
        """
        margin = int(np.ceil(MARGIN_WIDTHS * self.width))
        canvas = tuple(size + 2 * margin for size in image_shape)
        density = self.density(image_shape)
        num_images = num_patients * images_per_patient
        counts = draws.counts((1 - correlation) * density, (num_images, *canvas))
        if correlation > 0:
            common = draws.counts(correlation * density, (num_patients, *canvas))
            counts = counts + np.repeat(common, images_per_patient, axis=0)
        rows, columns = (self._spread(size, margin) for size in image_shape)
        return self.amplitude * (rows @ counts.astype(np.float64) @ columns.T)

    def _spread(self, size, margin):
        """Return how much a lump centred on each row of the canvas adds to each of the image."""
        distance = np.arange(size)[:, None] + margin - np.arange(size + 2 * margin)[None, :]
        return np.exp(-(distance**2) / (2 * self.width**2))
