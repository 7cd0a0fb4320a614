import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.scratch import Value, numerical_gradient
from tests.tolerances import EXACT64, KERAS32

numbers = st.floats(-3, 3).filter(lambda number: abs(number) > 0.01)


def well_known(a, b, relu):
    """Evaluate the expression by which small autodiff programs are usually compared."""
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c - a
    d = d + d * 2 + relu(b + a)
    d = d + 3 * d + relu(b - a)
    e = c - d
    f = e**2
    return f / 2.0 + 10.0 / f


def expressions(a, b, module):
    """Use every operation at least once."""
    return (
        (a * b - 3) / (b**2 + 1)
        + module.tanh(a - 2 * b) * module.exp(-a)
        - 4 / (module.log(a**2 + 2.5) + 1)
        + (1 - a) ** 3
    )


class ValueModule:
    tanh, exp, log = (staticmethod(getattr(Value, name)) for name in ("tanh", "exp", "log"))


@pytest.mark.reference("Value")
def test_the_well_known_expression_has_its_published_value_and_gradients():
    a, b = Value(-4.0), Value(2.0)
    g = well_known(a, b, Value.relu)
    g.backward()
    np.testing.assert_allclose(
        [g.data, a.gradient, b.gradient], [24.7041, 138.8338, 645.5773], rtol=0, atol=5e-5
    )


@pytest.mark.reference("Value")
@given(numbers, numbers)
@settings(max_examples=50)
def test_gradients_equal_tensorflows_and_finite_differences(a, b):
    values = Value(a), Value(b)
    result = expressions(*values, ValueModule)
    result.backward()
    found = [value.gradient for value in values]
    np.testing.assert_allclose(result.data, expressions(a, b, math), **EXACT64)
    variables = [tf.constant(number, dtype="float64") for number in (a, b)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        expected = expressions(*variables, tf.math)
    np.testing.assert_allclose(found, tape.gradient(expected, variables), **EXACT64)
    differences = numerical_gradient(lambda x: expressions(*x, np), [a, b])
    scale = np.abs(found).max()
    np.testing.assert_allclose(found / scale, differences / scale, **KERAS32)


@pytest.mark.law("Value")
@given(numbers, numbers)
def test_the_gradient_of_a_sum_is_the_sum_of_gradients(a, b):
    def gradient_of(function):
        value = Value(a)
        function(value).backward()
        return value.gradient

    first, second = (lambda x: x**3 * b), (lambda x: (x * b).tanh())
    np.testing.assert_allclose(
        gradient_of(lambda x: first(x) + second(x)),
        gradient_of(first) + gradient_of(second),
        **EXACT64,
    )


@pytest.mark.reference("Value")
def test_a_value_used_twice_by_hand():
    a = Value(3.0)
    (a + a).backward()
    assert a.gradient == 2
    (a * a * a).backward()  # anew, not added to the 2
    assert a.gradient == 27
    (a - a).backward()
    assert a.gradient == 0
    (a / a).backward()
    np.testing.assert_allclose(a.gradient, 0, **EXACT64)


def test_every_operation_has_its_mirror_image():
    a = Value(4.0)
    results = [2 + a, 2 * a, 2 - a, 2 / a, -a, a + 2, a - 2, a / 2, np.float64(2) * a]
    assert [value.data for value in results] == [6, 8, -2, 0.5, -4, 6, 2, 2, 8]


def test_slopes_at_a_kink_and_at_zero():
    zero = Value(0.0)
    zero.relu().backward()
    assert zero.gradient == 0
    (zero**0 + zero**1 + zero**2).backward()
    assert zero.gradient == 1
    root = zero**0.5
    root.backward()
    assert (root.data, zero.gradient) == (0, math.inf)  # as in TensorFlow
    variable = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        result = variable**0.5
    assert tape.gradient(result, variable) == zero.gradient


def test_the_graph_can_be_drawn_from_its_values():
    a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    product = a * b
    result = product.tanh()
    result.backward()
    assert (result.operation, product.operation, a.operation) == ("tanh", "*", "")
    assert result.parents == (product,)
    assert product.parents == (a, b)
    assert product.slopes == (-3, 2)
    assert result.sort_graph() == [a, b, product, result]
    assert (a**3).operation == "**3"
    assert repr(a) == f"Value(a = 2, gradient {a.gradient:g})"
    assert repr(product) == f"Value(-6, gradient {product.gradient:g})"


def test_a_long_chain_needs_no_deep_recursion():
    first = value = Value(1.0)
    for _ in range(5000):
        value = value + 1
    value.backward()
    assert (value.data, first.gradient) == (5001, 1)


def test_nan_passes_through():
    a = Value(math.nan)
    for result in [a + 1, a * 2, a**2, a.exp(), a.tanh(), a.relu()]:
        result.backward()
        assert math.isnan(result.data)


@pytest.mark.parametrize("number", [np.ones(3), "1", None, True, 1j])
def test_only_numbers_enter(number):
    with pytest.raises(TypeError, match="holds a single real number; got"):
        Value(number)
    with pytest.raises(TypeError, match="holds a single real number; got"):
        Value(1.0) + number


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: Value(-2.0) ** 0.5, ValueError, r"has no power 0\.5; got -2"),
        (lambda: Value(0.0).log(), ValueError, "needs a number above 0; got 0"),
        (lambda: Value(2.0) ** Value(3.0), TypeError, "single real number"),
        (lambda: np.ones(3) * Value(2.0), TypeError, "single real number"),
        (lambda: Value(0.0) ** -0.5, ZeroDivisionError, "power|division"),
        (lambda: 1 / Value(0.0), ZeroDivisionError, "power|division"),
        (lambda: Value(1e4).exp(), OverflowError, "range"),
    ],
)
def test_what_has_no_value_is_refused(act, error, message):
    with pytest.raises(error, match=message):
        act()
