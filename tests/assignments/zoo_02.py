"""Known wrong answers to assignment 02."""

from tests.assignments.in_process import WrongAnswer

FLIPPED_BY_HAND = """\
correlation, convolution = 4, 7
on_even_ground, noise = 30, 2 * np.sqrt(15)
"""

SUM_OF_DEVIATIONS = """\
correlation, convolution = 7, 4
on_even_ground, noise = 30, 2 * 7
"""

OFF_BY_ONE = """\
size_a, size_b = (28, 37), (14, 18)
unread_rows, parameters_a, parameters_c, field = 3, 608, 1168, 23
"""

ROUNDED_UP = """\
size_a, size_b = (29, 38), (15, 19)
unread_rows, parameters_a, parameters_c, field = 0, 608, 1168, 23
"""

ROWS_OF_THE_MAP = """\
size_a, size_b = (29, 38), (14, 19)
unread_rows, parameters_a, parameters_c, field = 1, 208, 160, 29
"""

NOT_TURNED = """\
kernel = [[1, 4, -2], [2, -1, 3]]
largest_at = (1, 3)
"""

HALF_OF_HALF_A_TURN = """\
kernel = [[-2, 4, 1], [3, -1, 2]]
largest_at = (4, 2)
"""

WHOLE_RECTANGLE = """\
def build_contrast_kernel(inner, outer):
    top, left = (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2
    kernel = np.full(outer, -1 / np.prod(outer))
    kernel[top : top + inner[0], left : left + inner[1]] += 1 / np.prod(inner)
    return kernel
"""

WRONG_SIGN = """\
def build_contrast_kernel(inner, outer):
    top, left = (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2
    kernel = np.full(outer, 1 / (np.prod(outer) - np.prod(inner)))
    kernel[top : top + inner[0], left : left + inner[1]] = -1 / np.prod(inner)
    return kernel
"""

HARD_CODED_CONTRAST = """\
def build_contrast_kernel(inner, outer):
    frame = [-1] * 5
    return np.array([frame, [-1, 4, 4, 4, -1], frame]) / 12
"""

POOL = """\
def pool_by_power(x, size, strides, power):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    largest = windows.max(axis=(-2, -1), keepdims=True)
    shares = windows / np.where(largest > 0, largest, 1)
    return largest[..., 0, 0] * np.mean(shares**power, axis=(-2, -1)) ** (1 / power)
"""

PLAIN_FORMULA = """\
def pool_by_power(x, size, strides, power):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    return np.mean(windows**power, axis=(-2, -1)) ** (1 / power)
"""

OFF_BY_ONE_POOL = """\
def pool_by_power(x, size, strides, power):
    batch, height, width, channels = x.shape
    rows, columns = (height - size[0]) // strides[0], (width - size[1]) // strides[1]
    pooled = np.zeros((batch, rows, columns, channels))
    for i, j in np.ndindex(rows, columns):
        top, left = i * strides[0], j * strides[1]
        window = x[:, top : top + size[0], left : left + size[1]]
        pooled[:, i, j] = np.mean(window**power, axis=(1, 2)) ** (1 / power)
    return pooled
"""

ONE_SCALE = """\
def pool_by_power(x, size, strides, power):
    windows = np.lib.stride_tricks.sliding_window_view(x / x.max(), size, axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    return x.max() * np.mean(windows**power, axis=(-2, -1)) ** (1 / power)
"""

FIND = """\
def find_lesion(images, lesion):
    maps = scratch.cross_correlate(images, lesion[:, :, None, None])[..., 0]
    best = maps.reshape(len(maps), -1).argmax(axis=1)
    corner = np.stack(np.unravel_index(best, maps.shape[1:]), axis=1)
    return corner + np.array(lesion.shape) // 2
"""

BRIGHTEST_PIXEL = """\
def find_lesion(images, lesion):
    best = images.reshape(len(images), -1).argmax(axis=1)
    return np.stack(np.unravel_index(best, images.shape[1:3]), axis=1)
"""

HARD_CODED_FIND = """\
def find_lesion(images, lesion):
    return np.array([[1, 3], [6, 12], [4, 8]])
"""


def change(source, old, new):
    assert source.count(old) == 1
    return source.replace(old, new)


WRONG_ANSWERS = [
    WrongAnswer(
        "flipped kernel on paper",
        "kernel",
        FLIPPED_BY_HAND,
        "test-kernel-correlation",
        "flipped: this is the convolution",
    ),
    WrongAnswer(
        "convolution without the flip",
        "kernel",
        FLIPPED_BY_HAND,
        "test-kernel-convolution",
        "not flipped: this is the cross-correlation",
    ),
    WrongAnswer(
        "standard deviations added",
        "kernel",
        SUM_OF_DEVIATIONS,
        "test-kernel-sums",
        "do not add, their variances do",
    ),
    WrongAnswer(
        "size without the + 1",
        "network",
        OFF_BY_ONE,
        "test-network-sizes",
        r"The \+ 1 for the first place was forgotten",
    ),
    WrongAnswer(
        "dropped row of the map not seen",
        "network",
        ROUNDED_UP,
        "test-network-unread",
        "layer B drops a row",
    ),
    WrongAnswer(
        "rows of the map taken for rows of pixels",
        "network",
        ROWS_OF_THE_MAP,
        "test-network-unread",
        "counted rows of A's output",
    ),
    WrongAnswer(
        "kernel for one channel only",
        "network",
        ROWS_OF_THE_MAP,
        "test-network-parameters",
        "the three colours were forgotten",
    ),
    WrongAnswer(
        "a layer's stride widens its own steps",
        "network",
        ROWS_OF_THE_MAP,
        "test-network-field",
        "not its own",
    ),
    WrongAnswer(
        "kernel read off without the half turn",
        "lost",
        NOT_TURNED,
        "test-lost-kernel",
        "The kernel was flipped",
    ),
    WrongAnswer(
        "only the rows mirrored",
        "lost",
        HALF_OF_HALF_A_TURN,
        "test-lost-kernel",
        "you mirrored one of them",
    ),
    WrongAnswer(
        "convolution taken for invariant",
        "lost",
        NOT_TURNED,
        "test-lost-place",
        "equivariant, not invariant",
    ),
    WrongAnswer(
        "frame that holds the inner rectangle",
        "contrast",
        WHOLE_RECTANGLE,
        "test-contrast-means",
        "must not hold the inner rectangle",
    ),
    WrongAnswer("dark centre", "contrast", WRONG_SIGN, "test-contrast-means", "The sign"),
    WrongAnswer(
        "hard-coded kernel",
        "contrast",
        HARD_CODED_CONTRAST,
        "test-contrast-means",
        "wrong for other rectangles",
    ),
    WrongAnswer(
        "windows without the last place",
        "pool",
        OFF_BY_ONE_POOL,
        "test-pool-windows",
        r"the \+ 1 counts the first place",
    ),
    WrongAnswer(
        "windows that never overlap",
        "pool",
        change(POOL, ":: strides[0], :: strides[1]", ":: size[0], :: size[1]"),
        "test-pool-windows",
        "do not overlap",
    ),
    WrongAnswer(
        "batch axis averaged",
        "pool",
        change(PLAIN_FORMULA, "_view(x,", "_view(x.mean(axis=0, keepdims=True) + 0 * x,"),
        "test-pool-windows",
        "The batch axis was averaged",
    ),
    WrongAnswer(
        "channels averaged",
        "pool",
        change(PLAIN_FORMULA, "_view(x,", "_view(x.mean(axis=3, keepdims=True) + 0 * x,"),
        "test-pool-windows",
        "The channels were averaged",
    ),
    WrongAnswer(
        "root forgotten",
        "pool",
        change(PLAIN_FORMULA, " ** (1 / power)", ""),
        "test-pool-power",
        "The root is missing",
    ),
    WrongAnswer("overflow", "pool", PLAIN_FORMULA, "test-pool-large", "Overflow"),
    WrongAnswer(
        "zero divided by zero",
        "pool",
        change(POOL, "np.where(largest > 0, largest, 1)", "largest"),
        "test-pool-large",
        "zeros by zero",
    ),
    WrongAnswer(
        "one scale for the whole batch", "pool", ONE_SCALE, "test-pool-large", "Small numbers"
    ),
    WrongAnswer(
        "search with the turned lesion",
        "find",
        change(FIND, "cross_correlate", "convolve"),
        "test-find-places",
        "The kernel was flipped",
    ),
    WrongAnswer(
        "corner for the middle",
        "find",
        change(FIND, " + np.array(lesion.shape) // 2", ""),
        "test-find-places",
        "the corner of the window",
    ),
    WrongAnswer(
        "column before row",
        "find",
        change(FIND, "// 2", "// 2)[:, ::-1]").replace("return ", "return ("),
        "test-find-places",
        "Row and column are exchanged",
    ),
    WrongAnswer(
        "one place for the whole batch",
        "find",
        change(
            FIND, "maps.reshape(len(maps), -1)", "(maps.mean(0) + 0 * maps).reshape(len(maps), -1)"
        ),
        "test-find-places",
        "not over the batch",
    ),
    WrongAnswer(
        "brightest pixel", "find", BRIGHTEST_PIXEL, "test-find-places", "the brightest pixel"
    ),
    WrongAnswer("hard-coded places", "find", HARD_CODED_FIND, "test-find-places", "another batch"),
]
