"""The best possible masks: how probable each pixel is lesion, and what to mark for Dice."""

import numpy as np
from scipy.special import logit, logsumexp

from helpers.checks import check_integer, check_number
from helpers.observers.ideal import IdealObserver
from helpers.observers.images import BATCH, check_images, check_pixels, flatten

__all__ = ["best_dice_masks", "mask_posterior"]

ROUNDING = 1e-6  # by how much sums of probabilities may exceed 1


def mask_posterior(observer, masks, images, *, prevalence=None):
    """Compute the exact probability of each pixel to be part of a lesion.

    Parameters
    ----------
    observer : IdealObserver
        Knows what images without and with a lesion can be.
    masks : array_like of bool, shape (components, height, width)
        The lesion's pixels for each thing that an image with a lesion can be: one mask for each
        mean in the observer's `present`, in the same order.
    images : array_like of shape (n, height, width) or (n, height, width, 1)
        Finite; no image gives no probability.
    prevalence : float, optional
        Share of images with a lesion, above 0 and below 1; by default the observer's own.

    Returns
    -------
    numpy.ndarray of float64, shape (n, height, width)
        Element [k, i, j] is the probability that pixel (i, j) of image k belongs to a lesion.

    Raises
    ------
    TypeError, ValueError
        For an observer that is not ideal, masks that are not bool or not one for each mean, images
        that do not fit or hold nan, or a prevalence out of its range.

    Notes
    -----
    P(pixel in mask | image) = sum_j P(component j | image) mask_j(pixel): the possible masks,
    averaged with their posterior probabilities, which add to the probability of a lesion. Among all
    functions of the image it has the smallest expected cross-entropy and the smallest expected
    Brier score of a pixel. Marking where it exceeds one half makes the fewest errors in pixels;
    for Dice see `best_dice_masks`.

    Examples
    --------
    >>> from helpers.observers import GaussianGroup
    >>> places = 3 * np.eye(3).reshape(3, 1, 3)  # a point lesion at one of three places
    >>> absent = GaussianGroup(np.zeros((1, 1, 3)), [1.0], 1.0)
    >>> observer = IdealObserver([absent], [GaussianGroup(places, np.full(3, 1 / 3), 1.0)])
    >>> mask_posterior(observer, places > 0, [[[0, 4, 1]]]).round(3)
    array([[[0.   , 0.998, 0.   ]]])

    Introduced in notebook 06, *Segmentation*.
    """
    if not isinstance(observer, IdealObserver):
        raise TypeError(
            f"`observer` must be an IdealObserver; got a {type(observer).__name__}. Only the exact "
            "likelihoods give the exact probabilities."
        )
    masks = _check_masks(masks, observer)
    prevalence = observer.prevalence if prevalence is None else prevalence
    odds = logit(check_number("prevalence", prevalence, above=0, below=1))
    images = check_images(images, observer.image_shape)
    probabilities = np.empty(images.shape)
    for start in range(0, len(images), BATCH):
        absent, present = observer.component_logs(flatten(images[start : start + BATCH]))
        present = present + odds
        total = logsumexp(np.concatenate([absent, present], axis=1), axis=1, keepdims=True)
        probabilities[start : start + BATCH] = np.tensordot(np.exp(present - total), masks, axes=1)
    return probabilities


def _check_masks(masks, observer):
    masks = np.asarray(masks)
    if masks.dtype != bool:
        raise TypeError(f"`masks` must be bool; got {masks.dtype}. Use `signals > level`.")
    shape = (sum(len(group.means) for group in observer.present), *observer.image_shape)
    if masks.shape != shape:
        raise ValueError(
            f"`masks` must hold one mask for each mean of an image with a lesion, shape {shape}; "
            f"got {masks.shape}."
        )
    return masks.astype("float64")


def best_dice_masks(probabilities, num_pixels):
    """Mark in each image the pixels that promise the highest Dice with a lesion of known size.

    Parameters
    ----------
    probabilities : array_like of shape (n, height, width)
        Of each pixel to be part of a lesion, from 0 to 1, as from `mask_posterior`. No image gives
        no mask, there as here.
    num_pixels : int
        Pixels of the lesion's mask, the same wherever it lies; at least 1, at most those of an
        image.

    Returns
    -------
    masks : numpy.ndarray of bool, shape (n, height, width)
    expected : numpy.ndarray of float64, shape (n,)
        The Dice to be expected of each mask; the highest that any mask has, if the probabilities
        are exact. Dice of two empty masks counts as 1.

    Raises
    ------
    TypeError, ValueError
        For probabilities that do not have that shape, are out of their range or add to more than
        `num_pixels` in an image; or for more pixels than an image has.

    Notes
    -----
    Let q be the probabilities and m the size of the lesion's mask. A mask A of a > 0 pixels that
    has c in common with it scores 2 c / (a + m), and the expected c is the sum of q over A. So of
    all masks of a pixels the a most probable ones are best, and what is left is to try each a. To
    mark nothing scores 1 if there is no lesion, and its probability is 1 - sum(q) / m. The best
    threshold on q is thus another one in each image: a fixed one, at one half or elsewhere, cannot
    do better on average. Equally probable pixels are marked row by row; at equal promise the
    smaller mask wins.

    Examples
    --------
    A lesion of two pixels lies in one of two places that overlap, or there is none.

    >>> masks, expected = best_dice_masks([[[0.4, 0.8, 0.4]], [[0.1, 0.2, 0.1]]], 2)
    >>> masks.astype(int).tolist(), expected.round(2).tolist()
    ([[[1, 1, 1]], [[0, 0, 0]]], [0.64, 0.8])

    Introduced in notebook 06, *Segmentation*.
    """
    q = _check_probabilities(probabilities)
    rows = q.reshape(len(q), q.shape[1] * q.shape[2])
    size = check_integer("num_pixels", num_pixels, minimum=1, maximum=rows.shape[1])
    _check_range(rows, size)
    order = np.argsort(-rows, axis=1, kind="stable")
    common = np.cumsum(np.take_along_axis(rows, order, axis=1), axis=1)
    # column a: what a mask of the a most probable pixels promises
    promised = 2 * common / (np.arange(1, rows.shape[1] + 1) + size)
    promised = np.column_stack([1 - common[:, -1] / size, promised])
    best = promised.argmax(axis=1)
    masks = np.empty(rows.shape, bool)
    np.put_along_axis(masks, order, np.arange(rows.shape[1]) < best[:, None], axis=1)
    return masks.reshape(q.shape), promised.max(axis=1)


def _check_probabilities(probabilities):
    shape = np.shape(probabilities)
    if len(shape) == 3 and shape[0] == 0 < min(shape[1:]):
        return np.empty(shape)  # no image gives no mask
    return check_pixels("probabilities", probabilities, 3, "(n, height, width)")


def _check_range(rows, size):
    if len(rows) == 0:
        return
    sums = rows.sum(axis=1)
    if rows.min() < 0 or max(rows.max(), sums.max() / size) > 1 + ROUNDING:
        raise ValueError(
            "`probabilities` must lie from 0 to 1 and add to at most `num_pixels` in each image; "
            f"got values from {rows.min():.3g} to {rows.max():.3g}, which add to "
            f"{sums.max():.3g} for {size} pixels."
        )
