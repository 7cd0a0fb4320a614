import dataclasses
from pathlib import Path

import numpy as np
import pytest

from helpers.data import (
    DataError,
    Dataset,
    Split,
    check_dataset,
    data_folder,
    fetch,
    list_datasets,
    load_dataset,
    load_sample,
    published_results,
)
from helpers.data.catalogue import is_own_file


def test_an_unknown_name_is_answered_with_the_names_and_the_nearest():
    with pytest.raises(
        ValueError, match=r"'digits', 'breast-cells', 'lesion-known', .*'mnist', 'pathmnist'"
    ):
        load_dataset("xyz")
    with pytest.raises(ValueError, match=r"got 'pneumonia_mnist'. Did you mean 'pneumoniamnist'\?"):
        load_dataset("pneumonia_mnist")
    with pytest.raises(ValueError, match=r"Did you mean 'breastmnist_64'\?"):
        fetch("brestmnist_64")
    with pytest.raises(ValueError, match=r"Did you mean 'ct-small'\?"):
        load_sample("ct-smal")


@pytest.mark.parametrize("name", ["ct-small", "shepp_logan_phantom"])
def test_a_sample_is_not_a_data_set(name):
    with pytest.raises(ValueError, match=f"single sample. Use load_sample.'{name}'."):
        load_dataset(name)
    assert fetch(name) == []


@pytest.mark.parametrize("name", ["digits", "octmnist_64", "mine.npz"])
def test_a_data_set_is_not_a_sample(name):
    with pytest.raises(ValueError, match=f"is a data set. Use load_dataset.'{name}'."):
        load_sample(name)


@pytest.mark.parametrize("function", [load_dataset, load_sample, fetch, published_results])
@pytest.mark.parametrize("name", [3, None, b"digits"])
def test_a_name_is_text(function, name):
    with pytest.raises(TypeError, match="`name` must be the name of a "):
        function(name)


@pytest.mark.parametrize("argument", [{"task": "binary"}, {"class_names": ["a", "b"]}])
def test_task_and_class_names_are_for_ones_own_file(argument):
    with pytest.raises(ValueError, match="must be left out for 'digits', which has its own"):
        load_dataset("digits", **argument)


def test_a_set_of_another_kind_is_refused_with_the_names_that_fit(monkeypatch):
    words = "'breast-cells', which is of kind 'features'. Names that fit: 'digits', 'lesion-known'"
    with pytest.raises(ValueError, match=words):
        load_dataset("breast-cells", kind="images")
    with pytest.raises(ValueError, match="Names that fit: 'breast-cells'"):
        load_dataset("mnist", kind="features")
    with pytest.raises(ValueError, match="Names that fit: none yet"):
        load_dataset("digits", kind="volume")
    with pytest.raises(ValueError, match=r"`kind` must be one of .*Did you mean 'images'"):
        load_dataset("digits", kind="image")


REFUSED = [
    ("xyz", None, ValueError, "must be one of 'digits'"),
    ("ct-small", None, ValueError, "single sample"),
    (3, None, TypeError, "must be the name of a data set or the path"),
    ("nowhere/none.npz", None, DataError, "nowhere/none.npz must be a file .*; there is none"),
    ("nowhere/NONE.NPZ", "images", DataError, "there is none"),
    ("breast-cells", "images", ValueError, "of kind 'images' here"),
    ("nowhere/none.npz", "features", ValueError, "of kind 'features' here"),
    ("digits", "image", ValueError, "`kind` must be one of"),
]


@pytest.mark.parametrize(("name", "kind", "error", "words"), REFUSED)
def test_a_check_refuses_what_loading_would_refuse(name, kind, error, words):
    for function in (check_dataset, load_dataset):
        with pytest.raises(error, match=words):
            function(name, kind=kind)


def test_a_check_loads_nothing(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise AssertionError("to check a name, no data must be read")

    for place in (
        *("embedded.load_digits", "simulated.load", "mnist.load"),
        *("medmnist.load", "own_file.load"),
    ):
        monkeypatch.setattr(f"helpers.data.{place}", refuse)
    monkeypatch.setattr("helpers.data.npz.read_headers", refuse)
    monkeypatch.setattr("helpers.data.download.obtain", refuse)
    path = tmp_path / "mine.Npz"
    path.touch()
    for name in ("digits", "lesion-search", "mnist", "pathmnist_224", str(path)):
        assert check_dataset(name, kind="images") == name
    assert check_dataset(path) == str(path)
    assert check_dataset("breast-cells", kind="features") == "breast-cells"


@pytest.mark.parametrize("name", ["mine.npz", "a/MINE.NPZ", Path("mine.Npz"), "~/x.npz"])
def test_a_path_of_an_own_file(name):
    assert is_own_file(name)


@pytest.mark.parametrize("name", ["digits", "npz", "mine.npy", "mine.npz.bak", 3, None])
def test_no_path_of_an_own_file(name):
    assert not is_own_file(name)


def test_what_is_embedded_needs_no_fetching(tmp_path):
    assert fetch("digits") == fetch("breast-cells") == fetch("retina") == []
    (tmp_path / "mine.npz").touch()
    assert fetch(tmp_path / "mine.npz") == []


def test_an_own_file_that_is_not_there_cannot_be_fetched():
    with pytest.raises(DataError, match=r"nowhere/none\.npz must be a file .*; there is none"):
        fetch("nowhere/none.npz")


def test_the_list_has_each_set_once():
    table = list_datasets()
    assert table.columns.tolist() == [
        *("name", "kind", "task", "classes", "positive class", "train", "val", "test"),
        *("shape", "sizes", "dtype", "range", "origin", "licence", "load"),
    ]
    assert table["name"].is_unique
    assert (table["load"] == "load_dataset").sum() == 2 + 7 + 1 + 12
    assert (table["sizes"] == "28, 64, 128, 224").sum() == 12
    rows = table.set_index("name")
    assert rows.loc["chestmnist", "task"] == "multi-label"
    assert rows.loc["retinamnist", "task"] == "ordinal"
    assert rows.loc["digits", ["train", "val", "test"]].tolist() == [3000, 1000, 1000]
    assert rows.loc["pathmnist", "shape"] == "28 x 28 x 3"
    columns = ["positive class", "dtype", "range"]
    assert rows.loc["breastmnist", columns].tolist() == ["malignant", "uint8", "0 to 255"]
    assert rows.loc["breast-cells", columns].tolist() == ["malignant", "float64", "0 to 4254"]
    assert rows.loc["anatomical", columns].tolist() == ["", "int16", "-610 to 30393"]
    assert rows.loc["lesion-search", columns].tolist() == ["lesion", "float32", "-6 to 6"]
    assert rows.loc["mnist", "positive class"] == ""
    assert rows.loc["ct-small", ["kind", "origin", "load"]].tolist() == [
        *("images", "embedded", "load_sample")
    ]
    assert not table.drop(columns=["classes", "train", "val", "test"]).isna().any(axis=None)


def tiny(task, y):
    y = np.asarray(y)
    x = np.arange(len(y) * 6, dtype=np.uint8).reshape(-1, 2, 3, 1)
    info = load_dataset("breast-cells").info
    info = dataclasses.replace(info, task=task, num_cases={"train": len(y), "val": 1, "test": 1})
    split = Split(x, y, np.arange(len(y)))
    return Dataset(info, split, split.take([0]), split.take([0]), "sha256:0")


def test_take_train_keeps_proportions():
    dataset = tiny("multi-class", [0] * 60 + [1] * 30 + [2] * 10)
    part = dataset.take_train(10, seed=3)
    assert np.bincount(part.train.y).tolist() == [6, 3, 1]
    assert part.info.num_cases == {"train": 10, "val": 1, "test": 1}
    assert dataset.info.num_cases["train"] == 100
    assert (part.checksum, part.val) == (dataset.checksum, dataset.val)
    # cases stay together: pixel values and labels follow from the patient's number
    np.testing.assert_array_equal(part.train.x, dataset.train.x[part.train.patient])
    np.testing.assert_array_equal(part.train.y, dataset.train.y[part.train.patient])
    assert len(set(part.train.patient)) == 10


def test_take_train_repeats_a_seed_and_differs_between_seeds():
    dataset = tiny("multi-class", [0, 1] * 50)
    drawn = [dataset.take_train(20, seed=seed).train.patient.tolist() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_take_train_of_all():
    dataset = tiny("binary", [0, 1, 1])
    assert dataset.take_train(0, seed=0) is dataset
    np.testing.assert_array_equal(dataset.take_train(3, seed=0).train.patient, [0, 1, 2])


def test_take_train_of_a_multi_label_set_is_plain():
    dataset = tiny("multi-label", np.eye(4, dtype=int))
    part = dataset.take_train(1, seed=0)
    assert part.train.y.shape == (1, 4)


@pytest.mark.parametrize("num_train", [1, 2, 101, 10**9])
def test_take_train_refuses_too_few_and_too_many(num_train):
    dataset = tiny("multi-class", [0] * 60 + [1] * 30 + [2] * 10)
    with pytest.raises(ValueError, match=r"`num_train` must be 0 .all. or from 3 .* to 100"):
        dataset.take_train(num_train, seed=0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((-1, 0), ValueError), ((2.5, 0), TypeError), ((2, -1), ValueError), ((2, None), TypeError)],
)
def test_take_train_checks_its_arguments(arguments, error):
    num_train, seed = arguments
    with pytest.raises(error, match="must be an integer of at least 0"):
        tiny("binary", [0, 1, 1]).take_train(num_train, seed=seed)


def test_a_split_must_be_equally_long():
    with pytest.raises(ValueError, match=r"equally long; got lengths \[2, 3\]"):
        Split(np.zeros((2, 1)), np.zeros(3, int))


def test_errors_of_files_are_no_errors_of_arguments():
    assert issubclass(DataError, RuntimeError)
    assert not issubclass(DataError, ValueError)
    assert data_folder().name == "data"
