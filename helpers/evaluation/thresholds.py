"""The operating point: chosen once on validation by a rule that was said before, then frozen."""

import numbers
from dataclasses import dataclass

import numpy as np

from helpers.checks import check_choice, check_number
from helpers.evaluation.inputs import check_cases, check_real_numbers, has_both_classes

__all__ = ["FrozenThreshold", "bayes_threshold", "choose_threshold"]

RULES = ("youden", "sensitivity", "specificity", "cost")
ROUNDING = 1e-14  # of the cost of calling all the same: nearer costs are equal


@dataclass(frozen=True)
class FrozenThreshold:
    """A threshold that does not change any more, and how it was chosen.

    Attributes
    ----------
    value : float
        A case is called diseased where its score is at least this; infinity calls nobody.
    rule : str
        The rule in words.
    num_positive, num_negative : int
        Cases with and without the disease on which it was chosen.
    sensitivity, specificity : float
        At this threshold on those cases. They are too good by a little: the threshold was chosen to
        suit these very cases. The test set says what it is worth.

    Examples
    --------
    >>> frozen = FrozenThreshold(0.4, "Youden", 2, 3, 1.0, 0.667)
    >>> frozen.call([0.39, 0.4])
    array([0, 1])
    >>> frozen.value = 0.3
    Traceback (most recent call last):
        ...
    dataclasses.FrozenInstanceError: cannot assign to field 'value'

    Introduced in notebook 05, *Choose on validation, freeze, open the vault once*.
    """

    value: float
    rule: str
    num_positive: int
    num_negative: int
    sensitivity: float
    specificity: float

    def __post_init__(self):
        _check_cut("value", self.value, "a number or infinity")

    def call(self, scores):
        """Call each case diseased (1) or not (0); int64, of the shape of the finite `scores`."""
        return (check_real_numbers("scores", scores) >= self.value).astype("int64")

    def __float__(self):
        return float(self.value)

    def __str__(self):
        return (
            f"{self.value:.3f}: {self.rule}; chosen on {self.num_positive} cases with and "
            f"{self.num_negative} without the disease"
        )


def choose_threshold(y_true, scores, rule="youden", *, target=None, prevalence=None, costs=None):
    """Choose the threshold that a rule asks for, on validation cases, and freeze it.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease. Validation cases, never those of the test.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.
    rule : "youden", "sensitivity", "specificity" or "cost"
        Greatest sensitivity + specificity - 1; highest threshold whose sensitivity reaches
        `target`; lowest threshold whose specificity reaches `target`; least expected cost.
    target : float, optional
        Above 0, at most 1. For "sensitivity" and "specificity", which need it.
    prevalence : float, optional
        Above 0, below 1; where the threshold will be used. For "cost"; that of these cases if not
        given.
    costs : tuple of (float, float), optional
        Of a false positive and of a false negative, above 0. For "cost"; equal if not given.

    Returns
    -------
    FrozenThreshold
        One of the distinct scores, or infinity where nobody should be called diseased.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, scores that are not finite, one
        class only (no threshold can be chosen), and options that are out of their range, missing,
        or not used by the rule.

    Notes
    -----
    Only the distinct scores can change what is called, so these and infinity are tried. Where
    several thresholds are equally good, the highest is taken: the fewest false positives. If all
    scores are tied, that is infinity by Youden's rule. With scores that separate the classes
    completely it is the lowest score of the diseased.

    The expected cost is prevalence (1 - sensitivity) C_FN + (1 - prevalence) (1 - specificity)
    C_FP; with log likelihood ratios as scores and many cases its rule comes near `bayes_threshold`.
    Youden's rule is that of equal costs at a prevalence of one half, whether or not that is so.

    References
    ----------
    Youden, Cancer 3:32 (1950), doi 10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.

    Examples
    --------
    >>> y_val, scores = [0, 0, 0, 1, 1], [0.1, 0.3, 0.6, 0.4, 0.8]
    >>> float(choose_threshold(y_val, scores))
    0.4
    >>> print(choose_threshold(y_val, scores, "specificity", target=0.9))
    0.800: lowest threshold with a specificity of at least 0.9; chosen on 2 cases with and 3 \
without the disease

    Introduced in notebook 05, *Choose on validation, freeze, open the vault once*.
    """
    y_true, scores = check_cases(y_true, scores)
    _check_options(rule, target=target, prevalence=prevalence, costs=costs)
    if not has_both_classes(y_true):
        raise ValueError(
            "`y_true` must hold cases of both classes, or no threshold can be chosen; got only "
            f"class {y_true[0]}."
        )
    prevalence = y_true.mean() if prevalence is None else prevalence
    costs = (1.0, 1.0) if costs is None else costs
    thresholds, true_positives, false_positives = _count_at_thresholds(y_true, scores)
    num_positive, num_negative = int(true_positives[-1]), int(false_positives[-1])
    sensitivity = true_positives / num_positive
    specificity = (num_negative - false_positives) / num_negative
    if rule == "youden":
        best = _find_least_cost(sensitivity, specificity, 0.5, (1.0, 1.0))
    elif rule == "sensitivity":
        best = np.argmax(sensitivity >= target)
    elif rule == "specificity":
        best = np.flatnonzero(specificity >= target)[-1]
    else:
        best = _find_least_cost(sensitivity, specificity, prevalence, costs)
    return FrozenThreshold(
        value=float(thresholds[best]),
        rule=_word_rule(rule, target, prevalence, costs),
        num_positive=num_positive,
        num_negative=num_negative,
        sensitivity=float(sensitivity[best]),
        specificity=float(specificity[best]),
    )


def _find_least_cost(sensitivity, specificity, prevalence, costs):
    """Return the first place of the least cost; what rounding alone sets apart is equal."""
    cost = prevalence * costs[1] * (1 - sensitivity)
    cost += (1 - prevalence) * costs[0] * (1 - specificity)
    return np.argmax(cost <= cost.min() + ROUNDING * max(cost[0], cost[-1]))


def _word_rule(rule, target, prevalence, costs):
    if rule == "youden":
        return "greatest sensitivity + specificity - 1"
    if rule == "sensitivity":
        return f"highest threshold with a sensitivity of at least {target:g}"
    if rule == "specificity":
        return f"lowest threshold with a specificity of at least {target:g}"
    return (
        f"least cost at a prevalence of {prevalence:g}, a false positive costing {costs[0]:g} and "
        f"a false negative {costs[1]:g}"
    )


def _count_at_thresholds(y_true, scores):
    """Return thresholds falling from infinity, with true and false positives at each."""
    thresholds, places = np.unique(-scores, return_inverse=True)  # rising: highest score first
    positives = np.bincount(places, weights=y_true).astype("int64")
    negatives = np.bincount(places, weights=1 - y_true).astype("int64")
    at_infinity = np.zeros(1, "int64")
    return (
        np.append(np.inf, -thresholds),
        np.append(at_infinity, np.cumsum(positives)),
        np.append(at_infinity, np.cumsum(negatives)),
    )


def _check_options(rule, **options):
    check_choice("rule", rule, RULES)
    used = {"youden": (), "cost": ("prevalence", "costs")}.get(rule, ("target",))
    for name, value in options.items():
        if value is not None and name not in used:
            raise ValueError(f"`{name}` is not used by the rule {rule!r}; got {value!r}. Drop it.")
    if "target" in used and options["target"] is None:
        raise ValueError(f"`target` must be given with the rule {rule!r}, such as `target=0.9`.")
    if options["target"] is not None:
        check_number("target", options["target"], above=0, maximum=1)
    if options["prevalence"] is not None:
        check_number("prevalence", options["prevalence"], above=0, below=1)
    if options["costs"] is not None:
        _check_costs(options["costs"])


def _check_costs(costs):
    if not isinstance(costs, (tuple, list)) or len(costs) != 2:
        raise ValueError(f"`costs` must be (false positive, false negative); got {costs!r}.")
    return tuple(check_number("costs", cost, above=0) for cost in costs)


def bayes_threshold(prevalence, costs=(1.0, 1.0)):
    """Compute the best threshold on the log likelihood ratio, from prevalence and costs.

    Parameters
    ----------
    prevalence : float
        Above 0, below 1.
    costs : tuple of (float, float)
        Of a false positive and of a false negative, above 0; only their ratio counts.

    Returns
    -------
    float
        ln((1 - prevalence) / prevalence * C_FP / C_FN), finite for all that are allowed.

    Raises
    ------
    TypeError, ValueError
        For a prevalence or costs out of their range.

    Notes
    -----
    No rule has a lower expected cost than calling a case diseased where its log likelihood ratio is
    at least this: there the posterior odds times C_FN reach C_FP. It holds for exact likelihood
    ratios, not for a network's logits as they come. Rare disease raises it, dear misses lower it.

    References
    ----------
    Green and Swets, Signal Detection Theory and Psychophysics (1966), chapter 1.

    Examples
    --------
    >>> bayes_threshold(0.5)
    0.0
    >>> round(bayes_threshold(0.05), 3)  # ln 19
    2.944

    Introduced in notebook 05, *The threshold and its price*.
    """
    prevalence = check_number("prevalence", prevalence, above=0, below=1)
    by_positive, by_negative = _check_costs(costs)
    # a sum of logarithms, because the product may overflow
    log_odds_against = np.log1p(-prevalence) - np.log(prevalence)
    return float(log_odds_against + (np.log(by_positive) - np.log(by_negative)))


def check_threshold(threshold):
    """Return a threshold, frozen or not, as a float; infinities are allowed.

    >>> check_threshold(float("nan"))
    Traceback (most recent call last):
        ...
    ValueError: `threshold` must be a number or a FrozenThreshold; got nan.
    """
    if isinstance(threshold, FrozenThreshold):
        return float(threshold)
    return _check_cut("threshold", threshold, "a number or a FrozenThreshold")


def _check_cut(label, value, required):
    """Return a number or infinity as a float, or say what came instead."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{label}` must be {required}; got {value!r} ({type(value).__name__}).")
    if np.isnan(value):
        raise ValueError(f"`{label}` must be {required}; got nan.")
    return float(value)
