"""Where a lesion may lie, and how its patch is laid into images."""

import numpy as np

from helpers.checks import check_choice, check_integer

NAMED = ("centre", "anywhere")


def find_centres(places, image_shape, patch_shape):
    """Return the centre of the lesion at each place, refusing what lies outside the image.

    Parameters
    ----------
    places : "centre", "anywhere" or sequence of (int, int)
        As in `LesionTask`.
    image_shape, patch_shape : (int, int)
        Height and width.

    Returns
    -------
    ndarray of int64, shape (places, 2)
        Row and column of the patch's centre pixel; of "anywhere" row by row.

    Raises
    ------
    TypeError, ValueError
        For an unknown word, no place, the same place twice, or a patch that does not fit.

    Examples
    --------
    >>> find_centres("centre", (8, 7), (5, 3)).tolist()
    [[3, 3]]
    >>> find_centres("anywhere", (6, 5), (5, 3)).tolist()
    [[2, 1], [2, 2], [2, 3], [3, 1], [3, 2], [3, 3]]
    """
    spare = [size - patch for size, patch in zip(image_shape, patch_shape, strict=True)]
    if min(spare) < 0:
        raise ValueError(
            f"`lesion` must fit into the image; got a patch of {tuple(patch_shape)} and images of "
            f"{tuple(image_shape)}. Use larger images or a smaller patch."
        )
    half = [patch // 2 for patch in patch_shape]
    if isinstance(places, str):
        check_choice("places", places, NAMED)
        if places == "centre":
            return np.array([[half[0] + spare[0] // 2, half[1] + spare[1] // 2]])
        corners = np.indices((spare[0] + 1, spare[1] + 1)).reshape(2, -1).T
        return corners + half
    return _check_listed(places, half, spare)


def _check_listed(places, half, spare):
    try:
        listed = [tuple(check_integer("places", number) for number in place) for place in places]
    except TypeError:
        listed = []
    if not listed or any(len(place) != 2 for place in listed):
        raise TypeError(
            "`places` must be 'centre', 'anywhere' or a list of at least one (row, column) in "
            f"whole numbers; got {places!r}."
        )
    if len(set(listed)) < len(listed):
        raise ValueError(f"`places` must name each place once; got {listed}.")
    for place in listed:
        if any(not h <= at <= h + s for at, h, s in zip(place, half, spare, strict=True)):
            raise ValueError(
                f"`places` must leave the whole lesion inside the image, rows {half[0]} to "
                f"{half[0] + spare[0]} and columns {half[1]} to {half[1] + spare[1]}; got {place}. "
                "Move the lesion inwards or use a smaller patch."
            )
    return np.array(listed)


def lay_patches(images, patch, centres):
    """Write a patch into each image around its centre, in place, and return the images.

    >>> lay_patches(np.zeros((1, 3, 4)), np.array([[1, 2, 1]]), [(1, 2)])[0]
    array([[0., 0., 0., 0.],
           [0., 1., 2., 1.],
           [0., 0., 0., 0.]])
    """
    height, width = patch.shape
    for image, (row, column) in zip(images, centres, strict=True):
        top, left = row - height // 2, column - width // 2
        image[top : top + height, left : left + width] = patch
    return images
