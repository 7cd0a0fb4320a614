"""Batch normalisation: a layer that treats training and inference differently."""

import numpy as np

from helpers.checks import check_number
from helpers.scratch.layer import Layer, as_floats, check_shape

__all__ = ["BatchNormalization"]


class BatchNormalization(Layer):
    """Give each channel mean 0 and variance 1 over the batch, then a learned scale and shift.

    Parameters
    ----------
    momentum : float
        From 0 to 1: how much of the moving statistics each training step keeps.
    epsilon : float
        Above 0: added to the variance, inside the root.

    Attributes
    ----------
    moving_mean, moving_variance : ndarray of shape (channels,)
        What inference uses: averages of the past batches, changed by `forward` in training mode.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range; in `forward`, for another number of channels, for an empty
        batch in training mode (it has no mean), or without `build`.

    Notes
    -----
    y = gamma (x - m) / sqrt(v + epsilon) + beta; the last axis holds the channels, m and v are
    taken over all other axes: the batch, and the pixels of images. In training they are those of
    the batch (v with divisor n, as in Keras), and
    moving = momentum moving + (1 - momentum) of the batch. In inference they are the moving ones,
    constants, so that an image's output does not depend on its neighbours in the batch.

    Backward in training: every entry moves m and v too. With z = (x - m) / sqrt(v + epsilon) and
    g the gradient of z, x receives (g - mean(g) - z mean(g z)) / sqrt(v + epsilon). In inference:
    g / sqrt(v + epsilon). A nan makes its whole channel nan in training, itself only in inference.

    References
    ----------
    Ioffe and Szegedy, arXiv 1502.03167.

    Examples
    --------
    >>> layer = BatchNormalization()
    >>> layer.build((1,), np.random.default_rng(0))
    (1,)
    >>> layer.forward([[2.0], [4.0], [6.0]], training=True).round(2)
    array([[-1.22],
           [ 0.  ],
           [ 1.22]])
    >>> layer.moving_mean  # 0.99 * 0 + 0.01 * 4
    array([0.04])

    Introduced in notebook 03, *Dropout and batch normalisation backward*.
    """

    def __init__(self, *, momentum=0.99, epsilon=1e-3):
        super().__init__()
        self.momentum = check_number("momentum", momentum, minimum=0, maximum=1)
        self.epsilon = check_number("epsilon", epsilon, above=0)

    def build(self, input_shape, generator):
        input_shape = check_shape("input_shape", input_shape)
        if not input_shape:
            raise ValueError("`input_shape` must end in the number of channels; got ().")
        channels = input_shape[-1]
        self.parameters = {"gamma": np.ones(channels), "beta": np.zeros(channels)}
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)
        return input_shape

    def forward(self, x, training=False):
        x = as_floats("x", x)
        gamma, beta = self.cast_parameters(x.dtype)
        if x.ndim < 2 or x.shape[-1] != len(gamma):
            raise ValueError(f"`x` must have shape (batch, ..., {len(gamma)}); got {x.shape}.")
        mean, variance = self._update_statistics(x) if training else self._moving(x.dtype)
        scale = 1 / np.sqrt(variance + self.epsilon)
        z = (x - mean) * scale
        return self.remember(gamma * z + beta, z, gamma, scale, training)

    def backward(self, gradient):
        gradient, z, gamma, scale, training = self.recall(gradient)
        axes = tuple(range(z.ndim - 1))
        self.gradients = {"gamma": (gradient * z).sum(axis=axes), "beta": gradient.sum(axis=axes)}
        gradient = gradient * gamma
        if training:
            gradient = gradient - gradient.mean(axis=axes) - z * (gradient * z).mean(axis=axes)
        return gradient * scale

    def _update_statistics(self, x):
        if x.size == 0:
            raise ValueError(
                f"`x` must hold at least one case in training mode; got shape {x.shape}. An empty "
                "batch has no mean."
            )
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        keep = self.momentum
        self.moving_mean = keep * self.moving_mean + (1 - keep) * mean
        self.moving_variance = keep * self.moving_variance + (1 - keep) * variance
        return mean, variance

    def _moving(self, dtype):
        return self.moving_mean.astype(dtype), self.moving_variance.astype(dtype)
