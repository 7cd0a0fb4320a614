import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import scratch
from tests.tolerances import EXACT64


def build_network(layers=None, *, input_shape=(3,), dtype="float64", optimizer=None, seed=0):
    layers = layers or [scratch.Dense(6), scratch.Tanh(), scratch.Dense(2)]
    network = scratch.Sequential(layers, dtype=dtype)
    network.build(input_shape, np.random.default_rng(seed))
    network.compile(optimizer=optimizer or scratch.SGD(0.1), loss=scratch.MeanSquaredError())
    return network


def draw_cases(num=50, seed=1):
    x = np.random.default_rng(seed).normal(size=(num, 3))
    return x, np.stack([x[:, 0] * x[:, 1], x[:, 2]], axis=1)


def build_pair(num_classes=4):
    """Build the same small network twice, in NumPy and in Keras, with the same weights."""
    ours = [
        scratch.Conv2D(6, (3, 2), padding="same"),
        scratch.BatchNormalization(),
        scratch.ReLU(),
        scratch.MaxPooling2D((2, 3)),
        scratch.Conv2D(5, 3, strides=2, kernel_initializer="he_normal"),
        scratch.LeakyReLU(negative_slope=0.25),
        scratch.AveragePooling2D(2, strides=1, padding="same"),
        scratch.Flatten(),
        scratch.Dense(7),
        scratch.Tanh(),
        scratch.Dense(num_classes),
    ]
    network = scratch.Sequential(ours, dtype="float64")
    network.build((10, 15, 2), np.random.default_rng(0))
    options = dict(dtype="float64")
    twin = keras.Sequential(
        [
            keras.Input((10, 15, 2), dtype="float64"),
            keras.layers.Conv2D(6, (3, 2), padding="same", **options),
            keras.layers.BatchNormalization(**options),
            keras.layers.ReLU(**options),
            keras.layers.MaxPooling2D((2, 3), **options),
            keras.layers.Conv2D(5, 3, strides=2, **options),
            keras.layers.LeakyReLU(negative_slope=0.25, **options),
            keras.layers.AveragePooling2D(2, strides=1, padding="same", **options),
            keras.layers.Flatten(**options),
            keras.layers.Dense(7, activation="tanh", **options),
            keras.layers.Dense(num_classes, **options),
        ]
    )
    for variable, value in zip(twin.trainable_variables, network.parameters.values(), strict=True):
        variable.assign(value)
    return network, twin


def keras_pass(twin, x, y, *, training):
    """Return Keras's mean cross-entropy, and its gradients for the input and all parameters."""
    tensor, one_hot = tf.constant(x), tf.one_hot(y, 4, dtype="float64")
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        log_p = tf.nn.log_softmax(twin(tensor, training=training))
        loss = -tf.reduce_mean(tf.reduce_sum(one_hot * log_p, axis=1))
    variables = [variable.value for variable in twin.trainable_variables]
    return loss, tape.gradient(loss, [tensor, *variables])


def draw_images(num, seed=1):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(num, 10, 15, 2)), generator.integers(0, 4, num)


LOSS = scratch.SparseCategoricalCrossentropy()


@pytest.mark.reference("Sequential")
@pytest.mark.parametrize("training", [True, False])
def test_the_gradients_of_a_whole_convolutional_network_equal_kerass(training):
    network, twin = build_pair()
    x, y = draw_images(8)
    value = LOSS.forward(y, network.forward(x, training=training))
    found = [network.backward(LOSS.backward()), *network.gradients.values()]
    expected, gradients = keras_pass(twin, x, y, training=training)
    np.testing.assert_allclose(value, expected, **EXACT64)
    for ours, theirs in zip(found, gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, **EXACT64)


@pytest.mark.reference("Sequential")
@pytest.mark.parametrize("training", [True, False])
def test_a_convolutional_network_agrees_with_differences(training):
    network, _ = build_pair()
    report = scratch.check_network(
        network, LOSS, *draw_images(3), training=training, max_entries=25
    )
    assert report.passed, str(report)


@pytest.mark.reference("Sequential")
def test_training_follows_keras_step_by_step():
    network, twin = build_pair()
    network.compile(optimizer=scratch.SGD(0.125, momentum=0.5), loss=LOSS)
    optimizer = keras.optimizers.SGD(0.125, momentum=0.5)
    for step in range(5):
        x, y = draw_images(6 + step, seed=step)
        value = network.train_step(x, y)
        expected, gradients = keras_pass(twin, x, y, training=True)
        optimizer.apply(gradients[1:], twin.trainable_variables)
        np.testing.assert_allclose(value, expected, **EXACT64)
    for ours, theirs in zip(network.parameters.values(), twin.trainable_variables, strict=True):
        np.testing.assert_allclose(ours, theirs, **EXACT64)
    x, _ = draw_images(7, seed=99)
    np.testing.assert_allclose(network.predict(x, batch_size=3), twin(x), **EXACT64)


@pytest.mark.law("Sequential")
def test_parameters_are_the_layers_own_arrays():
    network = build_network()
    keys = [f"layers[{k}].{name}" for k in (0, 2) for name in ("kernel", "bias")]
    assert list(network.parameters) == keys
    assert network.parameters["layers[2].kernel"] is network.layers[2].parameters["kernel"]
    assert network.gradients == {}
    network.train_step(*draw_cases())
    assert list(network.gradients) == keys


@pytest.mark.law("Sequential")
@pytest.mark.parametrize("batch_size", [50, 99])
def test_one_batch_of_all_cases_is_gradient_descent(batch_size):
    x, y = draw_cases()
    network, twin = build_network(), build_network()
    history = network.fit(x, y, batch_size=batch_size, epochs=3, generator=np.random.default_rng(0))
    np.testing.assert_allclose(history, [twin.train_step(x, y) for _ in range(3)], **EXACT64)
    for ours, theirs in zip(network.parameters.values(), twin.parameters.values(), strict=True):
        np.testing.assert_allclose(ours, theirs, **EXACT64)


def test_an_epoch_shows_every_case_once_and_averages_over_cases():
    class Recorder(scratch.MeanSquaredError):
        seen = ()

        def forward(self, y_true, y_pred):
            self.seen += (y_true[:, 0],)
            return float(len(y_true))

        def backward(self):
            return np.zeros((len(self.seen[-1]), 2))

    network, recorder = build_network(), Recorder()
    network.compile(optimizer=scratch.SGD(0.1), loss=recorder)
    x, y = np.zeros((11, 3)), np.arange(22.0).reshape(11, 2)
    history = network.fit(x, y, batch_size=4, epochs=2, generator=np.random.default_rng(0))
    assert [len(batch) for batch in recorder.seen] == [4, 4, 3] * 2
    first, second = np.concatenate(recorder.seen[:3]), np.concatenate(recorder.seen[3:])
    np.testing.assert_array_equal(np.sort(first), y[:, 0])
    np.testing.assert_array_equal(np.sort(second), y[:, 0])
    assert (first != second).any()
    np.testing.assert_allclose(history, (4 * 4 + 4 * 4 + 3 * 3) / 11, **EXACT64)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_lowers_the_loss_repeats_and_keeps_its_dtype(dtype):
    x, y = draw_cases()
    histories = []
    for _ in range(2):
        layers = [scratch.Dense(16), scratch.Dropout(0.1), scratch.ReLU(), scratch.Dense(2)]
        network = build_network(layers, dtype=dtype, optimizer=scratch.Adam(0.01))
        called = []
        histories.append(
            network.fit(
                x,
                y,
                batch_size=8,
                epochs=30,
                generator=np.random.default_rng(0),
                callback=lambda epoch, loss: called.append((epoch, loss)),  # noqa: B023
            )
        )
    assert histories[0] == histories[1]
    assert called == list(enumerate(histories[1], start=1))
    assert histories[0][-1] < 0.5 * histories[0][0]
    arrays = [*network.parameters.values(), *network.gradients.values(), network.predict(x)]
    assert {array.dtype.name for array in arrays} == {dtype}


@pytest.mark.law("Sequential")
def test_prediction_is_inference_whatever_the_batch_size():
    layers = [scratch.Dense(6), scratch.BatchNormalization(), scratch.Dropout(0.5)]
    network = build_network(layers)
    x, _ = draw_cases()
    for batch_size in (1, 7, 1000):
        np.testing.assert_allclose(
            network.predict(x, batch_size=batch_size), network.forward(x), **EXACT64
        )
    assert network.predict(x[:0]).shape == (0, 6)
    assert network.predict(np.zeros((2, 3), "uint8")).dtype == "float64"


def test_divergence_is_told():
    network = build_network([scratch.Dense(2)], optimizer=scratch.SGD(1e200))
    x, y = draw_cases()
    with (
        np.errstate(all="ignore"),
        pytest.raises(ValueError, match=r"Training diverged.*\(now 1e\+200\)"),
    ):
        network.fit(x, y, epochs=9, generator=np.random.default_rng(0))
    x[3, 1] = np.nan
    network = build_network()
    assert np.isnan(network.train_step(x, y))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda _: scratch.Sequential([]), ValueError, "at least one layer"),
        (lambda _: scratch.Sequential([scratch.ReLU()] * 2), ValueError, "different objects"),
        (lambda _: scratch.Sequential([3]), TypeError, r"`layers\[0\]` must be a layer; got 3"),
        (
            lambda _: scratch.Sequential([scratch.ReLU(), scratch.Dense]),
            TypeError,
            r"\[1\]` must be",
        ),
        (lambda _: scratch.Sequential(scratch.Dense(3)), TypeError, "must be a list of layers"),
        (
            lambda _: scratch.Sequential([scratch.ReLU()], dtype="float16"),
            ValueError,
            "`dtype` must be one of 'float32', 'float64'; got 'float16'",
        ),
        (
            lambda _: scratch.Sequential([scratch.ReLU()]).forward(np.ones((2, 3))),
            ValueError,
            "`Sequential` must be built before `forward`",
        ),
        (lambda net: net.build((3,), 0), TypeError, r"Use np\.random\.default_rng\(0\)"),
        (lambda net: net.build(3, np.random.default_rng(0)), TypeError, "must be a tuple"),
        (lambda net: net.backward(np.ones((2, 2))), ValueError, "nothing has gone forward yet"),
        (lambda net: net.forward(np.ones((2, 4))), ValueError, r"shape \(batch, 3\); got \(2, 4\)"),
        (lambda net: net.forward(np.ones(3)), ValueError, r"shape \(batch, 3\); got \(3,\)"),
        (lambda net: net.predict(3.0), ValueError, r"shape \(batch, 3\); got \(\)"),
        (lambda net: net.predict(np.ones((2, 3)), batch_size=0), ValueError, "`batch_size` must"),
        (lambda net: net.train_step(np.ones((0, 3)), np.ones((0, 2))), ValueError, "at least one"),
    ],
)
def test_what_does_not_fit_is_refused(act, error, message):
    with pytest.raises(error, match=message):
        act(build_network())


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"x": np.ones((4, 3))}, ValueError, r"got shapes \(4, 3\) and \(5, 2\)"),
        ({"x": np.ones((0, 3)), "y": np.ones((0, 2))}, ValueError, "one or more"),
        ({"batch_size": 0}, ValueError, "`batch_size` must be an integer of at least 1"),
        ({"epochs": 0}, ValueError, "`epochs` must be an integer of at least 1"),
        ({"generator": 0}, TypeError, "`generator` must be"),
    ],
)
def test_fit_refuses_what_it_cannot_use(settings, error, message):
    usual = {"x": np.ones((5, 3)), "y": np.ones((5, 2)), "generator": np.random.default_rng(0)}
    with pytest.raises(error, match=message):
        build_network().fit(**(usual | settings))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "adam"}, "`optimizer` must be an object with `update`; got 'adam'"),
        ({"optimizer": scratch.Adam}, "`optimizer` must be an object"),
        ({"optimizer": scratch.MeanSquaredError()}, "`optimizer` must be an object"),
        ({"loss": "mse"}, "`loss` must be an object with `forward` and `backward`; got 'mse'"),
        ({"loss": scratch.MeanSquaredError}, "`loss` must be an object"),
        ({"loss": scratch.SGD()}, "`loss` must be an object"),
        ({"loss": None}, "`loss` must be an object"),
    ],
)
def test_compile_refuses_what_cannot_train(change, message):
    usual = {"optimizer": scratch.SGD(), "loss": scratch.MeanSquaredError()}
    with pytest.raises(TypeError, match=message):
        build_network().compile(**(usual | change))


def test_compile_takes_names_because_keras_has_another_order():
    with pytest.raises(TypeError, match="positional"):
        build_network().compile(scratch.MeanSquaredError(), scratch.SGD())


def test_training_needs_a_loss():
    network = scratch.Sequential([scratch.Dense(2)])
    network.build((3,), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"Call `compile\(optimizer="):
        network.train_step(np.ones((4, 3)), np.ones((4, 2)))
