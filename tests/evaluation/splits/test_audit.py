from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.evaluation.splits.audit import Finding, audit_splits
from helpers.evaluation.splits.image_hashes import hash_images

PATIENTS = {"train": ["p1", "p2", "p2", "p3"], "val": ["p4", "p5"], "test": ["p6", "p7", "p7"]}
IMAGES = {"train": list("abcd"), "val": list("ef"), "test": list("ghi")}
LABELS = {"train": [0, 1, 1, 0], "val": [0, 1], "test": [1, 0, 0]}
CASES = {"train": ["c1", "c2", "c3", "c4"], "val": ["c5", "c6"], "test": ["c7", "c8", "c9"]}
CLEAN = {"patient": PATIENTS, "image": IMAGES, "y_true": LABELS, "case": CASES}

names = st.lists(st.sampled_from(["a", "b", "c", "d", "e", ""]), min_size=1, max_size=6)
splits = st.fixed_dictionaries({"train": names, "val": names, "test": names})


def plant(label, split, place, value):
    """Return the clean cases with one entry changed."""
    parts = {name: list(values) for name, values in CLEAN[label].items()}
    parts[split][place] = value
    return CLEAN | {label: parts}


def find(audit, check):
    return [finding for finding in audit.findings if finding.check == check]


def test_clean_splits_pass_and_all_checks_are_named():
    audit = audit_splits(**CLEAN)
    assert audit.passed
    assert audit.findings == ()
    assert str(audit) == (
        "Looked for and not found: patients on two sides; the same image in two splits; the same "
        "case in two splits; labels disagree on the same image; the same image twice in one "
        "split; the same case twice in one split; a class is missing in a split."
    )
    assert list(audit.to_table().columns) == list(Finding._fields)
    assert len(audit.to_table()) == 0


# across splits


@pytest.mark.reference("audit_splits")
@pytest.mark.parametrize(
    ("label", "check"),
    [
        ("patient", "patients on two sides"),
        ("image", "the same image in two splits"),
        ("case", "the same case in two splits"),
    ],
)
@given(splits)
def test_what_two_splits_share_is_counted_as_by_sets(label, check, parts):
    found = find(audit_splits(**{label: parts}), check)
    expected = {}
    for pair in combinations(parts, 2):
        shared = set(parts[pair[0]]) & set(parts[pair[1]]) - {""}
        if shared:
            expected[pair] = shared
    assert {finding.splits: finding.number for finding in found} == {
        pair: len(shared) for pair, shared in expected.items()
    }
    assert {finding.severity for finding in found} <= {"error"}
    for finding in found:
        assert len(finding.examples) == finding.number
        if label != "image":  # which names the cases
            assert set(finding.examples) == expected[finding.splits]


@pytest.mark.law("audit_splits")
@given(splits, splits, st.randoms())
def test_the_order_of_cases_changes_no_count(patient, image, random):
    sizes = {split: min(len(patient[split]), len(image[split])) for split in patient}
    given_ = {
        "patient": {split: patient[split][:size] for split, size in sizes.items()},
        "image": {split: image[split][:size] for split, size in sizes.items()},
    }
    order = {split: random.sample(range(size), size) for split, size in sizes.items()}
    moved = {
        label: {split: [parts[split][i] for i in order[split]] for split in parts}
        for label, parts in given_.items()
    }
    first, second = (audit_splits(**parts).to_table() for parts in (given_, moved))
    columns = ["check", "severity", "splits", "number"]
    pd.testing.assert_frame_equal(first[columns], second[columns])


def test_a_patient_on_two_sides_is_named_with_a_remedy():
    audit = audit_splits(**plant("patient", "test", 2, "p2"))
    assert not audit.passed
    (finding,) = audit.findings
    assert finding == Finding(
        check="patients on two sides",
        severity="error",
        splits=("train", "test"),
        number=1,
        message="1 patient lies in train and in test (1 of the 3 cases of test). Split by "
        "patient, for example with scikit-learn's StratifiedGroupKFold.",
        examples=("p2",),
    )
    line, _ = str(audit).splitlines()
    assert line == f"Error: {finding.message} Look at: p2."


def test_many_patients_are_counted_and_the_first_are_named():
    train = [f"p{number}" for number in range(1, 21)]
    test = [name for name in train[8:] for _ in range(3)] + ["q"]
    audit = audit_splits(patient={"train": train, "test": test})
    finding, _ = audit.findings
    assert finding.message.startswith(
        "12 patients lie in train and in test (36 of the 37 cases of test). Split by patient"
    )
    assert "StratifiedGroupKFold. Look at: p9; p10; p11; p12; p13; ... .\n" in str(audit)
    assert len(finding.examples) == finding.number == 12


def test_planted_copies_are_named_by_split_and_place():
    x = np.random.default_rng(0).normal(size=(9, 5, 7, 2)).astype("float32")
    x[7] = x[1]
    x[8] = x[3]
    hashes = hash_images(x)
    parts = {"train": hashes[:4], "val": hashes[4:6], "test": hashes[6:]}
    audit = audit_splits(image=parts)
    (finding,) = find(audit, "the same image in two splits")
    assert finding.splits == ("train", "test")
    assert finding.examples == ("train 1 = test 1", "train 3 = test 2")
    assert find(audit, "the same image twice in one split") == []
    assert finding.message.startswith(
        "2 images lie in train and in test (2 of the 3 cases of test). Keep one copy."
    )
    assert " Look at: train 1 = test 1; train 3 = test 2.\n" in str(audit)
    named = audit_splits(image=parts, case=CASES)
    (finding,) = find(named, "the same image in two splits")
    assert finding.examples == ("train c2 = test c8", "train c4 = test c9")


def test_a_case_in_two_splits_is_found_without_patients_and_images():
    parts = plant("case", "val", 0, "c3")["case"]
    (finding,) = find(audit_splits(case=parts), "the same case in two splits")
    assert (finding.severity, finding.splits) == ("error", ("train", "val"))
    assert finding.message.startswith("1 case lies in train and in val (1 of the 2 cases of val)")
    assert finding.examples == ("c3",)


# names


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ([7, 8], ["7", "9"]),
        ([7.0, np.nan], [7, 9]),
        (np.array([7, 8], "float32"), ["7", "9"]),
        ([" 7", "8"], ["7 ", "9"]),
        (["a  b", "c"], ["a b", "d"]),
        (pd.Series([7, None], dtype="Int64"), pd.Series([7, 9])),
        (pd.Categorical(["7", "8"]), ["7", "9"]),
    ],
)
def test_the_same_patient_is_known_whatever_the_type(train, test):
    audit = audit_splits(patient={"train": train, "test": test})
    (finding,) = find(audit, "patients on two sides")
    assert finding.number == 1


def test_unknown_patients_are_not_taken_for_one_and_are_counted():
    nothing = [None, "", np.nan, "NA", "None", " ", pd.NA, pd.NaT]
    train = np.empty(9, dtype=object)
    train[:] = [*nothing, "p1"]
    audit = audit_splits(patient={"train": train, "test": ["p2", None]})
    assert audit.passed
    of_train, of_test = find(audit, "patients unknown")
    assert (of_train.severity, of_train.number, of_test.number) == ("note", 8, 1)
    assert of_train.message.startswith("The patient of 8 of the 9 cases of train is unknown: whe")
    assert of_test.examples == ("1",)


@pytest.mark.parametrize("patient", [None, {"train": None, "test": None}, "empty"])
def test_no_known_patient_is_one_note_for_all(patient):
    if patient == "empty":
        patient = {"train": ["", ""], "test": [np.nan]}
    images = {"train": ["a", "b"], "test": ["c"]}
    audit = audit_splits(patient=patient, image=images)
    (finding,) = audit.findings
    assert (finding.check, finding.severity) == ("patients unknown", "note")
    assert finding.splits == ("train", "test")
    assert finding.number == 3
    assert finding.message == (
        "No patient is known: whether one lies in two splits could not be checked. Ask whose "
        "images they are."
    )
    assert "patients on two sides" not in audit.checked
    assert audit.passed


def test_a_split_without_patients_is_not_called_clean():
    audit = audit_splits(
        patient={"train": ["a", "b"], "test": None}, case={"train": [1, 2], "test": [3]}
    )
    assert "patients on two sides" not in audit.checked
    (finding,) = find(audit, "patients unknown")
    assert (finding.splits, finding.number) == (("test",), 1)


def test_no_images_are_noted():
    (finding,) = audit_splits(patient=PATIENTS).findings
    assert finding.check == "images unknown"
    assert "copies could not be looked for" in finding.message


def test_one_split_says_what_it_cannot_show():
    audit = audit_splits(patient={"test": ["a", "a"]}, image={"test": ["x", "x"]})
    assert audit.passed
    assert "patients on two sides" not in audit.checked
    (finding,) = find(audit, "one split only")
    assert finding.message.startswith("Only test is given: whether its patients and images lie in")
    assert len(find(audit, "the same image twice in one split")) == 1


# within a split


@pytest.mark.parametrize(
    ("label", "value", "check", "examples"),
    [
        ("image", "a", "the same image twice in one split", ("c1 = c4",)),
        ("case", "c1", "the same case twice in one split", ("c1",)),
    ],
)
def test_a_copy_within_a_split_is_a_note(label, value, check, examples):
    changed = plant(label, "train", 3, value)
    audit = audit_splits(**changed)
    assert audit.passed
    (finding,) = find(audit, check)
    assert (finding.severity, finding.splits, finding.number) == ("note", ("train",), 1)
    assert "in train more than once (2 cases). " in finding.message
    assert finding.examples == examples


def test_one_patient_may_have_several_cases_in_a_split():
    assert audit_splits(**CLEAN).findings == ()


# labels


def test_copies_with_different_labels_are_an_error():
    changed = plant("image", "test", 0, "a")
    audit = audit_splits(**changed)
    (finding,) = find(audit, "labels disagree on the same image")
    assert (finding.severity, finding.splits) == ("error", ("train", "test"))
    assert finding.message == ("1 image has different labels. At most one of them is right.")
    assert finding.examples == ("train c1 has 0, test c7 has 1",)
    agreeing = plant("image", "test", 1, "a")
    assert find(audit_splits(**agreeing), "labels disagree on the same image") == []


def test_copies_within_a_split_may_disagree_too():
    parts = {"train": ["a", "a", "a", "b", "b"], "test": ["c", "c", "d", "", ""]}
    labels = {"train": [2, 0, 2, 1, 1], "test": [0, 1, 2, 0, 1]}
    (finding,) = find(audit_splits(image=parts, y_true=labels), "labels disagree on the same image")
    assert (finding.number, finding.splits) == (2, ("train", "test"))
    assert set(finding.examples) == {"train 0 has 2, train 1 has 0", "test 0 has 0, test 1 has 1"}


@pytest.mark.parametrize("split", ["train", "test"])
def test_labels_are_compared_where_a_split_has_both_images_and_labels(split):
    images = {"train": ["a", "b"], "test": ["c", "d"]}
    check = "labels disagree on the same image"
    labels = {"train": None, "test": None} | {split: [0, 1]}
    assert check in audit_splits(image=images, y_true=labels).checked
    apart = audit_splits(image=images | {split: None}, y_true=labels)
    assert check not in apart.checked


def test_labels_that_are_bool_are_the_same_as_0_and_1():
    images = {"train": ["a", "b"], "test": ["a", "c"]}
    labels = {"train": [True, False], "test": [1, 0]}
    audit = audit_splits(image=images, y_true=labels)
    assert find(audit, "labels disagree on the same image") == []
    several = {"train": np.array([[True, False], [False, False]]), "test": [[1, 0], [1, 1]]}
    audit = audit_splits(image=images, y_true=several)
    assert find(audit, "labels disagree on the same image") == []
    (finding,) = find(audit, "a class is missing in a split")[:1]
    assert finding.examples == ("label 1 = 1",)


def test_messages_name_nobody():
    parts = {"train": ["Anna", "Anna", "Bert"], "test": ["Bert", "", "Carl"]}
    audit = audit_splits(
        patient=parts, case=parts, image=parts, y_true={"train": [0, 1, 1], "test": [0, 1, 1]}
    )
    checks = {finding.check for finding in audit.findings}
    assert len(checks) == 8  # all but a missing class and a single split
    for finding in audit.findings:
        assert not any(name in finding.message for name in ("Anna", "Bert", "Carl"))
    assert "Bert" in str(audit)  # but whoever works on the data has to know


def test_several_labels_disagree_as_a_whole():
    parts = {"train": ["a", "b"], "test": ["a", "b"]}
    labels = {"train": [[0, 1], [1, 0]], "test": [[0, 1], [1, 1]]}
    audit = audit_splits(image=parts, y_true=labels)
    (finding,) = find(audit, "labels disagree on the same image")
    assert finding.examples == ("train 1 has [1, 0], test 1 has [1, 1]",)


def test_a_class_that_a_split_lacks_is_noted():
    audit = audit_splits(y_true={"train": [0, 1, 3, 1], "val": [0, 1, 2, 3], "test": [1, 1]})
    assert audit.passed
    found = {finding.splits: finding for finding in find(audit, "a class is missing in a split")}
    assert set(found) == {("train",), ("test",)}
    assert found["train",].examples == ("class 2",)
    assert found["test",].number == 3
    assert found["test",].message == (
        "test has no case of class 0, class 2, class 3. Measures that need one are not defined "
        "there."
    )


@pytest.mark.parametrize(("labels", "missing"), [([0, 0], "class 1"), ([1], "class 0")])
def test_one_class_only_lacks_the_other(labels, missing):
    (finding,) = find(audit_splits(y_true={"test": labels}), "a class is missing in a split")
    assert finding.examples == (missing,)


def test_a_label_that_is_constant_in_a_split_is_noted():
    labels = {"train": [[0, 1, 1], [1, 0, 0]], "test": [[0, 1, 1], [0, 1, 0]]}
    (finding,) = find(audit_splits(y_true=labels), "a class is missing in a split")
    assert (finding.splits, finding.examples) == (("test",), ("label 0 = 1", "label 1 = 0"))


# the answer


def test_errors_come_before_notes_and_every_line_is_a_sentence():
    parts = {"train": ["a", "a", "b"], "test": ["b", "c", "c"]}
    patients = {"train": ["p", "q", ""], "test": ["q", "r", "s"]}
    audit = audit_splits(
        patient=patients, image=parts, y_true={"train": [0, 0, 0], "test": [1] * 3}
    )
    assert not audit.passed
    severities = [finding.severity for finding in audit.findings]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "note"}
    lines = str(audit).splitlines()
    for line, finding in zip(lines, audit.findings, strict=True):  # each check found something
        assert line.startswith(f"{finding.severity.capitalize()}: {finding.message}")
        assert line.endswith(".")
        named = finding.check != "a class is missing in a split"  # which has the class in it
        assert (" Look at: " in line) == named
    table = audit.to_table()
    assert table["check"].tolist() == [finding.check for finding in audit.findings]
    assert table.loc[0, "splits"] == ("train", "test")


def test_a_message_stays_on_its_line():
    audit = audit_splits(patient={"train": ["a\nb", "c"], "test": ["a\nb", "d"]})
    assert len(str(audit).splitlines()) == 2


def test_large_sets_are_audited_in_seconds():
    numbers = np.arange(60_000)
    audit = audit_splits(
        patient={"train": numbers, "test": numbers[::-6]},
        image={"train": numbers.astype(str), "test": numbers[::-6].astype(str)},
    )
    assert audit.findings[0].number == audit.findings[1].number == 10_000


@pytest.mark.parametrize(
    ("given_", "kind", "message"),
    [
        ({}, ValueError, "Give at least one of `patient`, `image`, `y_true` and `case`"),
        ({"patient": ["a"]}, TypeError, r"`patient` must be a dictionary .*; got \['a'\]"),
        ({"patient": {}}, TypeError, "`patient` must be a dictionary from split to array"),
        (
            {"patient": {"train": ["a"], "test": ["b"]}, "image": {"train": ["x"], "tset": ["y"]}},
            *(
                ValueError,
                "`image` must have the splits of `patient`, 'train', 'test'; got 'train'",
            ),
        ),
        (
            {"patient": {"test": ["a", "b"]}, "image": {"test": ["x"]}},
            *(ValueError, "'test' must have one entry a case.*got 2 in `patient`, 1 in `image`"),
        ),
        ({"patient": {"train": ["a"], "val": []}}, ValueError, "'val' .* Leave an empty split out"),
        ({"case": {"train": ["a"], "val": None}}, ValueError, "'val' must have .* got none"),
        (
            {"image": {"train": np.zeros((2, 5, 7))}},
            *(
                ValueError,
                r"shape \(n,\), one name a case; got \(2, 5, 7\). Pass what `hash_images`",
            ),
        ),
        ({"patient": {"train": 7}}, ValueError, r"`patient\['train'\]` must have shape \(n,\)"),
        ({"y_true": {"train": 1}}, ValueError, r"must hold integers, shape \(n,\) or .*shape \(\)"),
        ({"y_true": {"train": [0.5]}}, ValueError, "must hold integers.*of float64"),
        ({"y_true": {"train": [-1, 0]}}, ValueError, "integers from 0; got values from -1 to 0"),
        (
            {"y_true": {"train": [[0, 2]]}},
            ValueError,
            "must hold 0 and 1 for several labels a case",
        ),
        ({"y_true": {"train": [[], []]}}, ValueError, r"shape \(2, 0\)"),
        (
            {"y_true": {"train": [0, 1], "test": [[0, 1]]}},
            *(ValueError, r"one kind in all splits; got the shapes train \(2,\), test \(1, 2\)"),
        ),
    ],
)
def test_what_cannot_be_audited_is_refused(given_, kind, message):
    with pytest.raises(kind, match=message):
        audit_splits(**given_)
