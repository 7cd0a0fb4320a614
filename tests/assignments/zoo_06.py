"""Wrong answers to assignment 06 that students give, each with the words that must name it."""

from tests.assignments.in_process import WrongAnswer

SEEDS = """
mean_difference, half_width = 0.1, {width}
verdicts = {verdicts}
"""
RIGHT_SEEDS = {
    "width": 0.0393,
    "verdicts": ["not shown", "held", "contradicted", "contradicted"],
}

PAIRS = """
def judge_pairs(first, second, above=-np.inf, below=np.inf):
    {differences}
    n = len(differences)
    if n < 2:
        return "not shown", n
    half_width = {width}
    low, high = differences.mean() - half_width, differences.mean() + half_width
    if low > above and high < below:
        return "held", n
    if {contradicted}:
        return "contradicted", n
    return "not shown", n
"""
RIGHT_PAIRS = {
    "differences": "differences = (second - first)[~np.isnan(second - first)]",
    "width": "stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n)",
    "contradicted": "high < above or low > below",
}

READING = """
more_images, other_network, look_for_leak = {letters}
times_as_many, bug, avoidable = 32, {bug!r}, 0.2
"""
RIGHT_READING = {"letters": ("B", "C", "A"), "bug": "P"}

RATES = """
new_rate, w_after_three = 0.01, {w}
steps_descent, steps_momentum, num_steps = 280, 31, {steps}
"""
RIGHT_RATES = {"w": 0.15, "steps": 160}

ADAMAX = """
def adamax_step(w, g, state, rate, decay=0.0, kind="decoupled"):
    steps, mu, u = state
    steps += 1
    plain = g
    if kind == "L2":
        g = g + {penalty}
    mu = 0.9 * mu + 0.1 * g
    u = {largest}
    new_w = w - rate / {correction} * mu / (u + 1e-7)
    if kind == "decoupled":
        new_w = new_w - {loss}
    return new_w, (steps, mu, u)
"""
RIGHT_ADAMAX = {
    "penalty": "decay * w",
    "largest": "np.maximum(0.999 * u, np.abs(g))",
    "correction": "(1 - 0.9**steps)",
    "loss": "rate * decay * w",
}

DICE = """
def dice_report(truth, marked):
    common = (truth & marked).sum(axis=(1, 2))
    both = truth.sum(axis=(1, 2)) + marked.sum(axis=(1, 2))
    dice = {dice}
    ill = {ill}
    with_lesion = dice[ill].mean() if ill.any() else np.nan
    left_clean = dice[~ill].mean() if not ill.all() else np.nan
    return dice.mean(), with_lesion, left_clean
"""
RIGHT_DICE = {
    "dice": "np.where(both == 0, 1.0, 2 * common / np.maximum(both, 1))",
    "ill": "truth.any(axis=(1, 2))",
}

AUGMENT = """
def augment(images, masks, ways, random):
    new_images, new_masks = images.copy(), masks.copy()
    {draw}
    for number, way in enumerate(drawn):
        {change}
    return new_images, new_masks
"""
RIGHT_AUGMENT = {
    "draw": "drawn = random.choice(ways, size=len(images))",
    "change": "for new in (new_images, new_masks): new[number] = "
    "np.rot90(new[number][:, ::-1] if way >= 4 else new[number], way % 4).copy()",
}


WRONG_ANSWERS = [
    WrongAnswer(
        "n instead of n - 1",
        "five-seeds",
        SEEDS.format(**RIGHT_SEEDS | {"width": 2.776 * (0.0008 / 5) ** 0.5}),
        "test-five-seeds-width",
        "divided by n: it takes n - 1",
    ),
    WrongAnswer(
        "a verdict from the mean",
        "five-seeds",
        SEEDS.format(**RIGHT_SEEDS | {"verdicts": ["held", "held", "contradicted", "not shown"]}),
        "test-five-seeds-verdicts",
        r"the \*whole\* interval must be",
    ),
    WrongAnswer(
        "first less second",
        "judge-pairs",
        PAIRS.format(**RIGHT_PAIRS | {"differences": "differences = first - second"}),
        "test-judge-pairs-interval",
        "The sign of the differences",
    ),
    WrongAnswer(
        "normal quantile for few seeds",
        "judge-pairs",
        PAIRS.format(**RIGHT_PAIRS | {"width": "1.96 * differences.std(ddof=1) / np.sqrt(n)"}),
        "test-judge-pairs-interval",
        "1.96 is for very many seeds",
    ),
    WrongAnswer(
        "n degrees of freedom",
        "judge-pairs",
        PAIRS.format(
            **RIGHT_PAIRS
            | {"width": "stats.t.ppf(0.975, n) * differences.std(ddof=1) / np.sqrt(n)"}
        ),
        "test-judge-pairs-interval",
        "Two pairs have one degree of freedom",
    ),
    WrongAnswer(
        "unpaired seeds",
        "judge-pairs",
        PAIRS.format(
            **RIGHT_PAIRS
            | {"width": "stats.t.ppf(0.975, n - 1) * np.hypot(stats.sem(first), stats.sem(second))"}
        ),
        "test-judge-pairs-interval",
        "The pairs were lost",
    ),
    WrongAnswer(
        "whatever does not hold is contradicted",
        "judge-pairs",
        PAIRS.format(**RIGHT_PAIRS | {"contradicted": "True"}),
        "test-judge-pairs-interval",
        "no proof of the contrary",
    ),
    WrongAnswer(
        "the expected verdicts of the visible tests, typed in",
        "judge-pairs",
        """
def judge_pairs(first, second, above=-np.inf, below=np.inf):
    inside = -0.067 if len(first) == 2 else 0.0445, 0.0855
    inside = (0.0994, 0.101) if first[0] == 0.5 else inside
    if above < inside[0] and inside[1] < below:
        return "held", len(first)
    outside = inside[1] < above or inside[0] > below
    return "contradicted" if outside else "not shown", len(first)
""",
        "test-judge-pairs-interval",
        "Wrong for 2 other seeds",
    ),
    WrongAnswer(
        "diverged runs dropped from each network apart",
        "judge-pairs",
        PAIRS.format(
            **RIGHT_PAIRS
            | {
                "differences": "differences = second[second == second][: len(first[first == "
                "first])] - first[first == first][: len(second[second == second])]"
            }
        ),
        "test-judge-pairs-diverged",
        "paired with others",
    ),
    WrongAnswer(
        "the curve at the ideal observer taken for the leak",
        "reading",
        READING.format(**RIGHT_READING | {"letters": ("B", "C", "D")}),
        "test-reading-letters",
        r"coming \*close\* to the ideal",
    ),
    WrongAnswer(
        "overfitting taken for a bug",
        "reading",
        READING.format(**RIGHT_READING | {"bug": "R"}),
        "test-reading-losses",
        "This one overfits",
    ),
    WrongAnswer(
        "velocity updated after the weight",
        "rates",
        RATES.format(**RIGHT_RATES | {"w": 0.5}),
        "test-rates-momentum",
        "moved by the old velocity",
    ),
    WrongAnswer(
        "last batch of each epoch dropped",
        "rates",
        RATES.format(**RIGHT_RATES | {"steps": 155}),
        "test-rates-steps",
        "it is a step, too",
    ),
    WrongAnswer(
        "bias correction missing",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"correction": "1"}),
        "test-adamax-plain",
        r"correction 1 / \(1 - beta_1\^t\) is missing",
    ),
    WrongAnswer(
        "largest gradient with its sign",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"largest": "np.maximum(0.999 * u, g)"}),
        "test-adamax-plain",
        "Take the absolute value",
    ),
    WrongAnswer(
        "decay without the learning rate",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"loss": "decay * w"}),
        "test-adamax-decay",
        "The learning rate is missing",
    ),
    WrongAnswer(
        "decay of the weight after the step",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"loss": "rate * decay * new_w"}),
        "test-adamax-decay",
        "weight from before the step",
    ),
    WrongAnswer(
        "Keras's factor 2 in the penalty",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"penalty": "2 * decay * w"}),
        "test-adamax-decay",
        "L2: The factor 2",
    ),
    WrongAnswer(
        "penalty in the mean only",
        "adamax",
        ADAMAX.format(**RIGHT_ADAMAX | {"largest": "np.maximum(0.999 * u, np.abs(plain))"}),
        "test-adamax-decay",
        "must get into u as well",
    ),
    WrongAnswer(
        "two empty masks count 0",
        "dice-report",
        DICE.format(**RIGHT_DICE | {"dice": "2 * common / np.maximum(both, 1)"}),
        "test-dice-all",
        "Two empty masks counted as 0",
    ),
    WrongAnswer(
        "images with a mark taken for images with a lesion",
        "dice-report",
        DICE.format(**RIGHT_DICE | {"ill": "marked.any(axis=(1, 2))"}),
        "test-dice-groups",
        "A lesion that was missed counts, too",
    ),
    WrongAnswer(
        "mirrored ways forgotten",
        "ways",
        "ways_of_bar, ways_of_drop = [0, 2], [0]",
        "test-ways",
        "a way is missing",
    ),
    WrongAnswer(
        "one way for the whole batch",
        "augment",
        AUGMENT.format(
            **RIGHT_AUGMENT | {"draw": "drawn = np.full(len(images), random.choice(ways))"}
        ),
        "test-augment-images",
        "All images went the same way",
    ),
    WrongAnswer(
        "clockwise",
        "augment",
        AUGMENT.format(
            **RIGHT_AUGMENT | {"change": RIGHT_AUGMENT["change"].replace("way %", "-way %")}
        ),
        "test-augment-images",
        "clockwise: turn anticlockwise",
    ),
    WrongAnswer(
        "masks drawn anew",
        "augment",
        AUGMENT.format(
            **RIGHT_AUGMENT
            | {
                "change": "new_images[number] = np.rot90(images[number][:, ::-1] if way >= 4 "
                "else images[number], way % 4); way = random.choice(ways); "
                "new_masks[number] = np.rot90(masks[number][:, ::-1] if way >= 4 else "
                "masks[number], way % 4)"
            }
        ),
        "test-augment-masks",
        "The masks went other ways",
    ),
]
