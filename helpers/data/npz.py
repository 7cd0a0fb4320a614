"""Read the `.npz` layout of MedMNIST, distrusting everything: the file may be anybody's.

Six arrays: `train_images`, `train_labels`, and the same for `val_` and `test_`. Images are uint8
of shape (n, height, width) or (n, height, width, channels). The headers are checked before any
array is read, so that a file that is wrong or too big costs nothing.
"""

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

from helpers.data.dataset import SPLITS, DataError
from helpers.data.labels import check_label_headers, to_labels
from helpers.data.memory import check_memory

CHANNELS = (1, 3)  # grey, or red, green and blue: what the course can draw
# What zipfile, zlib and NumPy raise on archives that are damaged, encrypted or no archives.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    SyntaxError,
    ValueError,
    KeyError,
    EOFError,
    OSError,
    RuntimeError,
    MemoryError,
)


def check_npz(path):
    """Return the shape (height, width, channels) of the images, after checking all headers.

    Parameters
    ----------
    path : pathlib.Path
        A file in the MedMNIST layout.

    Returns
    -------
    tuple of int

    Raises
    ------
    DataError
        If an array has a wrong shape or type, or the arrays do not fit in memory.
    """
    headers = read_headers(path)
    shape = check_image_headers(path.name, headers)
    check_label_headers(path.name, headers)
    num_cases = {split: headers[f"{split}_images"][0][0] for split in SPLITS}
    label_headers = [headers[f"{split}_labels"] for split in SPLITS]
    # as stored, and as the int64 that they become
    label_bytes = sum(math.prod(rows) * (dtype.itemsize + 8) for rows, dtype in label_headers)
    check_memory(path.name, num_cases, shape, label_bytes=label_bytes)
    return shape


def read_npz(path):
    """Return the images and labels of each split, with the channel axis.

    Parameters
    ----------
    path : pathlib.Path
        A file in the MedMNIST layout. It is only read, never changed.

    Returns
    -------
    images : dict of str to ndarray of uint8, shape (n, height, width, channels)
    labels : dict of str to ndarray of int64, shape (n,) or (n, labels)
        Keys "train", "val" and "test".

    Raises
    ------
    DataError
        Naming the file and the key that is wrong.
    """
    shape = check_npz(path)
    labels = {
        split: to_labels(f"{path.name}: `{split}_labels`", _read(path, f"{split}_labels"))
        for split in SPLITS
    }
    images = {split: _read(path, f"{split}_images").reshape(-1, *shape) for split in SPLITS}
    return images, labels


def read_headers(path):
    """Return shape and dtype of each of the six arrays, without reading the arrays.

    Raises
    ------
    DataError
        If the file is missing, not an archive, lacks an array, or holds Python objects.
    """
    check_exists(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name.removesuffix(".npy") for name in archive.namelist()]
            headers = {key: _read_header(archive, key) for key in _keys() if key in found}
    except BROKEN as error:
        raise DataError(_broken(path, error)) from error
    check_keys(path.name, found)
    check_pickled(path.name, headers)
    return headers


def check_exists(path):
    """Refuse a path without a file."""
    if not path.is_file():
        raise DataError(
            f"{path} must be a file in the MedMNIST layout (.npz); there is none. Check the path; "
            f"a relative one starts at {Path.cwd()}."
        )


def _keys():
    return [f"{split}_{part}" for split in SPLITS for part in ("images", "labels")]


def _read_header(archive, key):
    with archive.open(f"{key}.npy") as member:
        version = np.lib.format.read_magic(member)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(member)
    return shape, dtype


def _read(path, key):
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive[f"{key}.npy"]  # the very member whose header was checked
    except BROKEN as error:
        raise DataError(f"`{key}`: {_broken(path, error)}") from error


def _broken(path, error):
    return (
        f"{path} must be a whole .npz archive; reading it failed: {error or type(error).__name__}. "
        "The file is truncated or altered, or something else with this ending: copy or save it "
        "again (numpy.savez_compressed writes this format)."
    )


def check_keys(file, keys):
    """Refuse an archive that lacks one of the six arrays."""
    missing = [key for key in _keys() if key not in keys]
    if missing:
        raise DataError(
            f"{file} must hold the arrays {', '.join(_keys())}; missing: {', '.join(missing)} "
            f"(it has: {', '.join(sorted(keys)) or 'nothing'}). Save the missing ones under these "
            "names."
        )


def check_pickled(file, headers):
    """Refuse arrays of Python objects: to read them is to run whatever the file says."""
    for key, (_, dtype) in headers.items():
        if dtype.hasobject:
            raise DataError(
                f"{file}: `{key}` must be numbers; it is a pickled array of Python objects, which "
                "is refused because reading it could run foreign code. Save it as one array of "
                "numbers (all images of one size)."
            )


def check_image_headers(file, headers):
    """Return the common shape (height, width, channels), after checking images against labels.

    Raises
    ------
    DataError
        For another dtype or shape, empty splits, sizes that differ, counts that differ.
    """
    shapes = {}
    for split in SPLITS:
        shape, dtype = headers[f"{split}_images"]
        where = f"{file}: `{split}_images`"
        _check_images(where, shape, dtype)
        _check_count(file, split, shape, headers[f"{split}_labels"][0])
        shapes[where] = (*shape[1:], 1) if len(shape) == 3 else tuple(shape[1:])
    if len(set(shapes.values())) > 1:
        found = "; ".join(f"{where} {shape}" for where, shape in shapes.items())
        raise DataError(
            f"{file}: all splits must have images of one size; got {found}. Resize them alike."
        )
    return shapes[f"{file}: `train_images`"]


def _check_images(where, shape, dtype):
    if dtype != np.uint8:
        raise DataError(
            f"{where} must be uint8 (0 to 255); got {dtype}. Scale the images to 0 to 255, the "
            "same way for all, and save them with astype('uint8')."
        )
    if len(shape) != 3 and not (len(shape) == 4 and shape[3] in CHANNELS):
        raise DataError(
            f"{where} must have the shape (n, height, width) or (n, height, width, channels) with "
            f"1 channel (grey) or 3 (red, green, blue); got {shape}. Channels come last; leave out "
            "transparency; cut volumes into slices."
        )
    if 0 in shape:
        raise DataError(
            f"{where} must hold at least one image; got shape {shape}. Each split needs cases: "
            "training to learn, validation to choose, test to look at once."
        )


def _check_count(file, split, image_shape, label_shape):
    num_labels = label_shape[0] if label_shape else 0
    if image_shape[0] != num_labels:
        raise DataError(
            f"{file}: `{split}_images` and `{split}_labels` must be equally long; got "
            f"{image_shape[0]} images and {num_labels} labels. Save one label for each image, in "
            "the same order."
        )
