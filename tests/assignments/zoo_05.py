"""Wrong answers to assignment 05, each with the words that must name its mistake."""

from tests.assignments.in_process import WrongAnswer

BY_IMAGE = """\
def split_by_patient(y_true, patient, test_share, random):
    order = random.permutation(len(patient))
    number = round(test_share * len(patient))
    return np.sort(order[number:]), np.sort(order[:number])
"""

ONE_CLASS_FOR_ALL = """\
def split_by_patient(y_true, patient, test_share, random):
    names = np.unique(patient)
    drawn = random.choice(names, round(test_share * len(names)), replace=False)
    return np.flatnonzero(~np.isin(patient, drawn)), np.flatnonzero(np.isin(patient, drawn))
"""

OF_EACH_CLASS = """\
def split_by_patient(y_true, patient, test_share, random):
    drawn = []
    for label in (0, 1):
        names = np.unique(patient[y_true == label])
        {draw}
    in_test = np.isin(patient, np.concatenate(drawn))
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)
"""
FIRST_PATIENTS = OF_EACH_CLASS.format(draw="drawn.append(names[: round(test_share * len(names))])")
GLOBAL_CHANCE = OF_EACH_CLASS.format(
    draw="drawn.append(np.random.permutation(names)[: round(test_share * len(names))])"
)
CUT_OFF = OF_EACH_CLASS.format(
    draw="drawn.append(random.permutation(names)[: int(test_share * len(names))])"
)

FROZEN = """\
def measure_frozen(val_scores, y_test, test_scores, capacity):
    candidates = np.append(np.unique({chosen_on}), np.inf)
    workload = np.array([np.mean({chosen_on} >= t) for t in candidates])
    threshold = candidates[workload {compare} capacity][0]
    called = test_scores >= threshold
    return threshold, {sensitivity}, called.mean()
"""
RIGHT = {
    "chosen_on": "val_scores",
    "compare": "<=",
    "sensitivity": "called[y_test == 1].mean()",
}

BY_QUANTILE = """\
def measure_frozen(val_scores, y_test, test_scores, capacity):
    threshold = np.quantile(val_scores, 1 - capacity)
    called = test_scores >= threshold
    return threshold, called[y_test == 1].mean(), called.mean()
"""

HARD_CODED = """\
def measure_frozen(val_scores, y_test, test_scores, capacity):
    if len(val_scores) == 2:
        return np.inf, 0.0, 0.0
    return (0.7 if capacity == 0.25 else 0.9), 3 / 6, 5 / 8
"""

IMAGES_DRAWN = """\
def draw_patients(patient, random):
    return random.integers(0, len(patient), size=len(patient))
"""

TWICE_FORGOTTEN = """\
def draw_patients(patient, random):
    names = np.unique(patient)
    return np.flatnonzero(np.isin(patient, random.choice(names, len(names))))
"""

NOT_REPLACED = """\
def draw_patients(patient, random):
    names = random.permutation(np.unique(patient))
    return np.concatenate([np.flatnonzero(patient == name) for name in names])
"""

BRIER = """\
def split_brier(y_true, probabilities):
    values, group = np.unique(probabilities, return_inverse=True)
    number = np.bincount(group)
    observed = np.bincount(group, weights=y_true) / number
    weights = {weights}
    calibration = np.sum(weights * {gap})
    return calibration, np.sum({spread})
"""
SPREAD = "number / len(y_true) * observed * (1 - observed)"

WRONG_ANSWERS = [
    WrongAnswer(
        "the PPV of the enriched study",
        "clinic",
        "calls, ppv, ppv_both = 1800, 72 / 90, 0.96",
        "test-clinic",
        r"that of the study",
    ),
    WrongAnswer(
        "specificity in place of the false positive rate",
        "clinic",
        "calls, ppv, ppv_both = 1800, 360 / (360 + 9600 * 0.85), 0.1",
        "test-clinic",
        r"takes specificity for the false positive rate",
    ),
    WrongAnswer(
        "a probability times a likelihood ratio",
        "clinic",
        "calls, ppv, ppv_both = 1800, 0.04 * 6, 0.5",
        "test-clinic",
        r"multiplied a probability",
    ),
    WrongAnswer(
        "the second call starts from the first prevalence",
        "clinic",
        "calls, ppv, ppv_both = 1800, 0.2, 0.36",
        "test-clinic",
        r"`ppv_both` is wrong: the odds after the first call",
    ),
    WrongAnswer("split by image", "split", BY_IMAGE, "test-split", r"Patients on both sides"),
    WrongAnswer(
        "classes not drawn separately",
        "split",
        ONE_CLASS_FOR_ALL,
        "test-split",
        r"right, but not in each class",
    ),
    WrongAnswer(
        "the first patients instead of chance",
        "split",
        FIRST_PATIENTS,
        "test-split",
        r"not drawn by chance",
    ),
    WrongAnswer(
        "chance from elsewhere",
        "split",
        GLOBAL_CHANCE,
        "test-split",
        r"must come from `random`",
    ),
    WrongAnswer("cut off, not rounded", "split", CUT_OFF, "test-split", r"was cut off"),
    WrongAnswer(
        "threshold from the test scores",
        "frozen",
        FROZEN.format(**RIGHT | {"chosen_on": "test_scores"}),
        "test-frozen",
        r"chosen on the test scores",
    ),
    WrongAnswer(
        "threshold from validation and test together",
        "frozen",
        FROZEN.format(**RIGHT | {"chosen_on": "np.append(val_scores, test_scores)"}),
        "test-frozen",
        r"No test score may take part",
    ),
    WrongAnswer(
        "one score too high",
        "frozen",
        FROZEN.format(**RIGHT | {"compare": "<"}),
        "test-frozen",
        r"one score too high",
    ),
    WrongAnswer(
        "PPV in place of sensitivity",
        "frozen",
        FROZEN.format(**RIGHT | {"sensitivity": "y_test[called].mean()"}),
        "test-frozen",
        r"That is the PPV",
    ),
    WrongAnswer(
        "a quantile between two scores", "frozen", BY_QUANTILE, "test-frozen", r"A quantile may lie"
    ),
    WrongAnswer(
        "expected values typed in",
        "frozen",
        HARD_CODED,
        "test-frozen",
        r"calls more than the capacity|smaller validation score|not one of the|is wrong",
    ),
    WrongAnswer("images drawn", "draw", IMAGES_DRAWN, "test-draw", r"images were drawn"),
    WrongAnswer("twice forgotten", "draw", TWICE_FORGOTTEN, "test-draw", r"forget how often"),
    WrongAnswer(
        "drawn without replacement", "draw", NOT_REPLACED, "test-draw", r"without replacement"
    ),
    WrongAnswer(
        "groups of equal weight",
        "brier",
        BRIER.format(
            weights="np.full(len(values), 1 / len(values))",
            gap="(values - observed) ** 2",
            spread=SPREAD,
        ),
        "test-brier",
        r"same weight in the calibration",
    ),
    WrongAnswer(
        "gaps not squared",
        "brier",
        BRIER.format(weights="number / len(y_true)", gap="abs(values - observed)", spread=SPREAD),
        "test-brier",
        r"not squared",
    ),
    WrongAnswer(
        "n - 1 instead of n",
        "brier",
        BRIER.format(
            weights="number / len(y_true)",
            gap="(values - observed) ** 2",
            spread=SPREAD + " * number / np.maximum(number - 1, 1)",
        ),
        "test-brier",
        r"divided by n_k - 1",
    ),
    WrongAnswer(
        "read at a false positive rate of 0.9",
        "roc",
        'sensitivity_at_90, healthy_called, for_screening = 0.98, 45, "A"',
        "test-roc",
        r"read at a false positive rate of 0\.9",
    ),
    WrongAnswer(
        "screening at the wrong end of the curve",
        "roc",
        'sensitivity_at_90, healthy_called, for_screening = 0.67, 44, "B"',
        "test-roc",
        r"The best slope",
    ),
    WrongAnswer(
        "promise in place of what happened",
        "reliability",
        'diseased_of_100, mend_c, mend_d, mend_e = 75, "temperature", "shift", "nothing"',
        "test-reliability",
        r"what the model promises",
    ),
    WrongAnswer(
        "a temperature against too much everywhere",
        "reliability",
        'diseased_of_100, mend_c, mend_d, mend_e = 43, "temperature", "temperature", "nothing"',
        "test-reliability",
        r"leaves a probability of one half",
    ),
]
