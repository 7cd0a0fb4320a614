"""Check a backward pass against differences of the forward pass, and say where it is worst."""

import copy

import numpy as np

from helpers.checks import check_integer, check_number
from helpers.scratch.differences import choose_step, evaluate, is_kink, take_differences
from helpers.scratch.gradient_report import CheckedEntry, GradientReport
from helpers.scratch.layer import as_floats, check_generator
from helpers.scratch.optimizers import check_pairs

__all__ = [
    "check_gradients",
    "check_layer",
    "check_network",
]

TOLERANCE = {"float64": 1e-7, "float32": 2e-2}
# the rounding of a function's value is up to so many machine epsilons of it
ROUNDING = 10


def check_gradients(function, arrays, gradients, *, step=None, tolerance=None, max_entries=None):
    """Compare gradients with central differences of a function, and report the worst entry.

    Parameters
    ----------
    function : callable
        Without arguments: computes a number from the arrays as they are at that moment, the same
        one each time.
    arrays : dict of str to ndarray of float32 or float64
        What the function depends on; each entry is moved and put back.
    gradients : dict of str to ndarray
        The analytic gradients: same keys and shapes.
    step : float, optional
        Above 0; by default the cube root of the machine epsilon (6e-6 or 5e-3).
    tolerance : float, optional
        The largest relative error that passes; by default 1e-7 in float64 and 2e-2 in float32.
    max_entries : int, optional
        Compare at most this many entries of each array, spread evenly, first and last included
        where there are at least 2; by default all.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError, ValueError
        If keys or shapes differ, an array is not of floats, there is nothing to compare, a setting
        is out of range, or the function returns no single number, or another one when it is
        called again.

    Notes
    -----
    Errors are relative to the largest gradient of the entry's array. Relative to the entry itself,
    each tiny one would raise an alarm that is rounding only. A nan in either is an infinite error.

    Even at the best step, rounding leaves a difference uncertain by up to about
    r = 10 epsilon^(2/3) |f| (4e-10 |f| in float64, 2e-4 |f| in float32). So in an array whose
    largest gradient is below r / tolerance, errors up to r pass. In an array where it is below r
    itself nothing can be seen, neither a right gradient nor a wrong sign: its entries are reported
    apart, as too small, unless all are exactly 0 and so agree. A bias before batch normalisation,
    whose gradient is 0, is such an array. In float32 that soon happens to early layers under
    sigmoids: check in float64.

    Kinks: where an entry disagrees, the one-sided differences are taken at the step, its half and
    its quarter. The gap between left and right halves with the step where the function is
    smooth, and does not at a kink (a ReLU at 0, two equal maxima in a pooling window). At a kink
    any slope from left to right is a fair answer, so such an entry is reported apart; an answer
    outside is wrong, if the kink is the only one. Where several meet in one entry (images of equal
    pixels under overlapping pooling windows), each may be answered fairly and the sum still lie
    outside: a right gradient is then said to disagree. So check at a point without ties and zeros,
    such as one drawn at random.

    Examples
    --------
    >>> w = np.array([1.0, -2.0, 0.5])
    >>> report = check_gradients(lambda: (w**3).sum(), {"w": w}, {"w": 3 * w**2})
    >>> report.passed
    True
    >>> wrong = 3 * w**2 + np.array([0, 6, 0])
    >>> print(check_gradients(lambda: (w**3).sum(), {"w": w}, {"w": wrong}).worst)
    w[1]: analytic 18, numeric 12 (left 12, right 12), relative error 3.3e-01

    Introduced in notebook 03, *The gradient checker*.
    """
    check_pairs(arrays, gradients, label="arrays", hint="Give each array its gradient.")
    if not sum(array.size for array in arrays.values()):
        raise ValueError("`arrays` must hold at least one entry to compare; got none.")
    dtype = min((array.dtype for array in arrays.values()), key=lambda dtype: dtype.itemsize)
    step = choose_step(step, dtype)
    tolerance = TOLERANCE[dtype.name] if tolerance is None else tolerance
    check_number("tolerance", tolerance, above=0)
    middle = _evaluate_twice(function)
    entries = []
    for name, array in arrays.items():
        for index in _choose_entries(array.shape, max_entries):
            beside = take_differences(function, array, index, step, middle)
            entries.append(CheckedEntry(name, index, float(gradients[name][index]), *beside, 0.0))
    rounding = ROUNDING * np.finfo(dtype).eps ** (2 / 3) * np.nan_to_num(abs(middle), posinf=0)
    sizes = _measure_arrays(entries)
    judged, kinks, too_small = [], [], []
    for entry in entries:
        size = sizes[entry.name]
        entry = entry._replace(error=_relate(entry, max(size, rounding / tolerance)))
        suspect = entry.error > tolerance
        if 0 < size <= rounding and np.isfinite(entry.error):
            too_small.append(entry)
        elif suspect and is_kink(function, arrays[entry.name], entry, step, middle):
            kinks.append(entry)
        else:
            judged.append(entry)
    worst = max(judged, key=lambda entry: entry.error, default=None)
    return GradientReport(worst, tuple(kinks), tuple(too_small), len(entries), step, tolerance)


def check_layer(layer, x, *, generator, training=False, **options):
    """Check the backward pass of one layer, for its input and all its parameters.

    Parameters
    ----------
    layer : Layer
        Built, where it has something to build.
    x : array_like of shape (batch, ...)
        At least one case; integers become float64.
    generator : numpy.random.Generator
        Of the weights that make one number of the output.
    training : bool
        Which mode to check.
    **options : float or int
        `step`, `tolerance`, `max_entries`, as in `check_gradients`.

    Returns
    -------
    GradientReport
        The input is called "x", the parameters have their own names.

    Raises
    ------
    TypeError, ValueError
        As `check_gradients` and the layer say.

    Notes
    -----
    The number is a sum of the outputs with random weights: with a plain sum, mistakes that cancel
    (a softmax's rows sum to 1) would stay unseen. A copy of the layer is checked, so that nothing
    changes; dropout draws the same mask for every difference.

    Examples
    --------
    >>> from helpers.scratch import Tanh
    >>> generator = np.random.default_rng(0)
    >>> check_layer(Tanh(), generator.normal(size=(2, 3)), generator=generator).passed
    True

    Introduced in notebook 03, *The gradient checker*.
    """
    layer, x = copy.deepcopy(layer), _check_input(x)
    check_generator(generator)
    forward = _repeatable_forward(layer, x, training)
    output = forward()
    weights = generator.standard_normal(output.shape).astype(output.dtype)
    gradients = {"x": layer.backward(weights)} | layer.gradients
    return check_gradients(
        lambda: (forward() * weights).sum(), {"x": x} | layer.parameters, gradients, **options
    )


def check_network(network, loss, x, y, *, training=False, **options):
    """Check the backward pass of a whole network with its loss.

    Parameters
    ----------
    network : Sequential
        Built; best with dtype "float64".
    loss : object with `forward(y_true, y_pred)` and `backward()`
    x : array_like of shape (batch, ...)
        At least one case; taken in the network's dtype.
    y : array_like
        The true answers, as the loss takes them.
    training : bool
        Which mode to check.
    **options : float or int
        `step`, `tolerance`, `max_entries`, as in `check_gradients`.

    Returns
    -------
    GradientReport
        The input is called "x", the parameters as in `network.parameters`.

    Raises
    ------
    TypeError, ValueError
        As `check_gradients`, the network and the loss say.

    Notes
    -----
    A copy of the network is checked, so that nothing changes; dropout draws the same mask for
    every difference.

    Examples
    --------
    >>> from helpers.scratch import Dense, MeanSquaredError, Sequential
    >>> network = Sequential([Dense(1)], dtype="float64")
    >>> network.build((3,), np.random.default_rng(0))
    (1,)
    >>> check_network(network, MeanSquaredError(), [[1, 2, 3]], [[4]]).passed
    True

    Introduced in notebook 03, *The gradient checker*.
    """
    network, loss = copy.deepcopy((network, loss))
    x = _check_input(x).astype(network.dtype)
    forward = _repeatable_forward(network, x, training)
    loss.forward(y, forward())
    gradients = {"x": network.backward(loss.backward())} | network.gradients
    return check_gradients(
        lambda: loss.forward(y, forward()), {"x": x} | network.parameters, gradients, **options
    )


def _check_input(x):
    x = as_floats("x", x)
    if x.size == 0:
        raise ValueError(f"`x` must hold at least one case; got shape {x.shape}.")
    return x.copy()


def _repeatable_forward(layer, x, training):
    """Return a forward pass that draws the same random numbers each time."""
    state = layer.generator.bit_generator.state if layer.generator else None

    def forward():
        if state:
            layer.generator.bit_generator.state = state
        return layer.forward(x, training=training)

    return forward


def _evaluate_twice(function):
    value, again = evaluate(function), evaluate(function)
    if not np.array_equal(value, again, equal_nan=True):
        raise ValueError(
            f"`function` must return the same number each time; got {value:g} and {again:g}. Put "
            "the state of its random generator back before each call."
        )
    return value


def _choose_entries(shape, max_entries):
    """List the positions to compare, at most `max_entries`, evenly spread."""
    size = int(np.prod(shape))
    if max_entries is None or size <= check_integer("max_entries", max_entries, minimum=1):
        return list(np.ndindex(shape))
    places = np.linspace(0, size - 1, max_entries).astype(int)
    return [tuple(map(int, np.unravel_index(place, shape))) for place in places]


def _measure_arrays(entries):
    """Find the largest gradient of each array, analytic or numeric."""
    sizes = {}
    for entry in entries:
        pair = np.nan_to_num([entry.analytic, entry.numeric], posinf=0, neginf=0)
        sizes[entry.name] = max(np.abs(pair).max(), sizes.get(entry.name, 0.0))
    return sizes


def _relate(entry, size):
    """Relate the error of an entry to the size of its array; nan is an infinite error."""
    error = abs(entry.analytic - entry.numeric) / (size or 1.0)  # all zero: nothing to relate to
    return float("inf") if np.isnan(error) else float(error)
