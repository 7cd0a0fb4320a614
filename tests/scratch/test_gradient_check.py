import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from tests.tolerances import KERAS32


class MaximumOfPairs(scratch.Layer):
    """A tiny max pooling, which has ties: the gradient goes to the first of each pair."""

    def forward(self, x, training=False):
        x = np.asarray(x)
        first = x[..., 0] >= x[..., 1]
        return self.remember(x.max(axis=-1), first)

    def backward(self, gradient):
        gradient, first = self.recall(gradient)
        return np.stack([gradient * first, gradient * ~first], axis=-1)


class FlippedDense(scratch.Dense):
    """Sends its gradients with the wrong sign; the layers before it get right ones."""

    def backward(self, gradient):
        of_x = super().backward(gradient)
        self.gradients = {name: -value for name, value in self.gradients.items()}
        return of_x


class WrongTanh(scratch.Tanh):
    """Forgets the square."""

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * (1 - y)


def build_network(layers, dtype="float64", seed=0):
    network = scratch.Sequential(layers, dtype=dtype)
    network.build((7,), np.random.default_rng(seed))
    return network


def draw_batch(seed=1):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(5, 7)), generator.integers(0, 4, 5)


LOSS = scratch.SparseCategoricalCrossentropy()
LAYERS = [
    scratch.Dense(9),
    scratch.BatchNormalization(),
    scratch.Tanh(),
    scratch.Dropout(0.3),
    scratch.Dense(4),
]


@pytest.mark.reference("numerical_gradient")
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 999))
@settings(max_examples=30)
def test_differences_of_a_cubic_equal_its_derivative(rows, columns, seed):
    x = np.random.default_rng(seed).normal(size=(rows, columns))
    gradient = scratch.numerical_gradient(lambda x: (x**3 + x[0, 0] * x).sum(), x)
    expected = 3 * x**2 + x[0, 0]
    expected[0, 0] += x.sum()
    np.testing.assert_allclose(gradient, expected, **KERAS32)


@pytest.mark.law("numerical_gradient")
def test_differences_leave_their_argument_alone():
    x = np.array([1.0, 2.0])
    with pytest.raises(ZeroDivisionError):
        scratch.numerical_gradient(lambda x: 1 / 0, x)
    scratch.numerical_gradient(np.sum, x)
    np.testing.assert_array_equal(x, [1, 2])
    assert scratch.numerical_gradient(float, 3).shape == ()
    assert scratch.numerical_gradient(np.sum, np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.reference("check_gradients")
def test_the_worst_entry_is_the_one_that_was_spoilt():
    w, b = np.arange(1.0, 7).reshape(2, 3), np.array([0.5, -0.5])
    gradients = {"w": 2 * w, "b": 3 * b**2}
    function = lambda: (w**2).sum() + (b**3).sum()  # noqa: E731
    right = scratch.check_gradients(function, {"w": w, "b": b}, gradients)
    assert right.passed
    assert right.num_entries == 8
    assert right.error < 1e-8
    gradients["w"][1, 0] += 0.6
    wrong = scratch.check_gradients(function, {"w": w, "b": b}, gradients)
    assert not wrong.passed
    assert (wrong.worst.name, wrong.worst.index) == ("w", (1, 0))
    np.testing.assert_allclose(wrong.worst.analytic, 8.6, **KERAS32)
    np.testing.assert_allclose(wrong.worst.numeric, 8, **KERAS32)
    np.testing.assert_allclose(wrong.error, 0.6 / 12, **KERAS32)  # of the largest in w


def test_the_report_is_readable_text():
    w = np.array([2.0])
    report = scratch.check_gradients(lambda: w[0] ** 2, {"w": w}, {"w": np.array([5.0])})
    text = str(report)
    assert text.startswith(
        "THE GRADIENTS DISAGREE: 1 entries judged, step 6.1e-06, tolerance 1.0e-07\n"
    )
    assert "worst: w[0]: analytic 5, numeric 4 (left 3.99999, right 4.00001)" in text
    assert "relative error 2.0e-01" in text


@pytest.mark.law("check_layer")
def test_kinks_are_reported_apart():
    x = np.array([[0.0, 1.5, -2.0], [0.5, 0.0, -0.7]])
    report = scratch.check_layer(scratch.ReLU(), x, generator=np.random.default_rng(0))
    assert report.passed
    assert {kink.index for kink in report.kinks} == {(0, 0), (1, 1)}
    assert (report.num_entries, report.num_judged) == (6, 4)
    assert str(report).startswith("The gradients agree: 4 entries judged")
    assert "at a kink, not judged: 2, such as x[0, 0]" in str(report)


@pytest.mark.law("check_layer")
def test_ties_of_a_maximum_are_kinks():
    x = np.array([[[1.0, 1.0], [2.0, 3.0]], [[0.3, 0.1], [-1.0, -1.0]]])
    report = scratch.check_layer(MaximumOfPairs(), x, generator=np.random.default_rng(0))
    assert report.passed
    assert {kink.index[:2] for kink in report.kinks} == {(0, 0), (1, 1)}


@pytest.mark.law("check_layer")
def test_several_kinks_in_one_entry_may_condemn_a_right_gradient_but_not_at_a_generic_point():
    for x, passed in [
        (np.zeros((2, 3, 4, 1)), False),
        (np.random.default_rng(1).normal(size=(2, 3, 4, 1)), True),
    ]:
        layer = scratch.MaxPooling2D(2, strides=1)
        report = scratch.check_layer(layer, x, generator=np.random.default_rng(0))
        assert report.passed is passed, str(report)


@pytest.mark.law("check_gradients")
def test_nothing_judged_is_not_passed():
    x = np.zeros(2)
    report = scratch.check_gradients(lambda: np.maximum(x, 0).sum(), {"x": x}, {"x": x.copy()})
    assert (report.worst, len(report.kinks), report.num_judged) == (None, 2, 0)
    assert not report.passed
    assert np.isnan(report.error)
    assert str(report).startswith("NOTHING COULD BE JUDGED: 0 entries judged")
    tiny = scratch.check_gradients(lambda: 1 + 1e-12 * x.sum(), {"x": x}, {"x": x - 1e-12})
    assert (tiny.worst, len(tiny.too_small), tiny.passed) == (None, 2, False)


@pytest.mark.law("check_network")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("depth", [1, 2, 4, 6])
@pytest.mark.parametrize("seed", range(3))
def test_a_small_array_is_no_hiding_place(dtype, depth, seed):
    for first, right in [(scratch.Dense(9), True), (FlippedDense(9), False)]:
        layers = [scratch.Sigmoid() if k % 2 else scratch.Dense(8) for k in range(1, 2 * depth)]
        network = build_network([first, *layers, scratch.Dense(4)], dtype=dtype, seed=seed)
        report = scratch.check_network(network, LOSS, *draw_batch(seed))
        unseen = {entry.name for entry in report.too_small}
        seen = {"layers[0].kernel", "layers[0].bias"} - unseen
        assert report.passed is (right or not seen), str(report)
        assert not unseen or dtype == "float32"
        assert ("too small, not judged" in str(report)) == bool(unseen)


@pytest.mark.law("check_layer")
@pytest.mark.parametrize("distance", [0.0, 0.05, 0.22, 0.33, 0.5, 0.7, 0.95])
def test_a_kink_anywhere_within_the_step_is_seen(distance):
    x = np.array([[distance * 1e-3, 1.0], [-distance * 1e-3, -1.0]])
    report = scratch.check_layer(
        scratch.LeakyReLU(), x, generator=np.random.default_rng(0), step=1e-3
    )
    assert report.passed, str(report)
    assert len(report.kinks) == 2


@pytest.mark.law("check_gradients")
def test_a_kink_is_no_hiding_place():
    x = np.array([0.0, 1.0])
    for slope, passed in [(0.0, True), (0.4, True), (1.0, True), (1.2, False), (-0.2, False)]:
        report = scratch.check_gradients(
            lambda: np.maximum(x, 0).sum(), {"x": x}, {"x": np.array([slope, 1.0])}
        )
        assert report.passed is passed, str(report)


@pytest.mark.law("check_gradients")
@pytest.mark.parametrize("distance", [0.0, 0.22, 0.33, 0.5, 0.7])
@pytest.mark.parametrize(("slope", "passed"), [(0.0, True), (-0.4, False), (1.4, False)])
def test_a_kink_nearby_is_no_hiding_place(distance, slope, passed):
    x = np.array([-distance * 1e-4, 1.0])  # a bent kink: its slopes change with x themselves
    report = scratch.check_gradients(
        lambda: np.maximum(np.exp(x) - 1, 0).sum(),
        {"x": x},
        {"x": np.array([slope, np.e])},
        step=1e-4,
    )
    assert report.passed is passed, str(report)


@pytest.mark.law("check_layer")
def test_a_wrong_derivative_is_caught_and_is_no_kink():
    x = np.random.default_rng(0).normal(size=(3, 5))
    report = scratch.check_layer(WrongTanh(), x, generator=np.random.default_rng(1))
    assert not report.passed
    assert not report.kinks


@pytest.mark.law("check_network")
@pytest.mark.parametrize("training", [True, False])
def test_a_whole_network_is_checked_and_left_as_it_was(training):
    network = build_network(LAYERS)
    x, y = draw_batch()
    network.forward(x, training=True)
    before = [value.copy() for value in network.parameters.values()]
    moving = network.layers[1].moving_mean.copy()
    state = network.generator.bit_generator.state
    report = scratch.check_network(network, LOSS, x, y, training=training)
    assert report.passed, str(report)
    assert not report.kinks
    # normalisation by the batch takes the bias before it away
    assert {entry.name for entry in report.too_small} == ({"layers[0].bias"} if training else set())
    assert report.num_entries == 5 * 7 + 7 * 9 + 9 + 9 + 9 + 9 * 4 + 4
    for old, new in zip(before, network.parameters.values(), strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(moving, network.layers[1].moving_mean)
    assert state == network.generator.bit_generator.state


@pytest.mark.law("check_network")
def test_some_entries_stand_for_all():
    network = build_network([scratch.Dense(9), WrongTanh(), scratch.Dense(4)])
    report = scratch.check_network(network, LOSS, *draw_batch(), max_entries=3)
    assert report.num_entries == 5 * 3
    assert not report.passed
    assert "layers[0]" in report.worst.name or report.worst.name == "x"


@pytest.mark.law("check_gradients")
@pytest.mark.parametrize("spoilt", [(0, 0), (2, 3)])
def test_the_first_and_the_last_entry_are_among_the_chosen(spoilt):
    w = np.random.default_rng(0).normal(size=(3, 4))
    gradient = 2 * w
    gradient[spoilt] += 1
    report = scratch.check_gradients(lambda: (w**2).sum(), {"w": w}, {"w": gradient}, max_entries=3)
    assert report.num_entries == 3
    assert not report.passed
    assert report.worst.index == spoilt


@pytest.mark.law("check_network")
@pytest.mark.parametrize(
    ("dtype", "best", "at"), [("float32", 5e-4, 1e-2), ("float64", 5e-10, 1e-5)]
)
def test_the_error_against_the_step_is_a_u(dtype, best, at):
    network = build_network([scratch.Dense(9), scratch.Tanh(), scratch.Dense(4)], dtype=dtype)
    steps = 10.0 ** np.arange(-9, 0)
    errors = [
        scratch.check_network(network, LOSS, *draw_batch(), step=step).error for step in steps
    ]
    lowest = int(np.argmin(errors))
    assert errors[lowest] < best
    np.testing.assert_allclose(np.log10(steps[lowest]), np.log10(at), rtol=0, atol=1)
    assert min(errors[0], errors[-1]) > 20 * errors[lowest]


@pytest.mark.law("check_network")
@pytest.mark.parametrize(("dtype", "step"), [("float32", 1e-5), ("float64", 1e-12)])
def test_rounding_is_no_kink(dtype, step):
    network = build_network([scratch.Dense(9), scratch.Tanh(), scratch.Dense(4)], dtype=dtype)
    report = scratch.check_network(network, LOSS, *draw_batch(), step=step)
    assert not report.kinks
    assert not report.passed


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_default_step_is_good(dtype):
    network = build_network([scratch.Dense(9), scratch.GELU(), scratch.Dense(4)], dtype=dtype)
    report = scratch.check_network(network, LOSS, *draw_batch())
    assert report.passed
    assert report.error < report.tolerance / 10


@pytest.mark.law("check_gradients")
def test_a_gradient_of_zero_beside_others_raises_no_alarm():
    network = build_network(LAYERS)  # the bias before batch normalisation
    report = scratch.check_network(network, LOSS, *draw_batch(), training=True)
    assert report.error < 5e-8
    x = np.ones(3)
    assert scratch.check_gradients(lambda: 7.0, {"x": x}, {"x": np.zeros(3)}).error == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_fails(bad):
    x = np.ones(3)
    report = scratch.check_gradients(x.sum, {"x": x}, {"x": np.array([1, bad, 1])})
    assert not report.passed
    assert report.worst.index == (1,)
    assert report.error == np.inf


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda x: scratch.check_gradients(x.sum, {"x": x}, {}),
            ValueError,
            "keys of `arrays`, 'x'; got none. Give each array its gradient",
        ),
        (
            lambda x: scratch.check_gradients(x.sum, {"x": [1.0]}, {"x": [1.0]}),
            TypeError,
            r"`arrays\['x'\]` must be an array of float32 or float64",
        ),
        (
            lambda x: scratch.numerical_gradient(lambda x: None, x),
            TypeError,
            "`function` must return one number; got None",
        ),
        (
            lambda x: scratch.check_gradients(x.sum, {"x": x}, {"x": np.ones(2)}),
            ValueError,
            "shape",
        ),
        (lambda x: scratch.check_gradients(x.sum, {}, {}), ValueError, "at least one entry"),
        (
            lambda x: scratch.check_gradients(x.copy, {"x": x}, {"x": x}),
            ValueError,
            r"must return one number; got shape \(3,\)",
        ),
        (
            lambda x: scratch.check_gradients(x.sum, {"x": x.astype(int)}, {"x": x}),
            TypeError,
            "array of float32 or float64",
        ),
        (
            lambda x: scratch.check_gradients(x.sum, {"x": x}, {"x": x}, tolerance=0),
            ValueError,
            "`tolerance` must be",
        ),
        (
            lambda x: scratch.check_gradients(x.sum, {"x": x}, {"x": x}, max_entries=0),
            ValueError,
            "`max_entries` must be",
        ),
        (
            lambda x: scratch.check_gradients(np.random.default_rng(0).random, {"x": x}, {"x": x}),
            ValueError,
            "the same number each time",
        ),
        (lambda x: scratch.numerical_gradient(np.sum, x, step=0), ValueError, "`step` must be"),
        (
            lambda x: scratch.check_layer(scratch.ReLU(), [], generator=np.random.default_rng(0)),
            ValueError,
            "at least one case",
        ),
        (
            lambda x: scratch.check_layer(scratch.ReLU(), x, generator=0),
            TypeError,
            "`generator` must be",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused(act, error, message):
    with pytest.raises(error, match=message):
        act(np.ones(3))
