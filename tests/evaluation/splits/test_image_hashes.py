import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.evaluation.splits.image_hashes import hash_images

# few distinct values, so that copies are frequent
images = arrays("float32", (5, 1, 2), elements=st.sampled_from([0.0, 0.5, 7.0]))
X = np.random.default_rng(0).normal(size=(3, 5, 7, 2)).astype("float32")


@pytest.mark.reference("hash_images")
@given(images)
def test_hashes_are_equal_where_all_pixels_are(x):
    same = [[np.array_equal(one, other) for one in x] for other in x]
    hashes = hash_images(x)
    np.testing.assert_array_equal(hashes[:, None] == hashes, same)


@pytest.mark.law("hash_images")
@given(images, st.permutations(range(5)))
def test_a_hash_belongs_to_its_image_and_not_to_its_place(x, order):
    np.testing.assert_array_equal(hash_images(x[order]), hash_images(x)[order])


def test_hashes_are_different_texts_of_one_form():
    hashes = hash_images(X)
    assert hashes.shape == (3,)
    assert len(set(hashes)) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", text) for text in hashes)


def test_the_hash_does_not_change_from_one_release_to_the_next():
    # by sha256sum of b"(1, 2) " and the float64 1 and 2, little-endian
    expected = "6acc3f11add1e89bde7415c3f31860e658c643875585a3b0f9dda0cfe6d31a95"
    assert hash_images([[[1, 2]]])[0] == expected


def test_the_type_of_a_pixel_does_not_count():
    pixels = np.arange(70, dtype="uint8").reshape(2, 5, 7)
    expected = hash_images(pixels)
    for dtype in ("int16", ">i4", "float32", "float64", ">f8"):
        np.testing.assert_array_equal(hash_images(pixels.astype(dtype)), expected)
    mask = pixels > 30
    np.testing.assert_array_equal(hash_images(mask), hash_images(mask.astype("uint8")))


def test_a_single_channel_does_not_count():
    np.testing.assert_array_equal(hash_images(X[..., :1]), hash_images(X[..., 0]))


def test_the_order_in_memory_does_not_count():
    np.testing.assert_array_equal(hash_images(np.asfortranarray(X)), hash_images(X))
    np.testing.assert_array_equal(hash_images(X[:, ::-1, ::-1][:, ::-1, ::-1]), hash_images(X))


def test_every_nan_is_nan_and_minus_0_is_0():
    bits = np.array([0x7FF8000000000000, 0xFFF8000000000001], dtype="uint64").view("float64")
    hashes = hash_images([[[1.0, bits[0]]], [[1.0, bits[1]]]])
    assert hashes[0] == hashes[1]
    assert hash_images([[[-0.0, 1]]])[0] == hash_images([[[0.0, 1]]])[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x / 255,
        lambda x: x + 1,
        lambda x: x[:, ::-1],
        lambda x: x[:, :-1],
        lambda x: x.reshape(2, 7, 5),
        lambda x: x.reshape(2, 35),
    ],
)
def test_anything_else_makes_another_hash(change):
    pixels = np.arange(70.0).reshape(2, 5, 7)
    assert not np.isin(hash_images(change(pixels)), hash_images(pixels)).any()


def test_images_of_different_shapes_come_in_a_list():
    hashes = hash_images([X[0], X[1, :4], X[0]])
    assert hashes[0] == hashes[2] != hashes[1]


def test_rows_of_features_are_hashed_too():
    hashes = hash_images(np.array([[1.5, 2], [3, 4], [1.5, 2]]))
    assert hashes[0] == hashes[2] != hashes[1]


class Split:
    x = X


@pytest.mark.parametrize(
    ("x", "kind", "message"),
    [
        ([], ValueError, "`x` must hold one image or more; got none"),
        (np.zeros((0, 5, 7)), ValueError, "got none"),
        (3.0, ValueError, r"images with pixels; got one of shape \(\)"),
        (
            [1, 2, 3],
            ValueError,
            r"The first axis counts the images: a single one is `image\[None\]",
        ),
        (np.zeros((2, 0, 7)), ValueError, r"got one of shape \(0, 7\)"),
        ([["a", "b"]], TypeError, "`x` must hold real numbers; got <U1"),
        ([[1j]], TypeError, "real numbers; got complex128"),
        (None, TypeError, "real numbers; got object"),
        (Split(), TypeError, "must be an array; got a Split. Pass its images: `x.x`"),
    ],
)
def test_what_is_no_image_is_refused(x, kind, message):
    with pytest.raises(kind, match=message):
        hash_images(x)
