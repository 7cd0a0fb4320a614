"""Read MNIST from its four official idx files."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from helpers.data.dataset import DataError, DataInfo, Dataset, Split
from helpers.data.download import RemoteFile, md5_of, obtain
from helpers.data.memory import check_memory
from helpers.data.splits import draw_stratified

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
OFFICIAL_MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}
NUM_VAL = 5_000
VAL_SEED = 0  # part of the definition of the set: another seed is another validation split
UNSIGNED_BYTE = 0x08  # the only element type that MNIST uses

SOURCE = (
    "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. "
    "Proceedings of the IEEE 86(11), 1998. https://doi.org/10.1109/5.726791"
)
DIGIT_NAMES = tuple("0123456789")

INFO = DataInfo(
    name="mnist",
    title="MNIST, handwritten digits",
    kind="images",
    task="multi-class",
    class_names=DIGIT_NAMES,
    positive_class=None,
    num_cases={"train": 55_000, "val": 5_000, "test": 10_000},
    shape=(28, 28, 1),
    dtype="uint8",
    value_range=(0, 255),
    licence="CC BY-SA 3.0",
    source=SOURCE,
    origin="download",
    patient="No patients: digits of some 500 writers, whom the files do not name.",
    notes=(
        "Not medical. Test is the official test in the official order; validation is a stratified, "
        "fixed 5,000 of the official 60,000 training images. Writers of test are not in training; "
        "those of validation may be."
    ),
)


def files():
    """Return the four files with their addresses."""
    return tuple(
        RemoteFile(f"mnist/{name}", tuple(mirror + name for mirror in MIRRORS), md5)
        for name, md5 in OFFICIAL_MD5.items()
    )


def load(data_dir="", *, progress=True):
    """Load MNIST, downloading it first if need be."""
    check_memory(INFO.name, INFO.num_cases, INFO.shape)
    paths = obtain(files(), data_dir, progress=progress)
    x, y, x_test, y_test = (read_idx(path) for path in paths)
    all_train, test = _as_split(x, y, paths[0]), _as_split(x_test, y_test, paths[2])
    val = draw_stratified(all_train.y, NUM_VAL, VAL_SEED)
    train = np.delete(np.arange(len(all_train)), val)
    return Dataset(
        INFO,
        all_train.take(train),
        all_train.take(val),
        test,
        checksum="md5:" + ",".join(md5_of(path) for path in paths),
    )


def _as_split(images, labels, path):
    if len(images) != len(labels):
        raise DataError(
            f"{path} and its labels must be equally long; got {len(images)} images and "
            f"{len(labels)} labels. Delete both files and fetch them again."
        )
    return Split(images[..., np.newaxis], labels.astype(np.int64))


def read_idx(path):
    """Read an array of bytes from an idx file.

    The file begins with two zero bytes, a byte for the element type and one for the number of
    axes; the length of each axis follows as a big-endian 32-bit number, then the elements.

    Parameters
    ----------
    path : str or path
        Compressed (``.gz``) idx file of unsigned bytes.

    Returns
    -------
    ndarray of uint8
        With the axes that the header states.

    Raises
    ------
    DataError
        If the file is not such a file, or ends too early or too late.

    References
    ----------
    .. [1] LeCun, Cortes, Burges: The MNIST database, "File formats".
           http://yann.lecun.com/exdb/mnist/
    """
    try:
        with gzip.open(path) as stream:
            content = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} must be a whole .gz file; {error}. Fetch it again.") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise DataError(
            f"{path} must begin with the bytes 00 00 08 of an idx file of bytes; got "
            f"{content[:3].hex(' ') or 'nothing'}. Fetch it again."
        )
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start].ljust(start - 4, b"\0"))
    expected = start + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise DataError(
            f"{Path(path)} must hold {expected} bytes for shape {shape}; got {len(content)}. "
            "Fetch it again."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
