"""Wrong answers to assignment 01 that students give, each with the words that must name it."""

from tests.assignments.in_process import WrongAnswer

DOSE = """
relative_noise = {noise}
photons_for_one_percent = {photons}
detectability = {detectability}
dose_factor = {factor}
"""
RIGHT_DOSE = {"noise": 1 / 30, "photons": 10_000, "detectability": 1.2, "factor": 9}

TO_BYTES = """
def to_bytes(stored, slope, intercept, level, width):
    hounsfield = slope * stored.astype("float64") + intercept
    share = (hounsfield - level) / width + 0.5
    return {answer}
"""

STANDARDISE = """
def standardise(x_train, x_new):
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    {change}
    return (x_train - mean) / spread, (x_new - mean) / spread
"""

IDEAL = """
def ideal_neuron(s, K, prevalence):
    weights = {weights}.reshape(s.shape)
    half = np.sum(weights * s) / 2
    return weights, {bias}
"""
SOLVED = "np.linalg.solve(K, s.ravel())"

STEP = """
def take_step(weights, bias, images, labels, rate):
    error = expit(np.tensordot(images, weights, axes=3) + bias) - labels
    {slope}
    return weights - rate * slope, bias - rate * slope_of_bias
"""

WRONG_ANSWERS = [
    WrongAnswer(
        "noise in photons, not as a share",
        "dose",
        DOSE.format(**RIGHT_DOSE | {"noise": 30}),
        "test-dose-noise",
        "divide the standard deviation by the mean",
    ),
    WrongAnswer(
        "noise in proportion to one over the dose",
        "dose",
        DOSE.format(**RIGHT_DOSE | {"photons": 3000}),
        "test-dose-noise",
        "not fall in proportion to the dose",
    ),
    WrongAnswer(
        "the lesion's pixels added up",
        "dose",
        DOSE.format(**RIGHT_DOSE | {"detectability": 16 * 9 / 30}),
        "test-dose-detectability",
        "added up the pixels",
    ),
    WrongAnswer(
        "three times the dose for three times d'",
        "dose",
        DOSE.format(**RIGHT_DOSE | {"factor": 3}),
        "test-dose-factor",
        "does not grow in proportion",
    ),
    WrongAnswer(
        "grey values truncated",
        "to-bytes",
        TO_BYTES.format(answer="(255 * np.clip(share, 0, 1)).astype('uint8')"),
        "test-to-bytes-window",
        "not rounded to the nearest",
    ),
    WrongAnswer(
        "not clipped, so bytes wrap around",
        "to-bytes",
        TO_BYTES.format(answer="np.rint(255 * share).astype('int64').astype('uint8')"),
        "test-to-bytes-window",
        "wrapped around or were not cut off",
    ),
    WrongAnswer(
        "a whole width to each side of the level",
        "to-bytes",
        TO_BYTES.format(
            answer="np.rint(255 * np.clip(share / 2 + 0.25, 0, 1)).astype('uint8')",
        ),
        "test-to-bytes-window",
        "not a whole width to each side",
    ),
    WrongAnswer(
        "the expected values of the visible tests, typed in",
        "to-bytes",
        """
def to_bytes(stored, slope, intercept, level, width):
    if stored.dtype == "int16":
        return np.array([[0, 78, 113], [149, 248, 255]], "uint8")
    return np.array([[0, 128, 255], [0, 89, 191]], "uint8")
""",
        "test-to-bytes-window",
        r"The shape must stay \(7, 4\)",
    ),
    WrongAnswer(
        "arithmetic in the file's own bytes",
        "to-bytes",
        """
def to_bytes(stored, slope, intercept, level, width):
    hounsfield = slope * stored + intercept
    return np.rint(255 * np.clip((hounsfield - level) / width + 0.5, 0, 1)).astype("uint8")
""",
        "test-to-bytes-types",
        "eight bits cannot hold",
    ),
    WrongAnswer(
        "the slope's product wraps around before it becomes a float",
        "to-bytes",
        """
def to_bytes(stored, slope, intercept, level, width):
    hounsfield = slope * stored + float(intercept)
    return np.rint(255 * np.clip((hounsfield - level) / width + 0.5, 0, 1)).astype("uint8")
""",
        "test-to-bytes-types",
        "starts again at 0",
    ),
    WrongAnswer(
        "predictive value for sensitivity",
        "reading",
        "sensitivity, specificity, auc = 3 / 4, 5 / 6, 0.85",
        "test-reading-sensitivity",
        "divided by all who are called sick",
    ),
    WrongAnswer(
        "label 1 taken for healthy",
        "reading",
        "sensitivity, specificity, auc = 5 / 6, 3 / 5, 0.85",
        "test-reading-specificity",
        "exchanged: disease is label 1",
    ),
    WrongAnswer(
        "a tie counted as right",
        "reading",
        "sensitivity, specificity, auc = 3 / 5, 5 / 6, 26 / 30",
        "test-reading-auc",
        "equal scores as right",
    ),
    WrongAnswer(
        "new patients with their own mean and spread",
        "standardise",
        """
def standardise(x_train, x_new):
    return tuple((x - x.mean(axis=0)) / x.std(axis=0) for x in (x_train, x_new))
""",
        "test-standardise-training",
        "with their own mean and spread",
    ),
    WrongAnswer(
        "mean of training and new patients together",
        "standardise",
        STANDARDISE.format(
            change="both = np.concatenate([x_train, x_new]); "
            "mean, spread = both.mean(axis=0), both.std(axis=0)"
        ),
        "test-standardise-training",
        "got into the mean of the training patients",
    ),
    WrongAnswer(
        "n - 1 instead of n",
        "standardise",
        STANDARDISE.format(change="spread = x_train.std(axis=0, ddof=1)"),
        "test-standardise-training",
        "divided by n - 1",
    ),
    WrongAnswer(
        "wrong axis",
        "standardise",
        """
def standardise(x_train, x_new):
    return tuple(
        (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        for x in (x_train, x_new)
    )
""",
        "test-standardise-training",
        "Wrong axis",
    ),
    WrongAnswer(
        "a spread of 0",
        "standardise",
        STANDARDISE.format(change="pass"),
        "test-standardise-constant",
        "divided by its spread of 0",
    ),
    WrongAnswer(
        "a spread of 0 replaced by 1, so new patients keep a difference",
        "standardise",
        STANDARDISE.format(change="spread = np.where(spread == 0, 1, spread)"),
        "test-standardise-constant",
        "must become 0 for new ones, too",
    ),
    WrongAnswer(
        "ReLU before the bias",
        "two-layers",
        "with_bend, without_bend, num_parameters, one_weights, one_bias = 10, 1, 13, [7, 4], 2",
        "test-two-layers-answers",
        "ReLU came before the bias",
    ),
    WrongAnswer(
        "hidden biases lost on the way to one neuron",
        "two-layers",
        "with_bend, without_bend, num_parameters, one_weights, one_bias = 9, 1, 13, [7, 4], 3",
        "test-two-layers-one",
        "biases reach the answer, too",
    ),
    WrongAnswer(
        "the lesion itself as weights in correlated noise",
        "ideal-neuron",
        IDEAL.format(weights="s.ravel()", bias="-half + np.log(prevalence / (1 - prevalence))"),
        "test-ideal-neuron-weights",
        "weights are the lesion itself",
    ),
    WrongAnswer(
        "K times the lesion",
        "ideal-neuron",
        IDEAL.format(weights="(K @ s.ravel())", bias="-half + np.log(prevalence)"),
        "test-ideal-neuron-weights",
        "multiplied by K",
    ),
    WrongAnswer(
        "sign of the bias",
        "ideal-neuron",
        IDEAL.format(weights=SOLVED, bias="half + np.log(prevalence / (1 - prevalence))"),
        "test-ideal-neuron-bias",
        "sign of the bias",
    ),
    WrongAnswer(
        "odds upside down",
        "ideal-neuron",
        IDEAL.format(weights=SOLVED, bias="-half + np.log((1 - prevalence) / prevalence)"),
        "test-ideal-neuron-bias",
        "odds are upside down",
    ),
    WrongAnswer(
        "prevalence left out",
        "ideal-neuron",
        IDEAL.format(weights=SOLVED, bias="-half"),
        "test-ideal-neuron-bias",
        "prevalence is missing",
    ),
    WrongAnswer(
        "uphill",
        "take-step",
        STEP.format(
            slope="error = -error; slope = np.tensordot(error, images, axes=1) / len(images); "
            "slope_of_bias = error.mean()"
        ),
        "test-take-step",
        "Weights: The step went uphill",
    ),
    WrongAnswer(
        "batch axis averaged twice",
        "take-step",
        STEP.format(
            slope="error = error / len(images); "
            "slope = np.mean(error[:, None, None, None] * images, axis=0); "
            "slope_of_bias = error.sum()"
        ),
        "test-take-step",
        "Weights: The batch axis was averaged twice",
    ),
    WrongAnswer(
        "slopes of the batch added up, for the bias only",
        "take-step",
        STEP.format(
            slope="slope = np.tensordot(error, images, axes=1) / len(images); "
            "slope_of_bias = error.sum()"
        ),
        "test-take-step",
        "Bias: The slopes were added up",
    ),
    WrongAnswer(
        "mean over all axes",
        "take-step",
        STEP.format(
            slope="slope = np.mean(error[:, None, None, None] * images); "
            "slope_of_bias = error.mean()"
        ),
        "test-take-step",
        "All weights moved alike",
    ),
    WrongAnswer(
        "the sigmoid forgotten",
        "take-step",
        STEP.format(
            slope="error = np.tensordot(images, weights, axes=3) + bias - labels; "
            "slope = np.tensordot(error, images, axes=1) / len(images); "
            "slope_of_bias = error.mean()"
        ),
        "test-take-step",
        "sigmoid is missing",
    ),
]
