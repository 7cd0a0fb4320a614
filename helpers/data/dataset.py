"""What a data set is: its description, its three splits, and the errors of files and network."""

import dataclasses
from typing import Any

import numpy as np

from helpers.checks import check_integer
from helpers.data.splits import draw_plain, draw_stratified

KINDS = ("images", "features", "volume")
TASKS = ("binary", "multi-class", "ordinal", "multi-label")
SPLITS = ("train", "val", "test")


class DataError(RuntimeError):
    """Say that a file or the network, not the caller's argument, stands in the way.

    The message names the file, what was required, what came and what to do next.

    Examples
    --------
    >>> issubclass(DataError, RuntimeError)
    True

    Introduced in notebook 04, *The data*.
    """


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class DataInfo:
    """Describe a data set or a sample: what it holds, where it comes from, how it may be used.

    Parameters
    ----------
    name : str
        Name to load it by; for the user's own file the file's name, with its ``.npz``.
    title : str
        Name for people.
    kind : {"images", "features", "volume"}
        What one case is.
    task : {"binary", "multi-class", "ordinal", "multi-label", None}
        What is to be predicted; None for single samples.
    class_names : tuple of str
        Element k names label k (multi-label: column k). Empty for samples.
    positive_class : str or None
        Binary sets: the name of the class with label 1, which is the disease.
    num_cases : dict of str to int
        Cases in each split: "train", "val", "test". Empty for samples.
    shape : tuple of int
        Shape of one case: (height, width, channels) or (features,); samples: as stored.
    dtype : str
        Type of the values, such as "uint8".
    value_range : tuple of float
        Lowest and highest value: those possible in 8-bit data sets, else those found (of
        simulated sets rounded outwards to whole numbers).
    licence : str
        Licence of the data (not of this code).
    source : str
        Who made it, with a DOI.
    origin : {"embedded", "simulated", "download", "file"}
        Inside an installed package, drawn by the course's simulator, downloaded on request, or the
        user's own file.
    patient : str
        A sentence: what is known of the patients behind the cases.
    notes : str
        What a user of the set must know.
    feature_names : tuple of str
        Names of the columns of a set of features, else empty.

    Examples
    --------
    >>> from helpers.data import load_dataset
    >>> info = load_dataset("breast-cells").info
    >>> info.task, info.positive_class, info.num_cases
    ('binary', 'malignant', {'train': 341, 'val': 114, 'test': 114})

    Introduced in notebook 04, *The data*.
    """

    name: str
    title: str
    kind: str
    task: str | None
    class_names: tuple[str, ...]
    positive_class: str | None
    num_cases: dict[str, int]
    shape: tuple[int, ...]
    dtype: str
    value_range: tuple[float, float]
    licence: str
    source: str
    origin: str
    patient: str
    notes: str = ""
    feature_names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Truth:
    """Hold what only a simulator can know of its images: what they really show.

    Parameters
    ----------
    mask : ndarray of bool, shape (n, height, width)
        The lesion's pixels; False everywhere without a lesion.
    place : ndarray of int64, shape (n, 2)
        Row and column of the lesion's centre; -1 without a lesion.
    strength : ndarray of float64, shape (n,)
        Factor of the lesion's amplitude; 0 without a lesion.
    site : ndarray of int64, shape (n,)
        Number of the site in its task, from 0.
    marker : ndarray of bool, shape (n,)
        Whether the image bears the marker.

    Examples
    --------
    >>> from helpers.data import load_dataset
    >>> split = load_dataset("lesion-known").val
    >>> bool((split.truth.mask.any(axis=(1, 2)) == split.y).all())
    True
    """

    mask: np.ndarray
    place: np.ndarray
    strength: np.ndarray
    site: np.ndarray
    marker: np.ndarray

    def __len__(self):
        return len(self.mask)

    def take(self, indices):
        """Return what is known of the images at `indices`, in that order."""
        return Truth(*(getattr(self, field.name)[indices] for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """Hold the cases of one split: case i is ``x[i]``, ``y[i]`` and, where known, ``patient[i]``.

    Parameters
    ----------
    x : ndarray
        Images: uint8, or float32 if simulated, shape (n, height, width, channels), always with the
        channel axis.
        Features: float64, shape (n, features).
    y : ndarray of int64
        Labels of shape (n,), from 0; multi-label: shape (n, labels), 0 or 1.
    patient : ndarray of shape (n,) or None
        Patient of each case, None where that is unknown.
    truth : Truth or None
        Of simulated images: what they really show. Else None.

    Raises
    ------
    ValueError
        If `x`, `y`, `patient` and `truth` differ in length.

    Examples
    --------
    >>> import numpy as np
    >>> len(Split(np.zeros((2, 5, 7, 1), np.uint8), np.array([0, 1])))
    2

    Introduced in notebook 04, *The data*.
    """

    x: np.ndarray
    y: np.ndarray
    patient: np.ndarray | None = None
    truth: Truth | None = None

    def __post_init__(self):
        parts = (self.x, self.y, self.patient, self.truth)
        lengths = {len(part) for part in parts if part is not None}
        if len(lengths) != 1:
            raise ValueError(
                "`x`, `y`, `patient` and `truth` must be equally long; got lengths "
                f"{sorted(lengths)}. Give one label, and one patient or None, for each case."
            )

    def __len__(self):
        return len(self.y)

    def take(self, indices):
        """Return the cases at `indices`, in that order, as a new split."""
        patient = None if self.patient is None else self.patient[indices]
        truth = None if self.truth is None else self.truth.take(indices)
        return Split(self.x[indices], self.y[indices], patient, truth)


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Hold a data set: its description and its training, validation and test split.

    Parameters
    ----------
    info : DataInfo
        What the set is.
    train, val, test : Split
        The cases. Validation chooses, test is looked at once.
    checksum : str
        Algorithm and digest of what was read: "md5:..." of the file (of several files: one
        digest each, joined by commas), "sha256:..." of the arrays of embedded and simulated sets.
    optimum : IdealObserver, LinearObserver or None
        Of simulated sets: the ideal observer, or where it has no closed form the best linear one
        (its `is_ideal` tells which). Else None.

    Examples
    --------
    >>> from helpers.data import load_dataset
    >>> dataset = load_dataset("breast-cells")
    >>> dataset.train.x.shape, len(dataset.test)
    ((341, 30), 114)

    Introduced in notebook 04, *The data*.
    """

    info: DataInfo
    train: Split
    val: Split
    test: Split
    checksum: str
    optimum: Any = None

    def take_train(self, num_train, *, seed):
        """Return the same set with a random part of the training split.

        Classes keep their proportions (largest remainders), and each keeps at least one case;
        multi-label sets are drawn plainly. The cases stay in their order. Validation, test and
        checksum stay as they are.

        Parameters
        ----------
        num_train : int
            Cases to keep; 0 keeps all.
        seed : int
            Not negative; the same seed draws the same cases.

        Returns
        -------
        Dataset
            With ``info.num_cases["train"]`` equal to `num_train`.

        Raises
        ------
        ValueError
            If `num_train` exceeds the split or is less than one case a class.

        Examples
        --------
        >>> from helpers.data import load_dataset
        >>> part = load_dataset("breast-cells").take_train(10, seed=0)
        >>> len(part.train), int(part.train.y.sum())
        (10, 4)
        """
        num_train = check_integer("num_train", num_train, minimum=0)
        seed = check_integer("seed", seed, minimum=0)
        if num_train == 0:
            return self
        self._check_num_train(num_train)
        draw = draw_plain if self.info.task == "multi-label" else draw_stratified
        train = self.train.take(draw(self.train.y, num_train, seed))
        info = dataclasses.replace(self.info, num_cases={**self.info.num_cases, "train": num_train})
        return dataclasses.replace(self, info=info, train=train)

    def _check_num_train(self, num_train):
        fewest = 1 if self.info.task == "multi-label" else len(np.unique(self.train.y))
        if not fewest <= num_train <= len(self.train):
            raise ValueError(
                f"`num_train` must be 0 (all) or from {fewest} (one case a class) to "
                f"{len(self.train)} (all cases) for {self.info.name!r}; got {num_train}. "
                "Choose a number in between."
            )


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """Hold a single image or volume, with the header of its file.

    Parameters
    ----------
    pixels : ndarray
        Values as stored in the file, without slope and intercept. A grey picture stored as three
        equal channels has one.
    info : DataInfo
        What it is; `task` is None and `class_names` is empty.
    header : pydicom.Dataset, nibabel image or None
        What the file says beside the pixels; None where the format says nothing.

    Examples
    --------
    >>> from helpers.data import load_sample
    >>> sample = load_sample("ct-small")
    >>> sample.pixels.shape, sample.header.Modality
    ((128, 128), 'CT')

    Introduced in notebook 01, *Images as arrays*.
    """

    pixels: np.ndarray
    info: DataInfo
    header: Any = None
