"""What every layer is: the same three moves in the same order, build, forward, backward.

All of them compute in the dtype of their input (float32 stays float32, float64 stays float64) and
let nan pass through, as the rules of floating-point arithmetic say.
"""

import numpy as np

from helpers.checks import check_integer

__all__ = ["Layer", "as_floats", "check_generator", "check_shape"]


def as_floats(label, values):
    """Return an array of float32 or float64; integers and booleans become float64.

    >>> as_floats("x", [1, 2]).dtype
    dtype('float64')
    >>> as_floats("x", np.ones(2, "float16"))
    Traceback (most recent call last):
        ...
    TypeError: `x` must hold float32, float64, integers or booleans; got float16. Convert it first.
    """
    values = np.asarray(values)
    if values.dtype.kind in "iub":
        return values.astype("float64")
    if values.dtype not in ("float32", "float64"):
        raise TypeError(
            f"`{label}` must hold float32, float64, integers or booleans; got {values.dtype}. "
            "Convert it first."
        )
    return values


def check_shape(label, shape):
    """Return a shape as a tuple of int, each at least 1.

    >>> check_shape("input_shape", [28, 20, 1])
    (28, 20, 1)
    """
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"`{label}` must be a tuple of integers; got {shape!r}.")
    return tuple(check_integer(f"{label}[{k}]", size, minimum=1) for k, size in enumerate(shape))


def check_generator(generator):
    """Return `generator` if it is NumPy's: whoever calls decides about randomness."""
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"`generator` must be a numpy.random.Generator; got {generator!r} "
            f"({type(generator).__name__}). Use np.random.default_rng(0)."
        )
    return generator


class Layer:
    """Be the ancestor of all layers: no parameters, and a memory from forward to backward.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What training changes, such as "kernel" and "bias"; made by `build`, empty without any.
    gradients : dict of str to ndarray
        The same keys: the gradient of the loss, filled by `backward`.
    generator : numpy.random.Generator or None
        Where a layer that is random in training (dropout) draws from; set by its `build`.

    Notes
    -----
    A layer is a function y = f(x, parameters). `forward` computes y; `backward` receives the
    gradient of the loss with respect to y and returns the one with respect to x, by the chain
    rule. It belongs to the last `forward`, whose values it needs.

    Introduced in notebook 03, *Layers backward*.
    """

    def __init__(self):
        self.parameters, self.gradients = {}, {}
        self.generator = None
        self._memory = None

    def build(self, input_shape, generator):
        """Make the parameters for inputs of a shape (without batch); return the output's shape."""
        return check_shape("input_shape", input_shape)

    def forward(self, x, training=False):
        """Compute the output, and remember what `backward` needs."""
        raise NotImplementedError(f"{type(self).__name__} must define `forward`.")

    def backward(self, gradient):
        """Turn the gradient of the output into those of the parameters and of the input."""
        raise NotImplementedError(f"{type(self).__name__} must define `backward`.")

    def cast_parameters(self, dtype):
        """Return the parameters in the dtype of the input; refuse where `build` did not run."""
        if not self.parameters:
            raise ValueError(
                f"`{type(self).__name__}` must be built before `forward`. Call "
                "`build(input_shape, generator)`, or put it into a `Sequential` and build that."
            )
        return [value.astype(dtype, copy=False) for value in self.parameters.values()]

    def remember(self, output, *values):
        """Keep what `backward` needs of this `forward`; return the output."""
        self._memory = (output.shape, output.dtype, values)
        return output

    def recall(self, gradient):
        """Return the checked gradient of the output, followed by the remembered values."""
        name = type(self).__name__
        if self._memory is None:
            raise ValueError(
                f"`{name}.backward` must follow `{name}.forward`; nothing has gone forward yet."
            )
        shape, dtype, values = self._memory
        gradient = as_floats("gradient", gradient).astype(dtype, copy=False)
        if gradient.shape != shape:
            raise ValueError(
                f"`gradient` must have the shape of the output of `{name}`, {shape}; got "
                f"{gradient.shape}. Pass the gradient of the loss with respect to that output."
            )
        return gradient, *values
