"""Which points of the reporting statements were shown, with the items that ask for them."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.checks import quoted, suggest

__all__ = ["reporting_checklist"]

SHOWN = "shown in this run"
NOT_SHOWN = "not shown here: see the statement"


def reporting_checklist(evidence):
    """List the points of reporting that code can check, and tick those that were shown.

    Parameters
    ----------
    evidence : dict of str to bool or str
        For the short name of a point, how it was shown, as a text; or True. A point that is left
        out, or False, is not ticked.

    Returns
    -------
    pandas.DataFrame
        One row a point, its short name as the index. Columns: `point`; `items`, the numbers of the
        items that ask for it; `ticked` (bool); `how` it was shown.

    Raises
    ------
    TypeError, ValueError
        For a name that is no point, an empty text, or anything but a bool or a text.

    Notes
    -----
    A tick says that something was computed and shown. It does not say that the result is good, nor
    that an item is answered in full: the statements ask for more than code can check. They have
    their own words, which are not repeated here.

    References
    ----------
    CLAIM 2024, doi 10.1148/ryai.240300; TRIPOD+AI, BMJ 2024;385:e078378; STARD-AI, Nature Medicine
    2025.

    Examples
    --------
    >>> table = reporting_checklist({"prevalence": "30 of 400 test cases", "failures": True})
    >>> table.loc["prevalence", "items"]
    'STARD-AI 28; TRIPOD+AI 12f'
    >>> table.loc[["prevalence", "failures", "software"], "how"].tolist()
    ['30 of 400 test cases', 'shown in this run', 'not shown here: see the statement']

    Introduced in notebook 05, *Model card*.
    """
    path = Path(__file__).with_name("reporting_items.csv")
    table = pd.read_csv(path, index_col="name", encoding="utf-8")
    _check_evidence(evidence, list(table.index))
    told = [evidence.get(name, False) for name in table.index]
    ticked = [bool(shown) for shown in told]
    how = [shown if isinstance(shown, str) else SHOWN if shown else NOT_SHOWN for shown in told]
    return table.assign(ticked=ticked, how=how)


def _check_evidence(evidence, points):
    for name, shown in evidence.items():
        if name not in points:
            raise ValueError(
                f"`evidence` must name points out of {quoted(points)}; "
                f"got {name!r}.{suggest(name, points)}"
            )
        if not isinstance(shown, (bool, np.bool_, str)):
            raise TypeError(
                f"`evidence` must say True, False or how {name!r} was shown, as a text; "
                f"got {shown!r} ({type(shown).__name__})."
            )
        if isinstance(shown, str) and not shown.strip():
            raise ValueError(
                f"`evidence` must say how {name!r} was shown; got an empty text. "
                "Leave out what was not shown."
            )
