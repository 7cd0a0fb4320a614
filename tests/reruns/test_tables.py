"""A table that the terminal cannot hold is printed row after row, with nothing broken."""

import sys
from types import SimpleNamespace

from helpers.reruns.tables import print_outcomes, print_table

COLUMNS, ROWS = ["name", "licence"], [["immunohistochemistry", "x" * 70], ["digits", ""]]


def test_a_wide_table_in_a_narrow_terminal_becomes_blocks(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    print_table(COLUMNS, ROWS)
    printed = capsys.readouterr().out
    assert f"name: immunohistochemistry\nlicence: {'x' * 70}\n\nname: digits\n" in printed


def test_a_table_that_fits_stays_one(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    print_table(COLUMNS, ROWS)
    assert f"│ immunohistochemistry │ {'x' * 70} │" in capsys.readouterr().out


def test_the_last_lines_name_the_model_card_of_a_run_that_wrote_one(tmp_path, capsys):
    card = tmp_path / "results" / "05_last.model_card.md"
    card.parent.mkdir()
    card.write_text("# A card\n")
    page = tmp_path / "no page"
    outcomes = [
        SimpleNamespace(notebook=name, seconds=1.0, peak_megabytes=1.0, error=None, page=page)
        for name in ("04_first", "05_last")
    ]
    print_outcomes(outcomes, tmp_path)
    assert [line for line in capsys.readouterr().out.splitlines() if "card" in line] == [
        f"Model card: {card}"
    ]
