"""A table that the terminal cannot hold is printed row after row, with nothing broken."""

import sys

from helpers.reruns.tables import print_table

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
