"""The dense layer, and the one that lays an image out in a row for it."""

import math

from helpers.checks import check_integer
from helpers.scratch.initializers import initialize
from helpers.scratch.layer import Layer, as_floats, check_shape

__all__ = ["Dense", "Flatten"]


class Dense(Layer):
    """Map each input to an affine combination for each unit.

    Parameters
    ----------
    units : int
        Number of outputs, at least 1.
    use_bias : bool
    kernel_initializer, bias_initializer : str or callable
        As `initialize` takes them.

    Raises
    ------
    TypeError, ValueError
        For `units` below 1; in `build`, for an input that is no row of numbers; in `forward`, for
        another number of inputs, or without `build`; in `backward`, without `forward`.

    Notes
    -----
    y = x W + b with x of shape (batch, inputs), kernel W (inputs, units) and bias b (units,).
    Backward, with g the gradient of y: x receives g W', W receives x' g, b receives the sum of g
    over the batch. Every gradient has the shape of its array, which is half of the proof.
    An empty batch gives an empty output and gradients of zero.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Dense(2)
    >>> layer.build((3,), np.random.default_rng(0))
    (2,)
    >>> layer.parameters["kernel"][:] = [[1, 0], [0, 1], [2, 2]]
    >>> layer.forward([[1, 2, 3]])
    array([[7., 8.]])
    >>> layer.backward([[1, 10]])
    array([[ 1., 10., 22.]])
    >>> layer.gradients["kernel"]
    array([[ 1., 10.],
           [ 2., 20.],
           [ 3., 30.]])

    Introduced in notebook 03, *Layers backward*.
    """

    def __init__(
        self, units, *, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros"
    ):
        super().__init__()
        self.units = check_integer("units", units, minimum=1)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer

    def build(self, input_shape, generator):
        input_shape = check_shape("input_shape", input_shape)
        if len(input_shape) != 1:
            raise ValueError(
                f"`input_shape` of `Dense` must be (inputs,); got {input_shape}. Put a `Flatten` "
                "or a global pooling before it."
            )
        shape = (*input_shape, self.units)
        self.parameters = {"kernel": initialize(self.kernel_initializer, shape, generator)}
        if self.use_bias:
            self.parameters["bias"] = initialize(self.bias_initializer, (self.units,), generator)
        return (self.units,)

    def forward(self, x, training=False):
        x = as_floats("x", x)
        kernel, *bias = self.cast_parameters(x.dtype)
        if x.ndim != 2 or x.shape[1] != len(kernel):
            raise ValueError(f"`x` must have shape (batch, {len(kernel)}); got {x.shape}.")
        y = x @ kernel  # (batch, units)
        return self.remember(y + bias[0] if bias else y, x, kernel)

    def backward(self, gradient):
        gradient, x, kernel = self.recall(gradient)
        self.gradients = {"kernel": x.T @ gradient}
        if self.use_bias:
            self.gradients["bias"] = gradient.sum(axis=0)
        return gradient @ kernel.T


class Flatten(Layer):
    """Lay the pixels and channels of each image out in one row, the last axis fastest.

    Notes
    -----
    (batch, height, width, channels) becomes (batch, height * width * channels), as in Keras; an
    input without further axes becomes (batch, 1). Backward puts the gradient back into shape.

    Examples
    --------
    >>> import numpy as np
    >>> Flatten().forward(np.zeros((4, 5, 3, 2))).shape
    (4, 30)

    Introduced in notebook 03, *A network in NumPy*.
    """

    def build(self, input_shape, generator):
        return (math.prod(check_shape("input_shape", input_shape)),)

    def forward(self, x, training=False):
        x = as_floats("x", x)
        if x.ndim == 0:
            raise ValueError("`x` must have a batch axis; got a single number.")
        return self.remember(x.reshape(len(x), math.prod(x.shape[1:])), x.shape)

    def backward(self, gradient):
        gradient, shape = self.recall(gradient)
        return gradient.reshape(shape)
