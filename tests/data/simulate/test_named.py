import numpy as np
import pytest
from scipy.stats import norm

from helpers.data import check_dataset, fetch, list_datasets, load_dataset, simulated
from helpers.data.dataset import SPLITS
from helpers.data.embedded import checksum_of
from helpers.data.simulate import load_task, named, simulate
from tests.observers.examples import assert_within_error, auc_with_error

NAMES = list(named.SETTINGS)
GOLDEN = {
    "lesion-known": "52c1510484f790cd",
    "lesion-correlated": "561014d392893778",
    "lesion-search": "3ad82b7763b837fc",
    "lesion-lumpy": "45cf18f1e9af038e",
    "lesion-patients": "36a379729943649f",
    "lesion-sites": "adbc979b2b55f00c",
    "lesion-shortcut": "060f2228b930b9f2",
}


@pytest.fixture(scope="module")
def loaded():
    """Return a function that loads each set once, as drawing all of them takes seconds."""
    sets = {}

    def loaded(name):
        if name not in sets:
            sets[name] = load_dataset(name, kind="images")
        return sets[name]

    return loaded


def splits_of(dataset):
    return [getattr(dataset, split) for split in SPLITS]


def test_every_described_set_has_a_task_and_every_task_a_set():
    assert list(simulated.INFOS) == NAMES
    assert len(NAMES) == 7


@pytest.mark.parametrize("name", NAMES)
def test_a_simulated_set_is_what_its_description_says(name, loaded):
    dataset = loaded(name)
    info = dataset.info
    assert (info.name, info.kind, info.task, info.origin) == (name, "images", "binary", "simulated")
    assert (info.class_names, info.positive_class) == (("no lesion", "lesion"), "lesion")
    assert {split: len(getattr(dataset, split)) for split in SPLITS} == info.num_cases
    for split in splits_of(dataset):
        assert split.x.shape[1:] == info.shape
        assert split.x.dtype == np.dtype(info.dtype)
        assert split.y.dtype == np.int64
        assert split.y.mean() == 0.5
        assert len(split.truth) == len(split)
    lowest = min(split.x.min() for split in splits_of(dataset))
    highest = max(split.x.max() for split in splits_of(dataset))
    assert info.value_range == (np.floor(lowest), np.ceil(highest))


@pytest.mark.parametrize("name", NAMES)
def test_patients_are_numbered_through_and_each_is_in_one_split(name, loaded):
    patients = [np.unique(split.patient) for split in splits_of(loaded(name))]
    together = np.concatenate(patients)
    np.testing.assert_array_equal(together, np.arange(len(together)))
    per_patient = 4 if name == "lesion-patients" else 1
    assert len(together) == sum(loaded(name).info.num_cases.values()) / per_patient


@pytest.mark.parametrize("name", NAMES)
def test_no_image_is_in_two_splits_nor_in_what_others_simulate(name, loaded):
    images = [split.x[:200] for split in splits_of(loaded(name))]
    images += [simulate(load_task(name), 200, seed=seed).x for seed in (0, 1, 2, 3)]
    rows = np.concatenate(images).reshape(1400, -1)
    assert len(np.unique(rows, axis=0)) == 1400


@pytest.mark.parametrize("name", NAMES)
def test_simulated_sets_are_the_same_for_good(name, loaded):
    # recorded once; another machine or release of NumPy must find the same
    assert loaded(name).checksum == checksum_of(splits_of(loaded(name)))
    assert loaded(name).checksum[7:23] == GOLDEN[name]


@pytest.mark.law("load_task")
@pytest.mark.parametrize("name", NAMES)
def test_the_optimum_reaches_its_auc_on_the_test_images(name, loaded):
    # closed forms; in lumps for Gaussian scores, which many lumps together make; else as the
    # course found by simulation of its own
    expected = {
        "lesion-known": norm.cdf(1.5 / np.sqrt(2)),
        "lesion-correlated": norm.cdf(1.5 / np.sqrt(2)),
        "lesion-search": 0.955,
        "lesion-lumpy": norm.cdf(2 / np.sqrt(2)),
        "lesion-patients": norm.cdf(1.5 / np.sqrt(2)),
        "lesion-sites": None,
        "lesion-shortcut": 0.99,
    }[name]
    dataset = loaded(name)
    assert dataset.optimum.is_ideal == (name != "lesion-lumpy")
    first = np.unique(dataset.test.patient, return_index=True)[1]  # one image of each patient
    test = dataset.test.take(first)
    scores = dataset.optimum.score(test.x)
    found, error = auc_with_error(scores[test.y == 1], scores[test.y == 0])
    if name == "lesion-sites":
        assert 0.87 < found < 0.92
    else:
        assert_within_error(found, expected, error)


def test_a_smaller_training_part_keeps_images_and_truth_together():
    part = load_dataset("lesion-known").take_train(100, seed=0)
    assert part.info.num_cases == {"train": 100, "val": 2_000, "test": 10_000}
    assert part.train.y.sum() == 50
    np.testing.assert_array_equal(part.train.truth.mask.any(axis=(1, 2)), part.train.y == 1)
    assert part.optimum.is_ideal


def test_a_users_accident_does_not_reach_the_next_call():
    first = load_dataset("lesion-known")
    first.train.x[:] = 0
    assert load_dataset("lesion-known").checksum == first.checksum


def test_simulated_sets_are_known_wherever_names_are():
    table = list_datasets().set_index("name")
    for name in NAMES:
        assert check_dataset(name, kind="images") == name
        assert fetch(name) == []
        assert table.loc[name, ["kind", "origin", "load"]].tolist() == [
            *("images", "simulated", "load_dataset")
        ]
        assert table.loc[name, ["dtype", "shape"]].tolist() == ["float32", "28 x 28 x 1"]


def test_names_of_tasks_are_checked():
    with pytest.raises(ValueError, match=r"one of 'lesion-known', .*Did you mean 'lesion-search'"):
        load_task("lesion-serch")
    with pytest.raises(ValueError, match="Did you mean 'lesion-known'"):
        load_dataset("lesion-knwon")
    with pytest.raises(ValueError, match="of kind 'features' here"):
        load_dataset("lesion-known", kind="features")
    with pytest.raises(ValueError, match="must be left out for 'lesion-known', which has its own"):
        load_dataset("lesion-known", task="binary")
