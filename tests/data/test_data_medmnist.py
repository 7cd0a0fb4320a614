import json

import numpy as np
import pytest

from helpers.data import DataError, fetch, load_dataset, medmnist
from tests.data.synthetic_files import SPLITS, Answer, arrays_of, leftovers, md5, npz_bytes


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("task", ["binary", "multi-class", "ordinal", "multi-label"])
def test_a_set_is_downloaded_once_and_read(synthetic, server, tmp_path, task, channels):
    arrays, body = synthetic("bloodmnist", task, channels)
    dataset = load_dataset("bloodmnist", kind="images")
    assert leftovers(tmp_path / "data" / "medmnist") == ["bloodmnist.npz"]
    assert dataset.checksum == f"md5:{md5(body)}"
    assert (dataset.info.task, dataset.info.num_cases) == (task, SPLITS)
    assert dataset.train.x.shape == (12, 28, 28, channels)
    for split in SPLITS:
        part, labels = getattr(dataset, split), arrays[f"{split}_labels"]
        np.testing.assert_array_equal(part.x.ravel(), arrays[f"{split}_images"].ravel())
        np.testing.assert_array_equal(part.y, labels if task == "multi-label" else labels[:, 0])
        assert (part.x.dtype, part.y.dtype, part.patient) == (np.uint8, np.int64, None)
    load_dataset("bloodmnist")
    assert server.requests == ["/bloodmnist.npz"]


def test_fetch_brings_what_load_needs_and_nothing_else(synthetic, server, tmp_path):
    _, body = synthetic("breastmnist", "binary", 1)
    (path,) = fetch("breastmnist", data_dir=tmp_path / "class", progress=False)
    assert path == tmp_path / "class" / "medmnist" / "breastmnist.npz"
    assert path.read_bytes() == body
    server.answers.clear()  # from here on offline
    assert len(load_dataset("breastmnist", data_dir=tmp_path / "class").val) == 5


def test_breastmnist_is_turned_round_so_that_malignant_is_one(synthetic):
    arrays, _ = synthetic("breastmnist", "binary", 1)
    dataset = load_dataset("breastmnist")
    np.testing.assert_array_equal(arrays["val_labels"][:, 0], [0, 1, 0, 1, 0])
    np.testing.assert_array_equal(dataset.val.y, [1, 0, 1, 0, 1])
    info = medmnist.info_of("breastmnist", 28)
    assert dataset.info.class_names == ("one", "zero")
    assert dataset.info.positive_class == info.positive_class == "zero"


def test_pneumoniamnist_is_not_turned_round(synthetic):
    synthetic("pneumoniamnist", "binary", 1)
    dataset = load_dataset("pneumoniamnist")
    np.testing.assert_array_equal(dataset.val.y, [0, 1, 0, 1, 0])
    assert dataset.info.positive_class == "one"


@pytest.mark.parametrize(
    ("name", "names", "positive"),
    [
        ("breastmnist", ("normal, benign", "malignant"), "malignant"),
        ("pneumoniamnist", ("normal", "pneumonia"), "pneumonia"),
    ],
)
def test_the_positive_class_is_the_disease(name, names, positive):
    info = medmnist.info_of(name, 64)
    assert (info.class_names, info.positive_class) == (names, positive)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_cases": {"train": 12, "val": 5, "test": 8}}, "`test_images` and `test_labels` must"),
        ({"class_names": ["a", "b", "c", "d"]}, "`train_labels` must be 0 to 3; got 4"),
    ],
)
def test_a_file_that_contradicts_the_table_is_refused(synthetic, monkeypatch, change, words):
    synthetic("bloodmnist", "multi-class", 3)
    facts = {**medmnist.FACTS["bloodmnist"], **change}
    monkeypatch.setitem(medmnist.FACTS, "bloodmnist", facts)
    with pytest.raises(DataError, match=words):
        load_dataset("bloodmnist")


def test_an_altered_set_is_set_aside(synthetic, server, tmp_path):
    _, body = synthetic("retinamnist", "ordinal", 3)
    altered = npz_bytes(arrays_of("binary", 3))
    server.answers["retinamnist.npz"] = [Answer(altered)]
    with pytest.raises(DataError, match=f"(?s)retinamnist.npz.*{md5(body)}.*{md5(altered)}"):
        load_dataset("retinamnist")
    assert leftovers(tmp_path) == [f"retinamnist.npz.bad-{md5(altered)[:8]}"]


def test_sets_too_big_for_memory_are_refused_before_download(monkeypatch, server):
    # 3 channels x (107,180 images x 9 bytes + 89,996 of training x 8 bytes) a pixel:
    # 64 x 64 needs 20.70 GB, 128 x 128 needs 82.80 GB
    monkeypatch.setattr(medmnist, "ADDRESS", server.base + "{file}")
    monkeypatch.setattr("helpers.data.memory.available_bytes", lambda: 21_000_000_000)
    words = "'pathmnist_224' must fit in memory; it needs 253.58 GB .*21.00 GB are free. Use "
    with pytest.raises(DataError, match=words + r"'pathmnist_64' \(20.70 GB\)"):
        load_dataset("pathmnist_224")
    monkeypatch.setattr("helpers.data.memory.available_bytes", lambda: 1000)
    with pytest.raises(DataError, match="Close other programs, or use a machine with more"):
        load_dataset("pathmnist")
    assert server.requests == []


# Official counts, from the paper (Yang et al. 2023, table 2): train, val, test and classes
OFFICIAL = {
    "pathmnist": (89996, 10004, 7180, 9, 3),
    "chestmnist": (78468, 11219, 22433, 14, 1),
    "dermamnist": (7007, 1003, 2005, 7, 3),
    "octmnist": (97477, 10832, 1000, 4, 1),
    "pneumoniamnist": (4708, 524, 624, 2, 1),
    "retinamnist": (1080, 120, 400, 5, 3),
    "breastmnist": (546, 78, 156, 2, 1),
    "bloodmnist": (11959, 1712, 3421, 8, 3),
    "tissuemnist": (165466, 23640, 47280, 8, 1),
    "organamnist": (34561, 6491, 17778, 11, 1),
    "organcmnist": (12975, 2392, 8216, 11, 1),
    "organsmnist": (13932, 2452, 8827, 11, 1),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_table_of_facts(name):
    train, val, test, classes, channels = OFFICIAL[name]
    for size in (28, 64, 128, 224):
        info = medmnist.info_of(name, size)
        assert info.num_cases == {"train": train, "val": val, "test": test}
        assert len(info.class_names) == classes
        assert info.shape == (size, size, channels)
        assert "https://doi.org/10.1038/s41597-022-01721-8" in info.source
        assert "Not for clinical use" in info.notes
        assert info.licence.startswith("CC BY")


def test_the_table_has_twelve_sets_in_four_sizes_each_with_its_own_checksum():
    assert sorted(medmnist.FACTS) == sorted(OFFICIAL)
    files = [medmnist.file_of(*at) for at in medmnist.names().values()]
    assert len(files) == len({file.md5 for file in files}) == 48
    assert all(len(file.md5) == 32 for file in files)


def test_checksums_and_addresses_are_official():
    file = medmnist.file_of("pneumoniamnist", 28)
    assert file.md5 == "28209eda62fecd6e6a2d98b1501bb15f"
    assert medmnist.file_of("breastmnist", 28).md5 == "750601b1f35ba3300ea97c75c52ff8f6"
    assert medmnist.file_of("breastmnist", 224).urls == (
        "https://zenodo.org/records/10519652/files/breastmnist_224.npz?download=1",
    )


TASKS = {
    "binary-class": "binary",
    "multi-class": "multi-class",
    "ordinal-regression": "ordinal",
    "multi-label, binary-class": "multi-label",
}
# Where we call a class otherwise: grades are no bare numbers, and one name is too long for a figure
OUR_NAMES = {str(k): f"grade {k}" for k in range(5)} | {
    "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)": "immature granulocytes"
}


def test_the_facts_agree_with_the_list_beside_the_real_data(real_file):
    official = json.loads(real_file("medmnist_info.json").read_text(encoding="utf-8"))
    assert sorted(official) == sorted(medmnist.FACTS)
    for name, entry in official.items():
        for size, ending in ((28, ""), (64, "_64"), (128, "_128"), (224, "_224")):
            assert medmnist.file_of(name, size).md5 == entry[f"MD5{ending}"]
            assert medmnist.file_of(name, size).urls == (entry[f"url{ending}"],)
        assert medmnist.info_of(name, 28).num_cases == entry["n_samples"]
        assert medmnist.info_of(name, 28).licence == entry["license"]
        assert medmnist.info_of(name, 28).shape == (28, 28, entry["n_channels"])
        assert medmnist.info_of(name, 28).task == TASKS[entry["task"]]
        labels = [entry["label"][str(k)] for k in range(len(entry["label"]))]
        assert medmnist.FACTS[name]["class_names"] == [OUR_NAMES.get(la, la) for la in labels]
