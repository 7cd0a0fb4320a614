"""The twelve two-dimensional MedMNIST sets in four sizes, read from their official files."""

import functools
import json
from pathlib import Path

from helpers.data.dataset import SPLITS, DataError, DataInfo, Dataset, Split
from helpers.data.download import RemoteFile, md5_of, obtain
from helpers.data.labels import names_in_convention, positive_class, to_convention
from helpers.data.memory import check_memory
from helpers.data.npz import read_npz

# pip's medmnist package would bring PyTorch with it; its facts fit in a small file.
FACTS = json.loads(Path(__file__).with_name("medmnist.json").read_text(encoding="utf-8"))
SIZES = (28, 64, 128, 224)
ADDRESS = "https://zenodo.org/records/10519652/files/{file}?download=1"
SOURCE = (
    "MedMNIST v2: Yang et al., Scientific Data 10:41, 2023, "
    "https://doi.org/10.1038/s41597-022-01721-8; images: "
)


def full_name(name, size):
    """Return the official name of a set in a size.

    >>> full_name("breastmnist", 28), full_name("breastmnist", 64)
    ('breastmnist', 'breastmnist_64')
    """
    return name if size == SIZES[0] else f"{name}_{size}"


def info_of(name, size):
    """Return the description of a set in a size, from the table of facts alone."""
    facts = FACTS[name]
    class_names = names_in_convention(name, facts["class_names"])
    return DataInfo(
        name=full_name(name, size),
        title=facts["title"],
        kind="images",
        task=facts["task"],
        class_names=class_names,
        positive_class=positive_class(facts["task"], class_names),
        num_cases=dict(facts["num_cases"]),
        shape=(size, size, facts["channels"]),
        dtype="uint8",
        value_range=(0, 255),
        licence=facts["licence"],
        source=SOURCE + facts["source"],
        origin="download",
        patient="unknown: the file holds no patient numbers, so the official split stands.",
        notes=f"Not for clinical use. {facts['notes']}".rstrip(),
    )


def file_of(name, size):
    """Return the official file of a set in a size."""
    file = f"{full_name(name, size)}.npz"
    return RemoteFile(
        f"medmnist/{file}", (ADDRESS.format(file=file),), FACTS[name]["md5"][str(size)]
    )


def load(name, size, data_dir="", *, progress=True):
    """Load a set in a size, downloading it first if need be."""
    info = info_of(name, size)
    smaller = {
        full_name(name, other): info_of(name, other).shape
        for other in reversed(SIZES)
        if other < size
    }
    check_memory(info.name, info.num_cases, info.shape, smaller=smaller)
    (path,) = obtain([file_of(name, size)], data_dir, progress=progress)
    return read(path, name, size)


def read(path, name, size):
    """Read the official file of a set in a size, wherever it lies, with positive = disease = 1."""
    info = info_of(name, size)
    images, labels = read_npz(path)
    _check_as_declared(path, info, images, labels)
    splits = (Split(images[split], to_convention(name, labels[split])) for split in SPLITS)
    return Dataset(info, *splits, checksum=f"md5:{md5_of(path)}")


def recognise(md5):
    """Return the set and the size of the official file with this checksum, or None.

    >>> recognise("750601b1f35ba3300ea97c75c52ff8f6"), recognise("0" * 32)
    (('breastmnist', 28), None)
    """
    return next((at for at in names().values() if file_of(*at).md5 == md5), None)


def _check_as_declared(path, info, images, labels):
    """Refuse a file that is not what the table of facts says: counts, size, columns, range."""
    several = info.task == "multi-label"
    highest = 1 if several else len(info.class_names) - 1
    for split in SPLITS:
        x, y = images[split], labels[split]
        columns = (len(info.class_names),) if several else ()
        required = ((info.num_cases[split], *info.shape), (info.num_cases[split], *columns))
        if (x.shape, y.shape) != required:
            raise DataError(
                f"{path.name}: `{split}_images` and `{split}_labels` must have the shapes "
                f"{required[0]} and {required[1]}; got {x.shape} and {y.shape}. The table of "
                "checksums and the file disagree: please report it."
            )
        if y.max() > highest:
            raise DataError(
                f"{path.name}: `{split}_labels` must be 0 to {highest}; got {y.max()}. The table "
                "of checksums and the file disagree: please report it."
            )


@functools.cache
def names():
    """Return name -> (set, size) of all 48 files."""
    return {full_name(name, size): (name, size) for name in FACTS for size in SIZES}
