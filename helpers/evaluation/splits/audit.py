"""Audit of splits: patients on two sides, copies of images, and what nobody can check."""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.evaluation.splits.audit_inputs import check_given, tabulate

__all__ = ["Finding", "SplitAudit", "audit_splits"]

SHOWN = 5  # names in a line
LEAK = {
    "patient": "patients on two sides",
    "image": "the same image in two splits",
    "case": "the same case in two splits",
}
REPEATED = {
    "image": "the same image twice in one split",
    "case": "the same case twice in one split",
}
DISAGREEMENT = "labels disagree on the same image"
MISSING_CLASS = "a class is missing in a split"
UNCHECKED = {
    "patient": (
        "patients unknown",
        "whether one lies in two splits could not be checked. Ask whose images they are.",
    ),
    "image": ("images unknown", "copies could not be looked for. Give what hash_images returns."),
}
ADVICE = {
    "patient": "Split by patient, for example with scikit-learn's StratifiedGroupKFold.",
    "image": "Keep one copy. If the patients differ in name, find out who they are.",
    "case": "Keep each case in one split: what the model was fitted to tests nothing.",
}


class Finding(NamedTuple):
    """One thing that an audit found, or could not check.

    `check` is its name, `severity` "error" or "note", `splits` where it is, `number` how many
    patients, images, cases or classes it concerns, `message` a sentence or more without the name of
    anybody, and `examples` all that it concerns, as texts.

    Introduced in notebook 05, *Leakage*.
    """

    check: str
    severity: str
    splits: tuple
    number: int
    message: str
    examples: tuple


@dataclass(frozen=True)
class SplitAudit:
    """What `audit_splits` found: the errors first, then the notes.

    As a text it has one line a finding, with the first names that it concerns, and a last line
    that says what was checked in vain.

    Attributes
    ----------
    findings : tuple of Finding
    checked : tuple of str
        The checks that could be made.

    Introduced in notebook 05, *Leakage*.
    """

    findings: tuple
    checked: tuple

    @property
    def passed(self):
        """Whether no error was found; what could not be checked stands in the notes."""
        return all(finding.severity != "error" for finding in self.findings)

    def to_table(self):
        """Return the findings as a table.

        Returns
        -------
        pandas.DataFrame
            One row a finding; the columns are those of `Finding`.
        """
        return pd.DataFrame(list(self.findings), columns=Finding._fields)

    def __str__(self):
        lines = [_tell(finding) for finding in self.findings]
        found = {finding.check for finding in self.findings}
        clean = [check for check in self.checked if check not in found]
        if clean:
            lines.append(f"Looked for and not found: {'; '.join(clean)}.")
        return "\n".join(lines)


def audit_splits(*, patient=None, image=None, y_true=None, case=None):
    """Look for patients, images and cases that lie in two splits, and for what goes with them.

    Parameters
    ----------
    patient : dict of str to array_like of shape (n,), optional
        For each split, such as "train", "val" and "test", the patient of each case. None, nan or an
        empty text where a patient is not known; None instead of the array where none is.
    image : dict of str to array_like of str, shape (n,), optional
        What `hash_images` returns for the images of each split.
    y_true : dict of str to array_like of int, shape (n,), or (n, labels) of 0 and 1, optional
        Number of the class of each case, from 0; or its labels.
    case : dict of str to array_like of shape (n,), optional
        Name of each case, which messages use; else its position in the split, from 0.

    Returns
    -------
    SplitAudit
        Prints as sentences; `passed` is True if no error was found.

    Raises
    ------
    TypeError, ValueError
        If nothing is given, if splits or their numbers of cases differ, or for a wrong shape.

    Notes
    -----
    Errors: "patients on two sides", "the same image in two splits", "the same case in two splits",
    "labels disagree on the same image". Each spoils the test: the model was fitted to what tests
    it, or one of the labels is wrong. Notes: "the same image (case) twice in one split", which
    makes the evidence look larger than it is; "a class is missing in a split"; and what could not
    be checked: "patients unknown", "images unknown", "one split only".

    Names are compared as texts without spaces around them, because the same patient may be the
    number 7 in one table, 7.0 in another and the text "7" in a third; nan, None and their texts are
    unknown, and no unknown patient equals another. Classes are expected from 0 to the highest
    number given, and both 0 and 1. An audit sees only what it is given: a patient with two numbers,
    or an image that was stored anew, goes unnoticed.

    Examples
    --------
    >>> audit = audit_splits(patient={"train": ["p1", "p2", "p2"], "test": ["p2", "p3"]})
    >>> audit.passed
    False
    >>> print(audit)
    Error: 1 patient lies in train and in test (1 of the 2 cases of test). Split by patient, for \
example with scikit-learn's StratifiedGroupKFold. Look at: p2.
    Note: No image is known: copies could not be looked for. Give what hash_images returns.

    Introduced in notebook 05, *Leakage*.
    """
    given = check_given({"patient": patient, "image": image, "y_true": y_true, "case": case})
    cases = pd.concat([tabulate(split, parts) for split, parts in given.items()])
    labels = {split: parts["y_true"] for split, parts in given.items() if "y_true" in parts}
    findings = [  # errors first
        *(finding for column in LEAK for finding in _find_shared(cases, column)),
        *_find_disagreements(cases),
        *(finding for column in REPEATED for finding in _find_repeated(cases, column)),
        *_find_missing_classes(labels),
        *(finding for column in UNCHECKED for finding in _find_unknown(cases, column)),
        *_find_single_split(cases),
    ]
    known = {column: set(cases.loc[cases[column] != "", "split"]) for column in LEAK}
    checked = [
        *(LEAK[column] for column in LEAK if len(known[column]) > 1),
        *([DISAGREEMENT] if known["image"] & set(labels) else []),
        *(REPEATED[column] for column in REPEATED if known[column]),
        *([MISSING_CLASS] if labels else []),
    ]
    return SplitAudit(tuple(findings), tuple(checked))


def _find_shared(cases, column):
    """Yield a finding for each two splits that share a name in a column."""
    size = cases["split"].value_counts()
    known = cases[cases[column] != ""]
    for first, second in combinations(cases["split"].unique(), 2):
        one, other = (known[known["split"] == split] for split in (first, second))
        shared = other[other[column].isin(one[column])]
        if shared.empty:
            continue
        examples = shared[column].unique()
        if column == "image":  # a hash tells nothing: name the cases
            place = one.drop_duplicates("image").set_index("image")["name"]
            copies = shared.drop_duplicates("image")
            examples = [
                f"{first} {place[image]} = {second} {name}"
                for image, name in zip(copies["image"], copies["name"], strict=True)
            ]
        examples = _in_order(examples)
        message = (
            f"{_count(len(examples), column)} in {first} and in {second} ({len(shared)} of the "
            f"{size[second]} cases of {second}). {ADVICE[column]}"
        )
        yield Finding(LEAK[column], "error", (first, second), len(examples), message, examples)


def _find_repeated(cases, column):
    """Yield a finding for each split in which a name in a column comes more than once."""
    known = cases[cases[column] != ""]
    repeated = known[known.duplicated(["split", column], keep=False)]
    for split, part in repeated.groupby("split", sort=False):
        examples = _in_order(
            " = ".join(names.unique()) for _, names in part.groupby(column)["name"]
        )
        message = (
            f"{_count(len(examples), column)} in {split} more than once ({len(part)} cases). "
            "Copies are no further evidence: keep one of each."
        )
        yield Finding(REPEATED[column], "note", (split,), len(examples), message, examples)


def _find_disagreements(cases):
    """Yield a finding if copies of an image have different labels, in one split or in several."""
    known = cases[(cases["image"] != "") & (cases["label"] != "")]
    different = known.drop_duplicates(["image", "label"])  # one case of each label
    different = different[different["image"].duplicated(keep=False)]
    if different.empty:
        return
    told = different["split"] + " " + different["name"] + " has " + different["label"]
    examples = _in_order(", ".join(texts) for _, texts in told.groupby(different["image"]))
    number = len(examples)
    what = "1 image has" if number == 1 else f"{number} images have"
    message = f"{what} different labels. At most one of them is right."
    splits = tuple(different["split"].unique())
    yield Finding(DISAGREEMENT, "error", splits, number, message, examples)


def _find_missing_classes(labels):
    """Yield a finding for each split without a case of some class, or with a constant label."""
    highest = max([1, *(int(values.max()) for values in labels.values())])
    for split, values in labels.items():
        if values.ndim == 1:
            counts = np.bincount(values.astype("int64"), minlength=highest + 1)
            missing = tuple(f"class {k}" for k in np.flatnonzero(counts == 0))
        else:
            share = values.mean(axis=0)
            constant = np.flatnonzero((share == 0) | (share == 1))
            missing = tuple(f"label {k} = {1 - int(share[k])}" for k in constant)
        if missing:
            message = (
                f"{split} has no case of {_list(missing, ', ')}. Measures that need one are not "
                "defined there."
            )
            yield Finding(MISSING_CLASS, "note", (split,), len(missing), message, missing)


def _find_unknown(cases, column):
    """Yield a finding for what could not be checked, because names are missing in a column."""
    check, consequence = UNCHECKED[column]
    splits = tuple(cases["split"].unique())
    if (cases[column] == "").all():
        message = f"No {column} is known: {consequence}"
        yield Finding(check, "note", splits, len(cases), message, ())
        return
    for split in splits:
        part = cases[cases["split"] == split]
        unknown = _in_order(part.loc[part[column] == "", "name"])
        if unknown:
            message = (
                f"The {column} of {len(unknown)} of the {len(part)} cases of {split} is unknown: "
                f"{consequence}"
            )
            yield Finding(check, "note", (split,), len(unknown), message, unknown)


def _find_single_split(cases):
    splits = tuple(cases["split"].unique())
    if len(splits) == 1:
        message = (
            f"Only {splits[0]} is given: whether its patients and images lie in the training data, "
            "too, could not be checked."
        )
        yield Finding("one split only", "note", splits, len(cases), message, ())


def _count(number, noun):
    return f"1 {noun} lies" if number == 1 else f"{number} {noun}s lie"


def _in_order(texts):
    """Sort names as people do: p3 before p12."""
    return tuple(sorted(texts, key=lambda text: (len(text), text)))


def _tell(finding):
    """Write a finding for whoever works on the data: with the first names that it concerns."""
    line = f"{finding.severity.capitalize()}: {finding.message}"
    if finding.check == MISSING_CLASS or not finding.examples:  # named already, or nothing to name
        return line
    return f"{line} Look at: {_list(finding.examples, '; ')}."


def _list(texts, separator):
    return separator.join([*texts[:SHOWN], *(["... "] if len(texts) > SHOWN else [])])
