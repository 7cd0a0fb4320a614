"""Keep the latest result of each benchmark in `benchmarks/results.md`."""

import datetime
from pathlib import Path

from benchmarks.machine import describe_machine, describe_versions

RESULTS_FILE = Path(__file__).with_name("results.md")
HEADING = """# Speed, memory and coverage: the latest measurements

Written by `python -m benchmarks --write`; do not edit. Ratios were taken in one run, in turns:
median, and in brackets the range. Other machines have other ratios.
"""


def write_results(name, tables, *, command, path=RESULTS_FILE):
    """Store the tables of one benchmark and leave those of the others as they are.

    Parameters
    ----------
    name : str
        Name of the benchmark.
    tables : sequence of Table
    command : str
        The command that measures it.
    path : path-like
        The file of all results; created if need be.
    """
    path = Path(path)
    stored = read_sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    about = [
        f"Measured on {datetime.date.today().isoformat()} by `{command}`",
        f"on {describe_machine()}",
        f"with {describe_versions()}.",
    ]
    sections = stored | {name: "\n\n".join([", ".join(about), *(t.markdown() for t in tables)])}
    parts = [f"## {title}\n\n{sections[title]}\n" for title in sorted(sections)]
    path.write_text("\n".join([HEADING, *parts]), encoding="utf-8")


def read_sections(text):
    """Take a file of results apart.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict of str to str
        From the name of each benchmark to its section without the heading.

    Examples
    --------
    >>> read_sections("# All\\n\\n## cores\\n\\none\\n\\n## startup\\n\\ntwo\\n")
    {'cores': 'one', 'startup': 'two'}
    """
    parts = ("\n" + text).split("\n## ")[1:]
    return {title.strip(): body.strip() for title, _, body in (p.partition("\n") for p in parts)}
