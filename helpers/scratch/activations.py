"""Activations: the functions, and one layer for each with its derivative.

Each layer makes the same two moves. Forward computes y = f(x) and remembers what the derivative
needs; backward multiplies the incoming gradient by f'(x), entry by entry. Only softmax mixes the
entries of a row.
"""

import math

import numpy as np

from helpers.checks import check_number
from helpers.scratch.layer import Layer, as_floats

__all__ = [
    "GELU",
    "LeakyReLU",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "gelu",
    "leaky_relu",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]


def sigmoid(x):
    """Compute 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : array_like
        Logits of any shape.

    Returns
    -------
    numpy.ndarray of the shape of `x`
        From 0 to 1; nan stays nan.

    Notes
    -----
    exp(-|x|) cannot overflow; a negative x uses the equal form exp(x) / (1 + exp(x)).

    Examples
    --------
    >>> sigmoid([-1000, 0, 1000])
    array([0. , 0.5, 1. ])

    Introduced in notebook 03, *Layers backward*.
    """
    x = as_floats("x", x)
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


def tanh(x):
    """Compute the hyperbolic tangent.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    numpy.ndarray of the shape of `x`
        From -1 to 1; nan stays nan.

    Notes
    -----
    tanh(x) = 2 sigmoid(2 x) - 1: a sigmoid that is centred at 0.

    Examples
    --------
    >>> tanh([-1000, 0, 1000])
    array([-1.,  0.,  1.])

    Introduced in notebook 03, *Layers backward*.
    """
    return np.tanh(as_floats("x", x))


def relu(x):
    """Compute max(x, 0).

    Parameters
    ----------
    x : array_like

    Returns
    -------
    numpy.ndarray of the shape of `x`
        At least 0; nan stays nan.

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])

    Introduced in notebook 03, *Layers backward*.
    """
    return np.maximum(as_floats("x", x), 0)


def leaky_relu(x, *, negative_slope=0.2):
    """Compute x where it is positive, else `negative_slope` times x.

    Parameters
    ----------
    x : array_like
    negative_slope : float
        At least 0. As in Keras, 0.2 for the function and 0.3 for the layer.

    Returns
    -------
    numpy.ndarray of the shape of `x`
        nan stays nan.

    Raises
    ------
    TypeError, ValueError
        For a negative slope below 0.

    Examples
    --------
    >>> leaky_relu([-2, 0, 3], negative_slope=0.5)
    array([-1.,  0.,  3.])

    Introduced in notebook 03, *Layers backward*.
    """
    x = as_floats("x", x)
    return np.where(x > 0, x, check_number("negative_slope", negative_slope, minimum=0) * x)


_erfc = np.frompyfunc(math.erfc, 1, 1)
_SQRT2, _TAIL = math.sqrt(2), 0.044715


def _normal_cdf(x):
    """Compute Phi(x) = erfc(-x / sqrt 2) / 2: NumPy has no error function, Python has."""
    return np.asarray(_erfc(-x / _SQRT2) / 2).astype(x.dtype)  # of one number it is no array


def _inner(x):
    """Compute the argument of the tanh that stands for the error function."""
    return math.sqrt(2 / math.pi) * (x + _TAIL * x * x * x)  # x**3 takes ten times as long


def gelu(x, *, approximate=False):
    """Compute x Phi(x), where Phi is the normal distribution function.

    Parameters
    ----------
    x : array_like
    approximate : bool
        Put a tanh in place of Phi: quicker, and off by less than 5e-4.

    Returns
    -------
    numpy.ndarray of the shape of `x`
        nan stays nan.

    Notes
    -----
    Exactly x Phi(x) with Phi(x) = erfc(-x / sqrt 2) / 2, Keras's default; the error function is
    Python's own, called entry by entry, and so a few times slower than the approximation
    x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    References
    ----------
    Hendrycks and Gimpel, arXiv 1606.08415.

    Examples
    --------
    >>> gelu([-10, 0, 10]).round(3) + 0
    array([ 0.,  0., 10.])

    Introduced in notebook 03, *Layers backward*.
    """
    x = as_floats("x", x)
    return x * (1 + np.tanh(_inner(x))) / 2 if approximate else x * _normal_cdf(x)


def softmax(x):
    """Compute exp(x) / sum exp(x) over the last axis.

    Parameters
    ----------
    x : array_like of shape (..., classes)
        Logits, at least one axis and one class.

    Returns
    -------
    numpy.ndarray of shape (..., classes)
        Rows of probabilities that sum to 1. A row with nan or plus infinity becomes nan.

    Raises
    ------
    ValueError
        If there is no class to choose from.

    Notes
    -----
    Adding a number to all logits of a row changes nothing, so the largest is subtracted first: no
    exponential can overflow then.

    Examples
    --------
    >>> softmax([[1000, 1000], [0, -1000]])
    array([[0.5, 0.5],
           [1. , 0. ]])

    Introduced in notebook 03, *Softmax and cross-entropy*.
    """
    x = as_floats("x", x)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"`x` must have shape (..., classes), one or more; got {x.shape}.")
    with np.errstate(invalid="ignore"):  # infinity minus infinity is the nan promised above
        exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


class Sigmoid(Layer):
    """Apply `sigmoid`; its derivative is y (1 - y), at most 1/4.

    Introduced in notebook 03, *Layers backward*.
    """

    def forward(self, x, training=False):
        y = sigmoid(x)
        return self.remember(y, y)

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * y * (1 - y)


class Tanh(Layer):
    """Apply `tanh`; its derivative is 1 - y^2, at most 1.

    Introduced in notebook 03, *Layers backward*.
    """

    def forward(self, x, training=False):
        y = tanh(x)
        return self.remember(y, y)

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * (1 - y**2)


class ReLU(Layer):
    """Apply `relu`; its derivative is 1 where x > 0, else 0 (at the kink too, as in Keras).

    Introduced in notebook 03, *Layers backward*.
    """

    def forward(self, x, training=False):
        y = relu(x)
        return self.remember(y, y > 0)

    def backward(self, gradient):
        gradient, positive = self.recall(gradient)
        return gradient * positive


class LeakyReLU(Layer):
    """Apply `leaky_relu`; its derivative is 1 where x > 0, else the negative slope.

    Parameters
    ----------
    negative_slope : float
        At least 0.

    Introduced in notebook 03, *Layers backward*.
    """

    def __init__(self, *, negative_slope=0.3):
        super().__init__()
        self.negative_slope = check_number("negative_slope", negative_slope, minimum=0)

    def forward(self, x, training=False):
        x = as_floats("x", x)
        return self.remember(leaky_relu(x, negative_slope=self.negative_slope), x > 0)

    def backward(self, gradient):
        gradient, positive = self.recall(gradient)
        return np.where(positive, gradient, self.negative_slope * gradient)


class GELU(Layer):
    """Apply `gelu`; its derivative is Phi(x) + x phi(x), where phi is the normal density.

    Parameters
    ----------
    approximate : bool
        As in `gelu`; backward then differentiates the approximation.

    Introduced in notebook 03, *Layers backward*.
    """

    def __init__(self, *, approximate=False):
        super().__init__()
        self.approximate = approximate

    def forward(self, x, training=False):
        x = as_floats("x", x)
        return self.remember(gelu(x, approximate=self.approximate), x)

    def backward(self, gradient):
        gradient, x = self.recall(gradient)
        if self.approximate:
            t = np.tanh(_inner(x))
            inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * _TAIL * x**2)
            return gradient * (1 + t + x * (1 - t**2) * inner_slope) / 2
        density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        return gradient * (_normal_cdf(x) + x * density)


class Softmax(Layer):
    """Apply `softmax` over the last axis; backward is y (g - sum g y), g the incoming gradient.

    A network that is trained should end in logits instead: the cross-entropy from logits needs no
    softmax, and its gradient is simply p - y.

    Introduced in notebook 03, *Softmax and cross-entropy*.
    """

    def forward(self, x, training=False):
        y = softmax(x)
        return self.remember(y, y)

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return y * (gradient - (gradient * y).sum(axis=-1, keepdims=True))
