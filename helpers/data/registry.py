"""Every data set by its name: load it, fetch it ahead, list them all."""

import os

from helpers.checks import check_choice, quoted, suggest
from helpers.data import embedded, medmnist, mnist, own_file, samples
from helpers.data.dataset import KINDS, SPLITS
from helpers.data.download import obtain

EMBEDDED = {
    "digits": (embedded.DIGITS, embedded.load_digits),
    "breast-cells": (embedded.BREAST_CELLS, embedded.load_breast_cells),
}


def load_dataset(name, *, data_dir="", kind=None, task=None, class_names=None):
    """Load a data set by its name, or the user's own file by its path.

    Embedded sets need no network. The others are downloaded on the first call, with the official
    checksum, and are read from the data folder afterwards. Everywhere the positive class is the
    disease and has the label 1.

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
        Only for the user's own file; "class 0", "class 1", ... if left out.

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
    Memory is counted as 5 bytes a value: once as uint8 and once as the float32 working copy.

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
    name = check_name(name)
    if kind is not None:
        _check_kind(name, kind)
    if is_own_file(name):
        return own_file.load(name, task, class_names)
    for label, value in (("task", task), ("class_names", class_names)):
        if value is not None:
            raise ValueError(
                f"`{label}` must be left out for {name!r}, which has its own; got {value!r}. It "
                "is for your own .npz file."
            )
    if name in EMBEDDED:
        return EMBEDDED[name][1]()
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

    Introduced in notebook 04, *The data*.
    """
    if not isinstance(name, str):
        raise TypeError(f"`name` must be the name of a sample; got {name!r}.")
    hyphened = name.replace("_", "-")
    if hyphened in samples.ENTRIES:
        return samples.load(hyphened)
    if name in _infos() or is_own_file(name):
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
        If a file is altered, or cannot be downloaded or written.

    Examples
    --------
    >>> fetch("digits")
    []

    Introduced in notebook 04, *The data*.
    """
    if isinstance(name, str) and name.replace("_", "-") in samples.ENTRIES:
        return []
    name = check_name(name)
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
        Columns name, kind, task, classes, train, val, test, shape, sizes, origin, licence, load
        (the function that loads it). Samples have no task, classes or splits.

    Examples
    --------
    >>> table = list_datasets().set_index("name")
    >>> table.loc["breastmnist", "sizes"], int(table.loc["breastmnist", "test"])
    ('28, 64, 128, 224', 156)

    Introduced in notebook 04, *The data*.
    """
    import pandas as pd

    sets = [_row(info) for name, info in _infos().items() if not name.endswith(_SUFFIXES)]
    table = pd.DataFrame(sets + [_row(samples.info_of(name)) for name in samples.ENTRIES])
    return table.astype(dict.fromkeys(["classes", *SPLITS], "Int64"))


_SUFFIXES = tuple(f"_{size}" for size in medmnist.SIZES)


def _row(info):
    return {
        "name": info.name,
        "kind": info.kind,
        "task": info.task or "",
        "classes": len(info.class_names) or None,
        **{split: info.num.get(split) for split in SPLITS},
        "shape": " x ".join(map(str, info.shape)),
        "sizes": ", ".join(map(str, medmnist.SIZES)) if info.name in medmnist.FACTS else "",
        "origin": info.origin,
        "licence": info.licence,
        "load": "load_dataset" if info.task else "load_sample",
    }


def _infos():
    """Return name -> description of all data sets, those of every size included."""
    infos = {name: info for name, (info, _) in EMBEDDED.items()}
    infos[mnist.INFO.name] = mnist.INFO
    infos |= {name: medmnist.info_of(*at) for name, at in medmnist.names().items()}
    return infos


def is_own_file(name):
    return name.lower().endswith(".npz")


def check_name(name):
    """Return the name of a data set or own file as text, or say which names there are."""
    if not isinstance(name, str | os.PathLike):
        raise TypeError(
            f"`name` must be the name of a data set or the path of a .npz file; got {name!r} "
            f"({type(name).__name__})."
        )
    name = os.fspath(name)
    if name in _infos() or is_own_file(name):
        return name
    if name.replace("_", "-") in samples.ENTRIES:
        raise ValueError(
            f"`name` must be a data set; got {name!r}, which is a single sample. Use "
            f"load_sample({name!r})."
        )
    raise ValueError(
        f"`name` must be one of {_names()}, or the path of a file that ends in .npz; got "
        f"{name!r}.{suggest(name, _infos())}"
    )


def _names(kind=None):
    names = [
        name
        for name, info in _infos().items()
        if not name.endswith(_SUFFIXES) and kind in (None, info.kind)
    ]
    sizes = " (MedMNIST also with _64, _128 or _224 at the end)"
    return (quoted(names) or "none yet") + (sizes if "pathmnist" in names else "")


def _check_kind(name, kind):
    check_choice("kind", kind, KINDS)
    found = "images" if is_own_file(name) else _infos()[name].kind
    if found != kind:
        raise ValueError(
            f"`name` must be a data set of kind {kind!r} here; got {name!r}, which is of kind "
            f"{found!r}. Names that fit: {_names(kind)}."
        )
