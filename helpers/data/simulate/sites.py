"""Sites that take images each in its own way, and the marker that some images bear."""

import dataclasses

import numpy as np

from helpers.checks import check_integer, check_number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Site:
    """Say how a site takes its images: image = blur(contrast * lesion + structure) + noise.

    Parameters
    ----------
    name : str
        For tables and figures.
    contrast : float
        Factor of the lesion, not negative.
    blur : float
        Standard deviation of the Gaussian that blurs lesion and structure, in pixels, not negative;
        0 is a sharp image.
    noise : float
        Factor of the standard deviation of the detector's noise, positive.
    share : float
        Probability that a patient was at this site, above 0; the shares of a task add to 1.

    Raises
    ------
    TypeError, ValueError
        If a value is out of its range.

    Examples
    --------
    >>> Site(name="old scanner", contrast=0.8, noise=1.5, share=0.25).blur
    0.0

    Introduced in notebook 05, *Domain shift*.
    """

    name: str
    contrast: float = 1.0
    blur: float = 0.0
    noise: float = 1.0
    share: float = 1.0

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"`name` must be a text; got {self.name!r}.")
        check_number("contrast", self.contrast, minimum=0)
        check_number("blur", self.blur, minimum=0)
        check_number("noise", self.noise, above=0)
        check_number("share", self.share, above=0, maximum=1)


REFERENCE_SITE = Site(name="reference")  # sharp, with the task's own contrast and noise


def blur_matrix(size, width):
    """Return the blur along one axis as a matrix; H of the whole image is a Kronecker product.

    Each row adds to 1: near the border the blur averages what there is inside the image, so that a
    constant image stays as it is.

    Parameters
    ----------
    size : int
        Pixels along the axis.
    width : float
        Standard deviation in pixels; 0 gives the identity.

    Returns
    -------
    ndarray of float64, shape (size, size)
        Element [i, k] is the share of pixel k in the blurred pixel i.

    Examples
    --------
    >>> blur_matrix(3, 1.0).round(2)
    array([[0.57, 0.35, 0.08],
           [0.27, 0.45, 0.27],
           [0.08, 0.35, 0.57]])
    """
    if width == 0:
        return np.eye(size)
    distance = np.subtract.outer(np.arange(size), np.arange(size))
    weights = np.exp(-((distance / width) ** 2) / 2)
    return weights / weights.sum(axis=1, keepdims=True)


def blur(images, width):
    """Blur images of shape (n, height, width)."""
    if width == 0:
        return images
    rows, columns = (blur_matrix(size, width) for size in images.shape[1:])
    return rows @ images @ columns.T


@dataclasses.dataclass(frozen=True, kw_only=True)
class Marker:
    """A bright square in the top left corner, which goes with the label: a shortcut to learn.

    Parameters
    ----------
    with_lesion : float
        Probability that an image with a lesion bears the marker, from 0 to 1.
    without_lesion : float
        Probability that an image without one bears it, from 0 to 1.
    size : int
        Side of the square in pixels, at least 1.
    amplitude : float
        What it adds to each of its pixels, not 0; no site blurs it or weakens it.

    Raises
    ------
    TypeError, ValueError
        If a value is out of its range.

    Notes
    -----
    With equal probabilities the marker says nothing about the lesion.

    Examples
    --------
    >>> marker = Marker(with_lesion=0.95, without_lesion=0.05, size=2)
    >>> marker.pattern((3, 4))
    array([[3., 3., 0., 0.],
           [3., 3., 0., 0.],
           [0., 0., 0., 0.]])

    Introduced in notebook 05, *Shortcut*.
    """

    with_lesion: float
    without_lesion: float
    size: int = 3
    amplitude: float = 3.0

    def __post_init__(self):
        check_number("with_lesion", self.with_lesion, minimum=0, maximum=1)
        check_number("without_lesion", self.without_lesion, minimum=0, maximum=1)
        check_integer("size", self.size, minimum=1)
        if check_number("amplitude", self.amplitude) == 0:
            raise ValueError("`amplitude` must not be 0: nobody would see such a marker.")

    def pattern(self, image_shape):
        """Return what the marker adds to an image, shape (height, width)."""
        if self.size > min(image_shape):
            raise ValueError(
                f"`size` of the marker must fit into images of shape {image_shape}; got "
                f"{self.size}. Use a smaller marker."
            )
        pattern = np.zeros(image_shape)
        pattern[: self.size, : self.size] = self.amplitude
        return pattern
