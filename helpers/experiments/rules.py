"""What an experiment is to show, written down before it runs, and what its table says of it."""

import dataclasses
import math
import numbers
from pathlib import Path

from helpers.checks import check_choice, check_number, quoted
from helpers.experiments.grid import COLUMNS_OF_RUNS, words_of
from helpers.experiments.summaries import check_runs, compare_paired, summarise_runs

__all__ = ["Rule", "Verdict", "judge", "read_rules"]

TEXTS = ("name", "question", "claim", "answer", "shown", "table", "value")


@dataclasses.dataclass(frozen=True)
class Rule:
    """A claim, and the interval that a table of runs must show for it to hold.

    Parameters
    ----------
    name : str
        Short, such as "cnn-beats-dense".
    question : str
        Which question it helps to answer.
    claim : str
        A sentence that is true if the rule held.
    answer : str
        The same in few words.
    shown : str
        The heading of the section that shows it.
    table : str
        The name of the table of runs that decides.
    value : str
        The column of that table whose mean over seeds counts.
    where : dict of str to value
        Selects the table's rows: each setting that differs within the table, apart from that in
        `between`, and the value that it must have.
    between : tuple of (str, value, value), optional
        A setting, its first and its second value: then the mean of the paired differences counts,
        the second less the first.
    above, below : float, optional
        What the whole interval must be above, or below; at least one of them.
    exception : str, optional
        A sentence, added when the runs were made: what happened instead. The rule itself stays.

    Raises
    ------
    TypeError, ValueError
        If a text is missing or empty, `where` is no dict, `between` does not hold three, a setting
        has no name or a value that is no text, finite number, True or False, or there is no bound,
        one that is not finite, or an `above` that is not less than `below`.

    Introduced in notebook 06, *Rules, written before the runs*.
    """

    name: str
    question: str
    claim: str
    answer: str
    shown: str
    table: str
    value: str
    where: dict = dataclasses.field(default_factory=dict)
    between: tuple | None = None
    above: float | None = None
    below: float | None = None
    exception: str | None = None

    def __post_init__(self):
        for label in TEXTS if self.exception is None else (*TEXTS, "exception"):
            text = getattr(self, label)
            if not isinstance(text, str) or not text.strip():
                raise TypeError(f"`{label}` must be a text that is not empty; got {text!r}.")
        if not isinstance(self.where, dict):
            raise TypeError(f"`where` must map settings to values; got {self.where!r}.")
        if self.between is not None and not (
            isinstance(self.between, tuple) and len(self.between) == 3
        ):
            raise TypeError(
                "`between` must be a setting and two of its values, such as ('model', 'dense', "
                f"'cnn'); got {self.between!r}."
            )
        for name, value in self.where.items():
            _check_setting("where", name, value)
        for value in self.between[1:] if self.between else ():
            _check_setting("between", self.between[0], value)
        bounds = [name for name in ("above", "below") if getattr(self, name) is not None]
        if not bounds:
            raise ValueError(
                "`above` or `below` must be given, for a rule that can fail; got none."
            )
        for bound in bounds:
            check_number(bound, getattr(self, bound))
        if len(bounds) == 2:
            check_number("above", self.above, below=self.below)

    @property
    def bounds(self):
        """Where the interval must lie, in words, such as "above 0.1"."""
        bounds = {"above": self.above, "below": self.below}
        return " and ".join(f"{name} {b:g}" for name, b in bounds.items() if b is not None)


def _check_setting(label, name, value):
    """Refuse what cannot be a setting of a grid, such as a list or an array."""
    plain = isinstance(value, str | bool) or (
        isinstance(value, numbers.Real) and math.isfinite(value)
    )
    if not isinstance(name, str) or not plain:
        raise TypeError(
            f"`{label}` must name a setting by its text, and a value that is a text, a finite "
            f"number, True or False; got {name!r} and {value!r}."
        )


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a table of runs says of a rule; `judge` makes it.

    It prints as one line, the rule's exception at its end.

    Parameters
    ----------
    rule : Rule
    mean, low, high : float
        The mean over seeds, or of the paired differences, and the limits of its interval; nan
        where there are too few runs.
    num_seeds : int
        Seeds that the mean is over.
    num_left_out : int
        Seeds left out because a run diverged, failed, or has no pair.
    result : {"held", "not shown", "contradicted"}

    Introduced in notebook 06, *Rules, written before the runs*.
    """

    rule: Rule
    mean: float
    low: float
    high: float
    num_seeds: int
    num_left_out: int
    result: str

    @property
    def held(self):
        """Whether the rule held: True or False, and False too if it is not shown."""
        return self.result == "held"

    @property
    def as_stated(self):
        """Whether the rule held by all seeds and has no exception, or did not and has one."""
        return (self.held and not self.num_left_out) == (self.rule.exception is None)

    def __str__(self):
        seeds = f"{self.num_seeds} seed{'s' if self.num_seeds != 1 else ''}"
        left_out = f", {self.num_left_out} left out" if self.num_left_out else ""
        bounds = self.rule.bounds if self.held else f"wanted {self.rule.bounds}"
        found = f"{self._numbers()} over {seeds}{left_out}"
        exception = f". Exception: {self.rule.exception}" if self.rule.exception else ""
        return f"{self.result}: {self.rule.claim}: {found}, {bounds}{exception}"

    def _numbers(self):
        """Write the mean and its interval with two digits of the interval's width."""
        width, decimals = self.high - self.low, 3
        if math.isnan(self.mean):
            return "not defined"
        if width > 0:
            decimals = min(max(1 - math.floor(math.log10(width)), 0), 6)
        sign = "+" if self.rule.between else ""
        mean = f"{self.mean:{sign}.{decimals}f}"
        if math.isnan(width):
            return f"{mean} (no interval)"
        return f"{mean} ({self.low:.{decimals}f} to {self.high:.{decimals}f})"


def read_rules(path):
    """Read rules from a file that was written before the runs.

    Parameters
    ----------
    path : path-like
        YAML: a list of rules, each with the names and values of `Rule`; `between` is a list of
        three.

    Returns
    -------
    dict of str to Rule
        By name, in the order of the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no such list, a rule lacks a name, has an unknown one or a value that does
        not fit, or two rules have the same name. The message names the file and the rule.

    Introduced in notebook 06, *Rules, written before the runs*.
    """
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} must be a YAML file that can be read: {error}") from error
    if not isinstance(content, list) or not content:
        raise ValueError(f"{path} must hold a list of rules, each with a `name`; got {content!r}.")
    rules = {}
    for number, entry in enumerate(content, start=1):
        named = isinstance(entry, dict) and "name" in entry
        place = f"{path}, rule {entry['name']!r}" if named else f"{path}, rule {number}"
        try:
            rule = _build_rule(entry)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{place}: {error}") from error
        if rule.name in rules:
            raise ValueError(f"{place}: each `name` must be given once. Rename one of the two.")
        rules[rule.name] = rule
    return rules


def _build_rule(entry):
    """Make a rule of what the file gives for it."""
    if not isinstance(entry, dict):
        raise TypeError(f"A rule must have lines such as `above: 0.1`; got {entry!r}.")
    fields = dataclasses.fields(Rule)
    for name in entry:
        check_choice("name of a line", name, [field.name for field in fields])
    if missing := [name for name in TEXTS if name not in entry]:
        raise ValueError(f"A rule must have {quoted(TEXTS)}; {quoted(missing)} is missing.")
    between = entry.get("between")
    return Rule(**entry | {"between": tuple(between) if isinstance(between, list) else between})


def judge(rule, table, *, confidence=0.95):
    """Say whether a table of runs shows what a rule claims.

    Parameters
    ----------
    rule : Rule
    table : pandas.DataFrame
        One row a run, from `run_grid`, or several of these joined.
    confidence : float
        Of the interval; above 0, below 1.

    Returns
    -------
    Verdict
        Its result is "held" if the whole interval lies within the rule's bounds, "contradicted" if
        the whole interval lies outside them on one side, else "not shown".

    Raises
    ------
    TypeError, ValueError
        If the rule is no `Rule`; if the table is none of runs, is empty, has a column twice or a
        run without a seed, lacks a column or a value that the rule names, holds a seed twice
        because `where` leaves a setting open, or none of a seed's runs because `where` leaves them
        all out; if the confidence is out of its range.

    Notes
    -----
    The interval is Student's, of the mean over seeds (`summarise_runs`) or of the paired
    differences (`compare_paired`). A limit that equals a bound lies neither within nor outside, so
    the rule is then "not shown". So it is with fewer than two seeds, which have no interval.

    "Not shown" is no evidence against the claim: more seeds may show it. `where` cannot select
    seeds, which would be choosing the runs that fit. Nor can it do so by a measured number: what it
    selects must hold a run of each seed that the table has, with `between` for either value.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame({"model": ["dense"] * 3 + ["cnn"] * 3, "seed": [0, 1, 2] * 2,
    ...                      "auc": [0.60, 0.70, 0.65, 0.72, 0.80, 0.76], "status": "finished"})
    >>> rule = Rule("cnn", "Why a CNN?", "the CNN finds more", "it finds more", "Curves", "runs",
    ...             "auc", between=("model", "dense", "cnn"), above=0.05)
    >>> print(judge(rule, runs))
    held: the CNN finds more: +0.110 (0.085 to 0.135) over 3 seeds, above 0.05

    Introduced in notebook 06, *Rules, written before the runs*.
    """
    if not isinstance(rule, Rule):
        raise TypeError(f"`rule` must be a Rule; got {rule!r} ({type(rule).__name__}).")
    try:
        check_runs(table)
        effect = _measure(rule, _select(rule, table), confidence)
    except ValueError as error:
        raise ValueError(f"Rule {rule.name!r} does not fit its table: {error}") from error
    return Verdict(rule=rule, **effect, result=_result(rule, effect["low"], effect["high"]))


def _select(rule, table):
    """Select the rows that a rule is about, each seed once and none left out."""
    whole, apart = table, [] if rule.between is None else [rule.between[0]]
    for name, value in rule.where.items():
        check_choice("where", name, table.columns.drop([*COLUMNS_OF_RUNS], errors="ignore"))
        check_choice(f"where: {name}", value, table[name].unique().tolist())
        table = table[table[name] == value]
    if not {*apart} <= {*table}:
        return table  # `compare_paired` says which columns there are
    if table.duplicated(["seed", *apart]).any():
        raise ValueError(
            "`where` must give a value to each setting that differs; with "
            f"{words_of(rule.where)} a seed occurs several times. Add the missing setting."
        )
    for choice in rule.between[1:] if apart else [None]:
        seeds, kept = (
            set((rows[rows[apart[0]] == choice] if apart else rows)["seed"])
            for rows in (whole, table)
        )
        if lost := sorted(seeds - kept):
            raise ValueError(
                f"`where` must keep a run of each seed; {words_of(rule.where)} leaves out {lost}"
                f"{f' of {choice!r}' if apart else ''}. Select by a setting that was run with all "
                "seeds, never by a result."
            )
    return table


def _measure(rule, table, confidence):
    """Compute the mean that a rule is about, its interval and the numbers of seeds."""
    options = {"value": rule.value, "confidence": confidence}
    if rule.between is not None:
        (row,) = compare_paired(table, between=rule.between, **options).to_dict("records")
        return row
    (row,) = summarise_runs(table, by=[], **options).to_dict("records")
    left_out = row.pop("num_diverged") + row.pop("num_failed")
    return row | {"num_left_out": left_out}


def _result(rule, low, high):
    """Compare an interval with the bounds; a comparison with nan is False."""
    above, below = rule.above, rule.below
    if (above is None or low > above) and (below is None or high < below):
        return "held"
    if (above is not None and high < above) or (below is not None and low > below):
        return "contradicted"
    return "not shown"
