import gzip
import struct

import numpy as np
import pytest

from helpers.data import DataError, fetch, load_dataset, mnist
from tests.data.synthetic_files import Answer, md5


def idx(shape, values, begin=b"\0\0\x08"):
    header = begin + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return header + bytes(values)


@pytest.fixture
def save_gz(tmp_path):
    def save_gz(content):
        path = tmp_path / "file.gz"
        path.write_bytes(gzip.compress(content))
        return path

    return save_gz


def test_idx_by_hand(save_gz):
    # two zero bytes, 08 = unsigned byte, 3 axes, lengths 1, 2, 3 big-endian, elements row by row
    content = bytes.fromhex("00000803 00000001 00000002 00000003 00 01 02 fd fe ff")
    found = mnist.read_idx(save_gz(content))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, [[[0, 1, 2], [253, 254, 255]]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must begin with the bytes 00 00 08 .*; got nothing"),
        (idx((2,), [1, 2], b"\0\0\x0d"), "must begin .*; got 00 00 0d"),
        (idx((2, 3), [1, 2, 3]), r"must hold 18 bytes for shape \(2, 3\); got 15"),
        (idx((2,), [1, 2, 3]), r"must hold 10 bytes for shape \(2,\); got 11"),
        (idx((2, 3), [])[:6], "must hold 12 bytes"),
    ],
)
def test_what_is_no_idx_file_is_refused(save_gz, content, words):
    with pytest.raises(DataError, match=words):
        mnist.read_idx(save_gz(content))


@pytest.mark.parametrize("cut", [slice(0, 12), slice(3, None)])
def test_what_is_no_gz_file_is_refused(save_gz, cut):
    path = save_gz(bytes(1000))
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(DataError, match=r"must be a whole \.gz file"):
        mnist.read_idx(path)


@pytest.fixture
def small_mnist(monkeypatch, server):
    """Put a synthetic MNIST with 30 training and 20 test images of 28 x 28 on the server."""
    rng = np.random.default_rng(0)
    digests, arrays = {}, {}
    for name, shape in zip(
        mnist.OFFICIAL_MD5, [(30, 28, 28), (30,), (20, 28, 28), (20,)], strict=True
    ):
        values = np.arange(shape[0]) % 10 if len(shape) == 1 else rng.integers(0, 256, shape)
        body = gzip.compress(idx(shape, values.astype(np.uint8).tobytes()))
        server.answers[name], digests[name], arrays[name] = [Answer(body)], md5(body), values
    monkeypatch.setattr(mnist, "OFFICIAL_MD5", digests)
    monkeypatch.setattr(mnist, "MIRRORS", (server.base,))
    monkeypatch.setattr(mnist, "NUM_VAL", 10)
    return list(arrays.values())


def test_mnist_is_downloaded_and_split(small_mnist, server, tmp_path):
    paths = fetch("mnist", progress=False)
    assert [path.parent for path in paths] == [tmp_path / "data" / "mnist"] * 4
    dataset = load_dataset("mnist")
    assert len(server.requests) == 4
    x, y, x_test, y_test = small_mnist
    np.testing.assert_array_equal(dataset.test.x[..., 0], x_test)
    np.testing.assert_array_equal(dataset.test.y, y_test)
    assert sorted(dataset.val.y.tolist()) == list(range(10))
    assert np.bincount(dataset.train.y).tolist() == [2] * 10
    label_of = {bytes(image.astype(np.uint8)): label for image, label in zip(x, y, strict=True)}
    for split in (dataset.train, dataset.val):
        assert [label_of.pop(bytes(image)) for image in split.x] == split.y.tolist()
    assert label_of == {}


def test_mnist_too_big_for_memory_is_refused_before_download(small_mnist, server, monkeypatch):
    # 784 pixels x (70,000 images x 9 bytes + 55,000 of training x 8 bytes) = 838,880,000 bytes
    monkeypatch.setattr("helpers.data.memory.available_bytes", lambda: 838_879_999)
    with pytest.raises(DataError, match=r"'mnist' must fit in memory; it needs 0\.84 GB"):
        load_dataset("mnist")
    assert server.requests == []


def test_images_without_their_labels_are_refused(small_mnist, monkeypatch):
    read = mnist.read_idx
    monkeypatch.setattr(
        mnist, "read_idx", lambda path: read(path)[:-1] if "idx1" in path.name else read(path)
    )
    with pytest.raises(DataError, match="got 30 images and 29 labels"):
        load_dataset("mnist")
