"""Words every argument error: what is required, what came, what to do.

The functions raise `TypeError` for a value of the wrong type and `ValueError` for a value out of
its range; otherwise they return the value, so that a check can stand where the value is used.
"""

import difflib
import math
import numbers
import re
from collections.abc import Iterable

# what an unknown name looks like as a text: in Python, pandas, R and in tables made by hand
UNKNOWN = {"", "none", "nan", "na", "n/a", "nat", "<na>"}


def suggest(word, allowed):
    """Say which of the allowed words is nearest, or nothing if none is near.

    >>> suggest("digit", ["digits", "mnist"])
    " Did you mean 'digits'?"
    >>> suggest("xyz", ["digits", "mnist"])
    ''
    """
    near = difflib.get_close_matches(str(word).lower(), [str(item) for item in allowed], n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def quoted(words: Iterable) -> str:
    """Write words as a list for a message.

    >>> quoted(["valid", "same"])
    "'valid', 'same'"
    """
    return ", ".join(repr(word) for word in words)


def check_choice(label, value, allowed):
    """Return `value` if it is one of `allowed`, else raise a `ValueError` that names them all.

    >>> check_choice("padding", "vald", ["valid", "same"])
    Traceback (most recent call last):
        ...
    ValueError: `padding` must be one of 'valid', 'same'; got 'vald'. Did you mean 'valid'?
    """
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(
            f"`{label}` must be one of {quoted(allowed)}; got {value!r}.{suggest(value, allowed)}"
        )
    return value


def check_integer(label, value, minimum=None, maximum=None):
    """Return `value` as an int if it is a whole number from `minimum` to `maximum`, both included.

    >>> check_integer("strides", 0, minimum=1)
    Traceback (most recent call last):
        ...
    ValueError: `strides` must be an integer of at least 1; got 0.
    """
    required = _integer_words(minimum, maximum)
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"`{label}` must be {required}; got {value!r} ({type(value).__name__}).")
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise ValueError(f"`{label}` must be {required}; got {value!r}.")
    return int(value)


def _integer_words(minimum, maximum):
    if minimum is not None and maximum is not None:
        return f"an integer from {minimum} to {maximum}"
    if minimum is not None:
        return f"an integer of at least {minimum}"
    if maximum is not None:
        return f"an integer of at most {maximum}"
    return "an integer"


def check_number(label, value, *, above=None, minimum=None, below=None, maximum=None):
    """Return `value` as a float if it is finite and within the bounds.

    It must be > `above`, >= `minimum`, < `below` and <= `maximum`, where they are given.

    >>> check_number("learning_rate", -1.0, above=0, maximum=1)
    Traceback (most recent call last):
        ...
    ValueError: `learning_rate` must be a finite number > 0 and <= 1; got -1.0.
    >>> check_number("momentum", 1, minimum=0, below=1)
    Traceback (most recent call last):
        ...
    ValueError: `momentum` must be a finite number >= 0 and < 1; got 1.
    """
    bounds = [(above, ">"), (minimum, ">="), (below, "<"), (maximum, "<=")]
    words = " and ".join(f"{sign} {bound}" for bound, sign in bounds if bound is not None)
    required = f"a finite number {words}".rstrip()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{label}` must be {required}; got {value!r} ({type(value).__name__}).")
    try:
        fits = math.isfinite(value)
    except OverflowError:  # an integer too large for a float
        fits = False
    fits = fits and (above is None or value > above)
    fits = fits and (minimum is None or value >= minimum)
    fits = fits and (below is None or value < below)
    fits = fits and (maximum is None or value <= maximum)
    if not fits:
        raise ValueError(f"`{label}` must be {required}; got {value!r}.")
    return float(value)


def name_texts(values):
    """Return names as texts that can be compared, "" where one is not known.

    Spaces around a name do not count, and a whole number is written as one: a missing entry in its
    column makes 7 a 7.0. None, nan and their words are not known; R writes NA. `values` is an
    iterable of anything.

    >>> name_texts([" p  7", 7, 7.0, "7.0", None, float("nan"), "NA", "n/a", "p1.0"])
    ['p 7', '7', '7', '7', '', '', '', '', 'p1.0']
    """
    return [_name_text(value) for value in values]


def _name_text(value):
    text = re.sub(r"^([+-]?\d+)\.0+$", r"\1", " ".join(str(value).split()))
    return "" if text.casefold() in UNKNOWN else text
