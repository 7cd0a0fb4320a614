"""An official file of MedMNIST that is given by its path is the set that it is."""

import dataclasses

import numpy as np
import pytest

from helpers.data import load_dataset
from tests.data.synthetic_files import arrays_of, npz_bytes


@pytest.fixture
def official(synthetic, tmp_path):
    """Return the path of a copy of what stands for the official BreastMNIST."""
    _, body = synthetic("breastmnist", "binary", 1)
    path = tmp_path / "renamed.NPZ"
    path.write_bytes(body)
    return path


def test_an_official_file_is_loaded_as_its_set(official):
    by_path, by_name = load_dataset(official), load_dataset("breastmnist")
    assert dataclasses.asdict(by_path.info) == dataclasses.asdict(by_name.info)
    assert by_path.info.positive_class == "zero"  # the official 0, malignant
    assert by_path.checksum == by_name.checksum
    np.testing.assert_array_equal(by_path.val.y, [1, 0, 1, 0, 1])
    for split in ("train", "val", "test"):
        np.testing.assert_array_equal(getattr(by_path, split).y, getattr(by_name, split).y)
        np.testing.assert_array_equal(getattr(by_path, split).x, getattr(by_name, split).x)


@pytest.mark.parametrize("argument", [{"task": "binary"}, {"class_names": ["a", "b"]}])
def test_an_official_file_has_its_own_task_and_names(official, argument):
    words = "must be left out for renamed.NPZ, the official 'breastmnist', which has its own"
    with pytest.raises(ValueError, match=words):
        load_dataset(official, **argument)


def test_a_file_with_only_the_name_of_an_official_one_is_ones_own(official, tmp_path):
    path = tmp_path / "breastmnist.npz"
    path.write_bytes(npz_bytes(arrays_of(size=(27, 28))))
    dataset = load_dataset(path, class_names=["healthy", "ill"])
    assert (dataset.info.name, dataset.info.origin) == ("breastmnist.npz", "file")
    np.testing.assert_array_equal(dataset.val.y, [0, 1, 0, 1, 0])
