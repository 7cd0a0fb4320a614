"""The comparisons that prove the layers, losses and optimizers; the wrong ones must fail them."""

import keras
import numpy as np
import tensorflow as tf

from helpers.scratch import check_layer
from tests.tolerances import EXACT64, UPDATES64


def keras_gradients(function, arrays):
    """Return a Keras computation's result and its gradients, by TensorFlow's tape, in float64."""
    tensors = [tf.constant(array, dtype="float64") for array in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = function(*tensors)
    return np.asarray(result), [np.asarray(g) for g in tape.gradient(result, tensors)]


def assert_equals_keras(layer, twin, x, *, generator, training=False, tolerance=EXACT64):
    """Compare with a Keras layer: output, gradient of the input, gradients of the parameters."""
    if not layer.parameters:
        layer.build(x.shape[1:], generator)
    for value in layer.parameters.values():  # no zeros and ones that hide a mistake
        value[...] = generator.normal(size=value.shape)
    if not twin.built:
        twin.build(x.shape)
    for variable, value in zip(twin.weights, layer.parameters.values(), strict=False):
        variable.assign(value)
    output = layer.forward(x, training=training)
    gradient = generator.normal(size=output.shape)
    variables = [variable.value for variable in twin.trainable_weights]
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        expected = twin(tensor, training=training)
    np.testing.assert_allclose(output, expected, **tolerance)
    expected = tape.gradient(expected, [tensor, *variables], output_gradients=gradient)
    found = [layer.backward(gradient), *layer.gradients.values()]
    assert list(layer.gradients) == list(layer.parameters)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, **tolerance)


def assert_agrees_with_differences(layer, x, *, generator, training=False):
    """Compare the backward pass with finite differences of the forward pass, in float64."""
    report = check_layer(layer, x, generator=generator, training=training)
    assert report.passed, str(report)
    assert not report.kinks


def assert_loss_equals_keras(loss, keras_loss, y_true, y_pred):
    """Compare the mean loss and its gradient."""
    value = loss.forward(y_true, y_pred)
    expected, (gradient,) = keras_gradients(lambda tensor: keras_loss(y_true, tensor), [y_pred])
    np.testing.assert_allclose(value, expected, **EXACT64)
    np.testing.assert_allclose(loss.backward(), gradient, **EXACT64)


def assert_updates_equal_keras(optimizer, keras_optimizer, *, generator, tolerance=UPDATES64):
    """Compare all parameters after each of 50 steps along random gradients of every size."""
    shapes = {"bias": (3,), "kernel": (2, 5), "kernels": (3, 2, 4, 7)}
    start = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    variables = [keras.Variable(value, dtype="float64") for value in start.values()]
    parameters = {name: value.copy() for name, value in start.items()}
    sizes = {name: 10.0 ** generator.integers(-5, 2, size=shape) for name, shape in shapes.items()}
    for _ in range(50):
        gradients = {
            name: size * generator.normal(loc=0.3, size=size.shape) for name, size in sizes.items()
        }
        optimizer.update(parameters, gradients)
        tensors = [keras.ops.convert_to_tensor(g) for g in gradients.values()]
        keras_optimizer.apply(tensors, variables)
        for ours, theirs in zip(parameters.values(), variables, strict=True):
            np.testing.assert_allclose(ours, np.asarray(theirs), **tolerance)


def assert_keeps_the_mean(dropout, *, generator, size=40_000):
    """Compare the mean of a dropped-out constant with the constant, within 5 standard errors."""
    dropout.build((size,), generator)
    output = dropout.forward(np.full((1, size), 3.0), training=True)
    standard_error = 3 * np.sqrt(dropout.rate / (1 - dropout.rate) / size)
    np.testing.assert_allclose(output.mean(), 3.0, rtol=0, atol=5 * standard_error)


def assert_statistics_equal_keras(layer, twin, batches):
    """Compare the moving statistics after some training batches, and inference with them."""
    twin.build(batches[0].shape)
    for x in batches:
        layer.forward(x, training=True)
        twin(tf.constant(x), training=True)
    np.testing.assert_allclose(layer.moving_mean, twin.moving_mean, **EXACT64)
    np.testing.assert_allclose(layer.moving_variance, twin.moving_variance, **EXACT64)
    np.testing.assert_allclose(layer.forward(batches[0]), twin(batches[0]), **EXACT64)


def assert_variance(draw, expected, *, generator):
    """Compare the variance of first values with theory, within 5 standard errors."""
    values = draw((5, 7, 3, 400), generator)  # fan in 105, fan out 14,000
    # a sample variance has a relative standard error of at most sqrt(2 / n) here
    np.testing.assert_allclose(values.var(), expected, rtol=5 * np.sqrt(2 / values.size))
