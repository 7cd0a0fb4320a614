"""Are probabilities to be believed: reliability, calibration error, calibration line."""

import warnings
from typing import NamedTuple

import numpy as np

from helpers.checks import check_choice, check_integer, check_number
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import check_probabilities_of, has_both_classes, warn_one_class
from helpers.evaluation.intervals import wilson_interval
from helpers.evaluation.recalibration import compute_log_odds

__all__ = [
    "CalibrationLine",
    "Reliability",
    "compute_calibration_error",
    "compute_reliability",
    "fit_calibration_line",
]


class Reliability(NamedTuple):
    """Predicted probability and observed share in each bin, with Wilson limits and the cases.

    Introduced in notebook 05, *The true posterior*.
    """

    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: np.ndarray


class CalibrationLine(NamedTuple):
    """Intercept and slope of the true log odds over the predicted ones: 0 and 1 are ideal.

    Introduced in notebook 05, *Temperature*.
    """

    intercept: Estimate
    slope: Estimate


def compute_reliability(y_true, probabilities, *, num_bins=10, strategy="uniform"):
    """Compare predicted probabilities with what was observed, bin by bin.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1.
    num_bins : int
        At least 1.
    strategy : "uniform" or "quantile"
        Bins of equal width, or of equal mass: about as many cases in each.

    Returns
    -------
    Reliability
        Arrays of shape (bins that hold a case,), bins in rising order: `predicted`, the mean
        probability in the bin; `observed`, its share of disease; `low` and `high`, the 95 % Wilson
        interval of that share; `count`, its cases (int64).

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, probabilities out of their range
        (logits go through a sigmoid first), or options that are not allowed.

    Notes
    -----
    A bin holds its upper edge, the first one its lower edge too. Empty bins are left out. Equal
    probabilities are never torn apart: if all are tied there is one bin. With one class only,
    observed is 0 or 1 throughout. Bins are those of scikit-learn's `calibration_curve`, which gives
    neither counts nor limits.

    Examples
    --------
    >>> reliability = compute_reliability([0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.8, 0.9], num_bins=2)
    >>> reliability.predicted, reliability.count
    (array([0.2 , 0.85]), array([3, 2]))
    >>> reliability.observed.round(3)
    array([0.333, 1.   ])

    Introduced in notebook 05, *The true posterior*.
    """
    predicted, observed, count = _fill_bins(y_true, probabilities, num_bins, strategy)
    positive = np.round(observed * count).astype("int64")
    limits = [wilson_interval(int(k), int(n)) for k, n in zip(positive, count, strict=True)]
    return Reliability(predicted, observed, *np.transpose(limits), count)


def _fill_bins(y_true, probabilities, num_bins, strategy):
    """Return mean probability, share of disease and cases of each bin that holds a case."""
    y_true, probabilities = check_probabilities_of(y_true, probabilities)
    check_integer("num_bins", num_bins, minimum=1)
    if check_choice("strategy", strategy, ["uniform", "quantile"]) == "uniform":
        edges = np.linspace(0, 1, num_bins + 1)
    else:
        edges = np.percentile(probabilities, np.linspace(0, 1, num_bins + 1) * 100)
    bins = np.searchsorted(edges[1:-1], probabilities)  # (n,)
    count = np.bincount(bins, minlength=num_bins)
    positive = np.bincount(bins, weights=y_true, minlength=num_bins)
    total = np.bincount(bins, weights=probabilities, minlength=num_bins)
    filled = count > 0
    count, positive, total = count[filled], positive[filled], total[filled]
    return total / count, positive / count, count


def compute_calibration_error(y_true, probabilities, *, num_bins=10, strategy="uniform"):
    """Compute the expected calibration error: the mean gap between predicted and observed.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1. (Some authors take the probability of the likelier class.)
    num_bins : int
        At least 1.
    strategy : "uniform" or "quantile"
        Bins of equal width, or of equal mass: about as many cases in each.

    Returns
    -------
    float
        From 0 to 1: over bins, |observed - predicted| weighted by the share of cases.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, probabilities out of their range
        (logits go through a sigmoid first), or options that are not allowed.

    Notes
    -----
    It is biased upwards: the true posterior's error is 0 over all images but positive in every
    sample, because each bin's observed share is off by chance. That shrinks like n^-1/2; a value
    below what the true posterior would get on as many cases means nothing. It depends on the bins,
    so name them, and it does not see errors that cancel within one. It is defined for one class
    only, too.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger, Proc. ICML (2017), arXiv 1706.04599.

    Examples
    --------
    Bins of 3 and 2 cases are off by .333 - .2 and 1 - .85: 3/5 * .133 + 2/5 * .15.

    >>> round(compute_calibration_error([0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.8, 0.9], num_bins=2), 6)
    0.14

    Introduced in notebook 05, *The true posterior*.
    """
    predicted, observed, count = _fill_bins(y_true, probabilities, num_bins, strategy)
    return float(np.average(np.abs(observed - predicted), weights=count))


def fit_calibration_line(y_true, probabilities, *, confidence=0.95):
    """Fit the true log odds as a line over the predicted ones: is it too high, too bold?

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    CalibrationLine
        `intercept` and `slope`, each an Estimate with a Wald interval. Ideal are 0 and 1. A slope
        below 1 means too bold (probabilities too near 0 and 1), above 1 too timid. A negative
        intercept means that disease is predicted too often, a positive one too seldom.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, probabilities out of their range
        (logits go through a sigmoid first), or a confidence out of its range.

    Notes
    -----
    The slope comes from a logistic regression of the label on logit(p). The intercept is the
    calibration in the large: that of a second regression whose slope is held at 1. Both by
    statsmodels. Standard errors come from the residuals (sandwich), because the second regression
    is wrong wherever the slope is not 1, and the usual ones would be too small there.

    Every probability below 1e-12 counts as 1e-12, and one above 1 - 1e-12 as 1 - 1e-12: 0 and 1
    have infinite log odds. nan, each with a warning, are both numbers with one class only, and
    where statsmodels cannot find the intercept, as where labels are given for probabilities; the
    slope if all probabilities are tied, or if one threshold separates the classes (then it is
    infinite).

    References
    ----------
    Cox, Biometrika 45:562 (1958), doi 10.1093/biomet/45.3-4.562; Van Calster et al., BMC Medicine
    17:230 (2019), doi 10.1186/s12916-019-1466-7.

    Examples
    --------
    Of two cases with p = 1/4 one is diseased, of two with p = 3/4 also one: too bold, in balance.

    >>> line = fit_calibration_line([0, 1, 0, 1], [0.25, 0.25, 0.75, 0.75])
    >>> f"{abs(line.intercept.value):.3f} {abs(line.slope.value):.3f}"
    '0.000 0.000'

    Introduced in notebook 05, *Temperature*.
    """
    y_true, probabilities = check_probabilities_of(y_true, probabilities)
    check_number("confidence", confidence, above=0, below=1)
    undefined = Estimate(np.nan, np.nan, np.nan)
    warn_one_class(y_true, "calibration line", stacklevel=3)
    if not has_both_classes(y_true):
        return CalibrationLine(undefined, undefined)
    log_odds = compute_log_odds(probabilities)
    ones = np.ones_like(log_odds)
    intercept = _fit_logistic(y_true, [ones], log_odds, confidence)
    if np.isnan(intercept.value):  # said; the slope would mean as little
        return CalibrationLine(intercept, undefined)
    reason = _why_no_slope(y_true, log_odds)
    if reason:
        warnings.warn(f"The calibration line has no finite slope: {reason}.", stacklevel=2)
        return CalibrationLine(intercept, undefined)
    return CalibrationLine(intercept, _fit_logistic(y_true, [ones, log_odds], None, confidence))


def _why_no_slope(y_true, log_odds):
    """Say why the likelihood has no maximum, or nothing if the classes overlap."""
    healthy, diseased = log_odds[y_true == 0], log_odds[y_true == 1]
    if log_odds.min() == log_odds.max():
        return "all probabilities are tied"
    if healthy.max() <= diseased.min() or diseased.max() <= healthy.min():
        return "one threshold separates the classes"
    return ""


def _fit_logistic(y_true, columns, offset, confidence):
    """Return the last coefficient of a logistic regression; nan with a warning if it fails."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ModelWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # an overflow on the way: the end counts
        try:
            model = GLM(y_true, np.column_stack(columns), Binomial(), offset=offset)
            # from the residuals: where the slope is not 1, the model with the offset is wrong
            fit = model.fit(cov_type="HC0")
            # at the maximum the fitted probabilities have the mean of the labels
            found = fit.converged and abs(np.mean(fit.fittedvalues - y_true)) < 1e-6
        except ModelWarning:
            found = False
    if not found:
        warnings.warn(
            "The calibration line could not be fitted: most probabilities are too near 0 or 1. "
            "Are they labels? Give the probabilities.",
            stacklevel=3,
        )
        return Estimate(np.nan, np.nan, np.nan)
    low, high = fit.conf_int(alpha=1 - confidence)[-1]
    return Estimate(float(fit.params[-1]), float(low), float(high))
