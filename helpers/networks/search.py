"""The network that can equal the ideal observer of a lesion at an unknown place.

In white noise the ideal observer cross-correlates the image with the lesion, and adds up
exp(response) over all places. Both moves are layers: one convolution with one filter, and a
log-sum-exp over the places. Only the filter and its bias are not known beforehand: they are learnt.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from helpers.checks import check_integer
from helpers.networks.models import check_image_shape

__all__ = ["LogSumExp", "SymmetricConv2D", "build_correlation_network"]


@keras.saving.register_keras_serializable(package="helpers")
class LogSumExp(layers.Layer):
    """Combine the responses of all places into one number a filter: ln of the sum of exp(response).

    It is a smooth maximum: one strong response decides, and many middling ones count together. It
    lies between the largest response and that plus ln of the number of places. From (batch, height,
    width, filters) to (batch, filters).

    Examples
    --------
    >>> import numpy as np
    >>> float(LogSumExp()(np.zeros((1, 2, 5, 1)))[0, 0])  # ln(2 * 5)
    2.3025851...

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """

    def call(self, inputs):
        return ops.logsumexp(inputs, axis=(1, 2))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


@keras.saving.register_keras_serializable(package="helpers")
class SymmetricConv2D(layers.Layer):
    """Convolve with one filter that is the same in all directions: equal distance, equal weight.

    The pixels of the square kernel that lie equally far from its centre share one weight, so the
    filter can only learn what depends on that distance. Valid padding, stride 1, one bias: from
    (batch, height, width, channels) to (batch, height - k + 1, width - k + 1, 1).

    Parameters
    ----------
    kernel_size : int
        Height and width k of the kernel, at least 1.
    bias_initializer : str or keras.initializers.Initializer
    **options
        Of `keras.layers.Layer`, such as `name`.

    Attributes
    ----------
    kernel : tensor of shape (k, k, channels, 1)
        What the input is cross-correlated with, as in `keras.layers.Conv2D`.
    weight : keras.Variable of shape (distances, channels)
        What is learnt: element [d, c] is the weight of channel c at the d-th distance, from the
        centre outwards.
    bias : keras.Variable of shape (1,)

    Notes
    -----
    `weight` starts from a normal distribution with standard deviation 1 / (k sqrt(channels)): the
    response to white noise of variance 1 then has a variance of about 1.

    Examples
    --------
    >>> layer = SymmetricConv2D(9)
    >>> layer.build((None, 28, 28, 1))
    >>> layer.count_params()  # 81 pixels at 15 distances, and a bias
    16

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """

    def __init__(self, kernel_size, *, bias_initializer="zeros", **options):
        super().__init__(**options)
        self.kernel_size = check_integer("kernel_size", kernel_size, minimum=1)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        along = 2 * np.arange(self.kernel_size) - (self.kernel_size - 1)  # in half pixels
        squared = along[:, None] ** 2 + along**2
        distances, self._distance = np.unique(squared, return_inverse=True)
        self.weight = self.add_weight(
            name="weight",
            shape=(len(distances), input_shape[-1]),
            initializer=_unit_response(self.kernel_size, input_shape[-1]),
        )
        self.bias = self.add_weight(name="bias", shape=(1,), initializer=self.bias_initializer)

    @property
    def kernel(self):
        spread = ops.take(self.weight, self._distance.ravel(), axis=0)
        return ops.reshape(spread, (self.kernel_size, self.kernel_size, -1, 1))

    def call(self, inputs):
        return ops.conv(inputs, self.kernel, padding="valid") + self.bias

    def compute_output_shape(self, input_shape):
        lost = self.kernel_size - 1
        return (input_shape[0], input_shape[1] - lost, input_shape[2] - lost, 1)

    def get_config(self):
        bias_initializer = keras.initializers.serialize(self.bias_initializer)
        own = {"kernel_size": self.kernel_size, "bias_initializer": bias_initializer}
        return super().get_config() | own


def build_correlation_network(input_shape, *, kernel_size=9, tied=False):
    """Build two layers, a cross-correlation with one filter and a log-sum-exp over the places.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image.
    kernel_size : int
        Height and width of the filter, at least 1 and at most those of the image.
    tied : bool
        Whether the filter's weights are tied by the symmetry of a round lesion, see
        `SymmetricConv2D`.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to a logit (batch, 1), uncompiled.

    Raises
    ------
    TypeError, ValueError
        If the shape is no image, or the filter does not fit inside it.

    Notes
    -----
    With the filter w and the bias b, logit = ln sum_j exp(sum_i w_i g_(i+j) + b) over the M places
    j where the filter fits. For white noise of variance sigma^2 and a lesion s that lies wholly
    inside the image at one of these places, all equally likely, w = s / sigma^2 and
    b = -|s|^2 / (2 sigma^2) - ln M make the logit the exact log likelihood ratio: no observer does
    better. Training starts from a random filter, as `SymmetricConv2D` does, and b = -ln M.

    References
    ----------
    Kupinski, Edwards, Giger, Metz, IEEE TMI 20:886 (2001), doi 10.1109/42.952727: networks that
    approach an ideal observer.

    Examples
    --------
    >>> build_correlation_network((28, 28, 1)).count_params()  # 9 * 9 + 1
    82
    >>> build_correlation_network((28, 28, 1), tied=True).count_params()  # 15 + 1
    16

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """
    height, width, channels = _check_fit(input_shape, kernel_size)
    places = (height - kernel_size + 1) * (width - kernel_size + 1)
    at_start = keras.initializers.Constant(-math.log(places))
    if tied:
        correlation = SymmetricConv2D(kernel_size, bias_initializer=at_start)
    else:
        correlation = layers.Conv2D(
            1,
            kernel_size,
            kernel_initializer=_unit_response(kernel_size, channels),
            bias_initializer=at_start,
        )
    return keras.Sequential(
        [keras.Input((height, width, channels)), correlation, LogSumExp()],
        name="tied_correlation" if tied else "correlation",
    )


def _unit_response(kernel_size, channels):
    """Draw weights whose response to white noise of variance 1 has a variance of about 1."""
    return keras.initializers.RandomNormal(stddev=1 / (kernel_size * math.sqrt(channels)))


def _check_fit(input_shape, kernel_size):
    shape = check_image_shape(input_shape)
    if check_integer("kernel_size", kernel_size, minimum=1) > min(shape[:2]):
        raise ValueError(
            f"`kernel_size` must fit inside the image; got {kernel_size} and input shape {shape}. "
            "Use a smaller filter or larger images."
        )
    return shape
