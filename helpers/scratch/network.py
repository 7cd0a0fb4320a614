"""A network small enough to read: layers in a row, and the loop that trains them."""

import math

import numpy as np

from helpers.checks import check_choice, check_integer
from helpers.scratch.layer import Layer, as_floats, check_generator, check_shape

__all__ = ["Sequential"]


class Sequential:
    """Put layers in a row; forward goes through them, backward comes back.

    Parameters
    ----------
    layers : list of Layer
        At least one. A layer object belongs to one place of one network.
    dtype : {"float32", "float64"}
        Of parameters and inputs. Checking gradients by differences wants float64.

    Attributes
    ----------
    parameters, gradients : dict of str to ndarray
        Those of all layers, named like "layers[2].kernel": the layers' own arrays, no copies.

    Raises
    ------
    TypeError, ValueError
        For no layer, something else than layers, the same layer twice, or an unknown dtype; for use
        before `build`; for other input than was built for; in `compile`, for an optimizer or a loss
        that is none; where a layer refuses its part.

    Notes
    -----
    The moves are those of a layer: build, forward, backward; so a network can be checked as a
    layer is.

    Examples
    --------
    >>> from helpers.scratch import SGD, Dense, MeanSquaredError
    >>> network = Sequential([Dense(1)])
    >>> network.build((2,), np.random.default_rng(0))
    (1,)
    >>> network.compile(optimizer=SGD(0.1), loss=MeanSquaredError())
    >>> x = np.random.default_rng(1).normal(size=(200, 2))
    >>> history = network.fit(
    ...     x, x @ [[3], [-5]], batch_size=20, epochs=20, generator=np.random.default_rng(2)
    ... )
    >>> network.layers[0].parameters["kernel"].round(3)
    array([[ 3.],
           [-5.]], dtype=float32)

    Introduced in notebook 03, *A network in NumPy*.
    """

    def __init__(self, layers, *, dtype="float32"):
        self.layers = _check_layers(layers)
        self.dtype = check_choice("dtype", dtype, ["float32", "float64"])
        self.input_shape = self.generator = self.loss = self.optimizer = None

    @property
    def parameters(self):
        return self._collect("parameters")

    @property
    def gradients(self):
        return self._collect("gradients")

    def _collect(self, kind):
        return {
            f"layers[{k}].{key}": value
            for k, layer in enumerate(self.layers)
            for key, value in getattr(layer, kind).items()
        }

    def build(self, input_shape, generator):
        """Make the parameters of all layers.

        Parameters
        ----------
        input_shape : tuple of int
            Of one case, without the batch.
        generator : numpy.random.Generator
            First values of the parameters, and later the masks of dropout.

        Returns
        -------
        tuple of int
            The shape of one output.
        """
        shape = check_shape("input_shape", input_shape)
        self.input_shape, self.generator = shape, check_generator(generator)
        for layer in self.layers:
            shape = layer.build(shape, generator)
            for key, value in layer.parameters.items():
                layer.parameters[key] = value.astype(self.dtype)
        return shape

    def forward(self, x, training=False):
        """Compute the output of shape (batch, ...) for an input of shape (batch, ...)."""
        x = self._check_input(x)
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def _check_input(self, x):
        if self.input_shape is None:
            raise ValueError(
                "`Sequential` must be built before `forward`. Call `build(input_shape, generator)`."
            )
        x = as_floats("x", x).astype(self.dtype, copy=False)
        if x.ndim == 0 or x.shape[1:] != self.input_shape:
            words = ", ".join(["batch", *map(str, self.input_shape)])
            raise ValueError(f"`x` must have shape ({words}); got {x.shape}.")
        return x

    def backward(self, gradient):
        """Send the gradient of the output back; return that of the input."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def predict(self, x, *, batch_size=256):
        """Compute the outputs at inference, batch by batch; an empty input has an empty output."""
        x, batch_size = self._check_input(x), check_integer("batch_size", batch_size, minimum=1)
        starts = range(0, max(len(x), 1), batch_size)
        return np.concatenate([self.forward(x[start : start + batch_size]) for start in starts])

    def compile(self, *, optimizer, loss):
        """Choose the optimizer and the loss of training, such as `Adam()` and a cross-entropy."""
        self.optimizer = _check_part("optimizer", optimizer, ["update"])
        self.loss = _check_part("loss", loss, ["forward", "backward"])

    def train_step(self, x, y):
        """Forward, loss, backward, update: one step on one batch; return the loss before it."""
        if self.loss is None:
            raise ValueError(
                "`Sequential` needs an optimizer and a loss to train. Call "
                "`compile(optimizer=..., loss=...)`."
            )
        loss = self.loss.forward(y, self.forward(x, training=True))
        self.backward(self.loss.backward())
        self.optimizer.update(self.parameters, self.gradients)
        return loss

    def fit(self, x, y, *, batch_size=32, epochs=1, generator, callback=None):
        """Train in mini-batches, shuffled anew in each epoch.

        Parameters
        ----------
        x : array_like of shape (n, ...)
        y : array_like of shape (n, ...)
            As the loss takes them.
        batch_size : int
            At least 1: cases a step; the last batch of an epoch holds what is left.
        epochs : int
            At least 1: passes over all cases.
        generator : numpy.random.Generator
            Of the shuffling.
        callback : callable, optional
            Called with (epoch, mean loss) after each epoch, from 1: to show progress.

        Returns
        -------
        list of float
            Element [k] is the mean loss of epoch k + 1, measured while it trained.

        Raises
        ------
        ValueError
            For no cases, unequal lengths, or a loss that is no longer finite.
        """
        x, y, generator = np.asarray(x), np.asarray(y), check_generator(generator)
        if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
            raise ValueError(
                "`x` and `y` must hold the same number of cases, one or more; got shapes "
                f"{x.shape} and {y.shape}."
            )
        check_integer("batch_size", batch_size, minimum=1)
        history = []
        for epoch in range(1, check_integer("epochs", epochs, minimum=1) + 1):
            history.append(self._run_epoch(x, y, batch_size, generator.permutation(len(x))))
            if callback is not None:
                callback(epoch, history[-1])
        return history

    def _run_epoch(self, x, y, batch_size, order):
        total = 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            total += len(batch) * self.train_step(x[batch], y[batch])
        if not math.isfinite(total):
            raise ValueError(
                "Training diverged: a loss is not finite. Lower the learning rate (now "
                f"{self.optimizer.learning_rate:g}), or check that the input is scaled and finite."
            )
        return total / len(x)


def _check_layers(layers):
    """Return a list of layers, at least one, all of them different objects."""
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"`layers` must be a list of layers; got {layers!r}. Write `[Dense(10)]`.")
    for k, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(
                f"`layers[{k}]` must be a layer; got {layer!r}. Make an object, such as "
                "`Dense(10)`."
            )
    if not layers:
        raise ValueError("`layers` must hold at least one layer; got an empty list.")
    if len({id(layer) for layer in layers}) < len(layers):
        raise ValueError("`layers` must be different objects; got one twice. Make two.")
    return list(layers)


def _check_part(label, part, moves):
    """Return an optimizer or a loss: an object, not a class or a name, that knows its moves."""
    if isinstance(part, type) or not all(callable(getattr(part, move, None)) for move in moves):
        words = " and ".join(f"`{move}`" for move in moves)
        raise TypeError(
            f"`{label}` must be an object with {words}; got {part!r}. Make one, such as "
            "`compile(optimizer=SGD(0.1), loss=MeanSquaredError())`."
        )
    return part
