"""Fixtures: the local server, synthetic sets in place of official ones, and the real files."""

import os
from pathlib import Path

import pytest

from helpers.data import download, medmnist
from tests.data.synthetic_files import SPLITS, Answer, Server, arrays_of, md5, npz_bytes

REAL_FOLDER = os.environ.get(download.FOLDER_VARIABLE, "")


@pytest.fixture
def real_file():
    """Return a function that gives the path of a real file, or skips with the reason."""

    def real_file(name):
        if not REAL_FOLDER:
            pytest.skip(f"{download.FOLDER_VARIABLE} is not set, so there are no real files")
        path = Path(REAL_FOLDER, name)
        if not path.exists():
            pytest.skip(f"{download.FOLDER_VARIABLE} has no {name}")
        return path

    return real_file


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def own_world(monkeypatch, tmp_path):
    """Keep tests away from the user's folders and from waiting between attempts."""
    monkeypatch.setenv(download.FOLDER_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(download, "PAUSE", 0)


@pytest.fixture
def save(tmp_path):
    """Return a function that writes arrays as a file of the user's own."""

    def save(arrays, name="mine.npz"):
        path = tmp_path / name
        path.write_bytes(npz_bytes(arrays))
        return path

    return save


@pytest.fixture
def synthetic(monkeypatch, server):
    """Return a function that puts a synthetic set in place of an official one on the server."""
    monkeypatch.setattr(medmnist, "ADDRESS", server.base + "{file}")

    def synthetic(name, task, channels):
        arrays = arrays_of(task, channels)
        body = npz_bytes(arrays)
        facts = {
            **medmnist.FACTS[name],
            "task": task,
            "channels": channels,
            "class_names": {
                "binary": ["zero", "one"],
                "multi-label": ["a", "b", "c", "d"],
            }.get(task, ["a", "b", "c", "d", "e"]),
            "num_cases": SPLITS,
            "md5": {**medmnist.FACTS[name]["md5"], "28": md5(body)},
        }
        monkeypatch.setitem(medmnist.FACTS, name, facts)
        server.answers[f"{name}.npz"] = [Answer(body)]
        return arrays, body

    return synthetic
