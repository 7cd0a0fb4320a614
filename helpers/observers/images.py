"""Checks of what observers are given, and the one loop in which they score images."""

import numpy as np

from helpers.checks import check_integer

BATCH = 1024  # images in float64 at a time: bounded memory for any number of images


def check_image_shape(image_shape, label="image_shape"):
    """Return (height, width) as two ints of at least 1, or say what came instead."""
    if not isinstance(image_shape, (tuple, list)) or len(image_shape) != 2:
        raise ValueError(f"`{label}` must be (height, width); got {image_shape!r}.")
    return tuple(check_integer(label, size, minimum=1) for size in image_shape)


def check_labels(label, values):
    """Return class numbers 0 and 1 as an array of shape (n,), or say what came instead."""
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"`{label}` must have shape (n,); got {values.shape}.")
    return check_class_numbers(label, values, 1, "integers 0 and 1")


def check_class_numbers(label, values, highest, required=None):
    """Return an array of integers from 0 to the highest, or say what came instead."""
    integers = values.dtype.kind in "iub"
    if integers and not ((values < 0) | (values > highest)).any():
        return values
    required = required or f"integers from 0 to {highest}"
    found = list(dict.fromkeys(values.ravel().tolist()))[:5]
    whole = values.dtype.kind == "f" and np.isin(values, np.arange(highest + 1)).all()
    raise ValueError(
        f"`{label}` must hold {required}; got {values.dtype} with the values {found}."
        + (" Use `.astype(int)`." if whole else "")
    )


def check_pixels(label, values, ndim, meaning):
    """Return finite real numbers with `ndim` axes as float64; integers become float64 too."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        raise TypeError(f"`{label}` must hold real numbers; got {values.dtype}.")
    if values.ndim != ndim or values.size == 0:
        raise ValueError(
            f"`{label}` must have shape {meaning} and hold something; got shape {values.shape}."
        )
    values = values.astype("float64")
    if not np.isfinite(values).all():
        raise ValueError(f"`{label}` must hold finite numbers; got nan or infinity.")
    return values


def check_images(images, image_shape=None):
    """Return images as (n, height, width) without copying or converting them; n may be 0."""
    if hasattr(images, "x"):
        raise TypeError(
            f"`images` must be an array; got a {type(images).__name__}. Pass its images: `split.x`."
        )
    images = np.asarray(images)
    if images.dtype.kind not in "fiu":
        raise TypeError(f"`images` must hold real numbers; got {images.dtype}.")
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim != 3 or 0 in images.shape[1:]:
        raise ValueError(
            "`images` must have shape (n, height, width) or (n, height, width, 1); "
            f"got {images.shape}. A single image needs an axis of its own: `image[None]`."
        )
    if image_shape is not None and images.shape[1:] != image_shape:
        raise ValueError(
            f"`images` must have the height and width of this observer, {image_shape}; "
            f"got {images.shape[1:]}. Build the observer for images of that size."
        )
    return images


def score_in_batches(images, image_shape, score):
    """Apply `score`, a function from (batch, pixels) to (batch,), to images of any number."""
    images = check_images(images, image_shape)
    scores = np.empty(len(images))
    for start in range(0, len(images), BATCH):
        scores[start : start + BATCH] = score(flatten(images[start : start + BATCH]))
    return scores


def flatten(images):
    """Return checked images as finite float64 rows, shape (n, height * width)."""
    rows = images.reshape(len(images), images.shape[1] * images.shape[2]).astype("float64")
    if not np.isfinite(rows).all():
        raise ValueError(
            "`images` must hold finite numbers; got nan or infinity. An observer cannot score an "
            "image with missing pixels: leave it out."
        )
    return rows
