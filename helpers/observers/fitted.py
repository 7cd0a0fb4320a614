"""Linear observers learned from sample images: what a finite training set can give."""

import numpy as np
from scipy.linalg import pinvh

from helpers.checks import check_number
from helpers.observers.channels import flatten_channels
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_images, check_labels, flatten
from helpers.observers.linear import LinearObserver

__all__ = [
    "fit_channelised_hotelling_observer",
    "fit_hotelling_observer",
    "fit_mean_difference_observer",
]

ROUNDING = 1e-12  # of the largest value: what differs by less is equal but for rounding


def fit_mean_difference_observer(images, labels, covariance=1.0):
    """Learn a template from the two mean images alone; the covariance is known.

    Parameters
    ----------
    images : array_like of shape (n, height, width) or (n, height, width, 1)
        Training images, finite; integers become float64.
    labels : array_like of int, shape (n,)
        0 without and 1 with a lesion, at least one of each.
    covariance : float or array_like of shape (height * width, height * width)
        Of the noise, K: white unless said otherwise, when its size does not matter.

    Returns
    -------
    LinearObserver
        Template K^-1 (mean with lesion - mean without). A score of 0 lies half way between the two
        means. `snr` is None: what is true of training images is too good.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, labels of one class only, or a covariance that is not
        positive definite.

    Notes
    -----
    `finite_training_detectability` says how good it is on new images, on average.

    Examples
    --------
    >>> images = [[[0, 1]], [[2, 1]], [[2, 5]], [[4, 5]]]
    >>> observer = fit_mean_difference_observer(images, [0, 0, 1, 1])
    >>> observer.template, observer.offset
    (array([[2., 4.]]), -16.0)

    Introduced in notebook 06, *More data can make it worse*.
    """
    rows, labels, image_shape = _check_samples(images, labels)
    factorised = FactorisedCovariance(covariance, rows.shape[1])
    absent, present = _class_means(rows, labels)
    template = factorised.solve((present - absent)[None])[0]
    return _centred("mean-difference observer", template, absent, present, image_shape)


def _check_samples(images, labels):
    images, labels = check_images(images), check_labels("labels", labels)
    if len(labels) != len(images):
        raise ValueError(
            f"`labels` must hold one label an image; got {len(labels)} for {len(images)} images."
        )
    found = np.unique(labels).tolist()
    if len(found) < 2:
        raise ValueError(
            f"`labels` must hold 0 and 1, at least one of each; got the values {found}."
        )
    return flatten(images), labels.astype(bool), images.shape[1:]


def _class_means(rows, labels):
    return rows[~labels].mean(axis=0), rows[labels].mean(axis=0)


def _centred(name, template, absent, present, image_shape):
    """Make an observer whose score is 0 half way between the two mean images."""
    offset = -float(template @ (absent + present) / 2)
    return LinearObserver(template.reshape(image_shape), name=name, offset=offset)


def _hotelling_weights(features, labels, shrinkage):
    """Solve pooled covariance times weights = difference of the class means."""
    shrinkage = check_number("shrinkage", shrinkage, minimum=0, maximum=1)
    num_images, num_features = features.shape
    if num_images < 3:
        raise ValueError(
            f"`images` must be at least 3, to show a spread within the classes; got {num_images}."
        )
    absent, present = _class_means(features, labels)
    spread = features - np.where(labels[:, None], present, absent)
    if np.abs(spread).max() <= ROUNDING * np.abs(features).max():
        raise ValueError(
            "`images` must differ within the classes: without a spread there is no covariance; got "
            "classes of equal images. Use `fit_mean_difference_observer`."
        )
    covariance = spread.T @ spread / (num_images - 2)
    even = np.trace(covariance) / num_features * np.eye(num_features)
    return pinvh((1 - shrinkage) * covariance + shrinkage * even) @ (present - absent)


def fit_hotelling_observer(images, labels, *, shrinkage=0.0):
    """Learn the Hotelling observer from samples: two mean images and one pooled covariance.

    Parameters
    ----------
    images : array_like of shape (n, height, width) or (n, height, width, 1)
        Training images, at least 3, finite; integers become float64.
    labels : array_like of int, shape (n,)
        0 without and 1 with a lesion, at least one of each.
    shrinkage : float
        From 0, the covariance of the samples, to 1, white noise of the same mean variance.

    Returns
    -------
    LinearObserver
        A score of 0 lies half way between the two means. `snr` is None: what is true of training
        images is too good.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, fewer than 3 images, labels of one class only, no spread
        within the classes, or a shrinkage out of its range.

    Notes
    -----
    Also known as Fisher's linear discriminant. With fewer images than pixels the covariance of the
    samples is singular, and the pseudo-inverse takes the place of the inverse. Near n = p that is
    at its worst: more images can then make the observer poorer.

    Examples
    --------
    >>> images = [[[0, 0]], [[2, 0]], [[3, 1]], [[5, 1]], [[0, 2]], [[2, 2]], [[3, 3]], [[5, 3]]]
    >>> fit_hotelling_observer(images, [0, 0, 1, 1, 0, 0, 1, 1]).template.round(3)
    array([[2.25, 0.75]])

    Introduced in notebook 06, *More data can make it worse*.
    """
    rows, labels, image_shape = _check_samples(images, labels)
    template = _hotelling_weights(rows, labels, shrinkage)
    absent, present = _class_means(rows, labels)
    return _centred("fitted Hotelling observer", template, absent, present, image_shape)


def fit_channelised_hotelling_observer(channels, images, labels, *, shrinkage=0.0):
    """Learn the channelised Hotelling observer from samples: a covariance of few numbers.

    Parameters
    ----------
    channels : array_like of shape (channels, height, width)
        Each is a template whose score the observer sees.
    images : array_like of shape (n, height, width) or (n, height, width, 1)
        Training images, at least 3, finite; integers become float64.
    labels : array_like of int, shape (n,)
        0 without and 1 with a lesion, at least one of each.
    shrinkage : float
        From 0 to 1, as for `fit_hotelling_observer`, between channels instead of pixels.

    Returns
    -------
    LinearObserver
        Its `template` is a combination of the channels. A score of 0 lies half way between the two
        means; `snr` is None.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, fewer than 3 images, labels of one class only, no spread
        within the classes, or a shrinkage out of its range.

    Notes
    -----
    Ten channels need ten means and 55 variances and covariances; 784 pixels need 307,720. So it
    learns from a few hundred images what the Hotelling observer needs thousands for.

    Examples
    --------
    >>> images = [[[0, 0]], [[2, 0]], [[3, 1]], [[5, 1]]]
    >>> observer = fit_channelised_hotelling_observer([[[1, 0]]], images, [0, 0, 1, 1])
    >>> observer.template
    array([[1.5, 0. ]])

    Introduced in notebook 02, *Observers without training*.
    """
    rows, labels, image_shape = _check_samples(images, labels)
    channel_rows = flatten_channels(channels, image_shape)  # (channels, pixels)
    weights = _hotelling_weights(rows @ channel_rows.T, labels, shrinkage)
    absent, present = _class_means(rows, labels)
    template = weights @ channel_rows
    return _centred("fitted channelised Hotelling observer", template, absent, present, image_shape)
