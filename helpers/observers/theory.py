"""Formulas that need no images: detectability, AUC, ROC curve, finite training, pooled sites."""

import numpy as np
from scipy.special import ndtr, ndtri

from helpers.checks import check_integer, check_number

__all__ = [
    "auc_from_detectability",
    "detectability_from_auc",
    "finite_training_detectability",
    "pooled_auc",
    "roc_sensitivity",
]


def _check_values(label, values, required, fits):
    """Return real numbers as float64 if all of them fit; `required` says in words what fits."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        raise TypeError(f"`{label}` must hold real numbers; got {values.dtype}.")
    values = values.astype("float64")
    if not fits(values).all():
        raise ValueError(f"`{label}` must hold {required}; got {values}.")
    return values


def _check_rates(label, values):
    """Return numbers from 0 to 1; nan is none."""
    return _check_values(label, values, "numbers from 0 to 1", lambda v: (v >= 0) & (v <= 1))


def auc_from_detectability(detectability):
    """Compute the AUC of a Gaussian score from its detectability: Phi(d' / sqrt 2).

    Parameters
    ----------
    detectability : array_like of any shape
        Distance of the two classes' mean scores in standard deviations; infinity is allowed.

    Returns
    -------
    numpy.ndarray of float64, or float for one number
        From 0 to 1; d' = 0 is chance, one half.

    Raises
    ------
    TypeError, ValueError
        For what is not a real number, or nan.

    Notes
    -----
    The AUC is the chance that a random image with a lesion scores above a random one without: the
    score in a two-alternative forced choice. The difference of two such scores is Gaussian with
    mean d' and variance 2. Holds only for Gaussian scores with equal variances.

    Examples
    --------
    >>> round(auc_from_detectability(1.5), 3)
    0.856

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    d = _check_values("detectability", detectability, "numbers, not nan", lambda d: ~np.isnan(d))
    return _plain(ndtr(d / np.sqrt(2)))


def _plain(values):
    return float(values) if np.ndim(values) == 0 else values


def detectability_from_auc(auc):
    """Compute the detectability that belongs to an AUC: sqrt 2 Phi^-1(AUC).

    Parameters
    ----------
    auc : array_like of any shape
        From 0 to 1.

    Returns
    -------
    numpy.ndarray of float64, or float for one number
        Negative below one half; minus infinity at 0, infinity at 1.

    Raises
    ------
    TypeError, ValueError
        For what is not a real number from 0 to 1.

    Notes
    -----
    For any other than Gaussian scores of equal variance it is a convention: the d' of a Gaussian
    score with the same AUC.

    Examples
    --------
    >>> round(detectability_from_auc(0.856), 2)
    1.5

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """
    return _plain(np.sqrt(2) * ndtri(_check_rates("auc", auc)))


def roc_sensitivity(detectability, false_positive_rate):
    """Compute the sensitivity at a false positive rate: the ROC curve of a Gaussian score.

    Parameters
    ----------
    detectability : array_like
        d' of the score, finite.
    false_positive_rate : array_like
        From 0 to 1 (1 minus specificity), of a shape that broadcasts with `detectability`.

    Returns
    -------
    numpy.ndarray of float64, or float for two numbers
        Phi(d' + Phi^-1(false positive rate)), from 0 to 1.

    Raises
    ------
    TypeError, ValueError
        For what is not a real number in its range, or shapes that do not broadcast.

    Notes
    -----
    The curve's slope at a threshold is the likelihood ratio there. It starts at (0, 0) and ends at
    (1, 1) for every d'.

    Examples
    --------
    >>> roc_sensitivity(2.0, [0.0, 0.05, 1.0]).round(3)
    array([0.   , 0.639, 1.   ])

    Introduced in notebook 02, *Observers without training*.
    """
    d = _check_values("detectability", detectability, "finite numbers", np.isfinite)
    rate = _check_rates("false_positive_rate", false_positive_rate)
    try:
        np.broadcast_shapes(d.shape, rate.shape)
    except ValueError:
        raise ValueError(
            "`false_positive_rate` must have a shape that broadcasts with `detectability`; got "
            f"{rate.shape} and {d.shape}. For all pairs give `detectability[:, None]`."
        ) from None
    return _plain(ndtr(d + ndtri(rate)))


def pooled_auc(detectabilities, *, weights=None):
    """Compute the AUC over several sites together, each scored by its own log likelihood ratio.

    Parameters
    ----------
    detectabilities : array_like of shape (sites,)
        d' at each site, finite, not negative.
    weights : array_like of shape (sites,), or None
        Share of the images that come from each site, in each class alike; not negative, adding to
        1. None: equal shares.

    Returns
    -------
    float
        Mean over all pairs (i, j) of a lesion from site i and a healthy image from site j of
        Phi((d_i^2 + d_j^2) / (2 sqrt(d_i^2 + d_j^2))).

    Raises
    ------
    TypeError, ValueError
        For no site, numbers out of their range, or weights that do not fit.

    Notes
    -----
    The log likelihood ratio is Gaussian with mean +d'^2 / 2 or -d'^2 / 2 and variance d'^2. Pairs
    across sites count too, so the pooled AUC is neither the mean of the AUCs nor the AUC of the
    mean d'. A pair with d' = 0 at both sites is a tie and counts one half.

    Examples
    --------
    >>> round(pooled_auc([1, 3]), 3)
    0.907

    Introduced in notebook 05, *Subgroups*.
    """
    d = _check_values(
        "detectabilities",
        detectabilities,
        "finite numbers of at least 0",
        lambda d: np.isfinite(d) & (d >= 0),
    )
    if d.ndim != 1 or d.size == 0:
        raise ValueError(f"`detectabilities` must have shape (sites,); got shape {d.shape}.")
    shares = np.full(len(d), 1 / len(d)) if weights is None else _check_shares(weights, len(d))
    distance = np.sqrt(np.add.outer(d**2, d**2)) / 2
    return float(shares @ ndtr(distance) @ shares)


def _check_shares(weights, num_sites):
    shares = _check_rates("weights", weights)
    if shares.shape != (num_sites,) or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(
            f"`weights` must hold {num_sites} shares that add to 1; got {shares.tolist()}."
        )
    return shares


def finite_training_detectability(detectability, num_pixels, num_images, *, covariance_known=True):
    """Compute the d' to expect from a template learned from a finite number of images.

    Parameters
    ----------
    detectability : float
        d' of the optimum, positive.
    num_pixels : int
        Weights to learn, p.
    num_images : int
        Training images in total, n, half of them with a lesion; at least 2, or 3 if the covariance
        is estimated too.
    covariance_known : bool
        True: only the two mean images are estimated. False: the covariance too. With n - 2 < p it
        is singular, and its pseudo-inverse takes the place of the inverse; the formula then holds
        for white noise.

    Returns
    -------
    float
        sqrt(d^4 / (d^2 + 4 p / n)) if the covariance is known. If it is estimated, with
        m = n - 2: times sqrt(1 - p / m) for m > p, times sqrt(m / p (1 - m / p)) for m < p, and 0
        for m = p.

    Raises
    ------
    TypeError, ValueError
        For numbers out of their range.

    Notes
    -----
    For the plug-in template w = K^-1 (mean with lesion - mean without), under a lesion known
    exactly in Gaussian noise. It says nothing about other learners, such as a dense network.

    In white noise of variance 1 the difference of the means is r = s + e, and each pixel of e has
    the variance 4 / n. So (r's)^2 / |r|^2 is about d^4 / (d^2 + 4 p / n). The estimated covariance
    S has m = n - 2 degrees of freedom, does not depend on r, and has no preferred direction. With
    t_k the trace of the k-th power of its (pseudo-)inverse over p, the template w = S^-1 r has
    (w's)^2 of about t_1^2 (r's)^2 and |w|^2 of about t_2 |r|^2: the square of d' gets the factor
    t_1^2 / t_2. The eigenvalues of S follow the law of Marchenko and Pastur. For m > p this gives
    t_1 = 1 / (1 - p/m), t_2 = 1 / (1 - p/m)^3 and the factor 1 - p/m. For m < p, with c = m / p,
    S has m eigenvalues above 0, t_1 = c^2 / (1 - c), t_2 = c^3 / (1 - c)^3 and the factor is
    c (1 - c). That is greatest at c = 1/2, so beyond it more images soon make the template worse.
    For m > p the answer is the same in any noise whose covariance has an inverse. For m < p it is
    not: a pseudo-inverse depends on the units of the pixels.

    The formula is that of many pixels. At 64 pixels and d' = 1.5 it is within .006 in AUC of
    simulation, save near m = p. There the smallest eigenvalue of S is tiny but not 0, and the
    simulated AUC is .54 where the formula gives .50.

    References
    ----------
    Fukunaga and Hayes, IEEE TPAMI 11:873 (1989), doi 10.1109/34.31448; Raudys and Duin, Pattern
    Recognition Letters 19:385 (1998), doi 10.1016/S0167-8655(98)00016-6 (pseudo-inverse); Hoyle,
    IEEE TPAMI 33:1470 (2011), doi 10.1109/TPAMI.2010.186 (the moments).

    Examples
    --------
    >>> round(finite_training_detectability(1.5, num_pixels=784, num_images=6000), 2)
    1.35
    >>> for num_images in (34, 50, 66, 82):  # more images, worse, then better
    ...     d = finite_training_detectability(1.5, 64, num_images, covariance_known=False)
    ...     print(num_images, round(d, 2))
    34 0.36
    50 0.36
    66 0.0
    82 0.43

    Introduced in notebook 06, *More data can make it worse*.
    """
    d = check_number("detectability", detectability, above=0)
    p = check_integer("num_pixels", num_pixels, minimum=1)
    n = check_integer("num_images", num_images, minimum=2 if covariance_known else 3)
    square = d**4 / (d**2 + 4 * p / n)
    if not covariance_known:
        m = n - 2  # two means were estimated from the same images
        square *= 1 - p / m if m > p else m / p * (1 - m / p)
    return float(np.sqrt(square))
