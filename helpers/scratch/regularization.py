"""Dropout: noise in training, nothing at inference."""

import numpy as np

from helpers.checks import check_number
from helpers.scratch.layer import Layer, as_floats, check_generator

__all__ = ["Dropout"]


class Dropout(Layer):
    """Put a random share of the entries to zero while training; leave them alone at inference.

    Parameters
    ----------
    rate : float
        From 0, below 1: the share that is dropped.

    Raises
    ------
    TypeError, ValueError
        For a rate out of its range; in `forward` in training mode, without `build`.

    Notes
    -----
    Inverted dropout, as in Keras: what stays is divided by 1 - rate, so that the mean of each entry
    stays the same and inference needs no correction. Backward uses the mask of the last forward.
    Each training forward draws a new mask from the generator that `build` received. nan stays
    nan where it is kept, and also where it is dropped: 0 times nan is nan.

    References
    ----------
    Srivastava et al., JMLR 15:1929 (2014), https://jmlr.org/papers/v15/srivastava14a.html.

    Examples
    --------
    >>> layer = Dropout(0.75)
    >>> layer.build((5,), np.random.default_rng(0))
    (5,)
    >>> layer.forward(np.ones((1, 5)), training=True)
    array([[0., 0., 0., 0., 4.]])
    >>> layer.forward(np.ones((1, 5)))
    array([[1., 1., 1., 1., 1.]])

    Introduced in notebook 03, *Dropout and batch normalisation backward*.
    """

    def __init__(self, rate):
        super().__init__()
        self.rate = check_number("rate", rate, minimum=0, below=1)

    def build(self, input_shape, generator):
        self.generator = check_generator(generator)
        return super().build(input_shape, generator)

    def forward(self, x, training=False):
        x = as_floats("x", x)
        if not training:
            return self.remember(x, np.ones((), x.dtype))
        if self.generator is None:
            raise ValueError(
                "`Dropout` must be built before it drops anything. Call "
                "`build(input_shape, generator)`, or put it into a `Sequential` and build that."
            )
        kept = self.generator.random(x.shape) >= self.rate
        mask = kept.astype(x.dtype) / (1 - self.rate)
        return self.remember(x * mask, mask)

    def backward(self, gradient):
        gradient, mask = self.recall(gradient)
        return gradient * mask
