"""Random numbers that are the same on every machine and in every release of NumPy.

NumPy promises the raw 64-bit numbers of a bit generator for good, but not what its distributions
make of them. Everything here is made of the raw numbers by a formula that stands beside it.
"""

import numpy as np
from scipy.special import ndtri, pdtr

from helpers.checks import check_integer

HIGHEST_SEED = 2**32 - 1  # a larger seed would be two words, and could repeat another's stream


class Draws:
    """Draw from one stream of raw numbers; each call goes on where the one before stopped.

    Parameters
    ----------
    seed : int
        From 0 to 2^32 - 1.
    part : int, optional
        Number of the stream that belongs to the seed: streams of different parts are independent.

    Raises
    ------
    TypeError, ValueError
        If the seed is no such number.

    Examples
    --------
    >>> draws = Draws(0)
    >>> draws.uniforms(2).round(3)
    array([0.637, 0.27 ])
    """

    def __init__(self, seed, part=0):
        seed = check_integer("seed", seed, minimum=0, maximum=HIGHEST_SEED)
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
        return np.argsort(self.raw(num), kind="stable")
