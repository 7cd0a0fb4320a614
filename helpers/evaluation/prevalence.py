"""What a call is worth where the disease is as rare as it is, not as in the test set."""

import numpy as np
from scipy.special import expit, logit

from helpers.checks import check_number
from helpers.evaluation.confusion import (
    UNDEFINED,
    check_confusion,
    likelihood_ratios,
    warn_missing_class,
)
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import check_real_numbers

__all__ = ["predictive_value_intervals", "predictive_values"]


def predictive_values(sensitivity, specificity, prevalence):
    """Compute what a call is worth at a prevalence, by Bayes's theorem.

    Parameters
    ----------
    sensitivity, specificity, prevalence : float or array_like
        From 0 to 1; arrays broadcast.

    Returns
    -------
    ppv, npv : float or numpy.ndarray of float64
        Share of the diseased among the cases called diseased, and of the healthy among the others.

    Raises
    ------
    TypeError, ValueError
        For values out of their range, or arrays that do not broadcast.

    Notes
    -----
    PPV = pi Se / (pi Se + (1 - pi)(1 - Sp)), NPV = (1 - pi) Sp / ((1 - pi) Sp + pi (1 - Se)). At
    prevalence 0 the PPV is 0 and the NPV 1, at prevalence 1 the reverse. Where nobody would be
    called so, 0 / 0, the value is nan.

    Examples
    --------
    >>> ppv, npv = predictive_values(0.841, 0.841, [0.5, 0.05])
    >>> ppv.round(3), npv.round(3)
    (array([0.841, 0.218]), array([0.841, 0.99 ]))

    Introduced in notebook 05, *The threshold and its price*.
    """
    se = _check_share("sensitivity", sensitivity)
    sp = _check_share("specificity", specificity)
    pi = _check_share("prevalence", prevalence)
    try:
        se, sp, pi = np.broadcast_arrays(se, sp, pi)
    except ValueError:
        raise ValueError(
            "`sensitivity`, `specificity` and `prevalence` must broadcast; "
            f"got the shapes {se.shape}, {sp.shape} and {pi.shape}."
        ) from None
    with np.errstate(invalid="ignore"):  # 0 / 0 is nan, as documented
        ppv = pi * se / (pi * se + (1 - pi) * (1 - sp))
        npv = (1 - pi) * sp / ((1 - pi) * sp + pi * (1 - se))
    return (float(ppv), float(npv)) if ppv.ndim == 0 else (ppv, npv)


def _check_share(label, values):
    values = check_real_numbers(label, values)
    if values.size and (values.min() < 0 or values.max() > 1):
        raise ValueError(
            f"`{label}` must be from 0 to 1; got values from {values.min():g} to {values.max():g}."
        )
    return values


def predictive_value_intervals(confusion, prevalence, *, confidence=0.95):
    """Compute PPV and NPV at a known prevalence, with intervals, from an enriched test set.

    Parameters
    ----------
    confusion : Confusion
        Of a test set into which cases were drawn by their class.
    prevalence : float
        From 0 to 1; where the model will be used, and known.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    ppv, npv : Estimate

    Raises
    ------
    TypeError, ValueError
        For something that is no Confusion, or values out of their range.

    Notes
    -----
    By Bayes's theorem the odds of the disease after a call are the odds before it, pi / (1 - pi),
    times the likelihood ratio of the call. So the limits are those of LR+ and LR- in
    `compute_rates`, turned into PPV and NPV: an interval that is normal on the logit scale, with
    the variance 1/TP - 1/(TP + FN) + 1/FP - 1/(FP + TN) for PPV. Counts of 0 are handled there. It
    covers the choice of test cases and takes the prevalence as known; the share of the diseased in
    the test set has no part in it.

    At prevalence 0 or 1 both values are known, and the limits are equal to them. What would be
    0 / 0 is nan; so are both values, with a warning, if a class is missing.

    References
    ----------
    Mercaldo, Lau, Zhou, Stat. Med. 26:2170 (2007), doi 10.1002/sim.2677.

    Examples
    --------
    >>> from helpers.evaluation import Confusion
    >>> ppv, npv = predictive_value_intervals(Confusion(54, 32, 27, 231), 0.25)
    >>> print(ppv)
    0.445 (0.378 to 0.514)

    Introduced in notebook 05, *An enriched test set*.
    """
    check_confusion(confusion)
    prevalence = check_number("prevalence", prevalence, minimum=0, maximum=1)
    check_number("confidence", confidence, above=0, below=1)
    if warn_missing_class(confusion, stacklevel=3):
        return UNDEFINED, UNDEFINED
    by_call = likelihood_ratios(confusion, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):  # infinite odds; 0 / 0 is nan
        ppv, npv = (np.log(ratio) + logit(prevalence) for ratio in by_call)
    return _estimate_from_log_odds(*ppv), _estimate_from_log_odds(*-npv[[0, 2, 1]])


def _estimate_from_log_odds(value, low, high):
    if np.isnan(value):
        return UNDEFINED
    return Estimate(float(expit(value)), float(expit(low)), float(expit(high)))
