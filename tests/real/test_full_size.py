"""Full-size training through the checked wrapper, on real files: minutes long, `make test-real`.

The files are found through COURSE_DATA_DIR (or the cache folder); without them these tests skip.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers.data import data_folder
from helpers.reruns import read_predictions
from helpers.reruns.course import notebook_paths
from helpers.reruns.execute import run_notebook

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("default")]


def require(*names):
    """Skip unless a file is in the data folder."""
    path = Path(data_folder(), *names)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(names)} in the data folder; set COURSE_DATA_DIR")
    return path


def run_walkthrough(folder, **parameters):
    """Run notebook 04 and return its results and its predictions."""
    (path,) = notebook_paths(["04"])
    outcome = run_notebook(path, parameters=parameters, output_dir=folder, with_page=False)
    assert outcome.error is None, outcome.error
    (results,) = Path(folder, "results").glob("*.json")
    record = json.loads(results.read_text(encoding="utf-8"))
    assert record["status"] == "complete"
    return record, read_predictions(results.with_suffix(".predictions.csv"))


def test_the_articles_network_on_full_mnist(tmp_path):
    require("mnist", "train-images-idx3-ubyte.gz")
    record, predictions = run_walkthrough(
        tmp_path,
        dataset="mnist",
        rungs="article",
        epochs=10,
        batch_size=128,
        learning_rate=0.002,  # the cosine schedule halves it on average: the article's 0.001
        num_seeds=1,
    )
    assert len(predictions) == 10_000
    scores = predictions.filter(regex=r"^y_score_").to_numpy()
    accuracy = np.mean(scores.argmax(axis=1) == predictions["y_true"])
    assert accuracy == pytest.approx(record["metrics"]["test_accuracy"], abs=1e-12)
    assert accuracy >= 0.98


def test_the_chosen_network_on_pneumonia(tmp_path):
    path = require("medmnist", "pneumoniamnist-reassembled.npz")
    before = os.stat(path)
    record, predictions = run_walkthrough(
        tmp_path, dataset=str(path), class_names="normal; pneumonia"
    )
    assert len(predictions) == 624
    area = roc_auc_score(predictions["y_true"], predictions["y_score"])
    assert area == pytest.approx(record["metrics"]["test_auc"], abs=1e-12)
    assert area >= 0.95
    assert os.stat(path).st_mtime == before.st_mtime  # the reader's own file is never touched
