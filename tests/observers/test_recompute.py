"""The package agrees with the script that recomputes the closed forms without it."""

import numpy as np
import pytest
from scipy.stats import norm

from helpers.observers import (
    GaussianGroup,
    IdealObserver,
    auc_from_detectability,
    build_hotelling_observer,
    build_ideal_observer,
    build_matched_filter,
    detectability_from_auc,
    finite_training_detectability,
    gaussian_covariance,
    lumpy_covariance,
    lumpy_mean,
    mixture_moments,
    pooled_auc,
    roc_sensitivity,
    template_detectability,
)
from tests.observers import recompute_closed_forms as script
from tests.observers.examples import auc_with_error
from tests.tolerances import QUADRATURE


def search_observer():
    lesions = script.search_task().reshape(400, 28, 28)
    mean, covariance = mixture_moments([GaussianGroup(lesions, np.full(400, 1 / 400), 1.0)])
    return build_hotelling_observer(mean, 1.0, covariance)


def package_quantities():
    noise = gaussian_covariance((6, 8), variance=2.0, correlation_length=1.5, noise_variance=0.5)
    lesion = script.gaussian_lesion((6, 8), (2, 3), 1.2)
    lumps = dict(density=200 / 784, amplitude=1.0, width=1.5)
    lumpy = lumpy_covariance((1, 3), **lumps, noise_variance=0.0)
    bayes = build_ideal_observer([[0.5, 1.0]], [[1.0, 0.6], [0.6, 1.0]], mean=[[1.0, 2.0]])
    return {
        "AUC at d' = 1.5": auc_from_detectability(1.5),
        "AUC at d' = 2": auc_from_detectability(2),
        "d' at AUC = .9": detectability_from_auc(0.9),
        "sensitivity at d' = 2, FPR = .05": roc_sensitivity(2.0, 0.05),
        "sensitivity = specificity at d' = 2": roc_sensitivity(2.0, norm.sf(1)),
        "d' of a lesion in correlated noise": build_matched_filter(lesion, noise).snr,
        "d of the lesion as template there": template_detectability(lesion, lesion, noise),
        "lumpy mean": lumpy_mean(**lumps),
        "lumpy variance": lumpy[1, 1],
        "lumpy covariance at distance 2": lumpy[0, 2],
        "pooled AUC of d' = 1 and 3": pooled_auc([1, 3]),
        "wrong: mean of the two AUCs": auc_from_detectability([1, 3]).mean(),
        "wrong: AUC of the mean d'": auc_from_detectability(2.0),
        "posterior at prevalence .3": bayes.posterior([[[1.7, 2.4]]], prevalence=0.3)[0],
        "best linear AUC of the search task": auc_from_detectability(search_observer().snr),
    }


def test_every_exact_quantity_is_the_scripts():
    expected, found = script.exact_quantities(), package_quantities()
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, **QUADRATURE, err_msg=name)


@pytest.mark.reference("finite_training_detectability")
def test_finite_training_theory_is_near_the_scripts_simulation():
    known, estimated, _ = script.simulated_quantities().values()
    for (value, off), covariance_known in [(known, True), (estimated, False)]:
        d = finite_training_detectability(1.5, 64, 200, covariance_known=covariance_known)
        assert abs(auc_from_detectability(d) - value) < off


def test_the_search_task_has_the_scripts_ideal_auc():
    expected, off = script.simulate_search_auc(4000, 3)
    generator, lesions = np.random.default_rng(4), script.search_task().reshape(400, 28, 28)
    images = generator.standard_normal((6000, 28, 28))  # other images than the script's
    images[3000:] += lesions[generator.integers(0, 400, 3000)]
    absent = GaussianGroup(np.zeros((1, 28, 28)), [1.0], 1.0)
    present = GaussianGroup(lesions, np.full(400, 1 / 400), 1.0)
    scores = IdealObserver([absent], [present]).score(images)
    area, error = auc_with_error(scores[3000:], scores[:3000])
    assert abs(area - expected) < 4 * np.hypot(error, off / 4)


def test_the_script_knows_nothing_of_the_package(capsys):
    with open(script.__file__, encoding="utf-8") as file:
        assert "helpers" not in file.read()
    script.main()
    table = capsys.readouterr().out.splitlines()
    assert len(table) == len(script.exact_quantities()) + len(script.simulated_quantities())
