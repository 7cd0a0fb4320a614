import keras
import pytest
from keras import layers

from helpers import networks

SHAPE = (20, 17, 3)  # never square


def build(*parts):
    return keras.Sequential([keras.Input(SHAPE), *parts])


@pytest.mark.reference("count_flops")
@pytest.mark.parametrize(
    ("parts", "multiply_adds"),
    [
        ([layers.Flatten(), layers.Dense(5)], 20 * 17 * 3 * 5),
        ([layers.Dense(5)], 20 * 17 * 3 * 5),  # the same weights at each place
        ([layers.Conv2D(4, (3, 5))], 18 * 13 * 3 * 5 * 3 * 4),
        ([layers.Conv2D(4, 3, strides=2, padding="same")], 10 * 9 * 9 * 3 * 4),
        ([layers.Conv2D(6, 3, groups=3)], 18 * 15 * 9 * 1 * 6),
        ([layers.DepthwiseConv2D(3, depth_multiplier=2)], 18 * 15 * 9 * 3 * 2),
        # each pixel of the input lays one kernel into the output
        ([layers.Conv2DTranspose(4, 2, strides=2)], 20 * 17 * 2 * 2 * 3 * 4),
        ([layers.MaxPooling2D(), layers.BatchNormalization(), layers.ReLU()], 0),
        ([networks.SymmetricConv2D(5), networks.LogSumExp()], 16 * 13 * 25 * 3),
    ],
)
def test_multiply_adds_by_hand(parts, multiply_adds):
    assert networks.count_flops(build(*parts)) == 2 * multiply_adds


@pytest.mark.reference("count_flops")
def test_the_parts_of_a_unet_add_up():
    model = networks.build_unet((8, 12, 1), filters=2, levels=1)
    full = 8 * 12 * 9 * (1 * 2 + 2 * 2 + 6 * 2 + 2 * 2) + 8 * 12 * 2
    assert networks.count_flops(model) == 2 * (full + 4 * 6 * 9 * (2 * 4 + 4 * 4))


@pytest.mark.reference("count_activations")
def test_activations_by_hand():
    model = build(layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2))
    by_hand = 20 * 17 * 3 + 18 * 15 * 4 + 9 * 7 * 4 + 9 * 7 * 4 + 2
    assert networks.count_activations(model) == by_hand
    functional = networks.build_unet((8, 12, 1), filters=2, levels=1)
    at_full, at_half = 8 * 12, 4 * 6
    by_hand = at_full * (1 + 2 + 2 + 4 + 6 + 2 + 2 + 1) + at_half * (2 + 4 + 4)
    assert networks.count_activations(functional) == by_hand


OPEN = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3)])


@pytest.mark.parametrize("count", [networks.count_flops, networks.count_activations])
@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("unet", TypeError, "must be a keras.Model; got a str"),
        (OPEN, ValueError, "built for images of one size"),
        (keras.Sequential([layers.Dense(3)]), ValueError, "Begin it with `keras.Input"),
        (build(build(layers.Conv2D(2, 3))), TypeError, "Count the inner model on its own"),
    ],
)
def test_models_that_cannot_be_counted_are_refused(count, model, error, message):
    with pytest.raises(error, match=message):
        count(model)


def test_an_unknown_layer_with_weights_is_refused():
    sequence = [layers.Reshape((340, 3)), layers.LSTM(4)]
    with pytest.raises(TypeError, match=r"a LSTM with weights\. Known are"):
        networks.count_flops(build(*sequence))
