"""Intervals: how far the truth may lie from what one test set shows."""

from scipy.stats import binomtest

from helpers.checks import check_integer, check_number

__all__ = ["clopper_pearson_interval", "wilson_interval"]


def wilson_interval(successes, trials, *, confidence=0.95):
    """Compute Wilson's interval of a proportion.

    Parameters
    ----------
    successes : int
        From 0 to `trials`.
    trials : int
        Independent cases, at least 1.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    tuple of (float, float)
        Lower and upper limit, both within [0, 1].

    Raises
    ------
    TypeError, ValueError
        For counts or a confidence out of their range.

    Notes
    -----
    Unlike the textbook interval p +/- 1.96 sqrt(p (1 - p) / n), it keeps its promise for few cases
    and for proportions near 0 or 1, and never has zero width. It covers the choice of test cases;
    not the choice of training images, nor another seed. Computed by SciPy.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22:209 (1927), doi 10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = wilson_interval(9922, 10000)
    >>> f"{low:.4f} to {high:.4f}"
    '0.9903 to 0.9937'

    Introduced in notebook 04, *A ladder of four networks*.
    """
    return _binomial_interval(successes, trials, confidence, "wilson")


def clopper_pearson_interval(successes, trials, *, confidence=0.95):
    """Compute Clopper and Pearson's interval of a proportion, the "exact" one.

    Parameters
    ----------
    successes : int
        From 0 to `trials`.
    trials : int
        Independent cases, at least 1.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    tuple of (float, float)
        Lower and upper limit, both within [0, 1].

    Raises
    ------
    TypeError, ValueError
        For counts or a confidence out of their range.

    Notes
    -----
    The limits are the shares at which a result as high, or as low, as this one has a chance of
    (1 - confidence) / 2. It covers at least as often as promised, whatever the true share, and so
    it is wider than Wilson's, which keeps its promise on average. Take it where a promise must not
    be broken. At 0 successes the lower limit is 0, at `trials` successes the upper one is 1.
    Computed by SciPy.

    References
    ----------
    Clopper and Pearson, Biometrika 26:404 (1934), doi 10.1093/biomet/26.4.404.

    Examples
    --------
    >>> low, high = clopper_pearson_interval(0, 20)
    >>> f"{low:.4f} to {high:.4f}"
    '0.0000 to 0.1684'

    Introduced in notebook 05, *Intervals of a proportion*.
    """
    return _binomial_interval(successes, trials, confidence, "exact")


def _binomial_interval(successes, trials, confidence, method):
    check_integer("trials", trials, minimum=1)
    check_integer("successes", successes, minimum=0, maximum=trials)
    check_number("confidence", confidence, above=0, below=1)
    interval = binomtest(int(successes), int(trials)).proportion_ci(confidence, method=method)
    return float(interval.low), float(interval.high)
