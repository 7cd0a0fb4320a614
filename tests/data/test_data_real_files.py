"""The real files, where `COURSE_DATA_DIR` names a folder that has them."""

import gzip

import numpy as np
import pytest

from helpers.data import load_dataset


@pytest.fixture
def mnist(real_file):
    path = real_file("mnist/t10k-images-idx3-ubyte.gz")
    return load_dataset("mnist", data_dir=path.parents[1], kind="images")


def test_mnist_has_the_official_counts(mnist):
    assert (len(mnist.train), len(mnist.val), len(mnist.test)) == (55_000, 5_000, 10_000)
    assert mnist.info.num_cases == {"train": 55_000, "val": 5_000, "test": 10_000}
    assert mnist.train.x.shape == (55_000, 28, 28, 1)
    assert mnist.train.x.dtype == np.uint8
    # LeCun's training labels, counted by digit
    both = np.bincount(mnist.train.y) + np.bincount(mnist.val.y)
    assert both.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    np.testing.assert_allclose(np.bincount(mnist.val.y), both / 12, atol=1)
    assert mnist.checksum == (
        "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873,d53e105ee54ea40749a09fcbcd1e9432,"
        "9fb629c4189551a2d022fa330f9573f3,ec29112dd5afa0611ce80d1b7f02629c"
    )


def test_mnist_test_is_the_official_test_in_order(mnist, real_file):
    with gzip.open(real_file("mnist/t10k-images-idx3-ubyte.gz")) as stream:
        pixels = np.frombuffer(stream.read()[16:], np.uint8)
    np.testing.assert_array_equal(mnist.test.x.ravel(), pixels)
    assert mnist.test.y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_mnist_validation_is_not_in_training(mnist, real_file):
    with gzip.open(real_file("mnist/train-images-idx3-ubyte.gz")) as stream:
        pixels = np.frombuffer(stream.read()[16:], np.uint8).reshape(60_000, 784)
    official = sorted(map(bytes, pixels))
    ours = sorted(map(bytes, np.concatenate([mnist.train.x, mnist.val.x]).reshape(60_000, 784)))
    assert ours == official


def test_all_digits_are_from_mnist_training(mnist):
    digits = load_dataset("digits")
    official = set(map(bytes, np.concatenate([mnist.train.x, mnist.val.x])))
    for split in (digits.train, digits.val, digits.test):
        assert official.issuperset(map(bytes, split.x))


def test_pneumoniamnist_as_ones_own_file(real_file):
    path = real_file("medmnist/pneumoniamnist-reassembled.npz")
    dataset = load_dataset(path, class_names=["normal", "pneumonia"])
    assert dataset.info.num_cases == {"train": 4708, "val": 524, "test": 624}
    assert (dataset.info.task, dataset.info.positive_class) == ("binary", "pneumonia")
    assert [
        np.bincount(part.y).tolist() for part in (dataset.train, dataset.val, dataset.test)
    ] == [
        [1214, 3494],
        [135, 389],
        [234, 390],
    ]
    assert dataset.test.x.shape == (624, 28, 28, 1)
