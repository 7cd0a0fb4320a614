"""Pooling: one number a window and channel, the largest or the mean; or one an image."""

import numpy as np

from helpers.checks import check_choice
from helpers.scratch.layer import Layer
from helpers.scratch.shapes import PADDINGS, as_pair
from helpers.scratch.windows import Windows, as_images, check_image_shape

__all__ = [
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "MaxPooling2D",
]


class _Pooling2D(Layer):
    """Hold what pooling over windows has in common: the windows."""

    def __init__(self, pool_size=2, *, strides=None, padding="valid"):
        super().__init__()
        self.pool_size = as_pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else as_pair("strides", strides)
        self.padding = check_choice("padding", padding, PADDINGS)

    def build(self, input_shape, generator):
        *image_size, channels = check_image_shape(input_shape)
        return (*self._windows(image_size).output_size, channels)

    def _windows(self, image_size):
        return Windows(image_size, self.pool_size, strides=self.strides, padding=self.padding)


class MaxPooling2D(_Pooling2D):
    """Keep the largest number of each window, in each channel.

    Parameters
    ----------
    pool_size : int or pair of int
    strides : int or pair of int, optional
        The pool size, if not given.
    padding : "valid" or "same"
        As in Keras. The pixels of "same" are never the largest.

    Raises
    ------
    TypeError, ValueError
        For sizes below 1 or an unknown padding; in `build` and `forward`, with "valid", for images
        that are smaller than the pool.

    Notes
    -----
    What is left over at the bottom and right is dropped without a word: 13 rows and a pool of 2
    give 6. Backward sends the gradient of each window to the pixel that was kept, as if `forward`
    had set a switch; of equal pixels to the first, in reading order, as TensorFlow does. Where
    windows overlap, a pixel receives a sum. A window that holds nan gives nan (TensorFlow's
    passes over it) and has no meaningful gradient. An empty batch gives an empty output.

    Examples
    --------
    >>> layer = MaxPooling2D(2)
    >>> layer.forward(np.array([[1, 7, 2, 2], [5, 3, 2, 2]])[None, :, :, None])[0, :, :, 0]
    array([[7., 2.]])
    >>> layer.backward(np.array([[10, 20]])[None, :, :, None])[0, :, :, 0]
    array([[ 0., 10., 20.,  0.],
           [ 0.,  0.,  0.,  0.]])

    Introduced in notebook 02, *Pooling*.
    """

    def forward(self, x, training=False):
        x = as_images("x", x)
        windows = self._windows(x.shape[1:3])
        view = windows.gather(x, fill=-np.inf)
        largest = view[:, :, :, 0, 0]
        switches = np.zeros(largest.shape, dtype="int32")  # places in the window, row by row
        for place, (m, n) in enumerate(np.ndindex(self.pool_size)):
            pixels = view[:, :, :, m, n]
            switches = np.where(pixels > largest, np.int32(place), switches)
            largest = np.maximum(largest, pixels)
        return self.remember(largest, windows, switches)

    def backward(self, gradient):
        gradient, windows, switches = self.recall(gradient)
        height, width = self.pool_size
        places = np.arange(height * width, dtype=switches.dtype).reshape(height, width, 1)
        kept = switches[:, :, :, None, None] == places
        return windows.scatter(gradient[:, :, :, None, None] * kept)


class AveragePooling2D(_Pooling2D):
    """Take the mean of each window, in each channel.

    Parameters
    ----------
    pool_size : int or pair of int
    strides : int or pair of int, optional
        The pool size, if not given.
    padding : "valid" or "same"
        As in Keras. The pixels of "same" do not count: the mean is over those of the image.

    Raises
    ------
    TypeError, ValueError
        As in `MaxPooling2D`.

    Notes
    -----
    Backward shares the gradient of each window equally among its pixels. It is a cross-correlation
    of each channel with a constant kernel, save near a padded border. A window that holds nan gives
    nan. An empty batch gives an empty output.

    Examples
    --------
    >>> layer = AveragePooling2D(2, padding="same")
    >>> layer.forward(np.array([[1, 7, 2], [5, 3, 4]])[None, :, :, None])[0, :, :, 0]
    array([[4., 3.]])
    >>> layer.backward(np.array([[8, 8]])[None, :, :, None])[0, :, :, 0]
    array([[2., 2., 4.],
           [2., 2., 4.]])

    Introduced in notebook 02, *Pooling*.
    """

    def forward(self, x, training=False):
        x = as_images("x", x)
        windows = self._windows(x.shape[1:3])
        # pixels of the image in each window, of shape (1, rows, columns, 1)
        counts = windows.gather(np.ones((1, *x.shape[1:3], 1), x.dtype)).sum(axis=(3, 4))
        return self.remember(windows.gather(x).sum(axis=(3, 4)) / counts, windows, counts)

    def backward(self, gradient):
        gradient, windows, counts = self.recall(gradient)
        share = (gradient / counts)[:, :, :, None, None]
        rows, columns, channels = gradient.shape[1:]
        shape = (len(gradient), rows, columns, *self.pool_size, channels)
        return windows.scatter(np.broadcast_to(share, shape))


class GlobalAveragePooling2D(Layer):
    """Take the mean of each channel over the whole image.

    Raises
    ------
    TypeError, ValueError
        For images without pixels or without four axes.

    Notes
    -----
    (batch, height, width, channels) becomes (batch, channels). Backward shares the gradient
    equally among all pixels.

    Examples
    --------
    >>> GlobalAveragePooling2D().forward(np.arange(6).reshape(1, 3, 2, 1))
    array([[2.5]])

    Introduced in notebook 02, *Pooling*.
    """

    def build(self, input_shape, generator):
        return check_image_shape(input_shape)[2:]

    def forward(self, x, training=False):
        x = as_images("x", x)
        return self.remember(x.mean(axis=(1, 2)), x.shape)

    def backward(self, gradient):
        gradient, shape = self.recall(gradient)
        share = gradient[:, None, None] / (shape[1] * shape[2])
        return np.broadcast_to(share, shape).copy()


class GlobalMaxPooling2D(Layer):
    """Keep the largest number of each channel of the whole image.

    Raises
    ------
    TypeError, ValueError
        For images without pixels or without four axes.

    Notes
    -----
    (batch, height, width, channels) becomes (batch, channels). Equal largest pixels share the
    gradient, as in Keras, where this layer is a maximum over axes and no pooling: `MaxPooling2D`
    sends all of it to the first. A nan gives nan, and all gradients of its channel are then 0.

    Examples
    --------
    >>> layer = GlobalMaxPooling2D()
    >>> layer.forward(np.array([[1, 7, 7], [5, 3, 4]])[None, :, :, None])
    array([[7.]])
    >>> layer.backward([[10]])[0, :, :, 0]
    array([[0., 5., 5.],
           [0., 0., 0.]])

    Introduced in notebook 02, *Pooling*.
    """

    def build(self, input_shape, generator):
        return check_image_shape(input_shape)[2:]

    def forward(self, x, training=False):
        x = as_images("x", x)
        largest = x.max(axis=(1, 2))  # (batch, channels)
        kept = x == largest[:, None, None]
        return self.remember(largest, kept)

    def backward(self, gradient):
        gradient, kept = self.recall(gradient)
        counts = kept.sum(axis=(1, 2)).clip(1)  # none is kept where nan is the largest
        return (gradient / counts).astype(gradient.dtype)[:, None, None] * kept
