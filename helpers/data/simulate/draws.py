"""Random numbers that are the same on every machine and in every release of NumPy.

NumPy promises the raw 64-bit numbers of a bit generator for good, but not what its distributions
make of them. Everything here is made of the raw numbers by a formula that stands beside it.
"""

import numpy as np
from scipy.special import ndtri, pdtr

from helpers.checks import check_integer
from helpers.data.splits import draw_order

HIGHEST_SEED = 2**32 - 1  # a larger seed would be two words, and could repeat another's stream
# 1 to 3 are those of the data sets known by name. 0 is no part: NumPy fills seeds up with zeros, so
# it would repeat the numbers that `np.random.default_rng(seed)` gives to whoever uses that seed
FREE_PART = 4


class Draws:
    """Draw from one stream of raw numbers; each call goes on where the one before stopped.

    Parameters
    ----------
    seed : int
        From 0 to 2^32 - 1.
    part : int, optional
        Number of the stream that belongs to the seed, at least 1: streams of different parts are
        independent, of each other and of `np.random.default_rng(seed)`.

    Raises
    ------
    TypeError, ValueError
        If seed or part is no such number.

    Examples
    --------
    >>> draws = Draws(0)
    >>> draws.uniforms(2).round(3)
    array([0.883, 0.229])
    """

    def __init__(self, seed, part=FREE_PART):
        seed = check_integer("seed", seed, minimum=0, maximum=HIGHEST_SEED)
        part = check_integer("part", part, minimum=1)
        self._bits = np.random.PCG64([seed, part])

    def raw(self, shape):
        """Draw whole numbers from 0 to 2^64 - 1: what NumPy promises to keep."""
        return self._bits.random_raw(int(np.prod(shape))).reshape(shape)

    def uniforms(self, shape):
        """Draw numbers between 0 and 1, both excluded: middles of 2^52 equal steps, exact."""
        return ((self.raw(shape) >> np.uint64(12)) + 0.5) * 2.0**-52

    def normals(self, shape):
        """Draw standard normal numbers: the normal quantile function of uniform ones."""
        return ndtri(self.uniforms(shape))

    def counts(self, mean, shape):
        """Draw Poisson numbers: how many values of the distribution function were passed."""
        highest = int(mean + 12 * np.sqrt(mean) + 30)  # beyond it float64 has no more probability
        distribution = pdtr(np.arange(highest), mean)
        steps = (distribution[distribution < 1] * 2.0**64).astype(np.uint64)
        return np.searchsorted(steps, self.raw(shape), side="right")

    def choices(self, probabilities, num):
        """Draw `num` indices into a list of probabilities that add to 1."""
        chosen = np.searchsorted(np.cumsum(probabilities), self.uniforms(num), side="right")
        return np.minimum(chosen, len(probabilities) - 1)  # the sum may round to less than 1

    def order(self, num):
        """Draw a random order of the numbers 0 to num - 1."""
        return draw_order(num, self._bits)
