"""Open the user's own file in the MedMNIST layout."""

from pathlib import Path

from helpers.data.dataset import SPLITS, DataInfo, Dataset, Split
from helpers.data.download import md5_of
from helpers.data.labels import choose_class_names, choose_task, positive_class
from helpers.data.npz import read_npz


def load(name, task=None, class_names=None):
    """Load a file in the MedMNIST layout; it is read only, never renamed or changed.

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
    """
    path = Path(name).expanduser()
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
        num={split: len(labels[split]) for split in SPLITS},
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
