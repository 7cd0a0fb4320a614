"""Scores compared on the same images: two models, or a model and the ideal observer."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from helpers.checks import check_number
from helpers.evaluation.delong import count_placements, covariance_of_aucs
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import (
    check_cases,
    check_score_rows,
    has_both_classes,
    warn_one_class,
)
from helpers.observers import detectability_from_auc

__all__ = ["AucComparison", "compare_aucs", "compute_efficiency"]


class AucComparison(NamedTuple):
    """Difference of two AUCs on the same cases, its p-value, and how the AUCs are correlated.

    Introduced in notebook 05, *Comparison of two models*.
    """

    difference: Estimate
    p_value: float
    correlation: float


def compare_aucs(y_true, first_scores, second_scores, *, confidence=0.95):
    """Compare the AUCs of two scores of the same cases: DeLong's paired test.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    first_scores, second_scores : array_like of shape (n,)
        Finite, higher for the disease; each on a scale of its own.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    AucComparison
        `difference`, an Estimate: AUC of the second less AUC of the first, from -1 to 1;
        `p_value`: how often chance alone would make two equally good scores differ that much,
        either way; `correlation` of the two AUCs over other test sets, from -1 to 1.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, nan or infinity, or a confidence
        out of its range.

    Notes
    -----
    The variance of the difference is V1 + V2 - 2 C with DeLong's covariance C: images that are hard
    for one model mostly are for the other, which pairing takes out. Comparing two separate
    intervals does not, and misses differences. The normal interval is cut to [-1, 1]. Cases must be
    independent: for several images of a patient give the difference of two `compute_auc` to
    `bootstrap_by_patient`. A large p-value does not show that two models are equally good; the
    interval says how different they may be.

    Scores that order all cases alike differ by 0 (0 to 0), p = 1. A score that separates the
    classes completely has no spread of its own: the interval is too narrow, with a warning (of two
    such scores it has no width). Where the AUCs differ but neither has spread (one separates, the
    other separates the wrong way or ties all scores), the limits and p are nan, with a warning; so
    they are with a single case of a class. With one class only all is nan, with a warning. The
    correlation is nan where an AUC has no spread.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson, Biometrics 44:837 (1988), doi 10.2307/2531595.

    Examples
    --------
    >>> labels = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> result = compare_aucs(labels, [1, 4, 3, 6, 2, 5, 7, 8], [1, 3, 2, 5, 4, 6, 7, 8])
    >>> print(result.difference, f"p = {result.p_value:.3f}, r = {result.correlation:.3f}")
    0.188 (-0.077 to 0.452) p = 0.165, r = 0.866

    Introduced in notebook 05, *Comparison of two models*.
    """
    y_true, first_scores = check_cases(y_true, first_scores, "first_scores")
    _, second_scores = check_cases(y_true, second_scores, "second_scores")
    check_number("confidence", confidence, above=0, below=1)
    if not has_both_classes(y_true):
        warn_one_class(y_true, "AUC", stacklevel=3)
        return AucComparison(Estimate(np.nan, np.nan, np.nan), np.nan, np.nan)
    below, above = count_placements(y_true, np.stack([first_scores, second_scores]))
    num_positive, num_negative = below.shape[1], above.shape[1]
    aucs = below.sum(axis=1) / (num_positive * num_negative)
    difference = float(aucs[1] - aucs[0])
    if min(num_positive, num_negative) == 1:
        warnings.warn("A single case of a class shows no spread of the AUCs.", stacklevel=2)
        return AucComparison(Estimate(difference, np.nan, np.nan), np.nan, np.nan)
    # of counts, which are exact: scores that order all cases alike leave exactly nothing
    variance = covariance_of_aucs(np.diff(below, axis=0), np.diff(above, axis=0))[0, 0]
    if variance == 0 and difference != 0:
        warnings.warn("The AUCs differ but neither has spread: no interval, no p.", stacklevel=2)
    elif np.isin(aucs, (0, 1)).any():
        warnings.warn(
            "A score separates the classes completely and has no spread of its own: the interval "
            "is too narrow. Use more cases.",
            stacklevel=2,
        )
    correlation = _correlate(covariance_of_aucs(below, above))
    return AucComparison(*_test_difference(difference, variance, confidence), correlation)


def _test_difference(difference, variance, confidence):
    """Return a difference with its normal interval, cut to [-1, 1], and its two-sided p-value."""
    if variance == 0:
        unknown = 0.0 if difference == 0 else np.nan
        return Estimate(difference, unknown, unknown), 1.0 + unknown
    error = np.sqrt(variance)
    half = ndtri((1 + confidence) / 2) * error
    low, high = np.clip([difference - half, difference + half], -1, 1)
    p_value = 2 * ndtr(-abs(difference) / error)
    return Estimate(difference, float(low), float(high)), float(p_value)


def _correlate(covariance):
    """Return the correlation of two AUCs, nan where one has no spread."""
    spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
    return float(np.clip(covariance[0, 1] / spread, -1, 1)) if spread > 0 else float("nan")


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
    Estimate
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
    DeLong's covariance knows and the delta method carries over to r = d'_model / d'_ideal, whose
    limits are squared, their signs kept. The mean of several models has no such root: there the
    delta method is that of the mean itself, which needs every d'_model well above 0 (compared with
    its own error), because a square has no slope at 0. The interval covers the choice of test
    images; neither that of training images nor of seeds. A lucky model may exceed 1.

    Without a finite d' there is no efficiency: nan, with a warning, when there is one class only,
    a score separates the classes completely, or the ideal score is at or below chance. With a
    single case of a class the interval is nan, with a warning; so it is where all scores of each
    model are tied, whose efficiency is 0.

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
    y_true, scores = check_score_rows(y_true, scores)
    if np.ndim(ideal_scores) != 1:
        raise ValueError(f"`ideal_scores` must have shape (n,); got {np.shape(ideal_scores)}.")
    _, ideal_scores = check_score_rows(y_true, ideal_scores, "ideal_scores")
    undefined = Estimate(np.nan, np.nan, np.nan)
    if not has_both_classes(y_true):
        warn_one_class(y_true, "AUC", stacklevel=3)
        return undefined
    below, above = count_placements(y_true, np.concatenate([scores, ideal_scores]))
    aucs = below.sum(axis=1) / (below.shape[1] * above.shape[1])
    if aucs[-1] < 0.5 + 1e-12 or np.isin(aucs, (0, 1)).any():
        warnings.warn(
            "There is no efficiency without a finite d' and an ideal d' above 0; got AUCs from "
            f"{aucs[:-1].min():.3f} to {aucs[:-1].max():.3f} and {aucs[-1]:.3f} for the ideal. "
            "Use more test images.",
            stacklevel=2,
        )
        return undefined
    single, tied = min(below.shape[1], above.shape[1]) == 1, not np.ptp(scores, axis=1).any()
    if single or tied:
        reason = "a single case of a class" if single else "all scores of a model tied"
        warnings.warn(f"The efficiency has no interval: {reason}.", stacklevel=2)
        return Estimate(_mean_efficiency(aucs), np.nan, np.nan)
    limits = _limits_of_efficiency(aucs, covariance_of_aucs(below, above), confidence)
    return Estimate(_mean_efficiency(aucs), *limits)


def _mean_efficiency(aucs):
    """Return the mean efficiency of the models; the last AUC is the ideal observer's."""
    d = detectability_from_auc(aucs)
    return float(np.mean(d[:-1] * np.abs(d[:-1])) / d[-1] ** 2)


def _limits_of_efficiency(aucs, covariance, confidence):
    """Return the limits of the delta method: of the root of one efficiency, of a mean itself."""
    d = detectability_from_auc(aucs)
    model, ideal = d[:-1], d[-1]
    if len(model) == 1:
        value = model[0] / ideal
        by_d = [1 / ideal, -value / ideal]
    else:
        value = _mean_efficiency(aucs)
        by_d = np.append(2 * np.abs(model) / ideal**2 / len(model), -2 * value / ideal)
    gradient = np.sqrt(2) / norm.pdf(d / np.sqrt(2)) * by_d  # first the slope of d' by AUC
    half = ndtri((1 + confidence) / 2) * np.sqrt(max(gradient @ covariance @ gradient, 0.0))
    limits = np.array([value - half, value + half])
    return (limits * np.abs(limits) if len(model) == 1 else limits).tolist()
