"""Lesions: what they look like on a small patch, and which pixels are counted as theirs."""

import dataclasses

import numpy as np

from helpers.checks import check_choice, check_number
from helpers.observers.images import check_image_shape, check_pixels

MASK_LEVEL = 0.5  # of the peak


@dataclasses.dataclass(frozen=True, eq=False)
class Lesion:
    """Hold the look of a lesion on a patch; a task says how strong it is and where.

    Parameters
    ----------
    profile : array_like of shape (height, width)
        What the lesion adds to each pixel of the patch, as a share of its peak: finite, highest
        value 1. Both sizes are odd, so that there is a centre pixel.

    Attributes
    ----------
    mask : ndarray of bool, shape (height, width)
        True where the profile exceeds half its peak: the pixels that count as lesion.

    Raises
    ------
    TypeError, ValueError
        If the profile is no such array.

    Examples
    --------
    >>> lesion = Lesion([[0.2, 1.0, 0.6]])
    >>> lesion.mask
    array([[False,  True,  True]])

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """

    profile: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "profile", _check_profile(self.profile))

    @property
    def mask(self):
        """Tell which pixels of the patch exceed half the peak."""
        return self.profile > MASK_LEVEL


def _check_profile(profile):
    profile = check_pixels("profile", profile, 2, "(height, width)")
    if not all(size % 2 for size in profile.shape):
        raise ValueError(
            "`profile` must have an odd height and width, so that there is a centre pixel; got "
            f"{profile.shape}. Add a row or a column of zeros."
        )
    if profile.max() != 1:
        raise ValueError(
            f"`profile` must have the highest value 1; got {profile.max()}. Divide by the peak: "
            "the strength belongs to the task."
        )
    return profile


def build_lesion(shape, *, patch_shape=(9, 9), width=1.5):
    """Build a lesion of a given shape around the centre of a patch.

    Parameters
    ----------
    shape : {"gaussian", "disk", "ring", "comet"}
        The first three look the same from all sides; the comet has no symmetry at all.
    patch_shape : (int, int)
        Height and width of the patch, both odd. What would lie outside is cut off.
    width : float
        Width w in the formulas below, in pixels, positive.

    Returns
    -------
    Lesion
        With peak 1, and with a mask where the profile exceeds half its peak.

    Raises
    ------
    TypeError, ValueError
        For an unknown shape, an even patch, or a width that is not positive.

    Notes
    -----
    With r the distance from the centre pixel:

    - gaussian: exp(-r^2 / (2 w^2));
    - disk: 1 where r <= 1.5 w, else 0;
    - ring: exp(-(r - 1.5 w)^2 / (2 (w / 3)^2));
    - comet: exp(-a^2 / (2 (2 w / 3)^2)), with a the distance from a line through the centre that
      runs one row down for every two columns to the right, times a head and a tail along that line:
      with t the distance from a point 1.25 w before the centre, exp(-t^2 / (2 (w / 3)^2)) where
      t < 0 and exp(-t / (1.5 w)) where t >= 0.

    Each is divided by the highest value that a pixel gets.

    Examples
    --------
    >>> lesion = build_lesion("gaussian", patch_shape=(3, 5), width=1.0)
    >>> lesion.profile.round(2)
    array([[0.08, 0.37, 0.61, 0.37, 0.08],
           [0.14, 0.61, 1.  , 0.61, 0.14],
           [0.08, 0.37, 0.61, 0.37, 0.08]])

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    check_choice("shape", shape, SHAPES)
    width = check_number("width", width, above=0)
    height, breadth = check_image_shape(patch_shape, "patch_shape")
    if height % 2 == 0 or breadth % 2 == 0:
        raise ValueError(
            f"`patch_shape` must be odd, so that there is a centre pixel; got {tuple(patch_shape)}."
        )
    rows = np.arange(height)[:, None] - height // 2
    columns = np.arange(breadth)[None, :] - breadth // 2
    profile = SHAPES[shape](rows, columns, width)
    return Lesion(profile / profile.max())


def _gaussian(rows, columns, width):
    return np.exp(-(rows**2 + columns**2) / (2 * width**2))


def _disk(rows, columns, width):
    return (rows**2 + columns**2 <= (1.5 * width) ** 2).astype(np.float64)


def _ring(rows, columns, width):
    distance = np.sqrt(rows**2 + columns**2) - 1.5 * width
    return np.exp(-(distance**2) / (2 * (width / 3) ** 2))


def _comet(rows, columns, width):
    along = (rows + 2 * columns) / np.sqrt(5) + 1.25 * width
    across = (2 * rows - columns) / np.sqrt(5)
    head = np.exp(-(np.minimum(along, 0) ** 2) / (2 * (width / 3) ** 2))
    tail = np.exp(-np.maximum(along, 0) / (1.5 * width))
    return np.exp(-(across**2) / (2 * (2 * width / 3) ** 2)) * head * tail


SHAPES = {"gaussian": _gaussian, "disk": _disk, "ring": _ring, "comet": _comet}
