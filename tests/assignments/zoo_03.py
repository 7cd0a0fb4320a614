"""Known wrong answers to assignment 03."""

from tests.assignments.in_process import WrongAnswer

ONE_WAY = """\
dr_dz = dr_db = 24
dr_du = 24
dr_dw, dr_dx = 48, -72
"""

DIRECT_WAY = """\
dr_dz = dr_db = 24
dr_du = 4
dr_dw, dr_dx = 8, -12
"""

NOT_SWAPPED = """\
dr_dz = dr_db = 24
dr_du = 28
dr_dw, dr_dx = -84, 56
"""

SIGN_OF_LOGITS = """\
of_z = [[7 / 16, -2 / 16, -5 / 16], [-4 / 16, -2 / 16, 6 / 16]]
of_bias = [3 / 16, -4 / 16, 1 / 16]
"""

NO_MEAN = """\
of_z = [[-7 / 8, 2 / 8, 5 / 8], [4 / 8, 2 / 8, -6 / 8]]
of_bias = [-3 / 8, 4 / 8, -1 / 8]
"""

BIAS_MEAN = """\
of_z = [[-7 / 16, 2 / 16, 5 / 16], [4 / 16, 2 / 16, -6 / 16]]
of_bias = [-3 / 32, 4 / 32, -1 / 32]
"""

TWICE_ON_PAPER = """\
of_z = [[-7 / 32, 2 / 32, 5 / 32], [4 / 32, 2 / 32, -6 / 32]]
of_bias = [-3 / 32, 4 / 32, -1 / 32]
"""

PRELU = """\
def prelu_backward(g, x, slope):
    of_x = g * np.where(x > 0, 1, slope)
    of_slope = (g * np.where(x > 0, 0, x)).sum(axis=(0, 1, 2))
    return of_x, of_slope
"""

HARD_CODED_PRELU = """\
def prelu_backward(g, x, slope):
    of_x = g * np.where(x > 0, 1, np.resize([0.1, 0.25, -0.5], x.shape[3]))
    return of_x, (g * np.where(x > 0, 0, x)).sum(axis=(0, 1, 2))
"""

NETWORK = """\
def compute_gradients(parameters, x, y):
    u = x @ parameters["W1"] + parameters["b1"]
    h = scratch.relu(u)
    z = h @ parameters["W2"] + parameters["b2"]
    of_z = (scratch.sigmoid(z) - y) / z.size
    of_u = (of_z @ parameters["W2"].T) * (u > 0)
    W1, b1 = x.T @ of_u, of_u.sum(axis=0)
    W2, b2 = h.T @ of_z, of_z.sum(axis=0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
"""

LETTERS = """\
wrong_pass = "C"
float32_pass = "A"
best_exponent = -5
batch_size = 5
"""

LION = """\
def lion_step(w, mu, g, eta=0.01, beta_1=0.9, beta_2=0.99, decay=0.0):
    c = beta_1 * mu + (1 - beta_1) * g
    new_w = w - eta * (np.sign(c) + decay * w)
    new_mu = beta_2 * mu + (1 - beta_2) * g
    return new_w, new_mu
"""

EARLY_MEMORY = """\
def lion_step(w, mu, g, eta=0.01, beta_1=0.9, beta_2=0.99, decay=0.0):
    mu = beta_2 * mu + (1 - beta_2) * g
    c = beta_1 * mu + (1 - beta_1) * g
    return w - eta * (np.sign(c) + decay * w), mu
"""

IN_PLACE = """\
def lion_step(w, mu, g, eta=0.01, beta_1=0.9, beta_2=0.99, decay=0.0):
    c = beta_1 * mu + (1 - beta_1) * g
    w -= eta * (np.sign(c) + decay * w)
    return w, beta_2 * mu + (1 - beta_2) * g
"""

DIRECTION = """\
def check_direction(compute_loss, w, gradient, direction, step=1e-5):
    analytic = (gradient * direction).sum()
    ahead = compute_loss(w + step * direction)
    behind = compute_loss(w - step * direction)
    return analytic, (ahead - behind) / (2 * step)
"""

HARD_CODED_DIRECTION = """\
def check_direction(compute_loss, w, gradient, direction, step=1e-5):
    return -7.0, -7.0
"""


def change(right, old, new):
    """Plant a mistake in a right answer."""
    assert old in right
    return right.replace(old, new)


def chain_rule(mistake, source, says, test="test-chain-rule-two-ways"):
    return WrongAnswer(mistake, "chain-rule", source, test, says)


def softmax(mistake, source, says, test="test-softmax-logits"):
    return WrongAnswer(mistake, "softmax-on-paper", source, test, says)


def prelu(mistake, old, new, says, test="test-prelu-slope"):
    return WrongAnswer(mistake, "prelu-backward", change(PRELU, old, new), test, says)


def network(mistake, old, new, says):
    source = change(NETWORK, old, new)
    return WrongAnswer(mistake, "network-backward", source, "test-network-backward", says)


def lion(mistake, source, says):
    return WrongAnswer(mistake, "lion-step", source, "test-lion-step", says)


def direction(mistake, source, says):
    return WrongAnswer(mistake, "check-direction", source, "test-check-direction", says)


def u_curve(mistake, old, new, says, test="test-u-curve-numbers"):
    return WrongAnswer(mistake, "read-u-curve", change(LETTERS, old, new), test, says)


BEHIND = "behind = compute_loss(w - step * direction)"
WRONG_ANSWERS = [
    chain_rule("only the way through z", ONE_WAY, "only the way through z"),
    chain_rule("only the direct way", DIRECT_WAY, "only the direct way"),
    chain_rule("slopes of a product not swapped", NOT_SWAPPED, "a product swaps"),
    softmax("y - p", SIGN_OF_LOGITS, "The sign is wrong"),
    softmax("no mean over the cases", NO_MEAN, "was not averaged"),
    softmax("the mean taken twice", TWICE_ON_PAPER, "averaged twice"),
    softmax("mean to the bias", BIAS_MEAN, "averaged twice", "test-softmax-bias"),
    prelu(
        "g forgotten",
        "g * np.where(x > 0, 1",
        "np.where(x > 0, 1",
        "g, was forgotten",
        "test-prelu-input",
    ),
    prelu("a plain ReLU", "1, slope)", "1, 0)", "a plain ReLU", "test-prelu-input"),
    prelu(
        "sign of g for that of x",
        "np.where(x > 0, 1",
        "np.where(g > 0, 1",
        "not of g",
        "test-prelu-input",
    ),
    prelu("mean over the batch", "0, 1, 2))", "0, 1, 2)) / len(x)", "batch axis was averaged"),
    prelu("mean over all uses", ".sum(", ".mean(", "width were averaged"),
    prelu("sum over the channels, too", ".sum(axis=(0, 1, 2))", ".sum()", "channels were added"),
    prelu("sum over the batch only", "axis=(0, 1, 2)", "axis=0", "axes of .* does one slope serve"),
    WrongAnswer(
        "slopes of the visible test",
        "prelu-backward",
        HARD_CODED_PRELU,
        "test-prelu-input",
        "With other numbers, shapes and slopes",
    ),
    network("y - p", "(scratch.sigmoid(z) - y)", "(y - scratch.sigmoid(z))", "sign is wrong"),
    network(
        "kernels averaged over the batch",
        "h.T @ of_z",
        "h.T @ of_z / len(x)",
        "W2: the batch axis was averaged twice",
    ),
    network(
        "mean to the bias",
        "of_z.sum(axis=0)",
        "of_z.mean(axis=0)",
        "b2: the batch axis was averaged twice",
    ),
    network("mean over the cases only", "/ z.size", "/ len(x)", "number of questions"),
    network("no mean", " / z.size", "", "a mean, not a sum"),
    network("ReLU ignored on the way back", " * (u > 0)", "", "W1 .* the ReLU's"),
    network("kernel untransposed", "x.T @ of_u", "(x.T @ of_u).T", "shape of W1"),
    u_curve(
        "float32 taken for a mistake",
        '"C"\nfloat32_pass = "A"',
        '"A"\nfloat32_pass = "C"',
        "A has a valley",
        "test-u-curve-letters",
    ),
    u_curve("the step for its exponent", "-5", "1e-5", "not the step"),
    u_curve("the smallest step", "-5", "-12", "smallest step is not the best"),
    u_curve("the best step of float32", "-5", "-2", "best step in float32"),
    u_curve("the ratio for the batch size", "= 5", "= 0.2", "a ratio, not a number of cases"),
    lion("uphill", change(LION, "w - eta", "w + eta"), "against the gradient"),
    lion("no sign taken", change(LION, "np.sign(c)", "c"), "take the sign"),
    lion(
        "betas swapped",
        change(LION, "c = beta_1 * mu + (1 - beta_1)", "c = beta_2 * mu + (1 - beta_2)"),
        "betas were swapped",
    ),
    lion("memory updated first", EARLY_MEMORY, "updated too early"),
    lion("weights changed in place", IN_PLACE, "`w` was changed in place"),
    lion(
        "L2 instead of decay",
        change(LION, "    c =", "    g = g + decay * w\n    c =").replace(
            "np.sign(c) + decay * w", "np.sign(c)"
        ),
        "through the sign",
    ),
    direction("divided by h", change(DIRECTION, "(2 * step)", "step"), "2 h apart"),
    direction(
        "one-sided",
        change(DIRECTION, BEHIND, "behind = compute_loss(w)").replace("(2 * step)", "step"),
        "one-sided",
    ),
    direction("not summed", change(DIRECTION, ".sum()", ""), "single numbers"),
    direction("values of the visible test", HARD_CODED_DIRECTION, "analytic slope is not"),
]
