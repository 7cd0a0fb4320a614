import keras
import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from helpers import networks
from tests.tolerances import DIFFERENCES, KERAS32

SHAPE = (10, 13, 1)
FILTER = np.outer([1, 2, 3, 2, 1], [1, 3, 4, 3, 1]) / 6  # of height 5, as bright as d' = 5


def search_images(n, seed):
    """Half of them hold a bright spot somewhere."""
    generator = np.random.default_rng(seed)
    x, y = generator.normal(size=(n, *SHAPE)).astype("float32"), np.arange(n) % 2
    for image in x[1::2]:
        row, column = generator.integers(0, 6), generator.integers(0, 9)
        image[row : row + 5, column : column + 5, 0] += FILTER
    return x, y


@pytest.fixture(scope="module")
def splits():
    return search_images(400, 0), search_images(200, 1)


@pytest.mark.reference("fit_lbfgs")
def test_it_finds_the_logistic_regression_of_scikit_learn():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(500, 3))
    y = (generator.random(500) < expit(x @ [1.0, -2.0, 0.5] + 0.3)).astype(int)
    reference = LogisticRegression(C=np.inf, tol=1e-8).fit(x, y)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    history = networks.fit_lbfgs(model, (x, y), (x, y))
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel[:, 0], reference.coef_[0], **DIFFERENCES)
    np.testing.assert_allclose(bias, reference.intercept_, **DIFFERENCES)
    p = reference.predict_proba(x)[np.arange(500), y]
    np.testing.assert_allclose(history["loss"][-1], -np.log(p).mean(), **KERAS32)
    np.testing.assert_allclose(history["val_loss"], history["loss"], **KERAS32)


@pytest.mark.law("fit_lbfgs")
@pytest.mark.parametrize("tied", [False, True])
def test_it_learns_the_spot_and_leaves_the_best_weights(splits, tied):
    model = networks.build_correlation_network(SHAPE, kernel_size=5, tied=tied)
    history = networks.fit_lbfgs(model, *splits, patience=4)
    kernel = networks.first_kernels(model)[:, :, 0, 0]
    cosine = (kernel * FILTER).sum() / np.linalg.norm(kernel) / np.linalg.norm(FILTER)
    assert cosine > 0.8
    best = int(np.argmin(history["val_loss"]))
    for kept, recorded in zip(model.get_weights(), history["weights"][best], strict=True):
        np.testing.assert_array_equal(kept, recorded)
    for entry in (0, best):  # the record belongs to its weights
        model.set_weights(history["weights"][entry])
        for (x, y), key in zip(splits, ("loss", "val_loss"), strict=True):
            p = expit(model.predict(x, verbose=0)[:, 0].astype("float64"))
            loss = -np.log(np.where(y == 1, p, 1 - p)).mean()
            np.testing.assert_allclose(history[key][entry], loss, **KERAS32)


def test_the_training_loss_never_rises_and_training_stops_early(splits):
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    history = networks.fit_lbfgs(model, *splits, patience=4)
    assert (np.diff(history["loss"]) <= 0).all()
    losses = history["val_loss"]
    assert len(losses) == len(history["loss"]) == len(history["weights"]) < 101
    assert np.argmin(losses) == len(losses) - 5  # four steps without a lower one


def test_the_start_is_kept_if_nothing_is_better(splits):
    (x, y), (x_val, y_val) = splits
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    before = model.get_weights()
    history = networks.fit_lbfgs(model, (x, y), (x_val, 1 - y_val), patience=1)
    assert len(history["loss"]) == 2
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_it_takes_no_more_steps_than_allowed_and_repeats(splits):
    histories = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = networks.build_correlation_network(SHAPE, kernel_size=5)
        histories.append(networks.fit_lbfgs(model, *splits, iterations=3))
    assert len(histories[0]["loss"]) == 4
    assert histories[0]["loss"] == histories[1]["loss"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(task="search"), "`task` must be one of"),
        (dict(iterations=0), "`iterations` must be an integer of at least 1; got 0"),
        (dict(patience=0), "`patience` must be an integer of at least 1; got 0"),
    ],
)
def test_bad_settings_are_refused(splits, change, message):
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    with pytest.raises(ValueError, match=message):
        networks.fit_lbfgs(model, *splits, **change)


def test_images_that_are_not_finite_are_refused(splits):
    (x, y), validation = splits
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    broken = x.copy()
    broken[3, 4, 5] = np.nan
    with pytest.raises(ValueError, match="training images must be finite"):
        networks.fit_lbfgs(model, (broken, y), validation)
    with pytest.raises(ValueError, match="at the start must be finite"):
        networks.fit_lbfgs(model, (x * 1e37, y), validation)
    with pytest.raises(ValueError, match="validation loss of 'correlation' must be finite; got"):
        networks.fit_lbfgs(model, (x, y), (validation[0] * 1e37, validation[1]))


def test_a_loss_that_becomes_infinite_later_is_divergence(splits):
    (x, y), (images, labels) = splits
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    model.set_weights([0 * weight for weight in model.get_weights()])  # then every logit is finite
    with pytest.raises(networks.DivergenceError, match=r"must be finite; got .* after [1-9]"):
        networks.fit_lbfgs(model, (x, y), (images * 1e37, labels))


@pytest.mark.parametrize("part", ["train", "validation"])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x, y: (x, np.where(y, np.nan, 0.0)), r"\[1\]` must hold integers from 0 to 1.*nan"),
        (lambda x, y: (x, 2 * y), r"\[1\]` must hold integers from 0 to 1 .*; got \[2\]"),
        (lambda x, y: (x, y - 0.5), r"\[1\]` must hold integers from 0 to 1 .*; got \[-0.5, 0.5\]"),
        (
            lambda x, y: (x, np.where(y, "ill", "well")),
            r"\[1\]` must hold integers from 0 to 1 .*; got \['ill', 'well'\]",
        ),
        (lambda x, y: (x, y[:-1]), r"\[1\]` must hold the labels of \d+ images, shape .*; got"),
        (lambda x, y: (x, y[:, None]), r"\[1\]` must hold the labels of \d+ images, shape .*; got"),
        (lambda x, y: (x[:, :-1], y), r"\[0\]` must have shape \(batch, 10, 13, 1\)"),
        (lambda x, y: (x[:0], y[:0]), r"\[0\]` must have shape .* at least one image"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(splits, part, spoil, message):
    model = networks.build_correlation_network(SHAPE, kernel_size=5)
    parts = dict(zip(("train", "validation"), splits, strict=True))
    parts[part] = spoil(*parts[part])
    with pytest.raises(ValueError, match=f"`{part}{message}"):
        networks.fit_lbfgs(model, *parts.values())


@pytest.mark.parametrize(
    ("units", "task", "labels", "message"),
    [
        (1, "multi-class", [0, 1], "one unit for each class, two or more; .* has 1"),
        (3, "binary", [0, 1], "A binary task needs a network that ends in one unit; .* has 3"),
        (3, "ordinal", [0, 3], r"integers from 0 to 2 for the ordinal task; got \[3\]"),
        (3, "multi-label", [0, 1], r"the labels of 2 images, shape \(2, 3\); got \(2,\)"),
        (3, "multi-label", [[0, 1, 2], [0, 0, 1]], r"integers from 0 to 1 .*; got \[2\]"),
    ],
)
def test_labels_fit_the_task_and_the_network(units, task, labels, message):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    split = np.ones((2, 4)), np.array(labels)
    with pytest.raises(ValueError, match=message):
        networks.fit_lbfgs(model, split, split, task=task)


@pytest.mark.law("fit_lbfgs")
@pytest.mark.parametrize(
    ("units", "task", "labels"),
    [
        (1, "binary", [0.0, 1.0, 1.0]),
        (3, "multi-class", [0, 2, 1]),
        (2, "multi-label", [[0, 1], [1, 1], [0, 0]]),
    ],
)
def test_every_task_lowers_its_loss(units, task, labels):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    split = np.random.default_rng(0).normal(size=(3, 4)), np.array(labels)
    losses = networks.fit_lbfgs(model, split, split, task=task, iterations=3)["loss"]
    assert losses[-1] < losses[0]
