"""The last part of notebook 05 on predictions that somebody else made, faults included.

The files are written here by hand, not by `predictions_table`. The cells are the notebook's own,
run without a kernel; a predictions file needs no network, so Keras stays out.
"""

import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.reruns import start_run
from helpers.reruns.committed import read_notebook
from helpers.reruns.course import notebook_paths
from helpers.reruns.parameters import read_parameters

SPLITS = "splits disjoint at the patient level, how data were partitioned"
FIRST, LAST = "## Your model, from audit to model card", "## Further measures"


def collect_sources(notebook):
    """Return the imports of the notebook, and the code of its last part."""
    imports, part, inside = None, [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            inside = FIRST in cell.source or (inside and LAST not in cell.source)
        elif imports is None:
            imports = re.sub(r"^from helpers\.start.*$", "", cell.source, flags=re.MULTILINE)
        elif inside:
            part.append(cell.source)
    return [imports, *part]


def evaluate(predictions, folder):
    """Run the last part of notebook 05 on a predictions file; return its record and its card."""
    path = notebook_paths(["05"])[0]
    names = {name: item.default for name, item in read_parameters(path).items()}
    names |= {"predictions": str(predictions), "results_path": str(folder / "run.json")}
    names |= {"show": lambda figure, alt: plt.close(figure), "display": lambda shown: None}
    names["run"] = start_run("05_evaluation", names)
    for source in collect_sources(read_notebook(path)):
        exec(compile(source, str(path), "exec"), names)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    card = json.loads((folder / "run.model_card.json").read_text(encoding="utf-8"))
    return record, card


def write_csv(path, **columns):
    """Write columns as somebody without this course would."""
    rows = [columns, *zip(*columns.values(), strict=True)]
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def draw_cases(num_cases=120):
    """Draw labels, scores of the disease, and the split of each case."""
    random = np.random.default_rng(5)
    y_true = np.arange(num_cases) % 3 == 0
    score = 1 / (1 + np.exp(-random.normal(2 * y_true - 1, 1)))
    split = np.repeat(["train", "val", "test"], num_cases // 3)
    return y_true.astype(int), score.round(4), split


def messages(card):
    """Return what the audit in a card says, by its check."""
    return {finding["check"]: finding for finding in card["audit"]["findings"]}


def ticked(card):
    """Return which points of the checklist a card ticks."""
    return {row["point"]: row["ticked"] for row in card["checklist"]}


def test_the_audit_names_planted_leakage_and_planted_duplicates(tmp_path, capsys):
    y_true, score, split = draw_cases()
    patient = [f"person {number}" for number in range(120)]
    image = [f"file-{number}" for number in range(120)]
    patient[90] = "person 7"  # trained on, and tested
    image[91] = "file-33"  # the same: cases 33 and 91 are both healthy or both diseased
    y_true[91] = y_true[33]
    image[102], y_true[102] = "file-101", y_true[101]  # twice in the test set
    names = [f"case {number}" for number in range(120)]
    path = write_csv(
        tmp_path / "theirs.csv",
        image=image, y_score=score, split=split, case=names, y_true=y_true, patient=patient,
    )  # fmt: skip
    record, card = evaluate(path, tmp_path)
    found = messages(card)
    assert found["patients on two sides"]["splits"] == ["train", "test"]
    assert found["the same image in two splits"]["number"] == 1
    assert found["the same image twice in one split"]["splits"] == ["test"]
    assert not card["audit"]["passed"]
    assert not ticked(card)[SPLITS]
    assert "The audit found errors" in card["data"]
    assert "See the audit; errors: 2, notes: 1." in card["limits"]
    assert "person 7" not in json.dumps(card)  # which goes from hand to hand
    seen = capsys.readouterr().out
    for names in ("person 7.", "train case 33 = test case 91.", "case 101 = case 102."):
        assert f"Look at: {names}\n" in seen
    assert record["status"] == "complete"


def test_clean_splits_are_ticked(tmp_path):
    y_true, score, split = draw_cases()
    path = write_csv(
        tmp_path / "theirs.csv",
        y_true=y_true, y_score=score, split=split,
        patient=[f"person {number}" for number in range(120)],
        image=[f"file-{number}" for number in range(120)],
    )  # fmt: skip
    _, card = evaluate(path, tmp_path)
    assert card["audit"]["passed"]
    assert ticked(card)[SPLITS]
    assert "The audit found errors" not in card["data"]
    assert "test: 40 cases of 40 patients" in card["data"]
    assert card["operating_point"]["num_positive"] == y_true[40:80].sum()


def test_two_columns_are_enough_and_the_card_says_what_is_unknown(tmp_path):
    y_true, score, _ = draw_cases()
    path = write_csv(tmp_path / "theirs.csv", y_true=y_true, y_score=score)
    _, card = evaluate(path, tmp_path)
    assert {"patients unknown", "images unknown", "one split only"} <= messages(card).keys()
    assert "fixed beforehand" in card["operating_point"]
    assert not ticked(card)[SPLITS]
    assert "test: 120 cases of unknown patients, prevalence = 0.333." in card["data"]


@pytest.mark.parametrize("kind", ["no training rows", "a patient unknown"])
def test_splits_are_not_ticked_where_a_leak_could_hide(kind, tmp_path):
    y_true, score, split = draw_cases()
    patient = [f"person {number}" for number in range(120)]
    if kind == "no training rows":
        y_true, score, split, patient = y_true[40:], score[40:], split[40:], patient[40:]
    else:
        patient[100] = ""
    path = write_csv(
        tmp_path / "theirs.csv", y_true=y_true, y_score=score, split=split, patient=patient
    )
    _, card = evaluate(path, tmp_path)
    assert card["audit"]["passed"]
    assert "patients on two sides" in card["audit"]["checked"]
    assert not ticked(card)[SPLITS]
    said = any("nobody can know here whether a patient" in limit for limit in card["limits"])
    assert said == (kind == "no training rows")


def test_what_only_the_makers_of_a_model_know_is_left_to_them(tmp_path):
    y_true, score, split = draw_cases()
    path = write_csv(tmp_path / "theirs.csv", y_true=y_true, y_score=score, split=split)
    _, card = evaluate(path, tmp_path)
    assert card["purpose"].startswith("Not stated")
    for point in (
        "preprocessing fitted on training data only",
        "how the final model was chosen (on validation)",
        "internal and external testing",
        "software, versions, seeds, hardware",
    ):
        assert not ticked(card)[point]
    assert card["provenance"]["seed of the evaluation"] == 0
    assert all(part != {} for part in card["provenance"].values())


def test_every_result_says_how_its_interval_was_made(tmp_path):
    y_true, score, _ = draw_cases()
    path = write_csv(tmp_path / "theirs.csv", y_true=y_true, y_score=score)
    _, card = evaluate(path, tmp_path)
    assert card["how"].keys() == card["metrics"].keys()
    assert card["how"]["sensitivity"] == "Wilson"
    for name, estimate in card["metrics"].items():
        assert (estimate["low"] is None) == card["how"][name].startswith("no interval")


def test_groups_are_those_with_a_name(tmp_path):
    y_true, score, _ = draw_cases()
    group = np.array(["north", "south", ""])[np.arange(120) // 2 % 3]  # the last is nobody's
    y_true[group == "south"] = 0  # no AUC there
    path = write_csv(tmp_path / "theirs.csv", y_true=y_true, y_score=score, group=group)
    _, card = evaluate(path, tmp_path)
    told = {row["point"]: row["how"] for row in card["checklist"]}
    assert told["subgroups, fairness"] == "groups: 2, with an AUC: 1"


def test_tied_scores_are_calibrated_only_as_far_as_that_is_defined(tmp_path):
    path = write_csv(tmp_path / "theirs.csv", y_true=[0, 1] * 20, y_score=[0.4] * 40)
    _, card = evaluate(path, tmp_path)
    told = {row["point"]: row["how"] for row in card["checklist"]}
    assert told["calibration, recalibration"] == "reliability; intercept"


def test_logits_get_no_calibration(tmp_path):
    y_true, score, split = draw_cases()
    logits = np.log(score / (1 - score)).round(3)
    path = write_csv(tmp_path / "theirs.csv", y_true=y_true, y_score=logits, split=split)
    _, card = evaluate(path, tmp_path)
    assert "Brier score" not in card["metrics"]
    assert not ticked(card)["calibration, recalibration"]


def test_one_class_only_is_reported_as_not_defined(tmp_path):
    _, score, _ = draw_cases()
    path = write_csv(tmp_path / "theirs.csv", y_true=[0] * 120, y_score=score)
    record, card = evaluate(path, tmp_path)
    assert card["metrics"]["AUC"]["value"] is None
    assert card["metrics"]["specificity"]["value"] == np.mean(score < 0.5)
    assert record["metrics"]["test sensitivity"] is None


def test_images_of_one_patient_are_drawn_together(tmp_path):
    y_true, score, _ = draw_cases()
    y_true, score = np.repeat(y_true, 3), np.repeat(score, 3)  # three copies teach nothing new
    patient = np.repeat(np.arange(120), 3)
    alone = write_csv(tmp_path / "alone.csv", y_true=y_true, y_score=score)
    joined = write_csv(tmp_path / "joined.csv", y_true=y_true, y_score=score, patient=patient)
    widths = []
    for path in (alone, joined):
        _, card = evaluate(path, tmp_path)
        widths.append(card["metrics"]["AUC"]["high"] - card["metrics"]["AUC"]["low"])
    assert widths[1] > 1.4 * widths[0]


@pytest.mark.parametrize("kind", ["classes", "classes as logits", "labels", "labels as logits"])
def test_several_columns_of_scores_are_evaluated(kind, tmp_path):
    random = np.random.default_rng(6)
    _, _, split = draw_cases()
    logits = random.normal(size=(120, 3))
    if kind.startswith("classes"):
        truth = {"y_true": np.arange(120) % 3}
        scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    else:
        truth = {f"y_true_{k}": random.permutation(np.arange(120) % 2) for k in range(3)}
        scores = 1 / (1 + np.exp(-logits))
    scores = logits if kind.endswith("logits") else scores
    columns = {f"y_score_{k}": scores[:, k] for k in range(3)}
    path = write_csv(tmp_path / "theirs.csv", **truth, **columns, split=split)
    _, card = evaluate(path, tmp_path)
    averaged = "AUC, mean of classes" if kind.startswith("classes") else "AUC, mean of labels"
    assert 0.3 < card["metrics"][averaged]["value"] < 0.7
    answered = kind != "labels as logits"
    assert ("accuracy" in card["metrics"]) == answered
    assert card["operating_point"].startswith("No answers") != answered
