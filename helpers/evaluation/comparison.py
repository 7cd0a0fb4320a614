"""Scores compared on the same images: AUCs with their covariance, efficiency with an interval."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.stats import norm, rankdata

from helpers.checks import check_number
from helpers.observers import detectability_from_auc
from helpers.observers.images import check_labels

__all__ = ["Efficiency", "compute_efficiency", "delong_covariance"]


class Efficiency(NamedTuple):
    """An efficiency and its interval, paired with the ideal observer's scores.

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """

    value: float
    low: float
    high: float

    def __str__(self):
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def delong_covariance(y_true, scores):
    """Compute the AUCs of several scores on the same cases, and how they vary together.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (k, n), or (n,) for one score
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.

    Returns
    -------
    aucs : numpy.ndarray of float64, shape (k,)
        Exact; ties count one half.
    covariance : numpy.ndarray of float64, shape (k, k)
        Element [i, j] estimates the covariance of AUCs i and j over other test sets of this size.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels other than 0 and 1, or nan.

    Notes
    -----
    The placement of a positive case is the share of negative cases below it (ties one half), that
    of a negative case the share of positive cases above it. An AUC is the mean placement; the
    covariance is that of the placements of positive cases over their number, plus the same for
    negative cases. Ranks give all placements in O(n log n). With one class only there is no ROC
    curve: both results are nan, with a warning. With a single case of a class the covariance is
    nan, with a warning. An AUC of exactly 0 or 1 has variance 0, which no one should believe.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson, Biometrics 44:837 (1988), doi 10.2307/2531595; Sun and Xu, IEEE
    Signal Processing Letters 21:1389 (2014), doi 10.1109/LSP.2014.2337313.

    Examples
    --------
    >>> aucs, covariance = delong_covariance([0, 0, 1, 1], [[1, 3, 2, 4], [1, 2, 3, 4]])
    >>> aucs
    array([0.75, 1.  ])
    >>> covariance
    array([[0.125, 0.   ],
           [0.   , 0.   ]])

    Introduced in notebook 05, *Comparison of two models*.
    """
    return _estimate_aucs(*_check_scores(y_true, scores))


def _estimate_aucs(y_true, scores):
    """Do the work of `delong_covariance`; warnings name the line that called its caller."""
    positive, negative = scores[:, y_true == 1], scores[:, y_true == 0]  # (k, cases)
    num_positive, num_negative = positive.shape[1], negative.shape[1]
    if min(num_positive, num_negative) == 0:
        warnings.warn("`y_true` has cases of one kind only and no ROC curve.", stacklevel=3)
        return np.full(len(scores), np.nan), np.full((len(scores), len(scores)), np.nan)
    ranks = rankdata(np.concatenate([positive, negative], axis=1), axis=1)
    # a rank counts all cases below; less the rank within its class, those of the other class
    below = (ranks[:, :num_positive] - rankdata(positive, axis=1)) / num_negative
    above = 1 - (ranks[:, num_positive:] - rankdata(negative, axis=1)) / num_positive
    aucs = below.mean(axis=1)
    if min(num_positive, num_negative) == 1:
        warnings.warn("A single case of a class shows no spread of the AUC.", stacklevel=3)
        return aucs, np.full((len(scores), len(scores)), np.nan)
    return aucs, _covariance_of_mean(below) + _covariance_of_mean(above)


def _covariance_of_mean(placements):
    return np.atleast_2d(np.cov(placements)) / placements.shape[1]


def _check_scores(y_true, scores, label="scores"):
    if np.size(y_true) == 0:
        raise ValueError("`y_true` must hold something; got no case.")
    y_true, scores = check_labels("y_true", y_true), np.asarray(scores)
    if scores.dtype.kind not in "fiu":
        raise TypeError(f"`{label}` must hold real numbers; got {scores.dtype}.")
    if scores.ndim not in (1, 2) or scores.shape[-1] != len(y_true) or scores.size == 0:
        raise ValueError(
            f"`{label}` must have one score a case in its last axis, shape (n,) or (k, n); "
            f"got {scores.shape} for {len(y_true)} cases."
        )
    if not np.isfinite(scores).all():
        raise ValueError(f"`{label}` must hold finite numbers; got nan or infinity.")
    return y_true, np.atleast_2d(scores)


def compute_efficiency(y_true, scores, ideal_scores, *, confidence=0.95):
    """Compute how much of what the images hold a model uses: (d'_model / d'_ideal)^2.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,), or (k, n)
        A model's scores, finite; or those of k models, such as one network trained with k seeds,
        whose mean efficiency is wanted.
    ideal_scores : array_like of shape (n,)
        The ideal observer's scores of the same images.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    Efficiency
        Value and interval. 1 is the optimum, 0 is chance.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels other than 0 and 1, nan, or a confidence out of
        its range.

    Notes
    -----
    d' = sqrt 2 Phi^-1(AUC). It equals the ratio of lesion energies at equal performance only where
    d' is proportional to contrast (lesion known exactly, linear observer). A model below chance
    has a negative efficiency.

    The interval is paired: both AUCs come from the same images and rise and fall together, which
    DeLong's covariance knows and the delta method carries over to the ratio. It covers the choice
    of test images; neither that of training images nor of seeds. A lucky model may exceed 1.

    Without a finite d' there is no efficiency: nan, with a warning, when there is one class only,
    a score separates the classes completely, or the ideal score is at or below chance. With a
    single case of a class the interval is nan, with a warning.

    References
    ----------
    Tanner and Birdsall, J. Acoust. Soc. Am. 30:922 (1958), doi 10.1121/1.1909408; DeLong, DeLong,
    Clarke-Pearson, Biometrics 44:837 (1988), doi 10.2307/2531595.

    Examples
    --------
    >>> y_true, ideal = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    >>> print(compute_efficiency(y_true, ideal, ideal))
    1.000 (1.000 to 1.000)

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """
    check_number("confidence", confidence, above=0, below=1)
    y_true, scores = _check_scores(y_true, scores)
    if np.ndim(ideal_scores) != 1:
        raise ValueError(f"`ideal_scores` must have shape (n,); got {np.shape(ideal_scores)}.")
    _, ideal_scores = _check_scores(y_true, ideal_scores, "ideal_scores")
    aucs, covariance = _estimate_aucs(y_true, np.concatenate([scores, ideal_scores]))
    if np.isnan(aucs[-1]):
        return Efficiency(np.nan, np.nan, np.nan)
    if aucs[-1] < 0.5 + 1e-12 or np.isin(aucs, (0, 1)).any():
        warnings.warn(
            "There is no efficiency without a finite d' and an ideal d' above 0; got AUCs from "
            f"{aucs[:-1].min():.3f} to {aucs[:-1].max():.3f} and {aucs[-1]:.3f} for the ideal. "
            "Use more test images.",
            stacklevel=2,
        )
        return Efficiency(np.nan, np.nan, np.nan)
    value, gradient = _ratio_and_gradient(aucs)
    half = norm.ppf((1 + confidence) / 2) * np.sqrt(max(gradient @ covariance @ gradient, 0.0))
    return Efficiency(float(value), float(value - half), float(value + half))


def _ratio_and_gradient(aucs):
    """Return mean efficiency and its derivatives by each AUC, the ideal observer's last."""
    d = detectability_from_auc(aucs)
    slope = np.sqrt(2) / norm.pdf(d / np.sqrt(2))  # of d' by AUC
    model, ideal = d[:-1], d[-1]
    value = np.mean(model * np.abs(model)) / ideal**2
    by_model = 2 * np.abs(model) / ideal**2 / len(model)
    return value, slope * np.append(by_model, -2 * value / ideal)
