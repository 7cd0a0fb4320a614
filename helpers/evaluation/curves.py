"""ROC and precision-recall curves as arrays: one element for each distinct threshold."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from helpers.evaluation.inputs import check_cases, has_both_classes, warn_one_class

__all__ = [
    "PrecisionRecallCurve",
    "RocCurve",
    "compute_average_precision",
    "compute_precision_recall_curve",
    "compute_roc_curve",
]


class RocCurve(NamedTuple):
    """An ROC curve: element i belongs to the call "diseased if the score is >= threshold[i]".

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """

    false_positive_rate: np.ndarray
    sensitivity: np.ndarray
    threshold: np.ndarray


class PrecisionRecallCurve(NamedTuple):
    """A precision-recall curve: element i belongs to "diseased if the score is >= threshold[i]".

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """

    recall: np.ndarray
    precision: np.ndarray
    threshold: np.ndarray


def compute_roc_curve(y_true, scores):
    """Compute sensitivity and false positive rate at every distinct threshold.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.

    Returns
    -------
    RocCurve
        `false_positive_rate`, `sensitivity` and `threshold`, float64 arrays of one length.
        Thresholds fall: infinity first, at (0, 0), where nobody is called diseased; then the
        distinct scores, the lowest at (1, 1), where everybody is.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, or scores that are not finite.

    Notes
    -----
    The area below it, by straight lines from point to point, is the exact AUC. Tied scores give one
    point; if all are tied, the curve is the diagonal. With one class only, the rate of the missing
    class is nan, with a warning. Computed by scikit-learn.

    Examples
    --------
    >>> curve = compute_roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> curve.false_positive_rate
    array([0. , 0. , 0.5, 0.5, 1. ])
    >>> curve.sensitivity
    array([0. , 0.5, 0.5, 1. , 1. ])
    >>> curve.threshold
    array([ inf, 0.8 , 0.4 , 0.35, 0.1 ])

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """
    y_true, scores = check_cases(y_true, scores)
    warn_one_class(y_true, "ROC curve", stacklevel=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # one class: said above
        rates = roc_curve(y_true, scores, pos_label=1, drop_intermediate=False)
    return RocCurve(*(np.asarray(values, dtype="float64") for values in rates))


def compute_precision_recall_curve(y_true, scores):
    """Compute recall (sensitivity) and precision (PPV) at every distinct threshold.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.

    Returns
    -------
    PrecisionRecallCurve
        `recall`, `precision` and `threshold`, float64 arrays of one length. Thresholds fall:
        infinity first, with recall 0 and, by convention, precision 1 (nobody is called diseased);
        then the distinct scores, the lowest with recall 1 and the prevalence as precision.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, or scores that are not finite.

    Notes
    -----
    Unlike the ROC curve it depends on the prevalence of the test set: compare curves at equal
    prevalence only. If all scores are tied it has one threshold besides infinity, with the
    prevalence as precision. Without a positive case recall is nan; without a negative case
    precision is 1 whatever the scores are; both with a warning. Computed by scikit-learn.

    References
    ----------
    Saito and Rehmsmeier, PLoS ONE 10:e0118432 (2015), doi 10.1371/journal.pone.0118432.

    Examples
    --------
    >>> curve = compute_precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> curve.recall
    array([0. , 0.5, 0.5, 1. , 1. ])
    >>> curve.precision.round(3)
    array([1.   , 1.   , 0.5  , 0.667, 0.5  ])

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """
    y_true, scores = check_cases(y_true, scores)
    warn_one_class(y_true, "precision-recall curve", stacklevel=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no positive case: said above
        precision, recall, threshold = precision_recall_curve(y_true, scores, pos_label=1)
    if not y_true.any():
        recall = np.full(len(recall), np.nan)
    threshold = np.append(threshold, np.inf)  # the last point is nobody called
    return PrecisionRecallCurve(recall[::-1], precision[::-1], threshold[::-1])


def compute_average_precision(y_true, scores):
    """Compute the mean of the precision over all gains in recall.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.

    Returns
    -------
    float
        Above 0, at most 1. Scores without information get about the prevalence.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, or scores that are not finite.

    Notes
    -----
    The sum of (recall_i - recall_(i-1)) precision_i over falling thresholds. Straight lines between
    the points of a precision-recall curve would promise too much, so there are none. If all scores
    are tied it is the prevalence; after perfect separation it is 1. With one class only it is nan,
    with a warning. Computed by scikit-learn.

    References
    ----------
    Davis and Goadrich, Proc. ICML 233 (2006), doi 10.1145/1143844.1143874.

    Examples
    --------
    >>> round(compute_average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 3)
    0.833

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """
    y_true, scores = check_cases(y_true, scores)
    warn_one_class(y_true, "average precision", stacklevel=3)
    if not has_both_classes(y_true):
        return float("nan")
    return float(average_precision_score(y_true, scores))
