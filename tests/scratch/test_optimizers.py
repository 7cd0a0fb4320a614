import keras
import numpy as np
import pytest

from helpers import scratch
from tests.scratch.layer_comparisons import assert_updates_equal_keras
from tests.tolerances import EXACT64, UPDATES64

DECIMAL = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.01, "rho": 0.6, "epsilon": 1e-4}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.003, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.003, "weight_decay": 0.3, "beta_1": 0.8, "epsilon": 1e-5}),
]
# sums of powers of two: float32, in which Keras keeps its settings, holds them exactly
BINARY = [
    ("SGD", {"learning_rate": 0.25}),
    ("SGD", {"learning_rate": 0.125, "momentum": 0.5}),
    ("SGD", {"learning_rate": 0.125, "momentum": 0.5, "nesterov": True}),
    ("RMSprop", {"learning_rate": 0.25, "rho": 0.75, "epsilon": 2.0**-13}),
    ("Adam", {"learning_rate": 0.25, "beta_1": 0.75, "beta_2": 0.96875, "epsilon": 2.0**-10}),
    ("Adam", {"learning_rate": 0.25, "beta_1": 0.0, "beta_2": 0.5, "epsilon": 2.0**-7}),
    (
        "AdamW",
        {
            "learning_rate": 0.25,
            "weight_decay": 0.5,
            "beta_1": 0.75,
            "beta_2": 0.96875,
            "epsilon": 2.0**-10,
        },
    ),
]
NAMES = ["SGD", "RMSprop", "Adam", "AdamW"]


@pytest.mark.reference("SGD")
@pytest.mark.reference("RMSprop")
@pytest.mark.reference("Adam")
@pytest.mark.reference("AdamW")
@pytest.mark.parametrize(
    ("name", "settings", "tolerance"),
    [(*case, UPDATES64) for case in DECIMAL] + [(*case, EXACT64) for case in BINARY],
)
def test_fifty_updates_equal_kerass(name, settings, tolerance):
    ours, theirs = (getattr(part, name)(**settings) for part in (scratch, keras.optimizers))
    generator = np.random.default_rng(0)
    assert_updates_equal_keras(ours, theirs, generator=generator, tolerance=tolerance)


@pytest.mark.reference("SGD")
def test_momentum_and_nesterov_by_hand():
    gradient = {"w": np.array([2.0])}
    for nesterov, expected in [(False, [-0.2, -0.5]), (True, [-0.3, -0.65])]:
        weights = {"w": np.array([0.0])}
        optimizer = scratch.SGD(0.1, momentum=0.5, nesterov=nesterov)
        for value in expected:  # velocities -0.2, -0.3
            optimizer.update(weights, gradient)
            np.testing.assert_allclose(weights["w"], value, **EXACT64)


@pytest.mark.law("SGD")
def test_the_effective_rate_of_momentum_is_the_rate_over_one_minus_momentum():
    weights, before = {"w": np.zeros(1)}, 0.0
    optimizer = scratch.SGD(0.01, momentum=0.8)
    for _ in range(200):
        before = weights["w"].copy()
        optimizer.update(weights, {"w": np.ones(1)})
    np.testing.assert_allclose(before - weights["w"], 0.01 / (1 - 0.8), **EXACT64)


@pytest.mark.law("Adam")
@pytest.mark.law("AdamW")
def test_the_first_step_of_adam_has_the_size_of_the_learning_rate():
    gradient = {"w": np.array([1e-3, -5.0, 1e6])}
    for optimizer in [
        scratch.Adam(0.1, epsilon=1e-20),
        scratch.AdamW(0.1, weight_decay=0, epsilon=1e-20),
    ]:
        weights = {"w": np.zeros(3)}
        optimizer.update(weights, gradient)
        np.testing.assert_allclose(weights["w"], [-0.1, 0.1, -0.1], **EXACT64)


@pytest.mark.parametrize("name", NAMES)
def test_updates_happen_in_place_and_keep_the_dtype(name):
    weight = np.ones((2, 3), "float32")
    getattr(scratch, name)(0.1).update({"w": weight}, {"w": np.full((2, 3), 4.0)})
    assert weight.dtype == "float32"
    assert (weight < 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_update_nan_and_a_single_number(name):
    optimizer = getattr(scratch, name)(0.1)
    optimizer.update({}, {})
    weights = {"w": np.ones(2)}
    optimizer.update(weights, {"w": [np.nan, 1.0]})
    np.testing.assert_array_equal(np.isnan(weights["w"]), [True, False])
    scalar = {"b": np.array(1.0)}
    optimizer.update(scalar, {"b": 1.0})
    assert scalar["b"] < 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("parameters", "gradients", "error", "message"),
    [
        ({"w": np.ones(2)}, {}, ValueError, "keys of `parameters`, 'w'; got none. Run `backward`"),
        ({"w": np.ones(2)}, {"v": np.ones(2)}, ValueError, "'w'; got 'v'"),
        ({"w": np.ones(2)}, {"w": np.ones(3)}, ValueError, r"must have shape \(2,\); got \(3,\)"),
        ({"w": np.ones(2)}, {"w": 1.0}, ValueError, r"must have shape \(2,\); got \(\)"),
        ({"w": np.ones(2, int)}, {"w": np.ones(2)}, TypeError, "changed in place; got int64"),
        ({"w": [1.0]}, {"w": [1.0]}, TypeError, "changed in place; got list"),
    ],
)
def test_gradients_that_do_not_fit_are_refused(name, parameters, gradients, error, message):
    with pytest.raises(error, match=message):
        getattr(scratch, name)().update(parameters, gradients)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2,), (3, 2)])  # even of the same shape
def test_an_optimizer_serves_one_set_of_arrays(name, shape):
    optimizer, kept, other = getattr(scratch, name)(), np.ones(2), np.ones(shape)
    optimizer.update({"w": kept}, {"w": np.ones(2)})
    with pytest.raises(ValueError, match=r"'w' is another array than before\. Make a new"):
        optimizer.update({"w": other}, {"w": np.ones(shape)})
    np.testing.assert_array_equal(other, 1)
    optimizer.update({"w": kept}, {"w": np.ones(2)})
    assert optimizer.iterations == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("learning_rate", [0, -0.1, float("inf"), float("nan")])
def test_a_learning_rate_must_be_above_zero(name, learning_rate):
    with pytest.raises(ValueError, match="`learning_rate` must be a finite number > 0"):
        getattr(scratch, name)(learning_rate)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: scratch.SGD(momentum=1), "`momentum` must be a finite number >= 0 and < 1; got 1"),
        (lambda: scratch.SGD(momentum=-0.1), "`momentum` must be a finite number >= 0"),
        (lambda: scratch.RMSprop(rho=1.0), "`rho` must be a finite number >= 0 and < 1"),
        (lambda: scratch.RMSprop(epsilon=0), "`epsilon` must be a finite number > 0"),
        (lambda: scratch.Adam(beta_1=1.0), "`beta_1` must be a finite number >= 0 and < 1"),
        (lambda: scratch.Adam(beta_2=2), "`beta_2` must be a finite number"),
        (lambda: scratch.Adam(epsilon=-1), "`epsilon` must be a finite number > 0"),
        (lambda: scratch.AdamW(weight_decay=-1), "`weight_decay` must be a finite number >= 0"),
    ],
)
def test_settings_out_of_range_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
