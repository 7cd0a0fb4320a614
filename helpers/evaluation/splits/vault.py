"""The labels of the test cases, kept apart until they are asked for with a purpose."""

import warnings

import numpy as np

__all__ = ["TestVault"]


class TestVault:
    """Keep the test labels, hand them out for one named purpose, and count.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels)
        Labels of the test cases. A copy is kept.
    name : str
        What the cases are called in messages.

    Attributes
    ----------
    purposes : dict of str to int
        How often the labels were handed out for each purpose, in the order of their first time.

    Raises
    ------
    TypeError, ValueError
        For no labels, labels that are no integers, or a name that is no text.

    Notes
    -----
    A test set measures a model once. Whoever looks, changes something and looks again chooses on
    the test set, and the best of many looks is too good. The vault cannot prevent that: it counts,
    so that the report can say what was done. A re-run cell asks for the same purpose and is no
    second look. A new vault counts from zero: make it once, where the test cases are loaded.

    Examples
    --------
    >>> vault = TestVault([0, 1, 1], name="test images")
    >>> vault
    TestVault(test images, 3 cases, opened for 0 purposes)
    >>> vault.open("final report")
    array([0, 1, 1])
    >>> y_test = vault.open("final report")  # the cell was run again
    >>> print(vault.report())
    test images, purpose 1: final report (opened 2 times)

    Introduced in notebook 05, *Choose on validation, freeze, open the vault once*.
    """

    __test__ = False  # pytest takes a class called Test... for a test, unless it is told

    def __init__(self, y_true, *, name="test"):
        if not isinstance(name, str):
            raise TypeError(f"`name` must be a text; got {name!r}.")
        y_true = np.array(y_true)  # a copy
        if y_true.ndim not in (1, 2) or y_true.size == 0:
            raise ValueError(
                "`y_true` must have shape (n,) or (n, labels) and hold something; got shape "
                f"{y_true.shape}."
            )
        if y_true.dtype.kind not in "iub":
            raise TypeError(f"`y_true` must hold integers; got {y_true.dtype}.")
        y_true.flags.writeable = False
        self.name = name
        self._labels = y_true
        self._opened = {}  # purpose without regard to case: [its first wording, how often]

    def open(self, purpose):
        """Hand out the labels, and warn if it is for another purpose than the first.

        Parameters
        ----------
        purpose : str
            What the labels are for, in words. Capitals and spaces make no difference. The same
            purpose again counts, and raises no warning.

        Returns
        -------
        numpy.ndarray of int, of the shape of `y_true`
            A copy that cannot be written to.

        Raises
        ------
        TypeError, ValueError
            For a purpose that is no text, or empty.
        """
        if not isinstance(purpose, str):
            raise TypeError(
                f"`purpose` must be a text; got {purpose!r} ({type(purpose).__name__})."
            )
        wording = " ".join(purpose.split())
        if not wording:
            raise ValueError(
                "`purpose` must say what the test labels are for; got an empty text. "
                'For example: vault.open("final report").'
            )
        entry = self._opened.setdefault(wording.casefold(), [wording, 0])
        entry[1] += 1
        if entry[1] == 1 and len(self._opened) > 1:
            first, *_ = self.purposes
            warnings.warn(
                f"The labels of {self.name} were opened for {first!r} before; {wording!r} is "
                f"purpose {len(self._opened)}. What is chosen after a look at the test cases is "
                "not tested by them any more: choose on validation, or name every purpose in the "
                "report.",
                stacklevel=2,
            )
        labels = self._labels.copy()
        labels.flags.writeable = False
        return labels

    @property
    def purposes(self):
        """How often the labels were handed out for each purpose."""
        return dict(self._opened.values())

    def report(self):
        """Tell what the labels were handed out for.

        Returns
        -------
        str
            One line a purpose, in the order of their first time.
        """
        if not self._opened:
            return f"{self.name}: not opened"
        return "\n".join(
            f"{self.name}, purpose {number}: {wording} (opened {_times(times)})"
            for number, (wording, times) in enumerate(self._opened.values(), start=1)
        )

    def __len__(self):
        return len(self._labels)

    def __repr__(self):
        number = len(self._opened)
        purposes = "1 purpose" if number == 1 else f"{number} purposes"
        return f"TestVault({self.name}, {len(self)} cases, opened for {purposes})"


def _times(number):
    return "once" if number == 1 else f"{number} times"
