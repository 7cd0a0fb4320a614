"""Inside a measuring process: the same convolution in TensorFlow, compiled into a graph."""

import tensorflow as tf

from benchmarks.convolution_inputs import CASES, make_inputs, median_seconds, sizes_of


def time_tensorflow_convolution(repeats):
    """Time forward, and forward and backward.

    Parameters
    ----------
    repeats : int
        Calls of which the median is taken.

    Returns
    -------
    dict of str to dict
        For each case seconds `forward` and `both`, and `sizes` of output and gradients.
    """
    return {case: _time_case(case, repeats) for case in CASES}


def _time_case(case, repeats):
    *values, gradient = map(tf.constant, make_inputs(case))

    @tf.function
    def forward(images, kernel, bias):
        return tf.nn.bias_add(tf.nn.conv2d(images, kernel, strides=1, padding="VALID"), bias)

    @tf.function
    def both(images, kernel, bias):
        with tf.GradientTape() as tape:
            tape.watch([images, kernel, bias])
            output = forward(images, kernel, bias)
        return output, *tape.gradient(output, [images, kernel, bias], output_gradients=gradient)

    return {
        "forward": median_seconds(lambda: forward(*values).numpy(), repeats),
        "both": median_seconds(lambda: [each.numpy() for each in both(*values)], repeats),
        "sizes": sizes_of([each.numpy() for each in both(*values)]),
    }
