"""Every data set by its name: load it, fetch it ahead, list them all."""

from helpers.checks import check_choice
from helpers.data import embedded, medmnist, mnist, own_file, samples, simulated
from helpers.data.catalogue import check_dataset, infos, is_own_file, shown_infos
from helpers.data.dataset import SPLITS
from helpers.data.download import obtain

EMBEDDED = {"digits": embedded.load_digits, "breast-cells": embedded.load_breast_cells}


def load_dataset(name, *, data_dir="", kind=None, task=None, class_names=None):
    """Load a data set by its name, or the user's own file by its path.

    Embedded and simulated sets need no network. The others are downloaded on the first call, with
    the official checksum, and are read from the data folder afterwards. Everywhere the positive
    class is the disease and has the label 1.

    Parameters
    ----------
    name : str or path
        A name that `list_datasets` shows (MedMNIST also with ``_64``, ``_128`` or ``_224``), or
        the path of a file ending in ``.npz`` in the layout of MedMNIST: ``train_images``,
        ``train_labels``, and the same for ``val_`` and ``test_``.
    data_dir : str or path, optional
        Folder of downloads, see `data_folder`.
    kind : {"images", "features", "volume"}, optional
        Demand this kind and refuse any other, before anything is downloaded.
    task : {"binary", "multi-class", "ordinal", "multi-label"}, optional
        Only for the user's own file; inferred from the labels if left out.
    class_names : sequence of str, optional
        Only for the user's own file; "class 0", "class 1", ... if left out. A single text is
        refused: it would be taken for a sequence of letters.

    Returns
    -------
    Dataset

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong: an unknown name, another kind than demanded.
    DataError
        If a file is missing, altered or wrong inside, if it cannot be downloaded, or if the set
        does not fit in memory.

    Notes
    -----
    Memory is counted as what training takes: every value as uint8, as float32 and in TensorFlow,
    9 bytes together, and 8 bytes more for each value of the largest split. Embedded and simulated
    sets are small enough not to be counted.

    Simulated sets are drawn anew at each call, in seconds, always the same. They come with `truth`
    in their splits and with their `optimum`.

    A file of the user's own that is an official file of MedMNIST, which its checksum tells, is
    loaded as that set: with its name, its classes and its labels the right way round.

    References
    ----------
    .. [1] Yang et al.: MedMNIST v2. Scientific Data 10:41, 2023.
           https://doi.org/10.1038/s41597-022-01721-8

    Examples
    --------
    >>> dataset = load_dataset("breast-cells")
    >>> dataset.train.x.shape, dataset.info.class_names
    ((341, 30), ('benign', 'malignant'))

    Introduced in notebook 04, *The data*.
    """
    name = check_dataset(name, kind=kind)
    if is_own_file(name):
        return own_file.load(name, task, class_names)
    own_file.check_left_out(repr(name), task, class_names)
    if name in EMBEDDED:
        return EMBEDDED[name]()
    if name in simulated.INFOS:
        return simulated.load(name)
    if name == mnist.INFO.name:
        return mnist.load(data_dir)
    return medmnist.load(*medmnist.names()[name], data_dir)


def load_sample(name):
    """Load a single image or volume that lies inside an installed package.

    Parameters
    ----------
    name : str
        "retina", "immunohistochemistry", "cell", "microaneurysms", "shepp-logan-phantom" (from
        scikit-image), "ct-small", "mr-small", "mr-abdomen", "ultrasound" (from pydicom),
        "anatomical" or "example4d" (from nibabel). Underscores serve as hyphens.

    Returns
    -------
    Sample
        Pixels as stored, description, and the header of the file where it has one.

    Raises
    ------
    TypeError, ValueError
        If the name is not that of a sample.
    DataError
        If the installed package lacks the file. Nothing is ever downloaded.

    Examples
    --------
    >>> sample = load_sample("ct-small")
    >>> int(sample.pixels[0, 0]), int(sample.header.RescaleIntercept)
    (175, -1024)

    Introduced in notebook 01, *Images as arrays*.
    """
    if not isinstance(name, str):
        raise TypeError(f"`name` must be the name of a sample; got {name!r}.")
    hyphened = name.replace("_", "-")
    if hyphened in samples.ENTRIES:
        return samples.load(hyphened)
    if name in infos() or is_own_file(name):
        raise ValueError(
            f"`name` must be a sample; got {name!r}, which is a data set. Use "
            f"load_dataset({name!r})."
        )
    check_choice("name", name, samples.ENTRIES)


def fetch(name, *, data_dir="", progress=True):
    """Download ahead, for a class without a network, what `load_dataset` will need.

    Parameters
    ----------
    name : str
        As in `load_dataset` or `load_sample`.
    data_dir : str or path, optional
        Folder of downloads, see `data_folder`.
    progress : bool, optional
        Show a progress bar on standard error.

    Returns
    -------
    list of pathlib.Path
        The files, verified. Empty for what needs no download.

    Raises
    ------
    TypeError, ValueError
        If the name is unknown.
    DataError
        If a file is altered, or cannot be downloaded or written; if a file of the user's own is
        not there.

    Examples
    --------
    >>> fetch("digits")
    []

    Introduced in notebook 04, *The data*.
    """
    if isinstance(name, str) and name.replace("_", "-") in samples.ENTRIES:
        return []
    name = check_dataset(name)
    if name == mnist.INFO.name:
        files = mnist.files()
    elif name in medmnist.names():
        files = [medmnist.file_of(*medmnist.names()[name])]
    else:
        files = []
    return obtain(files, data_dir, progress=progress)


def list_datasets():
    """Return the registry as a table: a row for each data set and each sample.

    A MedMNIST set has one row, with its sizes; its shape is that of the smallest.

    Returns
    -------
    pandas.DataFrame
        Columns name, kind, task, classes, positive class, train, val, test, shape, sizes, dtype,
        range, origin, licence, load (the function that loads it). Samples have no task, classes
        or splits; only binary sets have a positive class.

    Examples
    --------
    >>> table = list_datasets().set_index("name")
    >>> table.loc["breastmnist", "sizes"], int(table.loc["breastmnist", "test"])
    ('28, 64, 128, 224', 156)

    Introduced in notebook 04, *The data*.
    """
    import pandas as pd

    rows = [*shown_infos(), *(samples.info_of(name) for name in samples.ENTRIES)]
    table = pd.DataFrame([_row(info) for info in rows])
    return table.astype(dict.fromkeys(["classes", *SPLITS], "Int64"))


def _row(info):
    return {
        "name": info.name,
        "kind": info.kind,
        "task": info.task or "",
        "classes": len(info.class_names) or None,
        "positive class": info.positive_class or "",
        **{split: info.num_cases.get(split) for split in SPLITS},
        "shape": " x ".join(map(str, info.shape)),
        "sizes": ", ".join(map(str, medmnist.SIZES)) if info.name in medmnist.FACTS else "",
        "dtype": info.dtype,
        "range": "{:g} to {:g}".format(*info.value_range),
        "origin": info.origin,
        "licence": info.licence,
        "load": "load_dataset" if info.task else "load_sample",
    }
