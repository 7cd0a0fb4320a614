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


@pytest.mark.reference("count_flops")
@pytest.mark.reference("count_activations")
def test_a_layer_counts_in_the_model_that_is_asked_about():
    convolution = layers.Conv2D(4, 3)
    build(convolution)
    elsewhere = keras.Sequential([keras.Input((8, 6, 3)), convolution])
    assert networks.count_flops(elsewhere) == 2 * 6 * 4 * 27 * 4
    assert networks.count_activations(elsewhere) == 8 * 6 * 3 + 6 * 4 * 4


def test_layers_that_are_added_one_by_one_count_once():
    model = build()
    for layer in (layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)):
        model.add(layer)
    parts = [layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)]
    assert networks.count_flops(model) == networks.count_flops(build(*parts))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs):
        return self.dense(inputs)


class Halved(layers.Dense):
    """Has a kernel, and does something else with it."""

    def call(self, inputs):
        return super().call(inputs) / 2


def build_repeated():
    inputs = keras.Input(SHAPE)
    layer = layers.Conv2D(3, 3, padding="same", name="twice")
    return keras.Model(inputs, layer(layer(inputs)))


def build_with_two_inputs():
    pair = [keras.Input(SHAPE), keras.Input(SHAPE)]
    return keras.Model(pair, layers.Add()(pair))


OPEN = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3)])


@pytest.mark.parametrize("count", [networks.count_flops, networks.count_activations])
@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("unet", TypeError, "must be a keras.Model; got a str"),
        (OPEN, ValueError, "built for images of one size"),
        (keras.Sequential([layers.Dense(3)]), ValueError, "Begin it with `keras.Input"),
        (
            Subclassed(),
            ValueError,
            "must be sequential or functional; got 'subclassed.*', a Subclas",
        ),
        (build_with_two_inputs(), ValueError, "must have one input; got 2"),
        (build_repeated(), ValueError, "each layer at one place; got 'twice' at 2 places"),
        (build(build(layers.Conv2D(2, 3))), ValueError, "Count the inner model on its own"),
    ],
)
def test_models_that_cannot_be_counted_are_refused(count, model, error, message):
    with pytest.raises(error, match=message):
        count(model)


FIRST = {"data_format": "channels_first"}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [layers.Reshape((340, 3)), layers.LSTM(4)],
            r"a LSTM with weights\. Known are Dense, Conv2D",
        ),
        ([layers.EinsumDense("bijc,cd->bijd", (20, 17, 4))], "a EinsumDense with weights"),
        ([layers.SeparableConv2D(4, 3)], "a SeparableConv2D with weights"),
        ([Halved(4)], "a Halved with weights"),
        ([layers.Conv2D(4, 3, **FIRST)], r"channels last; got 'conv2d.*' with 'channels_first'\."),
        ([layers.DepthwiseConv2D(3, **FIRST)], "must have its channels last"),
        ([layers.Conv2DTranspose(4, 3, **FIRST)], "must have its channels last"),
    ],
)
def test_layers_whose_operations_are_not_known_are_refused(parts, message):
    with pytest.raises(ValueError, match=message):
        networks.count_flops(build(*parts))
