import dataclasses
import datetime
import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from helpers.evaluation.estimate import Estimate
from helpers.evaluation.report.model_card import ModelCard
from helpers.evaluation.splits.audit import audit_splits
from helpers.evaluation.thresholds import FrozenThreshold

THRESHOLD = FrozenThreshold(
    value=0.25,
    rule="least expected cost",
    num_positive=30,
    num_negative=70,
    sensitivity=0.9,
    specificity=0.8,
)


def card(**changes):
    parts = {
        "title": "Lesions in white noise",
        "model": "A network with 82 weights.",
        "data": "400 simulated test images.",
        "purpose": "To learn how to evaluate.",
        "metrics": {"AUC": Estimate(0.75, 0.64, 0.84)},
        "limits": ["One lesion only."],
    }
    return ModelCard(**parts | changes)


def rows_of(markdown, heading):
    """Read the table below a heading as lists of cells."""
    section = markdown.split(f"## {heading}\n\n")[1].split("\n\n")[0]
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines()]
    return [[cell.strip() for cell in line] for line in lines if "---" not in line[0]]


def test_smallest_card_says_what_is_missing():
    text = card().to_markdown()
    assert text.startswith("# Lesions in white noise\n\n## Model\n\nA network with 82 weights.\n\n")
    for words in (
        "None was chosen",
        "None were compared",
        "- Not audited.",
        "Nothing was recorded",
        "- One lesion only.\n",
    ):
        assert words in text
    assert rows_of(text, "Results on the test cases") == [
        ["measure", "value (95 % interval)", "how"],
        ["AUC", "0.750 (0.640 to 0.840)", "not stated"],
    ]
    assert [row[2] for row in rows_of(text, "Reporting")[1:]] == ["no"] * 10


def test_every_kind_of_metric():
    metrics = {
        "AUC": Estimate(math.nan, math.nan, math.nan),
        "cases": np.int64(400),
        "Brier score": np.float32(0.125),
        "kappa": math.nan,
        "slope": None,
        "LR+": math.inf,
        "LR-": 0.00041237,
        "p": -3e-12,
        "zero": 0.0,
        "note": "a|b\nc",
    }
    rows = rows_of(card(metrics=metrics).to_markdown(), "Results on the test cases")
    shown = {name: value for name, value, _ in rows[1:]}
    assert shown == {
        "AUC": "not defined",
        "cases": "400",
        "Brier score": "0.125",
        "kappa": "not defined",
        "slope": "not defined",
        "LR+": "inf",
        "LR-": "0.000412",
        "p": "-3e-12",
        "zero": "0.000",
        "note": r"a\|b c",
    }
    assert json.loads(card(metrics=metrics).to_json())["metrics"] == {
        "AUC": {"value": None, "low": None, "high": None},
        "cases": 400,
        "Brier score": 0.125,
        "kappa": None,
        "slope": None,
        "LR+": "inf",
        "LR-": 0.00041237,
        "p": -3e-12,
        "zero": 0.0,
        "note": "a|b\nc",
    }


def test_how_intervals_were_made():
    full = card(
        metrics={"AUC": Estimate(0.75, 0.64, 0.84), "Brier score": 0.2},
        how={"Brier score": "no interval: an example"},
        confidence=0.9,
    )
    assert rows_of(full.to_markdown(), "Results on the test cases") == [
        ["measure", "value (90 % interval)", "how"],
        ["AUC", "0.750 (0.640 to 0.840)", "not stated"],
        ["Brier score", "0.200", "no interval: an example"],
    ]
    written = json.loads(full.to_json())
    assert written["how"] == {"Brier score": "no interval: an example"}
    assert written["confidence"] == 0.9


@pytest.mark.parametrize("value", [0.25, math.inf])
def test_operating_point(value):
    full = card(operating_point=dataclasses.replace(THRESHOLD, value=value))
    assert f"at least {value:.4g} (least expected cost). " in full.to_markdown()
    assert (
        "chosen on 30 cases with and 70 without the disease; on these its sensitivity is 0.900"
        in full.to_markdown()
    )
    written = json.loads(full.to_json())["operating_point"]
    assert written["value"] == (0.25 if value == 0.25 else "inf")
    assert written["num_negative"] == 70
    words = card(operating_point="0.5, fixed beforehand")
    assert "## Operating point\n\n0.5, fixed beforehand\n" in words.to_markdown()
    assert json.loads(words.to_json())["operating_point"] == "0.5, fixed beforehand"


@pytest.mark.parametrize("index", ["group", None])
def test_subgroups(index):
    frame = pd.DataFrame({"group": ["all", "A|B"], "cases": [7, 0], "auc": [0.5, math.nan]})
    full = card(subgroups=frame.set_index(index) if index else frame)
    assert rows_of(full.to_markdown(), "Subgroups") == [
        ["group", "cases", "auc"],
        ["all", "7", "0.500"],
        [r"A\|B", "0", "not defined"],
    ]
    assert json.loads(full.to_json())["subgroups"] == [
        {"group": "all", "cases": 7, "auc": 0.5},
        {"group": "A|B", "cases": 0, "auc": None},
    ]


def test_audit_that_found_an_error_cannot_be_claimed_as_shown():
    audit = audit_splits(patient={"train": ["a", "b", "c"], "test": ["b", "d"]})
    assert not audit.passed
    full = card(audit=audit)
    for finding in audit.findings:
        assert f"\n- {finding.severity.capitalize()}: {finding.message}\n" in full.to_markdown()
    assert "\n- Looked for: patients on two sides.\n" in full.to_markdown()
    written = json.loads(full.to_json())["audit"]
    assert written["passed"] is False
    assert "patients on two sides" in written["checked"]
    (finding,) = [part for part in written["findings"] if part["severity"] == "error"]
    assert (finding["check"], finding["number"]) == ("patients on two sides", 1)
    assert finding["splits"] == ["train", "test"]
    with pytest.raises(ValueError, match="must not claim 'splits': the audit found an error"):
        card(audit=audit, evidence={"splits": True})


def test_no_card_names_a_patient_or_a_case():
    people = {"train": ["Anna", "Bert", "Carl", "Bert"], "test": ["Anna", "Dora", ""]}
    audit = audit_splits(
        patient=people, case=people, image=people, y_true={"train": [0, 1, 1, 0], "test": [1, 0, 0]}
    )
    assert len({finding.check for finding in audit.findings}) == 8
    assert "Anna" in str(audit)
    for text in (card(audit=audit).to_markdown(), card(audit=audit).to_json()):
        assert "patient" in text
        assert not re.search("Anna|Bert|Carl|Dora", text)


def test_audit_that_found_nothing():
    audit = audit_splits(patient={"train": ["a", "c"], "test": ["b", "d"]})
    full = card(audit=audit, evidence={"splits": "no patient on two sides"})
    assert json.loads(full.to_json())["audit"]["passed"] is True
    assert "no patient on two sides" in full.to_markdown()


def test_splits_that_nobody_audited_cannot_be_claimed_as_shown():
    with pytest.raises(ValueError, match="must not claim 'splits': no audit is given"):
        card(evidence={"splits": True})
    audit = audit_splits(image={"train": ["a", "c"], "test": ["b", "d"]})
    assert audit.passed
    with pytest.raises(ValueError, match="'splits': the audit could not look for patients on two"):
        card(audit=audit, evidence={"splits": "no image on two sides"})
    assert card(audit=audit, evidence={"splits": False}).audit is audit


def test_provenance_with_versions():
    provenance = {"versions": {"numpy": "2.1", "keras": "3.12"}, "seeds": [0, 1], "file": "a_b`c"}
    full = card(provenance=provenance)
    assert rows_of(full.to_markdown(), "Provenance")[1:] == [
        ["versions", "numpy 2.1, keras 3.12"],
        ["seeds", "0, 1"],
        ["file", r"a_b\`c"],
    ]
    assert json.loads(full.to_json())["provenance"] == provenance


def test_json_has_sorted_keys_and_letters_of_all_languages():
    text = card(title="深度学习", provenance={"b": 1, "a": 2}).to_json()
    written = json.loads(text)
    assert "深度学习" in text
    assert list(written) == sorted(written)
    assert list(written["provenance"]) == ["a", "b"]
    assert text.endswith("}\n")
    assert "NaN" not in card(metrics={"AUC": math.nan}).to_json()


def test_every_card_ends_with_the_warning():
    full = card(evidence={"software": True}, operating_point=THRESHOLD)
    assert full.to_markdown().endswith("\n\nThis model is **not for clinical use**.\n")
    assert json.loads(full.to_json())["warning"] == "not for clinical use"


def test_a_card_does_not_change_after_it_was_made():
    with pytest.raises(AttributeError):
        card().title = "Better"
    assert card(limits=["one"]).limits == ("one",)
    given = ["one"]
    made = card(limits=given)
    given.append("two")
    assert made.limits == ("one",)


@pytest.mark.parametrize(
    "limits", [(text for text in "ab"), np.array(["a", "b"]), pd.Series(["a", "b"])]
)
def test_limits_may_come_in_any_list(limits):
    full = card(limits=limits)
    assert full.limits == ("a", "b")
    assert "\n- a\n- b\n" in full.to_markdown()
    assert json.loads(full.to_json())["limits"] == ["a", "b"]


def test_dates_are_written():
    frame = pd.DataFrame(
        {"since": pd.to_datetime(["2020-02-03", None]), "n": pd.array([3, None], dtype="Int64")}
    )
    full = card(subgroups=frame, provenance={"day": datetime.date(2024, 5, 6)})
    assert rows_of(full.to_markdown(), "Subgroups")[1:] == [
        ["2020-02-03 00:00:00", "3"],
        ["not defined", "not defined"],
    ]
    assert rows_of(full.to_markdown(), "Provenance")[1] == ["day", "2024-05-06"]
    written = json.loads(full.to_json())
    assert written["subgroups"][1] == {"since": None, "n": None}
    assert written["provenance"] == {"day": "2024-05-06"}


@pytest.mark.parametrize(
    ("changes", "error", "problem"),
    [
        ({"title": " "}, ValueError, "`title` must not be empty"),
        ({"purpose": None}, TypeError, "`purpose` must be a text; got None"),
        ({"limits": []}, ValueError, "`limits` must be a list of at least one text"),
        ({"limits": "one"}, ValueError, "`limits` must be a list of at least one text; got 'one'"),
        ({"limits": iter([])}, ValueError, "`limits` must be a list of at least one text"),
        ({"limits": None}, ValueError, "`limits` must be a list of at least one text; got None"),
        ({"limits": {"a": 1}}, ValueError, "`limits` must be a list of at least one text; got {"),
        ({"limits": [3]}, TypeError, "`limits` must be a text; got 3"),
        ({"how": {"AUK": "DeLong"}}, ValueError, "`how` must be .*'AUC'"),
        ({"how": {"AUC": " "}}, ValueError, "`how` must not be empty"),
        ({"how": {"AUC": None}}, TypeError, "`how` must be a text"),
        ({"how": "DeLong"}, TypeError, "`how` must be dict; got str"),
        ({"confidence": 95}, ValueError, "`confidence` must be .* < 1; got 95"),
        ({"metrics": [0.5]}, TypeError, "`metrics` must be dict; got list"),
        ({"metrics": {"AUC": object}}, TypeError, "`metrics` must hold numbers, texts, dates"),
        ({"operating_point": 0.5}, TypeError, "must be FrozenThreshold or str or None; got float"),
        ({"subgroups": {}}, TypeError, "`subgroups` must be DataFrame or None; got dict"),
        ({"audit": "none"}, TypeError, "`audit` must be SplitAudit or None; got str"),
        ({"provenance": {"when": {1}}}, TypeError, r"`provenance` must hold .* got \{1\} \(set\)"),
    ],
)
def test_parts_of_another_kind(changes, error, problem):
    with pytest.raises(error, match=problem):
        card(**changes)


def test_evidence_is_checked_when_the_card_is_made():
    with pytest.raises(ValueError, match=r"got 'subgroup'.* Did you mean 'subgroups'"):
        card(evidence={"subgroup": True})
