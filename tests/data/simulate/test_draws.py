import itertools

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, norm, poisson

from helpers.data.simulate.draws import HIGHEST_SEED, Draws
from helpers.data.splits import random_order
from tests.tolerances import EXACT64


def test_raw_numbers_are_those_that_numpy_promises_for_good():
    # PCG64 seeded by the words [3, 4] and [3, 1]; NumPy keeps this stream (NEP 19)
    assert Draws(3).raw(2).tolist() == [16572323180728050085, 8407568088393059016]
    assert Draws(3, part=1).raw(2).tolist() == [4671694712983073299, 7511462375112314811]


@pytest.mark.parametrize("seed", [0, 1, 20_000])
def test_no_stream_repeats_another_nor_what_numpy_draws_from_the_seed(seed):
    # NumPy fills seeds up with zeros: PCG64([seed, 0]) is default_rng(seed)
    streams = [Draws(seed), *(Draws(seed, part) for part in (1, 2, 3))]
    numbers = [stream.raw(2000) for stream in streams]
    numbers += [np.random.default_rng(s).bit_generator.random_raw(2000) for s in (seed, seed + 1)]
    for one, other in itertools.combinations(numbers, 2):
        assert not np.isin(one, other).any()
    assert sorted(random_order(99, seed)) == sorted(Draws(seed).order(99))
    assert random_order(99, seed).tolist() != Draws(seed).order(99).tolist()


@pytest.mark.parametrize(("part", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError)])
def test_a_part_without_a_stream_of_its_own_is_refused(part, error):
    with pytest.raises(error, match="`part` must be an integer of at least 1"):
        Draws(0, part)


def test_each_call_goes_on_where_the_one_before_stopped():
    draws = Draws(5)
    parts = [draws.raw((2, 3)), draws.raw(4)]
    np.testing.assert_array_equal(
        np.concatenate([part.ravel() for part in parts]), Draws(5).raw(10)
    )


def test_uniform_numbers_are_the_middles_of_equal_steps():
    by_hand = [(int(raw) // 2**12 + 0.5) / 2**52 for raw in Draws(1).raw(50)]
    np.testing.assert_array_equal(Draws(1).uniforms(50), by_hand)


def test_uniform_numbers_never_reach_0_or_1(monkeypatch):
    draws = Draws(0)
    monkeypatch.setattr(draws, "raw", lambda shape: np.array([0, 2**64 - 1], np.uint64))
    low, high = draws.uniforms(2)
    assert 0 < low < 2.0**-52
    assert 1 - 2.0**-52 < high < 1
    assert np.isfinite(draws.normals(2)).all()


def test_normal_numbers_are_quantiles_of_the_uniform_ones():
    np.testing.assert_allclose(
        Draws(2).normals((5, 7)), norm.ppf(Draws(2).uniforms((5, 7))), **EXACT64
    )
    assert kstest(Draws(2).normals(20_000), "norm").pvalue > 1e-3


@pytest.mark.parametrize("mean", [0.05, 0.3, 4.0, 90.0])
def test_counts_follow_poisson(mean):
    num = 100_000
    counts = Draws(7).counts(mean, num)
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / num)
    low, high = poisson.ppf([0.001, 0.999], mean).astype(int)
    edges = np.arange(low, high + 1)  # up to low, then each number, then all above
    found = np.bincount(np.clip(counts, low, high + 1) - low, minlength=len(edges) + 1)
    expected = np.append(poisson.pmf(edges, mean), poisson.sf(high, mean))
    expected[0] = poisson.cdf(low, mean)
    assert chisquare(found, num * expected).pvalue > 1e-3


def test_no_lumps_where_the_mean_is_0():
    assert Draws(0).counts(0.0, 1000).max() == 0


def test_choices_come_as_often_as_they_should():
    found = np.bincount(Draws(4).choices([0.2, 0.5, 0.3], 50_000), minlength=3)
    assert chisquare(found, 50_000 * np.array([0.2, 0.5, 0.3])).pvalue > 1e-3


def test_a_choice_exists_even_where_the_probabilities_round_to_less_than_1(monkeypatch):
    draws = Draws(0)
    monkeypatch.setattr(draws, "uniforms", lambda shape: np.array([1 - 2.0**-53]))
    assert draws.choices(np.full(10, 0.1), 1).tolist() == [9]


def test_an_order_has_every_number_once():
    assert sorted(Draws(0).order(100)) == list(range(100))
    assert Draws(0).order(100).tolist() != Draws(1).order(100).tolist()


@pytest.mark.parametrize(
    ("seed", "error"), [(-1, ValueError), (HIGHEST_SEED + 1, ValueError), (0.5, TypeError)]
)
def test_a_seed_is_one_word(seed, error):
    with pytest.raises(error, match="`seed` must be an integer from 0 to 4294967295"):
        Draws(seed)
