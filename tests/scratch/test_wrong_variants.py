"""The proofs of convolution and pooling reject every variant that is known to be wrong."""

import pytest
from hypothesis import Phase, given, settings

from helpers.scratch import cross_correlate
from tests.scratch import window_comparisons as comparisons
from tests.scratch.wrong_variants import (
    WRONG_BACKWARDS,
    WRONG_CORRELATIONS,
    WRONG_PADDINGS,
    WRONG_POOLINGS,
)


def assert_rejected(comparison, cases, *candidate):
    """Run a comparison over cases, as its real test does, until it fails."""

    # a failing case need not be made smaller, nor remembered
    @settings(
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(cases)
    def proof(case):
        comparison(*candidate, case)

    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        proof()


@pytest.mark.parametrize("wrong", WRONG_CORRELATIONS)
def test_wrong_correlations_differ_from_kerass(wrong):
    assert_rejected(comparisons.assert_correlation_equals_keras, comparisons.convolutions(), wrong)


@pytest.mark.parametrize(
    "wrong",
    [wrong for wrong in WRONG_CORRELATIONS if wrong not in WRONG_PADDINGS],
)
def test_wrong_correlations_differ_from_scipys(wrong):
    assert_rejected(
        comparisons.assert_correlation_equals_scipy, comparisons.convolutions(["valid"]), wrong
    )


@pytest.mark.parametrize("wrong", WRONG_BACKWARDS)
@pytest.mark.parametrize(
    "comparison",
    [
        comparisons.assert_backward_equals_keras,
        comparisons.assert_backward_agrees_with_differences,
    ],
)
def test_wrong_backward_passes_differ_from_kerass_and_from_differences(comparison, wrong):
    assert_rejected(comparison, comparisons.convolutions(), wrong)


@pytest.mark.parametrize(("name", "wrong"), WRONG_POOLINGS)
def test_wrong_poolings_differ_from_kerass(name, wrong):
    assert_rejected(comparisons.assert_pooling_equals_keras, comparisons.poolings(), name, wrong)


def test_a_correlation_is_no_convolution():
    assert_rejected(
        comparisons.assert_convolution_equals_scipy,
        comparisons.convolutions(["valid"]),
        cross_correlate,
    )
