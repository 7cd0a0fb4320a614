"""Windows that slide over an image: gather them, and put them back; for convolution and pooling."""

import numpy as np

from helpers.checks import check_choice
from helpers.scratch.layer import as_floats, check_shape
from helpers.scratch.shapes import PADDINGS, as_pair, output_size, padding_amounts

__all__ = ["Windows", "as_images", "check_image_shape"]


def as_images(label, x):
    """Return images as floats with four axes, the last three of them not empty.

    >>> as_images("x", np.zeros((5, 4)))
    Traceback (most recent call last):
        ...
    ValueError: `x` must have shape (batch, height, width, channels), with at least one pixel and \
one channel; got shape (5, 4). Add missing axes with `x[None, :, :, None]`.
    """
    x = as_floats(label, x)
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(
            f"`{label}` must have shape (batch, height, width, channels), with at least one pixel "
            f"and one channel; got shape {x.shape}. Add missing axes with "
            f"`{label}[None, :, :, None]`."
        )
    return x


def check_image_shape(input_shape):
    """Return the shape of images without batch: height, width, channels.

    >>> check_image_shape((28, 20))
    Traceback (most recent call last):
        ...
    ValueError: `input_shape` must be (height, width, channels); got (28, 20).
    """
    input_shape = check_shape("input_shape", input_shape)
    if len(input_shape) != 3:
        raise ValueError(f"`input_shape` must be (height, width, channels); got {input_shape}.")
    return input_shape


class Windows:
    """Know where the windows of an image lie.

    Parameters
    ----------
    image_size : pair of int
        Height and width of the image.
    window_size : int or pair of int
        Pixels of the kernel or of the pool.
    strides, dilation_rate : int or pair of int
        Pixels from one window to the next, and from one pixel of a window to the next.
    padding : "valid" or "same"
        As in Keras; see `padding_amounts`.

    Attributes
    ----------
    output_size : tuple of (int, int)
        Rows and columns of windows.
    amounts : tuple of (int, int), twice
        Pixels added at (top, bottom), (left, right).

    Raises
    ------
    TypeError, ValueError
        For values below 1, an unknown padding, or windows that do not fit; in `gather` and
        `scatter`, for arrays of another shape than they take.

    Notes
    -----
    `gather` is linear, and `scatter` its transpose: sum(gather(x) * w) = sum(x * scatter(w)) for
    all x and w. That is why a backward pass scatters where its forward pass gathered.

    Examples
    --------
    >>> image = np.arange(6.0).reshape(1, 2, 3, 1)
    >>> windows = Windows((2, 3), 2)
    >>> windows.gather(image).reshape(2, 4)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.]])
    >>> windows.scatter(np.ones((1, 1, 2, 2, 2, 1)))[0, :, :, 0]
    array([[1., 2., 1.],
           [1., 2., 1.]])

    Introduced in notebook 02, *Three ways to compute it*.
    """

    def __init__(self, image_size, window_size, *, strides=1, padding="valid", dilation_rate=1):
        self.image_size = as_pair("image_size", image_size)
        self.window_size = as_pair("window_size", window_size)
        self.strides = as_pair("strides", strides)
        self.dilation_rate = as_pair("dilation_rate", dilation_rate)
        check_choice("padding", padding, PADDINGS)
        axes = list(zip(self.image_size, self.window_size, strict=True))
        options = [
            {"strides": step, "dilation_rate": rate, "padding": padding}
            for step, rate in zip(self.strides, self.dilation_rate, strict=True)
        ]
        self.output_size = tuple(output_size(*a, **o) for a, o in zip(axes, options, strict=True))
        self.amounts = tuple(padding_amounts(*a, **o) for a, o in zip(axes, options, strict=True))

    def pad(self, x, fill=0.0):
        """Add the pixels of "same" around each image; without any, return `x` itself."""
        x = as_images("x", x)
        if x.shape[1:3] != self.image_size:
            raise ValueError(
                f"`x` must hold images of the size that the windows were made for, "
                f"{self.image_size}; got {x.shape[1:3]}. Make other windows."
            )
        if not np.any(self.amounts):
            return x
        return np.pad(x, ((0, 0), *self.amounts, (0, 0)), constant_values=fill)

    def gather(self, x, fill=0.0):
        """Show the images as windows, without copying a pixel.

        Parameters
        ----------
        x : array_like of shape (batch, height, width, channels)
            Of `image_size`; integers and booleans become float64, which copies them after all.
        fill : float
            What stands outside the image.

        Returns
        -------
        ndarray of shape (batch, rows, columns, window height, window width, channels)
            Element [b, i, j, m, n, c] is pixel (m, n) of window (i, j); a view, read-only.
        """
        extents = [
            rate * (size - 1) + 1
            for rate, size in zip(self.dilation_rate, self.window_size, strict=True)
        ]
        view = np.lib.stride_tricks.sliding_window_view(self.pad(x, fill), extents, axis=(1, 2))
        (down, right), (between_rows, between_columns) = self.strides, self.dilation_rate
        view = view[:, ::down, ::right, :, ::between_rows, ::between_columns]
        return view.transpose(0, 1, 2, 4, 5, 3)

    def scatter(self, values):
        """Add what stands in windows to the pixels that they show: the transpose of `gather`.

        Parameters
        ----------
        values : array_like of shape (batch, rows, columns, window height, window width, channels)
            As `gather` returns them; integers and booleans become float64.

        Returns
        -------
        ndarray of shape (batch, height, width, channels)
            Element [b, i, j, c] is the sum over all windows that hold the pixel.
        """
        values, expected = as_floats("values", values), (*self.output_size, *self.window_size)
        if values.ndim != 6 or values.shape[1:5] != expected:
            raise ValueError(
                f"`values` must have shape (batch, {', '.join(map(str, expected))}, channels), as "
                f"`gather` returns them; got {values.shape}."
            )
        (height, width), ((top, bottom), (left, right)) = self.image_size, self.amounts
        shape = (len(values), top + height + bottom, left + width + right, values.shape[-1])
        padded = np.zeros(shape, values.dtype)
        for m, n in np.ndindex(self.window_size):  # few slices, each with all windows
            rows, columns = self.pixels_at(m, n)
            padded[:, rows, columns] += values[:, :, :, m, n]
        return padded[:, top : top + height, left : left + width]

    def pixels_at(self, m, n):
        """Return the slices of rows and columns of the padded image at place (m, n) of a window."""
        return tuple(
            slice(place * rate, place * rate + step * places, step)
            for place, rate, step, places in zip(
                (m, n), self.dilation_rate, self.strides, self.output_size, strict=True
            )
        )
