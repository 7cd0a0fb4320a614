import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.splits import allocate, draw_stratified, random_order, split_three_ways


@pytest.mark.parametrize(
    ("counts", "num", "expected"),
    [
        ([50, 50], 10, [5, 5]),
        ([50, 50], 11, [6, 5]),  # a tie goes to the first
        ([70, 20, 10], 5, [3, 1, 1]),  # quotas 3.5, 1, 0.5: one place over, a tie, but 2 has one
        ([98, 1, 1], 3, [1, 1, 1]),  # nobody is left out
        ([5, 3, 2], 10, [5, 3, 2]),  # all
        ([7, 5, 3], 4, [2, 1, 1]),  # quotas 1.87, 1.33, 0.8
        ([1, 1, 98], 4, [1, 1, 2]),
    ],
)
def test_allocate_by_hand(counts, num, expected):
    assert allocate(counts, num) == expected


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.data())
def test_allocate_is_fair(counts, data):
    num = data.draw(st.integers(len(counts), sum(counts)))
    shares = allocate(counts, num)
    assert sum(shares) == num
    assert all(1 <= share <= count for share, count in zip(shares, counts, strict=True))
    if all(num * count >= sum(counts) for count in counts):  # each deserves a whole place
        for share, count in zip(shares, counts, strict=True):
            assert abs(share - num * count / sum(counts)) < 1


def test_agrees_with_scikit_learn_on_the_number_of_each_class():
    from sklearn.model_selection import train_test_split

    labels = np.repeat([0, 1, 2], [357, 212, 57])
    ours = labels[draw_stratified(labels, 114, seed=0)]
    _, theirs = train_test_split(labels, test_size=114, stratify=labels, random_state=0)
    np.testing.assert_array_equal(np.bincount(ours), np.bincount(theirs))


def test_order_is_fixed_for_good():
    # The first raw number of PCG64(0) is 11749869230777074271 and the third the smallest of three:
    # NumPy promises this stream (NEP 19).
    assert np.random.PCG64(0).random_raw(3).tolist() == [
        11749869230777074271,
        4976686463289251617,
        755828109848996024,
    ]
    assert random_order(3, seed=0).tolist() == [2, 1, 0]


def test_each_case_is_equally_likely():
    times = np.zeros(6)
    for seed in range(2000):
        times[draw_stratified(np.array([0, 1, 0, 1, 0, 1]), 2, seed)] += 1
    # one of three in each class: 2000/3 with a standard deviation of 21
    np.testing.assert_allclose(times, 2000 / 3, atol=5 * 21)


def test_three_ways_are_a_partition():
    labels = np.repeat([0, 1], [60, 40])
    parts = split_three_ways(labels, 20, 30, seed=1)
    assert sorted(np.concatenate(parts)) == list(range(100))
    assert [np.bincount(labels[part]).tolist() for part in parts] == [[30, 20], [12, 8], [18, 12]]
    assert any(np.diff(parts[0]) < 0)
