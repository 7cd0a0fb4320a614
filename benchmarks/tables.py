"""From repeated measurements to ratios, and from ratios to tables."""

import statistics
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table as RichTable


@dataclass(frozen=True)
class Spread:
    """Median, lowest and highest of repeated measurements."""

    median: float
    lowest: float
    highest: float

    def text(self, pattern=".2f", unit=""):
        """Write it for a table: the median, and the range where it shows.

        >>> Spread(2.0, 1.5, 4.0).text(".1f", " s")
        '2.0 s (1.5 to 4.0)'
        >>> Spread(2.0, 2.0, 2.01).text(".1f")
        '2.0'
        """
        middle, lowest, highest = (
            f"{value:{pattern}}" for value in (self.median, self.lowest, self.highest)
        )
        return f"{middle}{unit}" + (f" ({lowest} to {highest})" if lowest != highest else "")


def spread(values):
    """Summarise repeated measurements.

    Parameters
    ----------
    values : sequence of float
        At least one.

    Returns
    -------
    Spread

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, lowest=1.0, highest=3.0)
    """
    values = list(values)
    if not values:
        raise ValueError("`values` must hold at least one measurement; got none.")
    return Spread(statistics.median(values), min(values), max(values))


def ratios(numerators, denominators):
    """Divide measurements round by round: what was measured in the same round, one by the other.

    Parameters
    ----------
    numerators, denominators : sequence of float
        Element i is that of round i; above 0.

    Returns
    -------
    list of float
        One ratio a round.

    Raises
    ------
    ValueError
        If there are not as many of one as of the other.

    Examples
    --------
    >>> ratios([10.0, 12.0], [1.0, 2.0])
    [10.0, 6.0]
    """
    numerators, denominators = list(numerators), list(denominators)
    if len(numerators) != len(denominators):
        raise ValueError(
            "`numerators` and `denominators` must come from the same rounds; got "
            f"{len(numerators)} and {len(denominators)} measurements."
        )
    return [above / below for above, below in zip(numerators, denominators, strict=True)]


def verdict(goal, *, reached, found):
    """Say in a line whether a goal was reached, and what was found.

    Examples
    --------
    >>> verdict("at least 10 times", reached=False, found="9.1 times")
    'Goal: at least 10 times. Not reached: 9.1 times.'
    """
    return f"Goal: {goal}. {'Reached' if reached else 'Not reached'}: {found}."


@dataclass(frozen=True)
class Table:
    """A table of texts with the lines that belong below it.

    Parameters
    ----------
    title : str
    columns : tuple of str
    rows : tuple of tuple of str
        As many cells in each as there are columns.
    notes : tuple of str
        What was measured how, and what else was seen.
    verdicts : tuple of str
        Which goals were reached.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Each row must have {len(self.columns)} cells, one a column; got {row!r}."
                )

    def rich(self):
        """Draw the table for a terminal, without what stands below it."""
        table = RichTable(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*map(escape, row))
        return table

    def markdown(self):
        """Write the table, the verdicts and the notes as Markdown."""
        lines = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)], *self.rows]
        drawn = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
        parts = [f"**{self.title}**", "\n".join(drawn)]
        parts.append("\n".join(f"- {line}" for line in (*self.verdicts, *self.notes)))
        return "\n\n".join(filter(None, parts))


def _cell(text):
    return text.replace("|", "\\|")
