"""Each check returns what is right, and says what is required, what came and what is near."""

import math

import numpy as np
import pandas as pd
import pytest

from helpers.checks import check_choice, check_integer, check_number, name_texts


def test_right_values_come_back_as_pythons_own():
    assert check_integer("n", np.int64(3), minimum=3, maximum=3) == 3
    assert type(check_integer("n", np.int64(3))) is int
    assert type(check_number("x", np.float32(0.5), above=0)) is float
    assert check_choice("task", "binary", ["binary"]) == "binary"


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (2, ValueError, "an integer from 3 to 5; got 2"),
        (6, ValueError, "got 6"),
        (3.0, TypeError, r"got 3.0 \(float\)"),
        (True, TypeError, r"got True \(bool\)"),
        ("4", TypeError, r"got '4' \(str\)"),
    ],
)
def test_integers(value, kind, message):
    with pytest.raises(kind, match=message):
        check_integer("n", value, minimum=3, maximum=5)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (0.0, ValueError),
        (1.1, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (10**400, ValueError),
        (True, TypeError),
        ("0.5", TypeError),
        (1j, TypeError),
    ],
)
def test_numbers(value, kind):
    with pytest.raises(kind, match="`x` must be a finite number > 0 and <= 1; got"):
        check_number("x", value, above=0, maximum=1)


@pytest.mark.parametrize("value", [1, 1.0, 1.5, -0.1])
def test_a_bound_may_be_left_out(value):
    assert check_number("x", 0, minimum=0, below=1) == 0
    with pytest.raises(ValueError, match=f"`x` must be a finite number >= 0 and < 1; got {value}"):
        check_number("x", value, minimum=0, below=1)


def test_choices_name_the_nearest_and_all():
    with pytest.raises(ValueError, match=r"one of 'a', 'valid'; got 'vald'. Did you mean 'valid'"):
        check_choice("padding", "vald", ["a", "valid"])
    with pytest.raises(ValueError, match=r"got 7\.$"):
        check_choice("padding", 7, ["a", "valid"])


@pytest.mark.parametrize(
    "value", [7, 7.0, "7", "7.0", " 7 ", np.float32(7), np.int8(7), np.str_("7"), "\t7\n"]
)
def test_a_name_is_the_same_text_whatever_its_type(value):
    assert name_texts([value]) == ["7"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        math.nan,
        np.float32("nan"),
        pd.NA,
        pd.NaT,
        "",
        "  ",
        "NA",
        "N/A",
        "None",
        "NaN",
        "<NA>",
    ],
)
def test_a_name_that_is_not_known_is_an_empty_text(value):
    assert name_texts([value, "nancy", "a  b"]) == ["", "nancy", "a b"]


@pytest.mark.parametrize("value", ["7.10", "1.2.0", "v7.0", "7.", "-0.5", "True", "0"])
def test_other_names_stay_as_they_are(value):
    assert name_texts([value]) == [value]
    assert name_texts([0.5, math.inf, True]) == ["0.5", "inf", "True"]
