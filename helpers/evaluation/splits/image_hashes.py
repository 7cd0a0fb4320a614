"""Hashes of images: two that are equal prove a copy."""

import hashlib

import numpy as np

__all__ = ["hash_images"]


def hash_images(x):
    """Compute a short text for each image that is the same only if all its pixels are.

    Parameters
    ----------
    x : array_like of shape (n, ...), or sequence of n arrays that may differ in shape
        Images with or without channels, volumes, or rows of features; real numbers.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        64 hexadecimal digits each.

    Raises
    ------
    TypeError, ValueError
        For no images, images without pixels, or pixels that are no real numbers.

    Notes
    -----
    SHA-256 of the shape and of the pixels as float64. So the *values* count and the type does not:
    a copy stored as uint8 and one stored as float32 with the same values have the same hash. A last
    axis of length 1 does not count either: (28, 28) is (28, 28, 1). nan equals nan, and -0 is 0.
    Anything else makes another hash: pixels divided by 255, another contrast, a turn, a crop, or a
    lossy file. So hash the images as they were read, before they are scaled, in all splits alike;
    two equal hashes prove a copy, two different ones prove nothing.

    Examples
    --------
    >>> images = np.array([[[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 6]]], dtype="uint8")
    >>> hashes = hash_images(images)
    >>> bool(hashes[0] == hashes[1])
    False
    >>> bool((hash_images(images.astype("float32")[..., None]) == hashes).all())
    True

    Introduced in notebook 05, *Leakage*.
    """
    if hasattr(x, "x"):
        raise TypeError(f"`x` must be an array; got a {type(x).__name__}. Pass its images: `x.x`.")
    images = list(x) if isinstance(x, (list, tuple)) else list(np.atleast_1d(x))
    if not images:
        raise ValueError("`x` must hold one image or more; got none.")
    return np.array([_hash_pixels(np.asarray(image)) for image in images])


def _hash_pixels(image):
    if image.dtype.kind not in "fiub":
        raise TypeError(f"`x` must hold real numbers; got {image.dtype}.")
    if image.ndim == 0 or image.size == 0:
        raise ValueError(
            f"`x` must hold images with pixels; got one of shape {image.shape}. The first axis "
            "counts the images: a single one is `image[None]`."
        )
    if image.ndim > 2 and image.shape[-1] == 1:
        image = image[..., 0]
    pixels = image.astype("<f8") + 0.0  # -0 becomes 0
    pixels[np.isnan(pixels)] = np.nan  # which has many bit patterns
    return hashlib.sha256(f"{image.shape} ".encode() + pixels.tobytes()).hexdigest()
