"""Where the weights start: Keras's initialisers by name.

All but the simplest are one rule, variance scaling: the variance is chosen from the number of
inputs (fan in) and outputs (fan out), so that signals keep their size from layer to layer.
"""

import functools
import math

import numpy as np

from helpers.checks import check_choice
from helpers.scratch.layer import check_generator, check_shape

__all__ = ["INITIALIZERS", "compute_fans", "initialize"]

# a normal variable cut at two standard deviations keeps this share of its standard deviation:
# sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))
TRUNCATED_STDDEV = 0.87962566103423978


def compute_fans(shape):
    """Count the inputs and outputs that meet in one unit of a layer.

    Parameters
    ----------
    shape : tuple of int
        (units,) of a bias, (inputs, units) of a dense kernel, or
        (height, width, input channels, filters) of a convolution's kernel.

    Returns
    -------
    tuple of (int, int)
        Fan in, fan out. For a convolution: channels times pixels of the kernel.

    Raises
    ------
    TypeError, ValueError
        If `shape` is not a tuple of integers of at least 1.

    Examples
    --------
    >>> compute_fans((3, 5, 2, 8))
    (30, 120)

    Introduced in notebook 03, *Initialisation and vanishing gradients*.
    """
    shape = check_shape("shape", shape)
    if len(shape) < 2:
        return (shape or (1,)) * 2
    pixels = math.prod(shape[:-2])
    return pixels * shape[-2], pixels * shape[-1]


def _zeros(shape, generator):
    return np.zeros(shape)


def _ones(shape, generator):
    return np.ones(shape)


def _random_normal(shape, generator, *, stddev=0.05):
    return stddev * generator.standard_normal(shape)


def _random_uniform(shape, generator, *, limit=0.05):
    return generator.uniform(-limit, limit, shape)


def _truncated_normal(shape, generator, *, stddev=0.05):
    """Draw normal numbers, those beyond two standard deviations again."""
    values = generator.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(outside.sum())
    return stddev * values


def _scale_variance(shape, generator, *, scale, fan, distribution):
    """Draw with variance scale / fan, where fan is that of the inputs or the mean of both."""
    fan_in, fan_out = compute_fans(shape)
    variance = scale / (fan_in if fan == "in" else (fan_in + fan_out) / 2)
    if distribution == "uniform":  # the variance of a uniform variable is limit^2 / 3
        return _random_uniform(shape, generator, limit=math.sqrt(3 * variance))
    return _truncated_normal(shape, generator, stddev=math.sqrt(variance) / TRUNCATED_STDDEV)


_SCALED = {"glorot": (1.0, "average"), "he": (2.0, "in"), "lecun": (1.0, "in")}
INITIALIZERS = {
    "zeros": _zeros,
    "ones": _ones,
    "random_normal": _random_normal,
    "random_uniform": _random_uniform,
    "truncated_normal": _truncated_normal,
} | {
    f"{name}_{distribution}": functools.partial(
        _scale_variance, scale=scale, fan=fan, distribution=distribution
    )
    for name, (scale, fan) in _SCALED.items()
    for distribution in ("normal", "uniform")
}


def initialize(initializer, shape, generator):
    """Draw the first values of a parameter.

    Parameters
    ----------
    initializer : str or callable
        One of the names in `INITIALIZERS`, which are Keras's, or a function of
        (shape, generator) that returns an array of that shape.
    shape : tuple of int
    generator : numpy.random.Generator

    Returns
    -------
    numpy.ndarray of float64, shape `shape`

    Raises
    ------
    TypeError, ValueError
        For an unknown name, an impossible shape, a seed in place of a generator, or a function
        that returns another shape.

    Notes
    -----
    "zeros" and "ones" are constants; "random_normal", "truncated_normal" and "random_uniform" have
    Keras's fixed width of 0.05 (standard deviation, before truncation, or limit). The others have
    variance 1 / fan in (lecun), 2 / fan in (he, which makes up for the half that a ReLU cuts away)
    and 2 / (fan in + fan out) (glorot). As in Keras, "..._normal" is cut at two standard
    deviations and widened to make up for the cut.

    References
    ----------
    Glorot and Bengio, AISTATS 2010 (PMLR 9:249); He et al., arXiv 1502.01852.

    Examples
    --------
    >>> kernel = initialize("he_normal", (300, 200), np.random.default_rng(0))
    >>> f"{kernel.var() * 300:.1f}"
    '2.0'

    Introduced in notebook 03, *Initialisation and vanishing gradients*.
    """
    shape, generator = check_shape("shape", shape), check_generator(generator)
    if not callable(initializer):
        initializer = INITIALIZERS[check_choice("initializer", initializer, INITIALIZERS)]
    values = np.asarray(initializer(shape, generator), dtype="float64")
    if values.shape != shape:
        raise ValueError(
            f"`initializer` must return an array of shape {shape}; got shape {values.shape}."
        )
    return values
