"""Simulated studies whose truth is known: does each interval of the course hold it?

A builder of studies returns a description, the true value by the name of each interval, and a
function that draws one study and returns the limits by the same names (of a slow interval not in
every study). Scores are normal with standard deviation 1 in both classes and means d' apart: their
true AUC is Phi(d' / sqrt 2).
"""

import functools
import itertools
import math
import warnings

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtr, ndtri

from helpers import evaluation
from helpers.observers import auc_from_detectability

IMAGES_PER_PATIENT = 4
CORRELATION = 0.8  # of two images of a patient
NUM_RESAMPLES = 1000
ONE_IN = 10  # of so many comparisons one is bootstrapped, which takes a hundred times as long
PREVALENCE = 0.05  # of the clinic; that of the test set is another
SPREAD_OF_LOG_ODDS = 1.5


def measure_coverage(family, num_studies):
    """Count in how many simulated studies each interval of a family held the truth.

    Parameters
    ----------
    family : str
        A name in `FAMILIES`.
    num_studies : int
        Of each setting; of comparisons every tenth is bootstrapped.

    Returns
    -------
    dict
        `rows`: a list of dict with `setting`, `interval`, `covered` and `studies`. A study that
        shows no interval did not hold the truth.
    """
    build, settings = FAMILIES[family]
    generator = np.random.default_rng(list(FAMILIES).index(family))
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single studies: separated scores, empty cells
        for numbers in settings:
            setting, truth, draw = build(generator, *numbers)
            held = {name: [] for name in truth}
            for _ in range(num_studies):
                for name, (low, high) in draw().items():
                    held[name].append(bool(low <= truth[name] <= high))
            rows += [
                {"setting": setting, "interval": name, "covered": sum(of), "studies": len(of)}
                for name, of in held.items()
            ]
    return {"rows": rows}


def wald_interval(successes, trials):
    """Compute the textbook's interval of a proportion, which the course warns of.

    >>> wald_interval(10, 10)
    (1.0, 1.0)
    """
    share = successes / trials
    half = float(ndtri(0.975)) * math.sqrt(share * (1 - share) / trials)
    return share - half, share + half


def build_proportion(generator, share, trials):
    """Build studies of one share of some cases."""
    intervals = {
        "Wald (textbook)": wald_interval,
        "Wilson": evaluation.wilson_interval,
        "Clopper-Pearson": evaluation.clopper_pearson_interval,
    }
    limits = {
        name: [interval(successes, trials) for successes in range(trials + 1)]
        for name, interval in intervals.items()
    }

    def draw():
        successes = generator.binomial(trials, share)
        return {name: column[successes] for name, column in limits.items()}

    return f"p = {share:g}, n = {trials}", dict.fromkeys(limits, share), draw


def build_rates(generator, share, positives, negatives):
    """Build studies of an operating point: rates that are no share of a fixed number of cases."""
    ppv, npv = evaluation.predictive_values(share, share, PREVALENCE)
    enriched = positives / (positives + negatives)
    truth = {
        "balanced accuracy": share,
        "LR+": share / (1 - share),
        "LR-": (1 - share) / share,
        "PPV of the test set, Wilson": evaluation.predictive_values(share, share, enriched)[0],
        f"PPV at {PREVALENCE:.0%}, logit": ppv,
        f"NPV at {PREVALENCE:.0%}, logit": npv,
    }

    @functools.cache
    def limits(tp, fp):
        confusion = evaluation.Confusion(negatives - fp, fp, positives - tp, tp)
        rates = evaluation.compute_rates(confusion)
        estimates = [rates[name] for name in ("balanced accuracy", "LR+", "LR-", "PPV")]
        estimates += evaluation.predictive_value_intervals(confusion, PREVALENCE)
        return {name: found[1:] for name, found in zip(truth, estimates, strict=True)}

    def draw():
        return limits(*generator.binomial([positives, negatives], [share, 1 - share]).tolist())

    setting = f"sensitivity = specificity = {share:.3f}, {positives} / {negatives} cases"
    return setting, truth, draw


def build_area(generator, distance, positives, negatives):
    """Build studies of one AUC."""
    auc = auc_from_detectability(distance)
    names = ("DeLong, plain (textbook)", "DeLong, plain with bound", "DeLong, logit with bound")

    def draw():
        labels, scores = _draw_scores(generator, distance, positives, negatives)
        plain = evaluation.delong_interval(labels, scores, method="plain")
        logit = evaluation.delong_interval(labels, scores)
        separated = plain.value in (0, 1)  # where DeLong's own interval has no width
        textbook = (plain.value, plain.value) if separated else plain[1:]
        return dict(zip(names, (textbook, plain[1:], logit[1:]), strict=True))

    setting = f"d' = {distance:g} (AUC {auc:.3f}), {positives} / {negatives} cases"
    return setting, dict.fromkeys(names, auc), draw


def build_separation(generator, auc, positives, negatives, all_alike):
    """Build studies of the bound after a separation, which is wrong in at most 5 % of them all.

    Worst are negative cases that all score alike: then a pair is in order if its positive case is.
    """
    name, distance = "separation bound", math.sqrt(2) * ndtri(auc)
    bound = evaluation.separation_bound(positives, negatives)

    def draw():
        labels, scores = _draw_scores(generator, distance, positives, negatives)
        if all_alike:
            scores = np.where(generator.random(len(labels)) < auc, 1, -1) * labels
        separated = evaluation.compute_auc(labels, scores) == 1
        return {name: (bound if separated else 0.0, 1.0)}  # 0: nothing is claimed

    kind = "negative cases all alike" if all_alike else "normal scores"
    return f"AUC {auc:g}, {positives} / {negatives} cases, {kind}", {name: auc}, draw


def build_patients(generator, distance, number):
    """Build studies of images that come in patients, half of them with the disease."""
    truth = auc_from_detectability(distance)
    names = ("bootstrap by patient", "bootstrap by image (naive)", "DeLong, logit (naive)")
    patient = np.repeat(np.arange(number), IMAGES_PER_PATIENT)
    labels = (patient < number // 2).astype(int)

    def draw():
        common = generator.standard_normal(number)[patient]
        own = generator.standard_normal(len(patient))
        scores = math.sqrt(CORRELATION) * common + math.sqrt(1 - CORRELATION) * own
        scores += distance * labels
        auc = evaluation.compute_auc
        limits = [_percentiles(generator, auc, labels, scores, whose) for whose in (patient, None)]
        limits.append(evaluation.delong_interval(labels, scores)[1:])
        return dict(zip(names, limits, strict=True))

    setting = f"AUC {truth:.3f}, {number} patients x {IMAGES_PER_PATIENT} images"
    return setting, dict.fromkeys(names, truth), draw


def build_comparison(generator, distance, efficiency, cases):
    """Build studies of the ideal score and of the same with so much noise that a share is left."""
    paired, ratio = "difference of AUCs, paired DeLong", "efficiency, paired DeLong"
    drawn, studies = "difference of AUCs, paired bootstrap", itertools.count()
    noise = math.sqrt(1 / efficiency - 1)
    gain = np.diff(auc_from_detectability([distance * math.sqrt(efficiency), distance]))[0]

    def draw():
        labels, ideal = _draw_scores(generator, distance, cases, cases)
        model = ideal + noise * generator.standard_normal(2 * cases)
        limits = {
            paired: evaluation.compare_aucs(labels, model, ideal).difference[1:],
            ratio: evaluation.compute_efficiency(labels, model, ideal)[1:],
        }
        if next(studies) % ONE_IN == 0:
            limits[drawn] = _percentiles(generator, _gain, labels, np.stack([model, ideal]))
        return limits

    setting = f"d' = {distance:g}, efficiency {efficiency:g}, {cases} / {cases} cases"
    return setting, {paired: gain, drawn: gain, ratio: efficiency}, draw


def _gain(labels, scores):
    """Return the AUC of the second row of scores less that of the first."""
    return evaluation.compute_auc(labels, scores[1]) - evaluation.compute_auc(labels, scores[0])


def build_calibration(generator, intercept, slope, cases):
    """Build studies of probabilities over which the true log odds, which are normal, are a line."""
    truth = {
        "calibration intercept": _intercept_in_the_large(intercept, slope),
        "calibration slope": slope,
    }

    def draw():
        log_odds = SPREAD_OF_LOG_ODDS * generator.standard_normal(cases)
        labels = (generator.random(cases) < expit(log_odds)).astype(int)
        line = evaluation.fit_calibration_line(labels, expit((log_odds - intercept) / slope))
        return {name: found[1:] for name, found in zip(truth, line, strict=True)}

    return f"true log odds = {intercept:g} + {slope:g} predicted, n = {cases}", truth, draw


def _intercept_in_the_large(intercept, slope):
    """Find the shift of predicted log odds after which the mean probability is the true one."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    log_odds = SPREAD_OF_LOG_ODDS * nodes
    predicted = (log_odds - intercept) / slope
    return brentq(lambda shift: weights @ (expit(predicted + shift) - expit(log_odds)), -9, 9)


def _draw_scores(generator, distance, positives, negatives):
    labels = np.repeat([1, 0], [positives, negatives])
    return labels, generator.standard_normal(len(labels)) + distance * labels


def _percentiles(generator, statistic, labels, scores, patient=None):
    options = {"num_resamples": NUM_RESAMPLES, "seed": int(generator.integers(2**31))}
    drawn = evaluation.bootstrap_by_patient(statistic, labels, scores, patient=patient, **options)
    return evaluation.percentile_interval(statistic(labels, scores), drawn)[1:]


def build_labels(generator, shares, cases):
    """Build studies of the accuracy over several labels, whose answers go together in an image."""
    name, truth = "normal, of the images' shares", float(np.mean(shares))
    levels = ndtri(shares)

    def draw():
        common = generator.standard_normal((cases, 1))
        own = generator.standard_normal((cases, len(shares)))
        right = math.sqrt(0.5) * (common + own) < levels  # of two answers the correlation is .5
        labels = generator.integers(2, size=right.shape)
        answers = np.where(right, labels, 1 - labels)
        return {name: evaluation.compute_accuracy(labels, answers)[1:]}

    return f"accuracy {truth:.3f}, {cases} images x {len(shares)} labels", {name: truth}, draw


FAMILIES = {
    "proportions": (
        build_proportion,
        [(0.5, 40), (0.8, 20), (0.95, 40), (0.95, 400), (0.99, 100)],
    ),
    "rates": (build_rates, [(float(ndtr(1)), 50, 100), (0.95, 20, 20)]),
    "areas": (
        build_area,
        [
            *((3.0, 10, 10), (3.0, 10, 90), (3.0, 10, 1000), (3.0, 30, 1000)),
            *((1.5, 50, 50), (1.5, 200, 200)),
        ],
    ),
    "separations": (
        build_separation,
        [(0.74, 10, 20, False), (0.74, 10, 20, True), (0.22, 2, 5, False), (0.22, 2, 5, True)],
    ),
    "patients": (build_patients, [(1.5, 50), (1.5, 100)]),
    "comparisons": (
        build_comparison,
        [(2.0, 0.8, 50), (2.0, 0.8, 500), (2.0, 0.5, 50), (2.0, 0.5, 500), (1.5, 0.05, 50)],
    ),
    "calibrations": (build_calibration, [(0.0, 1.0, 100), (0.0, 1.0, 1000), (-0.5, 0.5, 500)]),
    "labels": (
        build_labels,
        [((0.7, 0.8, 0.9), 50), ((0.7, 0.8, 0.9), 500), ((0.97, 0.98, 0.99), 50)],
    ),
}
