"""The four rungs of the ladder, from a dense network to a small modern one.

Each `build_*` function returns an uncompiled `keras.Sequential` that maps images of shape
(batch, height, width, channels) to logits of shape (batch, units): no softmax or sigmoid at the
end, because the loss is computed more accurately from logits. All of them make the same moves:
input, what the rung is about, one dense layer of logits.
"""

import keras
from keras import layers

from helpers.checks import check_choice, check_integer

__all__ = [
    "LADDER",
    "build_article_network",
    "build_dense_network",
    "build_modern_network",
    "build_network",
    "build_strided_network",
]


def build_dense_network(input_shape, units):
    """Build a dense network with one hidden layer: pixels, but not who their neighbours are.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image.
    units : int
        Number of logits: 1 for a binary task, else the number of classes or labels.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to logits (batch, units).

    Examples
    --------
    >>> build_dense_network((28, 28, 1), 10).count_params()  # (784 + 1) 128 + (128 + 1) 10
    101770

    Introduced in notebook 04, *A ladder of four networks*.
    """
    _check_shape(input_shape, units)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(units),
        ],
        name="dense",
    )


def build_article_network(input_shape, units):
    """Build the network of the article: one convolution, one pooling, one dense layer.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image.
    units : int
        Number of logits: 1 for a binary task, else the number of classes or labels.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to logits (batch, units).

    Examples
    --------
    >>> build_article_network((28, 28, 1), 10).count_params()  # (9 + 1) 32 + (13 * 13 * 32 + 1) 10
    54410

    Introduced in notebook 04, *Sanity checks before training*.
    """
    _check_shape(input_shape, units)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dense(units),
        ],
        name="article",
    )


def build_strided_network(input_shape, units):
    """Build two strided convolutions: the stride does the work of pooling at a quarter of the cost.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image.
    units : int
        Number of logits: 1 for a binary task, else the number of classes or labels.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to logits (batch, units).

    References
    ----------
    Springenberg et al., "Striving for Simplicity: The All Convolutional Net", arXiv 1412.6806.

    Examples
    --------
    >>> build_strided_network((28, 28, 1), 10).output_shape
    (None, 10)

    Introduced in notebook 04, *A ladder of four networks*.
    """
    _check_shape(input_shape, units)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(16, kernel_size=5, strides=2, activation="relu"),
            layers.Conv2D(32, kernel_size=5, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(units),
        ],
        name="strided",
    )


def build_modern_network(input_shape, units):
    """Build four convolutions with batch normalisation, an average over places, and random shifts.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of one image.
    units : int
        Number of logits: 1 for a binary task, else the number of classes or labels.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to logits (batch, units). Its number of parameters
        does not depend on the size of the image.

    Notes
    -----
    Keras's batch normalisation averages its statistics with momentum 0.99, which after a few
    hundred steps still remembers the start: the network then fails at inference though it has
    trained well. A short course trains for few steps, so the momentum here is 0.9.

    In training every image is shifted at random by up to 8 % of its size, its border repeated: a
    change that no diagnosis depends on. At inference the layer does nothing.

    References
    ----------
    Ioffe and Szegedy, arXiv 1502.03167 (batch normalisation); Lin, Chen, Yan, arXiv 1312.4400
    (global average pooling).

    Examples
    --------
    >>> small = build_modern_network((28, 28, 1), 10).count_params()
    >>> build_modern_network((64, 64, 1), 10).count_params() == small
    True

    Introduced in notebook 04, *A ladder of four networks*.
    """
    _check_shape(input_shape, units)
    blocks = []
    for filters, strides in ((16, 1), (32, 2), (32, 1), (64, 2)):
        blocks += [
            # the normalisation's own shift makes a bias useless
            layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.Activation("relu"),
        ]
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.RandomTranslation(0.08, 0.08, fill_mode="nearest"),  # in training only
            *blocks,
            layers.GlobalAveragePooling2D(),
            layers.Dense(units),
        ],
        name="modern",
    )


LADDER = {
    "dense": build_dense_network,
    "article": build_article_network,
    "strided": build_strided_network,
    "modern": build_modern_network,
}


def build_network(name, input_shape, units):
    """Build one rung of the ladder by its name.

    Parameters
    ----------
    name : {"dense", "article", "strided", "modern"}
    input_shape : tuple of int
        (height, width, channels) of one image.
    units : int
        Number of logits: 1 for a binary task, else the number of classes or labels.

    Returns
    -------
    keras.Sequential
        From (batch, height, width, channels) to logits (batch, units).

    Raises
    ------
    TypeError, ValueError
        For an unknown name, a shape that is no image or too small for the network.

    Examples
    --------
    >>> build_network("article", (28, 28, 1), 10).name
    'article'

    Introduced in notebook 04, *A ladder of four networks*.
    """
    build = LADDER[check_choice("name", name, LADDER)]
    return build(input_shape, units)


def check_image_shape(input_shape):
    """Return the shape of one image as three integers: height, width, channels.

    >>> check_image_shape((28, 20))
    Traceback (most recent call last):
        ...
    ValueError: `input_shape` must be (height, width, channels); got (28, 20). A grey image needs \
a channel axis of length 1.
    """
    if not isinstance(input_shape, (tuple, list)):
        raise TypeError(f"`input_shape` must be (height, width, channels); got {input_shape!r}.")
    if len(input_shape) != 3:
        raise ValueError(
            f"`input_shape` must be (height, width, channels); got {tuple(input_shape)}. A grey "
            "image needs a channel axis of length 1."
        )
    sizes = enumerate(input_shape)
    return tuple(check_integer(f"input_shape[{axis}]", size, minimum=1) for axis, size in sizes)


def _check_shape(input_shape, units):
    check_integer("units", units, minimum=1)
    shape = check_image_shape(input_shape)
    if min(shape[:2]) < 13:
        raise ValueError(
            "`input_shape` must be at least 13 pixels high and wide, so that every network of the "
            f"ladder fits; got {shape}. Enlarge the images first."
        )
