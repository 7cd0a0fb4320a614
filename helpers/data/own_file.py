"""Open the user's own file in the MedMNIST layout."""

from pathlib import Path

from helpers.data import medmnist
from helpers.data.dataset import SPLITS, DataInfo, Dataset, Split
from helpers.data.download import md5_of
from helpers.data.labels import choose_class_names, choose_task, positive_class
from helpers.data.npz import check_npz, read_npz


def load(name, task=None, class_names=None):
    """Load a file in the MedMNIST layout; it is read only, never renamed or changed.

    An official file of MedMNIST is known by its checksum, whatever its name and place, and is
    loaded as the set that it is: as a nameless file, BreastMNIST would be the wrong way round.
    The checksum is part of every data set, so to look it up costs nothing.

    Parameters
    ----------
    name : str or path
        Path of the file.
    task : {"binary", "multi-class", "ordinal", "multi-label"}, optional
        Inferred from the labels if left out.
    class_names : sequence of str, optional
        Element k names label k; in binary files element 1 must be the disease.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If the labels do not fit `task` or `class_names`, or an official file gets either.
    DataError
        If the file is missing, broken, wrong inside or too big for memory.
    """
    path = Path(name).expanduser()
    check_npz(path)  # first, because the checksum of a file too big to load would take long
    official = medmnist.recognise(md5_of(path))
    if official:
        check_left_out(
            f"{path.name}, the official {medmnist.full_name(*official)!r}", task, class_names
        )
        return medmnist.read(path, *official)
    images, labels = read_npz(path)
    task = choose_task(path.name, labels, task)
    class_names = choose_class_names(path.name, labels, task, class_names)
    info = DataInfo(
        name=path.name,
        title=f"Your file {path.name}",
        kind="images",
        task=task,
        class_names=class_names,
        positive_class=positive_class(task, class_names),
        num_cases={split: len(labels[split]) for split in SPLITS},
        shape=images["train"].shape[1:],
        dtype="uint8",
        value_range=(0, 255),
        licence="unknown: your file does not say",
        source="your file",
        origin="file",
        patient="unknown: the layout has no place for patients; split by patient, not by image.",
        notes="In a binary file label 1 must be the disease: this cannot be seen in the numbers.",
    )
    splits = (Split(images[split], labels[split]) for split in SPLITS)
    return Dataset(info, *splits, checksum=f"md5:{md5_of(path)}")


def check_left_out(described, task, class_names):
    """Refuse `task` and `class_names` for a set that is registered with its own."""
    for label, value in (("task", task), ("class_names", class_names)):
        if value is not None:
            raise ValueError(
                f"`{label}` must be left out for {described}, which has its own; got {value!r}. "
                "It is for a .npz file of your own."
            )
