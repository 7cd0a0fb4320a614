import math
import types

import psutil
import pytest

from helpers.data import DataError, memory


def put(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="ascii")


VERSION_2 = {
    "memory.max": "4000\n",
    "memory.current": "1500\n",
    "memory.stat": "anon 1100\nfile 400\ninactive_file 300\nactive_file 100\n",
}
VERSION_1 = {
    "memory/memory.limit_in_bytes": "3000\n",
    "memory/memory.usage_in_bytes": "2000\n",
    "memory/memory.stat": "cache 90\ninactive_file 5\ntotal_inactive_file 70\n",
}


def test_needed_bytes_by_hand():
    # 6 values a case; 24 cases of 1 + 4 + 4 bytes a value, the 12 of the largest split 4 + 4 more
    assert memory.needed_bytes({"train": 5, "val": 12, "test": 7}, (2, 3, 1)) == 6 * (216 + 96)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (VERSION_2, 4000 - (1500 - 300)),  # what is cached can be dropped
        (VERSION_1, 3000 - (2000 - 70)),
        ({**VERSION_2, "memory.max": "max\n"}, math.inf),
        ({"memory.stat": "anon 1\n"}, math.inf),  # the topmost group has no limit
        ({}, math.inf),
    ],
    ids=["version 2", "version 1", "no limit", "topmost group", "no control groups"],
)
def test_what_the_limit_of_a_container_leaves(tmp_path, files, expected):
    put(tmp_path, files)
    assert memory.container_bytes(tmp_path) == expected


@pytest.mark.parametrize(("free", "expected"), [(2799, 2799), (2801, 2800)])
def test_available_is_the_less_of_machine_and_container(tmp_path, monkeypatch, free, expected):
    put(tmp_path, VERSION_2)
    monkeypatch.setattr(memory, "CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(available=free))
    assert memory.available_bytes() == expected


def test_what_fits_exactly_is_allowed(monkeypatch):
    num_cases, shape = {"train": 5, "val": 12, "test": 7}, (2, 3, 1)
    monkeypatch.setattr(memory, "available_bytes", lambda: 1872 + 100)
    memory.check_memory("mine.npz", num_cases, shape, label_bytes=100)
    with pytest.raises(DataError, match=r"needs 0\.00 GB \(24 images .*; 0\.00 GB for labels\)"):
        memory.check_memory("mine.npz", num_cases, shape, label_bytes=101)
