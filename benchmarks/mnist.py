"""Full MNIST for the two ways of training: the article's arrays and the walkthrough's splits."""

import numpy as np

from benchmarks.jobs import BenchmarkError

NAME = "mnist"


def check_mnist():
    """Refuse to go on where the four files are not in the data folder.

    Raises
    ------
    BenchmarkError
        Naming what is missing and how to get it. Nothing is downloaded.
    """
    from helpers.data import data_folder
    from helpers.data.mnist import files

    try:
        folder = data_folder()
    except ValueError as error:
        raise BenchmarkError(str(error)) from error
    missing = [file.path for file in files() if not (folder / file.path).exists()]
    if missing:
        raise BenchmarkError(
            f"The four files of MNIST must lie in the data folder; {len(missing)} are missing, the "
            f"first is {folder / missing[0]}. Get them with `python -m helpers data fetch {NAME}`, "
            "or set COURSE_DATA_DIR to the folder that has them."
        )


def load_splits(num_train=0):
    """Load the course's splits, scaled to [0, 1].

    Parameters
    ----------
    num_train : int
        Images to train on; 0 takes all 55,000.

    Returns
    -------
    tuple of three pairs of arrays
        Training, validation and test images, float32 of shape (n, 28, 28, 1), with their labels.
    """
    from helpers.data import load_dataset

    dataset = load_dataset(NAME).take_train(num_train, seed=0)
    return tuple(map(_scaled, (dataset.train, dataset.val, dataset.test)))


def load_as_article(num_train=0):
    """Load MNIST as the article has it: no validation images, all 60,000 are for training.

    Parameters
    ----------
    num_train : int
        Images to train on; 0 takes all.

    Returns
    -------
    tuple of two pairs of arrays
        Training and test images, float32 of shape (n, 28, 28, 1), with their labels.
    """
    train, val, test = load_splits(num_train)
    if num_train:
        return train, test
    both = tuple(np.concatenate(parts) for parts in zip(train, val, strict=True))
    return both, test


def test_accuracy(model, test):
    """Evaluate a compiled network on the test images.

    Parameters
    ----------
    model : keras.Model
        With a metric named "accuracy".
    test : pair of arrays

    Returns
    -------
    float
    """
    images, labels = test
    return model.evaluate(images, labels, batch_size=1_000, verbose=0, return_dict=True)["accuracy"]


def _scaled(split):
    return split.x.astype("float32") / 255, split.y
