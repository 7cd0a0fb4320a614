"""What a model is worth to a decision: net benefit and the decision curve."""

from typing import NamedTuple

import numpy as np

from helpers.checks import check_number
from helpers.evaluation.inputs import check_probabilities_of

__all__ = ["DecisionCurve", "compute_decision_curve", "compute_net_benefit"]


class DecisionCurve(NamedTuple):
    """Net benefit at each threshold: of the model, of treating everybody, and of treating nobody.

    Introduced in notebook 05, *Net benefit*.
    """

    threshold: np.ndarray
    model: np.ndarray
    treat_all: np.ndarray
    treat_none: np.ndarray


def compute_net_benefit(y_true, probabilities, threshold):
    """Compute the net benefit of treating every case whose probability reaches a threshold.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1.
    threshold : float
        From 0, below 1: the probability at which treating and not treating are equally good.

    Returns
    -------
    float
        In true positives per case: at most the prevalence, 0 if nobody is treated, without a lower
        bound.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, probabilities out of their range
        (logits go through a sigmoid first), or a threshold out of its range.

    Notes
    -----
    TP / n - FP / n * t / (1 - t) at threshold t. Who treats from a probability of .1 on accepts
    nine needless treatments for each needed one: a false positive costs t / (1 - t) = 1/9 of what a
    true positive gains. At t = 0 it is the prevalence. The prevalence of the test set counts: in an
    enriched test set it is not the net benefit in the clinic. It is defined for one class only,
    too: 0 or less without a positive case.

    References
    ----------
    Vickers and Elkin, Med. Decis. Making 26:565 (2006), doi 10.1177/0272989X06295361.

    Examples
    --------
    Two true positives and one false positive among five cases: 2/5 - 1/5 * .2 / .8.

    >>> round(compute_net_benefit([1, 1, 0, 0, 0], [0.9, 0.3, 0.6, 0.1, 0.1], 0.2), 6)
    0.35

    Introduced in notebook 05, *Net benefit*.
    """
    y_true, probabilities = check_probabilities_of(y_true, probabilities)
    threshold = check_number("threshold", threshold, minimum=0, below=1)
    return float(_net_benefit(y_true, probabilities, np.array([threshold]))[0])


def compute_decision_curve(y_true, probabilities, thresholds=None):
    """Compute the net benefit of a model at many thresholds, beside treating all and none.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1.
    thresholds : array_like of shape (m,), or None
        Each from 0, below 1. None: .01, .02, ... .99.

    Returns
    -------
    DecisionCurve
        `threshold`, `model`, `treat_all` and `treat_none`, float64 arrays of shape (m,). Element i
        is the net benefit at threshold i.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, probabilities out of their range
        (logits go through a sigmoid first), or no thresholds or some out of their range.

    Notes
    -----
    Treating all at prevalence pi has the net benefit pi - (1 - pi) t / (1 - t), treating none has
    0. A model is of use only where it is above both. In expectation no scores of the same images
    reach above the true posterior, at any threshold. If all probabilities are tied at p, the curve
    is that of treating all up to t = p and 0 above.

    References
    ----------
    Vickers and Elkin, Med. Decis. Making 26:565 (2006), doi 10.1177/0272989X06295361.

    Examples
    --------
    >>> curve = compute_decision_curve([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1], [0.2, 0.5])
    >>> curve.model
    array([0.4375, 0.    ])
    >>> curve.treat_all
    array([0.375, 0.   ])

    Introduced in notebook 05, *Net benefit*.
    """
    y_true, probabilities = check_probabilities_of(y_true, probabilities)
    thresholds = np.arange(1, 100) / 100 if thresholds is None else _check_thresholds(thresholds)
    return DecisionCurve(
        thresholds,
        _net_benefit(y_true, probabilities, thresholds),
        _net_benefit(y_true, np.ones(len(y_true)), thresholds),
        np.zeros(len(thresholds)),
    )


def _net_benefit(y_true, probabilities, thresholds):
    treated = [
        len(group) - np.searchsorted(np.sort(group), thresholds)  # at or above each threshold
        for group in (probabilities[y_true == 1], probabilities[y_true == 0])
    ]
    return (treated[0] - treated[1] * thresholds / (1 - thresholds)) / len(y_true)


def _check_thresholds(thresholds):
    thresholds = np.asarray(thresholds)
    if thresholds.dtype.kind not in "fiu" or thresholds.ndim != 1 or thresholds.size == 0:
        raise ValueError(
            "`thresholds` must have shape (m,) and hold real numbers; got shape "
            f"{thresholds.shape} of {thresholds.dtype}."
        )
    # written so that nan fails too
    if not (thresholds.min() >= 0 and thresholds.max() < 1):
        raise ValueError(
            "`thresholds` must be probabilities >= 0 and < 1; got values from "
            f"{thresholds.min():g} to {thresholds.max():g}."
        )
    return thresholds.astype("float64")
