"""A network that answers with an image: a small U-Net, for masks."""

import keras
from keras import layers

from helpers.checks import check_integer
from helpers.networks.models import check_image_shape

__all__ = ["build_unet"]


def build_unet(input_shape, *, filters=6, levels=2):
    """Build a small U-Net: down to see what surrounds a pixel, up again to say where it is.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image; height and width are multiples of 2^levels.
    filters : int
        Of the convolutions at full size, at least 1; twice as many after each pooling.
    levels : int
        How often the image is halved and doubled again, at least 1.

    Returns
    -------
    keras.Model
        From (batch, height, width, channels) to one logit a pixel, (batch, height, width, 1),
        uncompiled. Trained as a "multi-label" task, with masks of 0 and 1 as labels.

    Raises
    ------
    TypeError, ValueError
        If the shape is no image or cannot be halved so often, or a number is below 1.

    Notes
    -----
    Two 3 x 3 convolutions a level, with "same" padding, so that the mask is as large as the image;
    the network of the paper had none and cut the border off. On the way up each level gets what
    the level of its size saw on the way down: the skip connections, which keep the outline sharp.

    References
    ----------
    Ronneberger, Fischer, Brox, arXiv 1505.04597.

    Examples
    --------
    >>> model = build_unet((28, 20, 1))
    >>> model.output_shape, model.count_params()
    ((None, 28, 20, 1), 16705)

    Introduced in notebook 06, *Segmentation*.
    """
    shape = check_image_shape(input_shape)
    check_integer("filters", filters, minimum=1)
    part = 2 ** check_integer("levels", levels, minimum=1)
    if shape[0] % part or shape[1] % part:
        raise ValueError(
            f"`input_shape` must have a height and width that are multiples of {part}, to be "
            f"halved {levels} times; got {shape}. Pad the images or use fewer levels."
        )
    x = inputs = keras.Input(shape)
    skips = []
    for level in range(levels):
        x = _convolve_twice(x, filters * 2**level)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _convolve_twice(x, filters * part)
    for level in reversed(range(levels)):
        x = layers.Concatenate()([skips[level], layers.UpSampling2D()(x)])
        x = _convolve_twice(x, filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x), name="unet")


def _convolve_twice(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x
