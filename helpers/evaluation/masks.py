"""Masks beside masks: how much they overlap, and how far apart their outlines are."""

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from helpers.checks import check_number

__all__ = ["compute_dice", "compute_hausdorff"]


def compute_dice(mask_true, mask_pred):
    """Compute the Dice coefficient of two masks.

    Parameters
    ----------
    mask_true, mask_pred : array_like of bool, or of 0 and 1, of one shape
        (height, width), or (depth, height, width) for a volume. One image each, not a batch.

    Returns
    -------
    float
        From 0, no common pixel, to 1, equal masks.

    Raises
    ------
    TypeError, ValueError
        For masks of different shapes, without pixels, or with other values than 0 and 1.

    Notes
    -----
    Twice the common pixels over the sum of both: 2 |A and B| / (|A| + |B|). Two empty masks agree:
    Dice is 1, although the formula says 0 / 0. If one is empty it is 0, however small the other.
    So say how many images have empty masks: they decide the mean. Dice forgives one pixel
    on the outline of a large lesion, and not on a small one.

    References
    ----------
    Dice, Ecology 26:297 (1945), doi 10.2307/1932409; Maier-Hein et al., Nature Methods 21:195
    (2024), doi 10.1038/s41592-023-02151-z.

    Examples
    --------
    >>> compute_dice([[0, 1, 1], [0, 1, 0]], [[0, 1, 0], [0, 0, 0]])
    0.5

    Introduced in notebook 05, *Masks*.
    """
    mask_true, mask_pred = _check_masks(mask_true, mask_pred)
    total = int(mask_true.sum()) + int(mask_pred.sum())
    return 2 * int((mask_true & mask_pred).sum()) / total if total else 1.0


def compute_hausdorff(mask_true, mask_pred, *, spacing=1.0, percentile=100):
    """Compute the Hausdorff distance between the outlines of two masks.

    Parameters
    ----------
    mask_true, mask_pred : array_like of bool, or of 0 and 1, of one shape
        (height, width), or (depth, height, width) for a volume. One image each, not a batch.
    spacing : float or sequence of float
        Distance of neighbouring pixels, above 0; one for each axis if they differ. With
        millimetres the result is in millimetres.
    percentile : float
        Above 0, at most 100. 95 leaves out the 5 % of an outline that are farthest away.

    Returns
    -------
    float
        In units of `spacing`; 0 for equal masks.

    Raises
    ------
    TypeError, ValueError
        For masks of different shapes, without pixels, or with other values than 0 and 1; for a
        spacing or percentile out of its range.

    Notes
    -----
    The outline of a mask is those of its pixels that share an edge (in a volume a face) with one
    outside the mask, or lie at the border of the image. Each pixel of an outline has a distance to
    the nearest pixel of the other outline, between centres. The result is the greater of two
    percentiles, there and back; 100 is the greatest distance of all, which a single stray pixel
    decides.

    Two empty masks agree: the distance is 0. If one is empty there is none: infinity, which makes a
    mean over images infinite, too, so report these images by their number.

    References
    ----------
    Huttenlocher, Klanderman, Rucklidge, IEEE Trans. Pattern Anal. Mach. Intell. 15:850 (1993), doi
    10.1109/34.232073; Maier-Hein et al., Nature Methods 21:195 (2024),
    doi 10.1038/s41592-023-02151-z.

    Examples
    --------
    >>> compute_hausdorff([[1, 0, 0, 0], [0, 0, 0, 0]], [[1, 0, 0, 0], [0, 0, 0, 1]])
    3.1622776601683795
    >>> compute_hausdorff([[1, 0, 0]], [[0, 0, 1]], spacing=(5, 0.7))
    1.4

    Introduced in notebook 05, *Masks*.
    """
    mask_true, mask_pred = _check_masks(mask_true, mask_pred)
    spacing = _check_spacing(spacing, mask_true.ndim)
    check_number("percentile", percentile, above=0, maximum=100)
    if not mask_true.any() or not mask_pred.any():
        return float("inf") if mask_true.any() or mask_pred.any() else 0.0
    first, second = _outline(mask_true), _outline(mask_pred)
    there = distance_transform_edt(~second, sampling=spacing)[first]
    back = distance_transform_edt(~first, sampling=spacing)[second]
    return float(max(np.percentile(there, percentile), np.percentile(back, percentile)))


def _outline(mask):
    return mask & ~binary_erosion(mask)  # beyond the image there is no mask


def _check_masks(mask_true, mask_pred):
    masks = []
    for label, mask in (("mask_true", mask_true), ("mask_pred", mask_pred)):
        mask = np.asarray(mask)
        if mask.dtype.kind not in "iub" or not np.isin(mask, (0, 1)).all():
            raise TypeError(
                f"`{label}` must be bool, or integers 0 and 1; got {mask.dtype}. Make it one: "
                f"`{label} > 0`, or `{label} >= 0.5` for probabilities."
            )
        if mask.ndim not in (2, 3) or mask.size == 0:
            raise ValueError(
                f"`{label}` must have shape (height, width) or (depth, height, width) and hold "
                f"something; got {mask.shape}. Take the channel away: `mask[..., 0]`."
            )
        masks.append(mask.astype(bool))
    if masks[0].shape != masks[1].shape:
        raise ValueError(
            "`mask_true` and `mask_pred` must have the same shape; "
            f"got {masks[0].shape} and {masks[1].shape}."
        )
    return masks


def _check_spacing(spacing, ndim):
    if np.ndim(spacing) == 0:
        return (check_number("spacing", spacing, above=0),) * ndim
    if len(spacing) != ndim:
        raise ValueError(f"`spacing` must be one number, or one for each axis; got {spacing!r}.")
    return tuple(check_number("spacing", size, above=0) for size in spacing)
