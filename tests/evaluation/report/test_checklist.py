import re

import pytest

from helpers.evaluation.report.checklist import reporting_checklist

# the table of the course's own guide, by hand: point and items
ITEMS = {
    "splits": {"CLAIM": "19 20", "TRIPOD+AI": "12a"},
    "preprocessing": {"CLAIM": "9 25"},
    "selection": {"CLAIM": "26", "TRIPOD+AI": "15"},
    "measures": {"CLAIM": "28 29 37 38", "STARD-AI": "30 31"},
    "testing": {"CLAIM": "32 33", "STARD-AI": "29", "TRIPOD+AI": "16"},
    "prevalence": {"STARD-AI": "28", "TRIPOD+AI": "12f"},
    "calibration": {"TRIPOD+AI": "12e 13"},
    "subgroups": {"TRIPOD+AI": "14 23a", "STARD-AI": "23"},
    "failures": {"CLAIM": "39"},
    "software": {"CLAIM": "23-25"},
}


@pytest.mark.reference("reporting_checklist")
def test_items_are_those_of_the_guide():
    table = reporting_checklist({})
    found = {
        name: {
            statement: " ".join(re.findall(r"[\d-]+[a-f]?", numbers))
            for statement, numbers in re.findall(r"(CLAIM|TRIPOD\+AI|STARD-AI) ([^;]+)", items)
        }
        for name, items in table["items"].items()
    }
    assert found == ITEMS
    assert list(table) == ["point", "items", "ticked", "how"]


@pytest.mark.law("reporting_checklist")
def test_nothing_is_ticked_that_was_not_shown():
    table = reporting_checklist(
        {"splits": "no patient on two sides", "failures": True, "measures": False}
    )
    assert table.index[table["ticked"]].tolist() == ["splits", "failures"]
    assert table.loc["splits", "how"] == "no patient on two sides"
    assert table.loc["failures", "how"] == "shown in this run"
    assert set(table.loc[~table["ticked"], "how"]) == {"not shown here: see the statement"}


@pytest.mark.parametrize(
    ("evidence", "error", "problem"),
    [
        ({"subgroup": True}, ValueError, "got 'subgroup'. Did you mean 'subgroups'"),
        ({"splits": " "}, ValueError, "how 'splits' was shown; got an empty text"),
        ({"splits": 1}, TypeError, r"how 'splits' was shown, as a text; got 1 \(int\)"),
        ({"splits": None}, TypeError, r"got None \(NoneType\)"),
    ],
)
def test_evidence_that_does_not_fit(evidence, error, problem):
    with pytest.raises(error, match=f"`evidence` must .*{problem}"):
        reporting_checklist(evidence)
