"""A drawn graph shows each value once, in the order of the computation."""

import numpy as np
import pytest

from helpers import plots
from helpers.plots.graph import _place
from helpers.scratch import Value


@pytest.fixture
def product():
    """Compute r = x^2 (2 x) at x = 3, where dr/dx = 6 x^2 = 54."""
    x = Value(3.0, name="x")
    result = x**2 * (x * 2)
    result.name = "r"
    result.backward()
    return result


def test_boxes_say_values_and_gradients(ax, product):
    assert plots.plot_graph(ax, product) is ax
    boxes = {text.get_text() for text in ax.texts if "\n" in text.get_text()}
    assert boxes == {
        "x\nvalue 3\ngradient 54",
        "(**2)\nvalue 9\ngradient 6",
        "constant\nvalue 2",
        "(*)\nvalue 6\ngradient 9",
        "r (*)\nvalue 54\ngradient 1",
    }


def test_arrows_say_slopes_halfway(ax, product):
    plots.plot_graph(ax, product)
    slopes = [text for text in ax.texts if text.get_text().startswith("×")]
    # dt/dx, dt/d2, ds/dx, dr/ds, dr/dt
    assert sorted(text.get_text() for text in slopes) == ["× 2", "× 3", "× 6", "× 6", "× 9"]
    rows = {text.get_text(): text.get_position()[1] for text in slopes}
    assert rows["× 2"] == 0  # from x, in the upper row, to t, in the lower one
    assert rows["× 3"] == 0.5  # from the constant, along the lower row


def test_parents_stand_left_of_their_children(product):
    places = _place(product)
    for value, (column, _) in places.items():
        assert all(places[parent][0] < column for parent in value.parents)
    assert len(set(places.values())) == len(places)  # no box hides another


def test_a_value_stands_right_before_the_first_that_uses_it():
    x, late = Value(1.0), Value(5.0)
    places = _place((x.exp().exp() + late) * x)
    np.testing.assert_array_equal([places[x][0], places[late][0]], [-4, -2])


def test_a_single_number_is_a_single_box(ax):
    plots.plot_graph(ax, Value(2.0, name="a"))
    assert [text.get_text() for text in ax.texts] == ["a\nvalue 2\ngradient 0"]
