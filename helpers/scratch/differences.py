"""Differences of a function: what a derivative is, before any formula for it."""

import numpy as np

from helpers.checks import check_number
from helpers.scratch.layer import as_floats

__all__ = ["numerical_gradient"]


def numerical_gradient(function, x, *, step=None):
    """Differentiate a function by central differences, entry by entry.

    Parameters
    ----------
    function : callable
        From an array of the shape of `x` to a number.
    x : array_like
        Where; integers become float64.
    step : float, optional
        Above 0: how far each entry is moved to either side. By default the cube root of the
        machine epsilon (6e-6 in float64, 5e-3 in float32), which suits entries of size 1.

    Returns
    -------
    numpy.ndarray of float64, the shape of `x`
        Element [...] is the change of the function for a small change of that entry of `x`.

    Raises
    ------
    TypeError, ValueError
        For a step out of its range, or a function that returns no single number.

    Notes
    -----
    (f(x + h) - f(x - h)) / 2h errs by h^2 f'''/6 (too large a step) and by about
    epsilon |f| / h (rounding: too small a step); the sum is least near the cube root of epsilon.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), [1.0, 2.0, 3.0]).round(6)
    array([2., 4., 6.])

    Introduced in notebook 03, *The gradient checker*.
    """
    x = as_floats("x", x).copy()
    step = choose_step(step, x.dtype)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = evaluate_beside(lambda: function(x), x, index, step)
        gradient[index] = (ahead - behind) / (2 * step)
    return gradient


def choose_step(step, dtype):
    if step is None:
        return float(np.cbrt(np.finfo(dtype).eps))
    return check_number("step", step, above=0)


def evaluate(function):
    result = function()
    value = np.asarray(result)
    if value.dtype.kind not in "biuf":
        raise TypeError(f"`function` must return one number; got {result!r}.")
    if value.size != 1:
        raise ValueError(f"`function` must return one number; got shape {value.shape}.")
    return float(value.item())


def evaluate_beside(function, array, index, step):
    """Evaluate with one entry moved up and down by a step; put it back whatever happens."""
    middle = array[index]
    try:
        array[index] = middle + step
        ahead = evaluate(function)
        array[index] = middle - step
        return ahead, evaluate(function)
    finally:
        array[index] = middle


def take_differences(function, array, index, step, middle):
    """Compute the central, the left and the right difference."""
    ahead, behind = evaluate_beside(function, array, index, step)
    return (ahead - behind) / (2 * step), (middle - behind) / step, (ahead - middle) / step


def is_kink(function, array, entry, step, middle):
    """Say whether left and right disagree as at a kink, with the analytic gradient between."""
    steps = [step, step / 2, step / 4]
    differences = [take_differences(function, array, entry.index, h, middle) for h in steps]
    _, left, right = np.array(differences).T
    gaps = right - left
    rounding = 100 * np.finfo(array.dtype).eps * abs(middle) / step
    halves = np.abs(gaps[:-1] - 2 * gaps[1:]) <= 0.4 * np.abs(gaps[:-1])
    if abs(gaps[0]) <= rounding or halves.all():
        return False
    # left and right bend a little themselves; a tenth of the gap is no hiding place
    slack = min(np.ptp(left) + np.ptp(right), abs(gaps[0]) / 10) + rounding
    ends = left[0], right[0]
    return bool(min(ends) - slack <= entry.analytic <= max(ends) + slack)
