"""Wrong answers to assignment 04, each as a student might give it."""

from tests.assignments.in_process import WrongAnswer

WRAP = """
def wrap_for_use(network, task, v_min, v_max):
    span = v_max - v_min
    return keras.Sequential(
        [
            keras.Input(network.input_shape[1:]),
            keras.layers.Rescaling({scaling}),
            network,
            keras.layers.Activation({activation}),
        ]
    )
"""
SCALING = "1 / span, offset=-v_min / span"
ACTIVATION = '"softmax" if task == "multi-class" else "sigmoid"'


def wrap(scaling=SCALING, activation=ACTIVATION):
    return WRAP.format(scaling=scaling, activation=activation)


STOPPING = """
def train_with_patience(network, run_epoch, measure_val_loss, most_epochs, patience):
    losses, best = [], 0
    for epoch in range(most_epochs):
        run_epoch()
        losses.append(measure_val_loss())
        if {improved}:
            best, kept = epoch, {kept}
        elif {ended}:
            break
    network.set_weights({restored})
    return losses
"""


def stop(
    improved="losses[-1] < min(losses[:-1], default=math.inf)",
    ended="epoch - best >= patience",
    kept="network.get_weights()",
    restored="kept",
):
    return STOPPING.format(improved=improved, ended=ended, kept=kept, restored=restored)


STOPPING_WITHOUT_RESET = """
def train_with_patience(network, run_epoch, measure_val_loss, most_epochs, patience):
    losses, waited = [], 0
    for epoch in range(most_epochs):
        run_epoch()
        losses.append(measure_val_loss())
        if losses[-1] < min(losses[:-1], default=math.inf):
            kept = network.get_weights()
        else:
            waited += 1
        if waited >= patience:
            break
    network.set_weights(kept)
    return losses
"""

ENSEMBLE = """
def combine(z):
    each = softmax(z, axis=-1)
    p = {p}
    winners = p.argmax(axis=1)
    return p, {spread}
"""
WINNING = "each[:, np.arange(len(winners)), winners]"


def combine(p="each.mean(axis=0)", spread=f"{WINNING}.std(axis=0, ddof=1)"):
    return ENSEMBLE.format(p=p, spread=spread)


OCCLUSION = """
def draw_occlusion_map(score, image, size, fill):
    height, width, _ = image.shape
    falls = np.empty((height - size + {places}, width - size + {places}))
    whole = score(image[None])[0]
    {before}
    for i in range(len(falls)):
        for j in range(len(falls[0])):
            {each}
            covered[i : i + size, j : j + size] = {fill}
            falls[i, j] = {fall}
    return falls
"""


def occlude(
    places="1",
    before="",
    each="covered = image.copy()",
    fill="fill",
    fall="whole - score(covered[None])[0]",
):
    return OCCLUSION.format(places=places, before=before, each=each, fill=fill, fall=fall)


BEFORE = "steps = {}\nfirst_loss_classes = math.log(7)\nfirst_loss_labels = {}"
COUNTS = "in_second = {}\nin_dense = {}\nin_dense_averaged = {}"
CURVES = (
    'overfits, softmax_twice, rate_too_small = "{}", "{}", "{}"\nbest_epoch, last_epoch = {}, {}'
)

HARD_CODED_ENSEMBLE = """
def combine(z):
    each = softmax(2 * np.random.default_rng(3).normal(size=(3, 5, 4)), axis=-1)
    return each.mean(axis=0), each.max(axis=2).std(axis=0, ddof=1)
"""

CHANGED_NETWORK = """
def wrap_for_use(network, task, v_min, v_max):
    network.add(keras.layers.Activation("softmax" if task == "multi-class" else "sigmoid"))
    return network
"""

WRONG_ANSWERS = [
    WrongAnswer(
        "the smaller last batch is forgotten",
        "before-training",
        BEFORE.format(12 * 17, "math.log(2)"),
        "test-steps",
        "smaller batch, and that is a step",
    ),
    WrongAnswer(
        "one softmax for labels that do not exclude one another",
        "before-training",
        BEFORE.format(12 * 18, "math.log(7)"),
        "test-first-loss",
        "each has its own sigmoid",
    ),
    WrongAnswer(
        "a kernel for one channel only",
        "parameters",
        COUNTS.format(26 * 16, 0, 0),
        "test-parameters-second",
        "spans all channels",
    ),
    WrongAnswer(
        "an odd row that is rounded up",
        "parameters",
        COUNTS.format(0, 4 * (14 * 20 * 16 + 1), 0),
        "test-parameters-dense",
        "One row too many",
    ),
    WrongAnswer(
        "the network itself gets another layer",
        "wrap",
        CHANGED_NETWORK,
        "test-wrap-scaling",
        "build a new one around it",
    ),
    WrongAnswer(
        "the offset has the wrong sign",
        "wrap",
        wrap(scaling="1 / span, offset=v_min / span"),
        "test-wrap-scaling",
        "offset has the wrong sign",
    ),
    WrongAnswer(
        "the offset is in stored units",
        "wrap",
        wrap(scaling="1 / span, offset=-v_min"),
        "test-wrap-scaling",
        "in scaled units",
    ),
    WrongAnswer(
        "a softmax of one logit",
        "wrap",
        wrap(activation='"sigmoid" if task == "multi-label" else "softmax"'),
        "test-wrap-probabilities",
        "softmax of a single logit is always 1",
    ),
    WrongAnswer(
        "a softmax for several labels",
        "wrap",
        wrap(activation='"sigmoid" if task == "binary" else "softmax"'),
        "test-wrap-probabilities",
        "multi-label: the labels do not exclude",
    ),
    WrongAnswer(
        "stops one epoch too late",
        "early-stopping",
        stop(ended="epoch - best > patience"),
        "test-stopping-epochs",
        "one epoch too late",
    ),
    WrongAnswer(
        "compares with the epoch before",
        "early-stopping",
        stop(improved="epoch == 0 or losses[-1] < losses[-2]"),
        "test-stopping-epochs",
        "patience counts from the best epoch",
    ),
    WrongAnswer(
        "an equal loss is taken for an improvement",
        "early-stopping",
        stop(improved="losses[-1] <= min(losses)"),
        "test-stopping-epochs",
        "An equal loss is no improvement",
    ),
    WrongAnswer(
        "the count is not started afresh",
        "early-stopping",
        STOPPING_WITHOUT_RESET,
        "test-stopping-epochs",
        "start the count afresh",
    ),
    WrongAnswer(
        "the network is remembered, not a copy of its weights",
        "early-stopping",
        stop(kept="network", restored="kept.get_weights()"),
        "test-stopping-weights",
        "weights of the last epoch",
    ),
    WrongAnswer(
        "the lowest training loss chooses",
        "reading-curves",
        CURVES.format("C", "B", "D", 16, 6),
        "test-curves-epochs",
        "lowest \\*training\\* loss",
    ),
    WrongAnswer(
        "early stopping that looks ahead",
        "reading-curves",
        CURVES.format("C", "B", "D", 7, 9),
        "test-curves-epochs",
        "cannot look ahead",
    ),
    WrongAnswer(
        "logits are averaged",
        "ensemble",
        combine(p="softmax(z.mean(axis=0), axis=-1)"),
        "test-ensemble-probabilities",
        "logits were averaged",
    ),
    WrongAnswer(
        "the visible test's numbers are written down",
        "ensemble",
        HARD_CODED_ENSEMBLE,
        "test-ensemble-probabilities",
        "must have shape \\(6, 3\\)",
    ),
    WrongAnswer(
        "divided by n",
        "ensemble",
        combine(spread=f"{WINNING}.std(axis=0)"),
        "test-ensemble-spread",
        "divide by n - 1",
    ),
    WrongAnswer(
        "one place too few",
        "occlusion",
        occlude(places="0"),
        "test-occlusion-patches",
        "One row and one column too few",
    ),
    WrongAnswer(
        "the caller's image is covered",
        "occlusion",
        occlude(each="covered = image"),
        "test-occlusion-patches",
        "caller's image was changed",
    ),
    WrongAnswer(
        "patches stay covered",
        "occlusion",
        occlude(before="covered = image.copy()", each="pass"),
        "test-occlusion-patches",
        "start each patch from a fresh copy",
    ),
    WrongAnswer(
        "the sign is wrong",
        "occlusion",
        occlude(fall="score(covered[None])[0] - whole"),
        "test-occlusion-patches",
        "sign is wrong",
    ),
    WrongAnswer(
        "the patch is scored by itself",
        "occlusion",
        occlude(
            each="covered = image.copy(); only = np.zeros_like(image)",
            fill="fill; only[i : i + size, j : j + size] = image[i : i + size, j : j + size]",
            fall="score(only[None])[0]",
        ),
        "test-occlusion-score",
        "scored by itself",
    ),
]
