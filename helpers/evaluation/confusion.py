"""One operating point: the four counts, and the rates they give."""

import math
import warnings
from dataclasses import dataclass, fields

import numpy as np
from scipy.stats import norm

from helpers.checks import check_choice, check_integer, check_number
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import check_cases
from helpers.evaluation.intervals import clopper_pearson_interval, wilson_interval
from helpers.evaluation.thresholds import check_threshold

__all__ = [
    "Confusion",
    "compute_rates",
    "count_confusion",
]

INTERVALS = {"wilson": wilson_interval, "clopper-pearson": clopper_pearson_interval}
UNDEFINED = Estimate(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Confusion:
    """Cases counted by what they are and what they were called.

    Attributes
    ----------
    true_negatives, false_positives, false_negatives, true_positives : int
        At least 0 each, and not all of them 0.

    Examples
    --------
    >>> Confusion(54, 32, 27, 231).matrix
    array([[ 54,  32],
           [ 27, 231]])

    Introduced in notebook 05, *The confusion matrix*.
    """

    true_negatives: int
    false_positives: int
    false_negatives: int
    true_positives: int

    def __post_init__(self):
        for field in fields(self):
            check_integer(field.name, getattr(self, field.name), minimum=0)
        if self.num_cases == 0:
            raise ValueError("A confusion matrix must hold something; got no case.")

    @property
    def matrix(self):
        """The counts as int64 (2, 2); element [i, j] is of class i and was called j."""
        return np.array(
            [
                [self.true_negatives, self.false_positives],
                [self.false_negatives, self.true_positives],
            ],
            dtype="int64",
        )

    @property
    def num_positive(self):
        """Cases with the disease."""
        return self.false_negatives + self.true_positives

    @property
    def num_negative(self):
        """Cases without the disease."""
        return self.true_negatives + self.false_positives

    @property
    def num_cases(self):
        """All cases."""
        return self.num_positive + self.num_negative


def count_confusion(y_true, scores, threshold):
    """Count the cases by what they are and what a threshold calls them.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.
    threshold : float or FrozenThreshold
        A case is called diseased where its score is at least this. Minus infinity calls everybody,
        infinity nobody; nan is refused.

    Returns
    -------
    Confusion

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, or nan.

    Notes
    -----
    A score equal to the threshold counts as diseased, as in scikit-learn's `roc_curve`. One class
    only has its counts, too.

    Examples
    --------
    >>> count_confusion([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.4)
    Confusion(true_negatives=1, false_positives=1, false_negatives=1, true_positives=1)

    Introduced in notebook 05, *The confusion matrix*.
    """
    y_true, scores = check_cases(y_true, scores)
    called = scores >= check_threshold(threshold)
    counts = np.bincount(2 * y_true + called, minlength=4)
    return Confusion(*(int(count) for count in counts))


def compute_rates(confusion, *, confidence=0.95, method="wilson"):
    """Compute all rates of one operating point, each with its interval.

    Parameters
    ----------
    confusion : Confusion
    confidence : float
        Above 0, below 1.
    method : "wilson" or "clopper-pearson"
        Interval of a proportion.

    Returns
    -------
    dict of str to Estimate
        In this order: "sensitivity" TP / (TP + FN), "specificity" TN / (TN + FP), "PPV"
        TP / (TP + FP), "NPV" TN / (TN + FN), "accuracy", "balanced accuracy" (the mean of
        sensitivity and specificity), "LR+" sensitivity / (1 - specificity), "LR-"
        (1 - sensitivity) / specificity.

    Raises
    ------
    TypeError, ValueError
        For something that is no Confusion, or options out of their range.

    Notes
    -----
    PPV, NPV and accuracy are those at the prevalence of these cases: see `predictive_values` for
    another one. What would be 0 / 0 is not defined: a value and limits of nan. So are all rates of
    a class that is missing, with a warning; and, without one, PPV where nobody is called diseased.

    The interval of the balanced accuracy joins the two of sensitivity and specificity, (a, b) about
    p and (c, d) about q: from m - sqrt((p - a)^2 + (q - c)^2) / 2 to
    m + sqrt((b - p)^2 + (d - q)^2) / 2. It stays within [0, 1] and never has zero width.

    The interval of a likelihood ratio is normal on the log scale, with the variance
    1/TP - 1/(TP + FN) + 1/FP - 1/(FP + TN) for LR+. A zero has no logarithm: if TP or FP is 0, the
    limits are computed with half a case added to each of the four counts, and widened to hold the
    value, which is then 0 or infinite. The same is done where all are called diseased, since a
    variance of 0 is not to be believed. LR- has FN and TN instead.

    References
    ----------
    Newcombe, Stat. Med. 17:873 (1998), and Zou and Donner, Stat. Med. 27:1693 (2008), doi
    10.1002/sim.3095, for joined intervals; Simel, Samsa, Matchar, J. Clin. Epidemiol. 44:763
    (1991), doi 10.1016/0895-4356(91)90128-V, for likelihood ratios.

    Examples
    --------
    >>> rates = compute_rates(Confusion(54, 32, 27, 231))
    >>> print(rates["sensitivity"])
    0.895 (0.852 to 0.927)
    >>> print(rates["LR+"])
    2.406 (1.823 to 3.176)

    Introduced in notebook 05, *The confusion matrix*.
    """
    check_confusion(confusion)
    check_number("confidence", confidence, above=0, below=1)
    interval = INTERVALS[check_choice("method", method, INTERVALS)]
    warn_missing_class(confusion, stacklevel=3)
    shares = {
        name: Estimate(part / cases, *interval(part, cases, confidence=confidence))
        if cases
        else UNDEFINED
        for name, (part, cases) in _shares_of(confusion).items()
    }
    return {
        **shares,
        "balanced accuracy": _mean_of(shares["sensitivity"], shares["specificity"]),
        **dict(zip(("LR+", "LR-"), likelihood_ratios(confusion, confidence), strict=True)),
    }


def rate_values(confusion):
    """Return the values of `compute_rates` without intervals, for what draws many test sets."""
    shares = {
        name: part / cases if cases else math.nan
        for name, (part, cases) in _shares_of(confusion).items()
    }
    (tn, fp), (fn, tp) = confusion.matrix.tolist()
    return {
        **shares,
        "balanced accuracy": (shares["sensitivity"] + shares["specificity"]) / 2,
        "LR+": _ratio((tp, fn), (fp, tn)),
        "LR-": _ratio((fn, tp), (tn, fp)),
    }


def _shares_of(confusion):
    """Return, of each rate that is a share, its cases and those that it is a share of."""
    (tn, fp), (fn, tp) = confusion.matrix.tolist()
    return {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "PPV": (tp, tp + fp),
        "NPV": (tn, tn + fn),
        "accuracy": (tp + tn, confusion.num_cases),
    }


def likelihood_ratios(confusion, confidence):
    """Return the likelihood ratios of the calls "diseased" and "not", each an Estimate."""
    (tn, fp), (fn, tp) = confusion.matrix.tolist()
    return (
        _ratio_of_shares((tp, fn), (fp, tn), confidence),
        _ratio_of_shares((fn, tp), (tn, fp), confidence),
    )


def _mean_of(first, second):
    value = (first.value + second.value) / 2
    below = math.hypot(first.value - first.low, second.value - second.low) / 2
    above = math.hypot(first.high - first.value, second.high - second.value) / 2
    return Estimate(value, max(value - below, 0.0), min(value + above, 1.0))


def _ratio(first, second):
    """Return the ratio of two shares, which come as (cases, the others); nan for 0 / 0."""
    if sum(first) == 0 or sum(second) == 0 or first[0] == second[0] == 0:
        return math.nan
    share, other = first[0] / sum(first), second[0] / sum(second)
    return share / other if other > 0 else math.inf


def _ratio_of_shares(first, second, confidence):
    """Return the ratio of two shares with a log interval."""
    value = _ratio(first, second)
    if math.isnan(value):
        return UNDEFINED
    if first[0] == 0 or second[0] == 0 or first[1] == second[1] == 0:
        first, second = ([count + 0.5 for count in part] for part in (first, second))
    low, high = _log_interval(first, second, confidence)
    return Estimate(value, min(low, value), max(high, value))


def _log_interval(first, second, confidence):
    ratio = first[0] / sum(first) / (second[0] / sum(second))
    variance = sum(1 / part[0] - 1 / sum(part) for part in (first, second))
    spread = math.exp(norm.ppf((1 + confidence) / 2) * math.sqrt(variance))
    return ratio / spread, ratio * spread


def check_confusion(confusion):
    """Say what came instead of a Confusion, if something did."""
    if not isinstance(confusion, Confusion):
        raise TypeError(
            f"`confusion` must be a Confusion; got {type(confusion).__name__}. "
            "`count_confusion` counts one."
        )


def warn_missing_class(confusion, stacklevel):
    """Warn if a class has no case, and tell whether it is so.

    `stacklevel` counts from here: 3 names the line that called the caller.
    """
    missing = [
        name
        for name, number in [("with", confusion.num_positive), ("without", confusion.num_negative)]
        if number == 0
    ]
    if missing:
        warnings.warn(
            f"There is no case {missing[0]} the disease: rates that need one are not defined.",
            stacklevel=stacklevel,
        )
    return bool(missing)
