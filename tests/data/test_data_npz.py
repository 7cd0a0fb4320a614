import contextlib
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.data import DataError, load_dataset, npz
from tests.data.synthetic_files import SPLITS, arrays_of, leftovers, md5, npz_bytes


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("task", "inferred", "classes"),
    [("binary",) * 2 + (2,), ("multi-class",) * 2 + (5,), ("multi-label",) * 2 + (4,)],
)
def test_a_file_of_ones_own(save, task, inferred, classes, channels):
    arrays = arrays_of(task, channels, size=(9, 5))
    path = save(arrays)
    dataset = load_dataset(path, kind="images")
    info = dataset.info
    assert (info.name, info.task, info.kind, info.origin) == (
        "mine.npz",
        inferred,
        "images",
        "file",
    )
    assert info.class_names == tuple(f"class {k}" for k in range(classes))
    assert info.positive_class == ("class 1" if task == "binary" else None)
    assert (info.num_cases, info.shape) == (SPLITS, (9, 5, channels))
    assert dataset.checksum == f"md5:{md5(path.read_bytes())}"
    for split in SPLITS:
        part = getattr(dataset, split)
        assert part.x.dtype == np.uint8
        assert part.y.dtype == np.int64
        assert part.x.shape == (SPLITS[split], 9, 5, channels)
        np.testing.assert_array_equal(part.x.ravel(), arrays[f"{split}_images"].ravel())
        labels = arrays[f"{split}_labels"]
        np.testing.assert_array_equal(part.y, labels if task == "multi-label" else labels[:, 0])
        assert part.patient is None


def test_task_and_class_names_can_be_said(save):
    path = save(arrays_of("multi-class"))
    names = ["none", "mild", "moderate", "severe", "proliferative", "never seen here"]
    info = load_dataset(path, task="ordinal", class_names=names).info
    assert (info.task, info.class_names, info.positive_class) == ("ordinal", tuple(names), None)
    path = save(arrays_of("binary"))
    assert load_dataset(path, class_names=["healthy", "ill"]).info.positive_class == "ill"


def test_flat_and_boolean_labels_serve(save):
    arrays = arrays_of("binary")
    for split in SPLITS:
        arrays[f"{split}_labels"] = arrays[f"{split}_labels"][:, 0].astype(bool)
    dataset = load_dataset(save(arrays))
    np.testing.assert_array_equal(dataset.val.y, [0, 1, 0, 1, 0])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"task": "binary"}, ValueError, "`task` must fit .*got 'binary'.*one column, 0 to 4"),
        ({"task": "multi-label"}, ValueError, "`task` must fit"),
        ({"task": "ordnal"}, ValueError, "Did you mean 'ordinal'"),
        (
            {"class_names": "abcde"},
            TypeError,
            r"must be a list .*got 'abcde' .str.\. Write",
        ),
        ({"class_names": {"a", "b"}}, TypeError, r"`class_names` must be a list .* .set."),
        ({"class_names": 5}, TypeError, "`class_names` must be a list .*; got 5 .int."),
        ({"class_names": ["a", "a", "b", "c", "d"]}, ValueError, "different words"),
        ({"class_names": ["a", "b", "c"]}, DataError, "`train_labels` must be 0 to 2.*got 4"),
        ({"kind": "features"}, ValueError, "of kind 'features' here; .*'breast-cells'"),
    ],
)
def test_arguments_that_do_not_fit_the_file(save, arguments, error, words):
    path = save(arrays_of("multi-class"))
    with pytest.raises(error, match=words):
        load_dataset(path, **arguments)


def test_the_number_of_names_must_fit(save):
    with pytest.raises(ValueError, match="`class_names` must hold 2 names for the binary"):
        load_dataset(save(arrays_of("binary")), class_names=["a", "b", "c"])
    with pytest.raises(ValueError, match="`class_names` must hold 4 names for the multi-label"):
        load_dataset(save(arrays_of("multi-label")), class_names=["a", "b", "c"])


def with_values(key, values, dtype=None):
    return lambda arrays: {**arrays, key: np.asarray(values, dtype)}


BAD = {
    "missing": (
        lambda a: {k: v for k, v in a.items() if k != "val_labels"},
        "missing: val_labels .it has: test_images",
    ),
    "pickled": (
        with_values("test_images", [{"a": 1}] * 7, object),
        "`test_images` must be numbers; it is a pickled array",
    ),
    "float images": (
        lambda a: {**a, "val_images": a["val_images"] / 255},
        "`val_images` must be uint8 .*got float64",
    ),
    "two axes": (
        lambda a: {**a, "test_images": a["test_images"][:, 0]},
        "`test_images` must have the shape .*got .7, 28.",
    ),
    "channels first": (
        lambda a: {**a, "test_images": np.zeros((7, 3, 28, 28), np.uint8)},
        "`test_images` must have the shape .*got .7, 3, 28, 28.*Channels come last",
    ),
    "transparency": (
        lambda a: {**a, "test_images": np.zeros((7, 28, 28, 4), np.uint8)},
        "1 channel .grey. or 3 .red, green, blue.; got .7, 28, 28, 4.",
    ),
    "two channels": (
        lambda a: {**a, "test_images": np.zeros((7, 28, 28, 2), np.uint8)},
        "1 channel .grey. or 3 .red, green, blue.; got .7, 28, 28, 2.",
    ),
    "too many columns": (
        with_values("train_labels", np.zeros((12, 1001), np.uint8)),
        "`train_labels` must have the shape .* at most 1000 labels .*; got shape .12, 1001.",
    ),
    "no images": (
        lambda a: {**a, "val_images": a["val_images"][:0], "val_labels": a["val_labels"][:0]},
        "`val_images` must hold at least one image",
    ),
    "other size": (
        lambda a: {**a, "val_images": a["val_images"][:, :27]},
        "images of one size; .*`val_images` .27, 28, 1.",
    ),
    "counts": (
        lambda a: {**a, "test_labels": a["test_labels"][:-1]},
        "`test_images` and `test_labels` must be equally long; got 7 images and 6 labels",
    ),
    "scalar labels": (with_values("test_labels", 3), "got 7 images and 0 labels"),
    "three axes": (
        with_values("val_labels", np.zeros((5, 1, 1), int)),
        "`val_labels` must have the shape",
    ),
    "no columns": (
        with_values("val_labels", np.zeros((5, 0), int)),
        "`val_labels` must have the shape",
    ),
    "nan": (
        with_values("val_labels", [0, 1, np.nan, np.nan, 1]),
        "`val_labels` must be integers; got float64. .*nan",
    ),
    "fractions": (with_values("val_labels", [0, 1, 0.5, 1, 0]), "`val_labels` must be integers"),
    "words": (with_values("val_labels", list("abcde")), "`val_labels` must be integers; got <U1"),
    "negative": (with_values("val_labels", [0, 1, -1, 1, 0]), "`val_labels` must be at least 0"),
    "two columns": (
        lambda a: {
            **a,
            **{f"{split}_labels": np.ones((n, 2), int) for split, n in SPLITS.items()},
            "val_labels": np.full((5, 2), 2),
        },
        "`val_labels` has 2 columns, so each must be 0 or 1",
    ),
    "columns differ": (
        with_values("val_labels", np.ones((5, 2), int)),
        "same columns of labels; got `train_labels` 1, `val_labels` 2, `test_labels` 1",
    ),
    "one class": (
        with_values("train_labels", [1] * 12),
        "`train_labels` must hold at least two classes; got only 1",
    ),
    "gap": (
        with_values("val_labels", [0, 1, 0, 1, 4]),
        "labels must be 0 to 4 without a gap; got none of 2, 3 in any",
    ),
    "many gaps": (
        with_values("val_labels", [0, 1, 0, 1, 9]),
        r"got none of 2, 3, 4, \.\.\. .7 in all. in any",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_and_left_alone(save, tmp_path, case):
    change, words = BAD[case]
    path = save(change(arrays_of("binary")))
    before = path.read_bytes()
    with pytest.raises(DataError, match=words) as caught:
        load_dataset(str(path))
    assert "mine.npz" in str(caught.value)
    assert path.read_bytes() == before
    assert leftovers(tmp_path) == ["mine.npz"]


@pytest.mark.parametrize("content", [b"", b"no archive", npz_bytes(arrays_of())[:-100]])
def test_what_is_no_archive_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"mine\.npz must be a whole \.npz archive"):
        load_dataset(path)
    assert path.read_bytes() == content


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"there is none. Check the path"):
        load_dataset(tmp_path / "none.npz")


WHOLE = npz_bytes(arrays_of(size=(3, 2)))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255))
def test_a_changed_byte_never_raises_anything_else(tmp_path, position, value):
    path = tmp_path / "mine.npz"
    path.write_bytes(WHOLE[:position] + bytes([value]) + WHOLE[position + 1 :])
    with contextlib.suppress(DataError):  # the byte may also be one that does not matter
        npz.read_npz(path)


def test_a_file_too_big_for_memory_is_refused_before_anything_is_read(save, monkeypatch):
    path = save(arrays_of())
    # 784 pixels x (24 cases x 9 bytes + 12 of training x 8), 24 labels x (1 + 8) bytes
    needed = 784 * (24 * 9 + 12 * 8) + 24 * 9
    monkeypatch.setattr("helpers.data.memory.available_bytes", lambda: needed)
    assert len(load_dataset(path).train) == 12
    monkeypatch.setattr("helpers.data.memory.available_bytes", lambda: needed - 1)
    monkeypatch.setattr(npz, "_read", None)
    monkeypatch.setattr("helpers.data.own_file.md5_of", None)
    with pytest.raises(DataError, match=r"'mine.npz' must fit in memory"):
        load_dataset(path)


@pytest.mark.parametrize("case", ["nan", "words", "three axes", "columns differ"])
def test_labels_are_refused_before_they_are_read(save, monkeypatch, case):
    change, words = BAD[case]
    path = save(change(arrays_of("binary")))
    monkeypatch.setattr(npz, "_read", None)
    with pytest.raises(DataError, match=words):
        load_dataset(path)


def test_one_wild_label_costs_no_memory(save):
    path = save(with_values("val_labels", [0, 1, 0, 1, 20_000_000])(arrays_of("binary")))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"of 2, 3, 4, \.\.\. .19999998 in all."):
            load_dataset(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_the_array_that_is_read_is_the_one_whose_header_was_checked(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(npz_bytes(arrays_of()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("train_images", b"another member, which NumPy would prefer")
    images, _ = npz.read_npz(path)
    np.testing.assert_array_equal(images["train"][..., 0], arrays_of()["train_images"])
