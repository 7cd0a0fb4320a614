"""What the command line shows in the terminal: tables of outcomes, of results, of anything."""

import sys
import textwrap

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from helpers.reruns.records import document_file


def print_table(columns, rows, *, compact=False):
    """Print rows under the names of their columns; one after the other in a narrow terminal."""
    rows = [[str(value) for value in row] for row in rows]
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0)) if compact else Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # brackets in a text are no markup
    # a file or a pipe has no width that lines would have to fit into
    console = Console(width=None if sys.stdout.isatty() else 200)
    needed = console.measure(table, options=console.options.update_width(10_000)).maximum
    if needed <= console.width:
        console.print(table)
    else:
        print_blocks(columns, rows)


def print_blocks(columns, rows):
    """Print each row as lines of its own, without those that are empty."""
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            if value:
                print(f"{column}: " + value.replace("\n", f"\n{' ' * (len(column) + 2)}"))
        print()


def print_frame(frame):
    """Print a data frame, with nothing where there is no value."""
    print_table(frame.columns, frame.astype(object).where(frame.notna(), "").to_numpy())


def print_outcomes(outcomes, output_dir):
    """Print how the notebooks ran, the whole messages of those that failed, and what to open."""
    rows = [
        (
            outcome.notebook,
            f"{outcome.seconds:.1f}",
            f"{outcome.peak_megabytes:.0f} MB",
            textwrap.shorten(outcome.error or "done", width=60, placeholder=" ..."),
        )
        for outcome in outcomes
    ]
    print_table(["notebook", "seconds", "peak memory", "result"], rows)
    for outcome in outcomes:
        if outcome.error:
            print(f"{outcome.notebook} {outcome.error}\n")
    print(f"Results: {output_dir / 'results'}; executed copies: {output_dir / 'executed'}")
    for outcome in outcomes:
        card = document_file(output_dir / "results" / f"{outcome.notebook}.json", "model_card.md")
        if card.exists():
            print(f"Model card: {card}")
        if outcome.page.exists():
            print(f"Open in a browser: {outcome.page}")


def print_results(table):
    """Print the table of `read_results`, with the metrics of each run in one cell."""
    fixed = ["notebook", "status", "data", "changed", "claims", "seconds"]
    metrics = table.loc[:, "seconds":].drop(columns="seconds")
    listed = [
        "\n".join(f"{name} {value:.6g}" for name, value in row.dropna().items())
        for _, row in metrics.iterrows()
    ]
    print_frame(table[fixed].assign(metrics=listed))
