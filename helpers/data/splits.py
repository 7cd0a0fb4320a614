"""Random parts of a data set that are the same on every machine and in every release of NumPy.

NumPy promises the raw numbers of a bit generator for good, but not what
`Generator.permutation` makes of them: a fixed split must therefore stand on the raw numbers.
"""

import numpy as np


def random_order(num, seed):
    """Return the numbers 0 to num - 1 in random order.

    >>> sorted(random_order(4, seed=0).tolist())
    [0, 1, 2, 3]
    """
    return draw_order(num, np.random.PCG64(seed))


def draw_order(num, bits):
    """Draw the numbers 0 to num - 1 in random order from a bit generator."""
    return np.argsort(bits.random_raw(num), kind="stable")


def draw_plain(labels, num, seed):
    """Return the sorted indices of `num` cases, each case equally likely."""
    return np.sort(random_order(len(labels), seed)[:num])


def draw_stratified(labels, num, seed):
    """Return the sorted indices of `num` cases with the classes in proportion.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class of each case.
    num : int
        From the number of classes to n.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of int, shape (num,)
        Indices into `labels`, ascending.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1])
    >>> labels[draw_stratified(labels, 3, seed=0)]
    array([0, 0, 1])
    """
    classes, counts = np.unique(labels, return_counts=True)
    shares = allocate(counts, num)
    order = random_order(len(labels), seed)
    drawn = [
        order[labels[order] == label][:share] for label, share in zip(classes, shares, strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def allocate(counts, num):
    """Share `num` places among classes by largest remainders, at least one place a class.

    Ties go to the class that comes first. Whole numbers only, so that no rounding decides.

    >>> allocate([4, 2], 3)
    [2, 1]
    >>> allocate([97, 2, 1], 10)
    [8, 1, 1]
    """
    counts = [int(count) for count in counts]
    total = sum(counts)
    shares = [max(num * count // total, 1) for count in counts]

    def missing(k):  # places that class k still lacks, times total
        return num * counts[k] - shares[k] * total

    while sum(shares) < num:
        shares[max(range(len(counts)), key=missing)] += 1
    while sum(shares) > num:  # the places given to rare classes come from the best served
        rich = [k for k in range(len(counts)) if shares[k] > 1]
        shares[min(rich, key=missing)] -= 1
    return shares


def split_three_ways(labels, num_val, num_test, seed):
    """Return shuffled indices of a stratified training, validation and test split.

    Shuffled, because cases sorted by class make batches of one class, and because Keras's
    `validation_split` takes the last cases as they come.

    >>> parts = split_three_ways(np.repeat([0, 1], 10), 4, 6, seed=0)
    >>> [len(part) for part in parts]
    [10, 4, 6]
    """
    rest = np.arange(len(labels))
    test = draw_stratified(labels, num_test, seed)
    rest = np.delete(rest, test)
    val = rest[draw_stratified(labels[rest], num_val, seed)]
    train = np.setdiff1d(rest, val)
    return [part[random_order(len(part), seed)] for part in (train, val, test)]
