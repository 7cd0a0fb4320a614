import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from tests.scratch.layer_comparisons import assert_loss_equals_keras
from tests.tolerances import EXACT64, KERAS32

LOSSES = {
    "squared": (scratch.MeanSquaredError, keras.losses.MeanSquaredError(dtype="float64")),
    "binary": (
        scratch.BinaryCrossentropy,
        keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64"),
    ),
    "one-hot": (
        scratch.CategoricalCrossentropy,
        keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64"),
    ),
    "sparse": (
        scratch.SparseCategoricalCrossentropy,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64"),
    ),
}
NAMES = list(LOSSES)


def draw_case(name, shape, generator, scale=3.0):
    """Draw true answers that fit the loss, and predictions."""
    y_pred = generator.normal(scale=scale, size=shape)
    if name == "squared":
        return generator.normal(size=shape), y_pred
    if name == "binary":
        return generator.choice([0.0, 1.0, 0.3], size=shape), y_pred
    if name == "sparse":
        return generator.integers(0, shape[1], size=shape[0]), y_pred
    return generator.dirichlet(np.ones(shape[1]), size=shape[0]), y_pred


@pytest.mark.reference("MeanSquaredError")
@pytest.mark.reference("BinaryCrossentropy")
@pytest.mark.reference("CategoricalCrossentropy")
@pytest.mark.reference("SparseCategoricalCrossentropy")
@pytest.mark.parametrize("name", NAMES)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(2, 7)),
    scale=st.sampled_from([0.1, 3, 30]),
    seed=st.integers(0, 999),
)
@settings(deadline=None, max_examples=40)
def test_losses_equal_kerass_with_their_gradients(name, shape, scale, seed):
    ours, theirs = LOSSES[name]
    case = draw_case(name, shape, np.random.default_rng(seed), scale)
    assert_loss_equals_keras(ours(), theirs, *case)


@pytest.mark.parametrize("name", NAMES)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(2, 7)),
    seed=st.integers(0, 999),
)
@settings(deadline=None, max_examples=20)
def test_gradients_agree_with_differences(name, shape, seed):
    y_true, y_pred = draw_case(name, shape, np.random.default_rng(seed))
    loss = LOSSES[name][0]()
    loss.forward(y_true, y_pred)
    gradients = {"y_pred": loss.backward()}
    report = scratch.check_gradients(
        lambda: loss.forward(y_true, y_pred), {"y_pred": y_pred}, gradients
    )
    assert report.passed, str(report)


@pytest.mark.reference("BinaryCrossentropy")
def test_binary_crossentropy_takes_images_and_vectors():
    generator = np.random.default_rng(0)
    for shape in [(5,), (2, 5, 7, 3)]:
        y_true, y_pred = generator.integers(0, 2, shape), generator.normal(size=shape)
        expected = np.log1p(np.exp(np.where(y_true == 1, -y_pred, y_pred))).mean()
        loss = scratch.BinaryCrossentropy()
        np.testing.assert_allclose(loss.forward(y_true, y_pred), expected, **EXACT64)
        assert loss.backward().shape == shape


@pytest.mark.law("CategoricalCrossentropy")
@pytest.mark.law("SparseCategoricalCrossentropy")
@given(st.integers(1, 9), st.integers(2, 7), st.integers(0, 999))
def test_both_ways_to_write_labels_give_p_minus_y(batch, classes, seed):
    labels, logits = draw_case("sparse", (batch, classes), np.random.default_rng(seed))
    one_hot = np.eye(classes)[labels]
    sparse, dense = scratch.SparseCategoricalCrossentropy(), scratch.CategoricalCrossentropy()
    value = sparse.forward(labels, logits)
    np.testing.assert_allclose(value, dense.forward(one_hot, logits), **EXACT64)
    expected = (scratch.softmax(logits) - one_hot) / batch
    np.testing.assert_allclose(sparse.backward(), expected, **EXACT64)
    np.testing.assert_allclose(dense.backward(), expected, **EXACT64)
    np.testing.assert_allclose(expected.sum(axis=1), 0, **EXACT64)


@pytest.mark.law("BinaryCrossentropy")
@given(st.lists(st.floats(-500, 500), min_size=1, max_size=9))
def test_a_binary_logit_is_a_softmax_over_zero_and_itself(logits):
    logits = np.array(logits)
    labels = np.arange(len(logits)) % 2
    pairs = np.stack([np.zeros(len(logits)), logits], axis=1)
    expected = scratch.SparseCategoricalCrossentropy().forward(labels, pairs)
    np.testing.assert_allclose(
        scratch.BinaryCrossentropy().forward(labels, logits), expected, **EXACT64
    )


def test_losses_by_hand():
    assert scratch.MeanSquaredError().forward([[1, 2], [3, 4]], [[1, 0], [3, 8]]) == 5
    uniform = scratch.SparseCategoricalCrossentropy().forward([0, 4], np.full((2, 5), 7.0))
    np.testing.assert_allclose(uniform, np.log(5), **EXACT64)
    np.testing.assert_allclose(
        scratch.BinaryCrossentropy().forward([1, 0], [0.0, 0.0]), np.log(2), **EXACT64
    )


def test_large_logits_keep_their_loss_and_their_gradient():
    sparse, binary = scratch.SparseCategoricalCrossentropy(), scratch.BinaryCrossentropy()
    assert sparse.forward([0], [[-1e4, 1e4, 0.0]]) == 2e4
    np.testing.assert_array_equal(sparse.backward(), [[-1, 1, 0]])
    assert binary.forward([1, 0], [-1e4, 1e4]) == 1e4
    np.testing.assert_array_equal(binary.backward(), [-0.5, 0.5])


@pytest.mark.parametrize("name", NAMES)
def test_nan_and_float32_pass_through(name):
    y_true, y_pred = draw_case(name, (5, 3), np.random.default_rng(0))
    loss = LOSSES[name][0]()
    exact = loss.forward(y_true, y_pred)
    np.testing.assert_allclose(loss.forward(y_true, y_pred.astype("float32")), exact, **KERAS32)
    assert loss.backward().dtype == "float32"
    y_pred[2, 1] = np.nan
    assert np.isnan(loss.forward(y_true, y_pred))
    assert np.isnan(loss.backward()[2, 1])
    assert not np.isnan(loss.backward()[0]).any()


def test_integer_predictions_become_floats():
    assert scratch.MeanSquaredError().forward([1, 2], np.array([2, 4], "uint8")) == 2.5


@pytest.mark.parametrize("name", NAMES)
def test_losses_refuse_an_empty_batch_and_backward_before_forward(name):
    loss = LOSSES[name][0]()
    with pytest.raises(ValueError, match=r"backward` must follow .*no loss was computed yet"):
        loss.backward()
    with pytest.raises(ValueError, match="at least one case"):
        loss.forward(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match="must have a batch axis; got a single number"):
        loss.forward(1, 2.0)


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "error", "message"),
    [
        ("squared", [1.0, 2.0], [[1.0], [2.0]], ValueError, r"\(2, 1\); got \(2,\).*stretch"),
        ("binary", [0, 1], [[1.0], [2.0]], ValueError, r"\(2, 1\); got \(2,\)"),
        ("binary", [0, 2], [1.0, 2.0], ValueError, "from 0 to 1; got values from 0 to 2"),
        ("binary", [0, np.nan], [1.0, 2.0], ValueError, "numbers from 0 to 1"),
        ("one-hot", [0, 1], [[1.0, 2.0, 3.0]] * 2, ValueError, r"\(2, 3\); got \(2,\)"),
        ("one-hot", [[1, 1, 0]], [[1.0, 2.0, 3.0]], ValueError, "sum to 1; got sums from 2 to 2"),
        ("one-hot", [[2, -1, 0]], [[1.0, 2.0, 3.0]], ValueError, "smallest entry of -1"),
        ("one-hot", [1.0], [1.0], ValueError, r"logits of shape \(batch, classes\); got \(1,\)"),
        ("sparse", [0, 3], [[1.0, 2.0, 3.0]] * 2, ValueError, "from 0 to 2; got .* 0 to 3"),
        ("sparse", [0, -1], [[1.0, 2.0, 3.0]] * 2, ValueError, "from 0 to 2; got .* -1 to 0"),
        ("sparse", [0.0, 1.0], [[1.0, 2.0, 3.0]] * 2, TypeError, "integers.* got float64"),
        ("sparse", [[0], [1]], [[1.0, 2.0, 3.0]] * 2, ValueError, r"2 rows .* got shape \(2, 1\)"),
        ("sparse", [0], [1.0, 2.0], ValueError, "logits of shape"),
        ("squared", ["a"], [1.0], TypeError, "`y_true` must hold float32"),
    ],
)
def test_losses_refuse_what_does_not_fit(name, y_true, y_pred, error, message):
    with pytest.raises(error, match=message):
        LOSSES[name][0]().forward(y_true, y_pred)
