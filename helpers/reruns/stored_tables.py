"""The tables of experiments as files: how they are written and read, and those of the course.

A table of the course, `notebooks/tables/<notebook>.<name>.csv`, is that of a run with the full
profile. All of a notebook come from the same run, whose record lies beside them as
`<notebook>.record.json`; `python -m helpers tables` makes them.
"""

import io
from pathlib import Path

import pandas as pd

from helpers.checks import quoted, suggest
from helpers.reruns.course import notebook_paths
from helpers.reruns.files import write_text
from helpers.reruns.parameters import PLACES
from helpers.reruns.records import read_record, tables_beside, write_record

TEXT_COLUMN = "message"  # even where it is empty in every row


def table_text(table):
    """Write a table of runs as CSV, refusing one that would not come back as it is.

    The error names the columns that a file cannot hold, and why.

    >>> table_text(pd.DataFrame({"size": [250], "auc": [0.1 + 0.2], "message": ["a, b"]}))
    'size,auc,message\\n250,0.30000000000000004,"a, b"\\n'
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"`table` must be a data frame of run_grid; got {type(table).__name__}.")
    if table.empty:
        raise ValueError("`table` must hold at least one run; got none.")
    if (twice := table.columns.duplicated()).any():
        raise ValueError(
            f"`table` must have each column once; got {table.columns[twice][0]!r} twice."
        )
    table = table.reset_index(drop=True)
    text = table.to_csv(index=False, lineterminator="\n")
    back = _parse(io.StringIO(text, newline=""))
    if not back.equals(table):
        wrong = [name for name in table if name not in back or not back[name].equals(table[name])]
        causes = "; ".join(f"{name!r} does not: {_cause(table[name])}" for name in wrong)
        raise ValueError(f"`table` must come back from a CSV file as it is; {causes}.")
    return text


def _cause(column):
    """Say why a column would not come back from a file."""
    if not isinstance(column.name, str):
        return "its name is no text"
    if str(column.dtype) not in ("int64", "float64", "bool", "str", "object"):
        return f"its type is {column.dtype}, and a file gives back int64, float64, bool or texts"
    if column.isna().any():
        return "it has a missing value among texts, and a file gives back an empty text"
    return "it has texts that look like numbers or truth values, or values that are no texts"


def read_stored_table(notebook, name):
    """Read a table of runs that comes with the course.

    Parameters
    ----------
    notebook : str
        The stem of the notebook, or its number.
    name : str
        The name under which the notebook keeps the table, such as "why_a_cnn".

    Returns
    -------
    pandas.DataFrame
        As the run with the full profile made it: one row a run, numbers to the last digit, an
        empty text where there is no message.

    Raises
    ------
    TypeError
        If the notebook or the name is no text.
    FileNotFoundError
        If there is no such table; the message lists those that there are.
    ValueError
        If the course has no such notebook, or the file is empty, holds no run or cannot be read.

    Introduced in notebook 06, *Rules, written before the runs*.
    """
    for label, text in (("notebook", notebook), ("name", name)):
        if not isinstance(text, str):
            raise TypeError(f"`{label}` must be a text; got {text!r} ({type(text).__name__}).")
    (path,) = notebook_paths([notebook])
    again = f"`python -m helpers tables {path.stem.split('_')[0]}`"
    stored = _stored_tables(path)
    if name not in stored:
        raise FileNotFoundError(
            f"The stored table must be one of {quoted(stored) or 'none so far'}; got {name!r}."
            f"{suggest(name, stored)} To make them all: {again}."
        )
    try:
        table = _parse(stored[name])
    except ValueError as error:  # pandas' own are of this kind
        raise ValueError(
            f"{stored[name]} must be a CSV file that can be read: {error}. Make it anew: {again}."
        ) from error
    if table.empty:
        raise ValueError(f"{stored[name]} must hold at least one run. Make it anew: {again}.")
    return table


def store_tables(notebook, results):
    """Copy the tables of a run into the course, and its record; others from before are removed.

    They are removed last, so that an error on the way loses none.

    Parameters
    ----------
    notebook : path-like
        The notebook of the course.
    results : path-like
        The results file of its run.

    Returns
    -------
    list of pathlib.Path
        The files written: the tables, and the record without the paths of this machine.

    Raises
    ------
    ValueError
        If the run is not complete, or kept no table; the tables of the course then stay.
    """
    notebook, record, tables = Path(notebook), read_record(results), tables_beside(results)
    if record["status"] != "complete":
        raise ValueError(
            f"{results} must be of a run that is complete; got status {record['status']!r}."
        )
    if not tables:
        raise ValueError(f"{notebook.stem} must keep a table, `run.keep_table(...)`; it kept none.")
    earlier, written = _stored_tables(notebook).values(), []
    for name, table in tables.items():
        written.append(_tables_folder(notebook) / f"{notebook.stem}.{name}.csv")
        write_text(written[-1], table.read_bytes().decode())  # line ends within a text stay
    values = record["parameters"]
    record["parameters"] = {name: "" if name in PLACES else values[name] for name in values}
    written.append(_tables_folder(notebook) / f"{notebook.stem}.record.json")
    write_record(written[-1], record)
    for file in set(earlier) - set(written):
        file.unlink()
    return written


def _tables_folder(notebook):
    return notebook.parent / "tables"


def _stored_tables(notebook):
    """Map the names of a notebook's tables in the course to their files."""
    start = f"{notebook.stem}."
    files = sorted(_tables_folder(notebook).glob(f"{start}*.csv"))
    return {file.stem.removeprefix(start): file for file in files}


def _parse(source):
    """Read a table of runs, each column in the type that it was written from."""
    texts = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8")
    return texts.apply(_typed)


def _typed(column):
    """Return whole numbers, numbers or truth values where every text of a column is one."""
    if column.name == TEXT_COLUMN:
        return column
    if column.isin(["True", "False"]).all():
        return column == "True"
    for kind, missing in ((int, ""), (float, "nan")):
        try:  # Python reads a float to its last digit, which not every version of pandas does
            return pd.Series([kind(text or missing) for text in column], dtype=kind)
        except (ValueError, OverflowError):  # a number of more than 19 digits
            continue
    return column
