import inspect
import subprocess
import sys

import numpy as np
import pytest

import helpers.data
from helpers.data import (
    DataError,
    Dataset,
    Split,
    data_folder,
    fetch,
    list_datasets,
    load_dataset,
    load_sample,
    published_results,
)


def test_an_unknown_name_is_answered_with_the_names_and_the_nearest():
    with pytest.raises(ValueError, match=r"(?s)'digits', 'breast-cells', 'mnist', 'pathmnist'"):
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
    words = "'breast-cells', which is of kind 'features'. Names that fit: 'digits', 'mnist', 'path"
    with pytest.raises(ValueError, match=words):
        load_dataset("breast-cells", kind="images")
    with pytest.raises(ValueError, match="Names that fit: 'breast-cells'"):
        load_dataset("mnist", kind="features")
    with pytest.raises(ValueError, match="Names that fit: none yet"):
        load_dataset("digits", kind="volume")
    with pytest.raises(ValueError, match=r"`kind` must be one of .*Did you mean 'images'"):
        load_dataset("digits", kind="image")


def test_what_is_embedded_needs_no_fetching():
    assert fetch("digits") == fetch("breast-cells") == fetch("retina") == []


def test_the_list_has_each_set_once():
    table = list_datasets()
    assert table.columns.tolist() == [
        *("name", "kind", "task", "classes", "train", "val", "test"),
        *("shape", "sizes", "origin", "licence", "load"),
    ]
    assert table["name"].is_unique
    assert (table["load"] == "load_dataset").sum() == 2 + 1 + 12
    assert (table["sizes"] == "28, 64, 128, 224").sum() == 12
    rows = table.set_index("name")
    assert rows.loc["chestmnist", "task"] == "multi-label"
    assert rows.loc["retinamnist", "task"] == "ordinal"
    assert rows.loc["digits", ["train", "val", "test"]].tolist() == [3000, 1000, 1000]
    assert rows.loc["pathmnist", "shape"] == "28 x 28 x 3"
    assert rows.loc["ct-small", ["kind", "origin", "load"]].tolist() == [
        *("images", "embedded", "load_sample")
    ]
    assert not table.drop(columns=["classes", "train", "val", "test"]).isna().any(axis=None)


@pytest.mark.parametrize(("size", "resnet"), [("", 0.854), ("_64", 0.854), ("_224", 0.854)])
def test_published_results_of_pneumoniamnist(size, resnet):
    table = published_results(f"pneumoniamnist{size}").set_index("method")
    assert len(table) == 6
    assert table.loc["ResNet-18 (28)", "accuracy"] == resnet
    assert table.loc["Google AutoML", ["auc", "accuracy"]].tolist() == [0.991, 0.946]
    assert set(table["num_test"]) == {624}


def test_published_results_have_one_shape_for_every_name():
    columns = ["method", "auc", "accuracy", "num_test", "source"]
    sizes = {"breast-cells": 0, "mine.npz": 0, "mnist": 6, "digits": 6}
    for name in [*list_datasets().query("load == 'load_dataset'")["name"], "mine.npz"]:
        table = published_results(name)
        assert table.columns.tolist() == columns
        assert len(table) == sizes.get(name, 6)
        scores = table[["auc", "accuracy"]].to_numpy()
        assert np.all((scores > 0.5) & (scores < 1) | np.isnan(scores) | (scores == 0.493))
    keras = published_results("digits").set_index("accuracy").loc[0.9922]
    assert "keras.io" in keras["method"]
    assert keras["num_test"] == 10_000


def tiny(task, y):
    y = np.asarray(y)
    x = np.arange(len(y) * 6, dtype=np.uint8).reshape(-1, 2, 3, 1)
    info = load_dataset("breast-cells").info
    import dataclasses

    info = dataclasses.replace(info, task=task, num={"train": len(y), "val": 1, "test": 1})
    split = Split(x, y, np.arange(len(y)))
    return Dataset(info, split, split.take([0]), split.take([0]), "sha256:0")


def test_take_train_keeps_proportions():
    dataset = tiny("multi-class", [0] * 60 + [1] * 30 + [2] * 10)
    part = dataset.take_train(10, seed=3)
    assert np.bincount(part.train.y).tolist() == [6, 3, 1]
    assert part.info.num == {"train": 10, "val": 1, "test": 1}
    assert dataset.info.num["train"] == 100
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


def test_everything_public_says_where_it_is_introduced():
    for name in helpers.data.__all__:
        doc = inspect.getdoc(getattr(helpers.data, name))
        assert doc.splitlines()[-1] == "Introduced in notebook 04, *The data*.", name
        assert ">>> " in doc, name


def loaded_by(code):
    found = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {module.partition(".")[0] for module in found.stdout.split()}


SLOW = {"keras", "tensorflow", "torch", "jax", "sklearn", "skimage", "pydicom", "nibabel"} | {
    *("mlxtend", "pooch", "pandas", "psutil", "matplotlib", "scipy")
}


def test_import_is_quick():
    assert not SLOW & loaded_by("import helpers.data")


def test_the_test_of_the_import_can_fail():
    assert {"pandas"} == SLOW & loaded_by("import helpers.data; helpers.data.list_datasets()")


def test_errors_of_files_are_no_errors_of_arguments():
    assert issubclass(DataError, RuntimeError)
    assert not issubclass(DataError, ValueError)
    assert data_folder().name == "data"
