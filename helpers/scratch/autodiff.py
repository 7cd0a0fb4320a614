"""A scalar that remembers how it was computed, and so can differentiate itself."""

import math
import numbers

__all__ = ["Value"]


class Value:
    """Hold a number, where it came from, and the gradient of a later result.

    Parameters
    ----------
    data : float
    name : str
        For a drawing of the graph.

    Attributes
    ----------
    data : float
        The number.
    gradient : float
        The derivative of the result that `backward` was called on; 0 before.
    operation : str
        What made it: "+", "*", "**3", "exp", "log", "tanh", "relu"; "" for an input.
    parents : tuple of Value
        What it was made from. Constants in an expression are parents too.
    slopes : tuple of float
        Element [k] is the derivative of this value by parent k alone.

    Raises
    ------
    TypeError
        If something else than a number enters: an array, a boolean, a text.
    ValueError
        For the root of a negative number or the logarithm of one that is not above 0.

    Notes
    -----
    Every operation knows its own slopes and nothing else. Backward goes through the graph from the
    result to the inputs and adds to each parent: gradient of the child times slope (the chain
    rule), summed over all children. nan passes through; division by 0 and overflow raise Python's
    own errors. A root has an infinite slope at 0.

    References
    ----------
    Griewank and Walther, Evaluating Derivatives, SIAM 2008, doi 10.1137/1.9780898717761.

    Examples
    --------
    >>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    >>> c = a * b + a**2
    >>> c.backward()
    >>> c.data, a.gradient, b.gradient  # dc/da = b + 2 a, dc/db = a
    (-2.0, 1.0, 2.0)

    Introduced in notebook 03, *A scalar autodiff*.
    """

    __array_ufunc__ = None  # a NumPy number beside a Value leaves the work to the Value

    def __init__(self, data, *, name=""):
        self.data, self.gradient = _check_scalar(data), 0.0
        self.name, self.operation, self.parents, self.slopes = name, "", (), ()

    def __repr__(self):
        label = f"{self.name} = " if self.name else ""
        return f"Value({label}{self.data:g}, gradient {self.gradient:g})"

    def __add__(self, other):
        other = _as_value(other)
        return _make("+", self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = _as_value(other)
        return _make("*", self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        exponent = _check_scalar(exponent)
        if self.data < 0 and not exponent.is_integer():
            raise ValueError(f"A negative number has no power {exponent:g}; got {self.data:g}.")
        if self.data == 0 and 0 < exponent < 1:
            slope = math.inf
        else:
            slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return _make(f"**{exponent:g}", self.data**exponent, (self,), (slope,))

    def exp(self):
        result = math.exp(self.data)
        return _make("exp", result, (self,), (result,))

    def log(self):
        if self.data <= 0:
            raise ValueError(f"The logarithm needs a number above 0; got {self.data:g}.")
        return _make("log", math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        result = math.tanh(self.data)
        return _make("tanh", result, (self,), (1 - result**2,))

    def relu(self):
        positive = self.data > 0 or math.isnan(self.data)
        return _make("relu", self.data if positive else 0.0, (self,), (float(positive),))

    # the rest is made of the operations above

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + _as_value(other) * -1

    def __truediv__(self, other):
        return self * _as_value(other) ** -1

    def __radd__(self, other):
        return _as_value(other) + self

    def __rsub__(self, other):
        return _as_value(other) - self

    def __rmul__(self, other):
        return _as_value(other) * self

    def __rtruediv__(self, other):
        return _as_value(other) / self

    def backward(self):
        """Fill `gradient` of everything that this value was made from, anew at each call."""
        order = self.sort_graph()
        for value in order:
            value.gradient = 0.0
        self.gradient = 1.0
        for child in reversed(order):
            for parent, slope in zip(child.parents, child.slopes, strict=True):
                parent.gradient += slope * child.gradient

    def sort_graph(self):
        """List everything that this value was made from, parents before children, itself last."""
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:  # a loop, because Python limits how deep functions may call themselves
            value, parents_done = waiting.pop()
            if parents_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                waiting.append((value, True))
                waiting.extend((parent, False) for parent in reversed(value.parents))
        return order


def _make(operation, data, parents, slopes):
    """Build the result of an operation, tied to its parents."""
    result = Value(data)
    result.operation, result.parents, result.slopes = operation, parents, slopes
    return result


def _as_value(other):
    return other if isinstance(other, Value) else Value(other)


def _check_scalar(number):
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise TypeError(
            f"A `Value` holds a single real number; got {number!r} ({type(number).__name__})."
        )
    return float(number)
