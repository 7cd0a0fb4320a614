from dataclasses import replace

import keras
import numpy as np
import pytest
from scipy.special import expit, log_expit, log_softmax, softmax

from helpers import networks
from helpers.experiments import run_grid
from tests.tolerances import KERAS32

SHAPE = (15, 13, 1)
RECIPE = networks.Recipe(task="multi-class", epochs=6, batch_size=16, learning_rate=0.01)


def bright_quarters(n, seed):
    """Images whose class is the corner that is bright: learnable in a few steps."""
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 4, n)
    x = generator.normal(0, 1, (n, *SHAPE)).astype("float32")
    for image, corner in zip(x, y, strict=True):
        image[7 * (corner // 2) :, 6 * (corner % 2) :][:7, :6] += 1
    return x, y


@pytest.fixture(scope="module")
def splits():
    return bright_quarters(200, 0), bright_quarters(100, 1)


@pytest.mark.reference("build_loss")
def test_losses_are_the_formulas():
    generator = np.random.default_rng(0)
    z = generator.normal(0, 20, (7, 5)).astype("float32")  # large: a rounded softmax would fail
    y = generator.integers(0, 5, 7)
    expected = -log_softmax(z.astype("float64"), axis=1)[np.arange(7), y].mean()
    for task in ("multi-class", "ordinal"):
        np.testing.assert_allclose(networks.build_loss(task)(y, z), expected, **KERAS32)
    labels = generator.integers(0, 2, (7, 5))
    each = -(labels * log_expit(z) + (1 - labels) * log_expit(-z))
    np.testing.assert_allclose(
        networks.build_loss("multi-label")(labels, z), each.mean(), **KERAS32
    )
    one = networks.build_loss("binary")(labels[:, :1], z[:, :1])
    np.testing.assert_allclose(one, each[:, 0].mean(), **KERAS32)


@pytest.mark.reference("build_metric")
def test_metrics_count_right_answers_of_logits():
    metric = networks.build_metric("binary")
    metric.update_state(np.array([1, 0, 1]), np.array([[0.2], [0.3], [-4.0]]))
    np.testing.assert_allclose(metric.result(), 1 / 3, **KERAS32)
    metric = networks.build_metric("multi-class")
    metric.update_state(np.array([1, 0]), np.array([[-3.0, -1.0], [0.0, 5.0]]))
    assert float(metric.result()) == 0.5


@pytest.mark.reference("num_units")
def test_units_by_task():
    assert [networks.num_units(task, 2) for task in ("binary", "multi-class")] == [1, 2]
    assert networks.num_units("multi-label", 1) == 1
    with pytest.raises(ValueError, match="num_classes"):
        networks.num_units("multi-class", 1)
    with pytest.raises(ValueError, match="`task` must be one of"):
        networks.num_units("regression", 2)


@pytest.mark.reference("compile_network")
def test_the_learning_rate_falls_along_a_cosine():
    model = networks.build_dense_network(SHAPE, 4)
    networks.compile_network(model, "multi-class", learning_rate=0.01, num_steps=10)
    schedule = model.optimizer._learning_rate
    rates = [float(schedule(step)) for step in range(11)]
    np.testing.assert_allclose(
        rates, 0.01 * (1 + np.cos(np.pi * np.arange(11) / 10)) / 2, atol=1e-8
    )


@pytest.mark.law("train_network")
@pytest.mark.parametrize("name", networks.LADDER)
def test_each_network_learns_and_is_left_with_its_best_epoch(splits, name):
    model = networks.build_network(name, SHAPE, 4)
    history = networks.train_network(model, *splits, RECIPE)
    p = networks.predict_probabilities(model, splits[1][0], task="multi-class")
    accuracy = np.mean(p.argmax(axis=1) == splits[1][1])
    assert accuracy > 0.9
    loss = -np.log(p[np.arange(len(p)), splits[1][1]]).mean()
    np.testing.assert_allclose(loss, min(history["val_loss"]), **KERAS32)


def test_training_stops_early_and_restores(splits):
    (x, y), (x_val, y_val) = splits
    shuffled = np.random.default_rng(2).permutation(y_val)  # validation never improves for long
    model = networks.build_dense_network(SHAPE, 4)
    recipe = replace(RECIPE, epochs=60, patience=2)
    history = networks.train_network(model, (x, y), (x_val, shuffled), recipe)
    losses = history["val_loss"]
    assert len(losses) < 60
    assert np.argmin(losses) == len(losses) - 3
    p = networks.predict_probabilities(model, x_val, task="multi-class")
    loss = -np.log(p[np.arange(len(p)), shuffled]).mean()
    np.testing.assert_allclose(loss, min(losses), **KERAS32)


def test_one_seed_repeats_and_two_differ(splits):
    from helpers.start import set_seed

    histories = []
    for seed in (3, 3, 4):
        set_seed(seed)
        model = networks.build_modern_network(SHAPE, 4)
        histories.append(networks.train_network(model, *splits, replace(RECIPE, epochs=2)))
    assert histories[0] == histories[1]
    assert histories[0]["loss"] != histories[2]["loss"]


@pytest.mark.parametrize(
    ("task", "labels"), [("binary", (60,)), ("multi-label", (60, 3)), ("ordinal", (60,))]
)
def test_every_task_trains(task, labels):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, *SHAPE)).astype("float32")
    y = generator.integers(0, 2, labels)
    model = networks.build_article_network(
        SHAPE, networks.num_units(task, 3 if len(labels) == 2 else 2)
    )
    recipe = replace(RECIPE, task=task, epochs=30)
    history = networks.train_network(model, (x, y), (x, y), recipe)
    assert history["accuracy"][-1] > 0.9  # it can learn sixty images by heart


def test_divergence_is_named(splits):
    (x, y), validation = splits
    model = networks.build_dense_network(SHAPE, 4)
    with pytest.raises(networks.DivergenceError, match=r"diverged.*Lower `learning_rate`"):
        networks.train_network(model, (x * 1e37, y), validation, replace(RECIPE, epochs=1))


def test_a_grid_reports_divergence_and_goes_on(splits):
    (x, y), validation = splits

    def learn(scale, seed):
        model = networks.build_dense_network(SHAPE, 4)
        recipe = replace(RECIPE, epochs=1)
        history = networks.train_network(model, (x * scale, y), validation, recipe)
        return {"loss": history["val_loss"][-1]}

    table = run_grid(learn, {"scale": [1e37, 1.0]}, seeds=[0], cache=False)
    assert table["status"].tolist() == ["diverged", "finished"]
    assert table["message"][0].startswith("DivergenceError: Training of 'dense' diverged")


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_images_that_are_not_finite_are_refused(splits, broken, place):
    x, y = splits[place]
    x = x.copy()
    x[3, 4, 5] = broken
    pair = [*splits[:place], (x, y), *splits[place + 1 :]]
    with pytest.raises(ValueError, match="images must be finite"):
        networks.train_network(networks.build_dense_network(SHAPE, 4), *pair, RECIPE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(epochs=0), "`epochs`"),
        (dict(batch_size=0), "`batch_size`"),
        (dict(learning_rate=0.0), "`learning_rate`"),
        (dict(patience=0), "`patience`"),
        (dict(task="regression"), "`task`"),
    ],
)
def test_bad_settings_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(RECIPE, **change)


def test_pytorch_is_asked_for_one_step_at_a_time(monkeypatch):
    # Keras on PyTorch raises for more; no other backend is installed here to try it on
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    model = networks.build_dense_network(SHAPE, 4)
    networks.compile_network(model, "binary", learning_rate=0.1, num_steps=1)
    assert model.steps_per_execution == 1


@pytest.mark.reference("predict_probabilities")
def test_probabilities_are_those_of_scipy():
    x = np.random.default_rng(0).normal(size=(9, *SHAPE))
    for task, units, reference in (
        ("multi-class", 4, lambda z: softmax(z, axis=1)),
        ("multi-label", 4, expit),
        ("binary", 1, lambda z: expit(z)[:, 0]),
    ):
        model = networks.build_dense_network(SHAPE, units)
        logits = model.predict(x, verbose=0).astype("float64")
        p = networks.predict_probabilities(model, x, task=task, batch_size=2)
        np.testing.assert_allclose(p, reference(logits), **KERAS32)


@pytest.mark.law("predict_probabilities")
def test_probabilities_of_classes_sum_to_one():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])
    x = np.random.default_rng(0).normal(0, 1e3, (20, 3))
    p = networks.predict_probabilities(model, x, task="multi-class")
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)


def test_probabilities_need_images_and_a_batch_size():
    model = networks.build_dense_network(SHAPE, 1)
    with pytest.raises(ValueError, match="at least one image; got none"):
        networks.predict_probabilities(model, np.zeros((0, *SHAPE)), task="binary")
    with pytest.raises(ValueError, match="`batch_size` must be an integer of at least 1; got 0"):
        networks.predict_probabilities(model, np.zeros((2, *SHAPE)), task="binary", batch_size=0)
