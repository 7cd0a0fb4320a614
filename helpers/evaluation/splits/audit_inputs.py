"""What an audit of splits is given: checked, and brought into one table."""

import numpy as np
import pandas as pd

from helpers.checks import name_texts, quoted

COLUMNS = ("patient", "image", "case")


def check_given(given):
    """Turn {"patient": {"train": ...}, ...} into {"train": {"patient": ...}, ...}, checked.

    What is None is left out. Names become lists of texts, labels an array.
    """
    given = {label: parts for label, parts in given.items() if parts is not None}
    _check_splits(given)
    by_split = {}
    for split in next(iter(given.values())):
        known = {label: parts[split] for label, parts in given.items() if parts[split] is not None}
        by_split[split] = {
            label: np.asarray(values) if label == "y_true" else _texts(label, split, values)
            for label, values in known.items()
        }
        _check_sizes(split, by_split[split])
    _check_labels(by_split)
    return by_split


def check_dictionary(label, parts):
    """Refuse what is no dictionary from split to array."""
    if not isinstance(parts, dict) or not parts:
        raise TypeError(
            f"`{label}` must be a dictionary from split to array, such as "
            f'{{"train": ..., "test": ...}}; got {parts!r:.80}.'
        )


def _check_splits(given):
    """Check that each is a dictionary, and that all have the same splits."""
    if not given:
        raise ValueError("Give at least one of `patient`, `image`, `y_true` and `case`; got none.")
    first = next(iter(given))
    for label, parts in given.items():
        check_dictionary(label, parts)
        if set(parts) != set(given[first]):
            raise ValueError(
                f"`{label}` must have the splits of `{first}`, {quoted(given[first])}; "
                f"got {quoted(parts)}. Write None for what is not known of a split."
            )


def _check_sizes(split, parts):
    sizes = {label: len(np.atleast_1d(values)) for label, values in parts.items()}
    if len(set(sizes.values())) != 1 or 0 in sizes.values():
        raise ValueError(
            f"The split {split!r} must have one entry a case, and a case; got "
            f"{', '.join(f'{size} in `{label}`' for label, size in sizes.items()) or 'none'}. "
            "Leave an empty split out."
        )


def _check_labels(by_split):
    """Check that labels are classes from 0, or columns of 0 and 1, of the same kind everywhere.

    They become integers: False and 0 are one class.
    """
    labels = {split: parts["y_true"] for split, parts in by_split.items() if "y_true" in parts}
    for split, values in labels.items():
        if values.dtype.kind not in "iub" or values.ndim not in (1, 2) or not values.size:
            raise ValueError(
                f"`y_true[{split!r}]` must hold integers, shape (n,) or (n, labels); got "
                f"shape {values.shape} of {values.dtype}."
            )
        if values.min() < 0 or (values.ndim == 2 and values.max() > 1):
            required = (
                "integers from 0" if values.ndim == 1 else "0 and 1 for several labels a case"
            )
            raise ValueError(
                f"`y_true[{split!r}]` must hold {required}; got values from {values.min()} to "
                f"{values.max()}."
            )
        by_split[split]["y_true"] = values.astype("int64")
    if len({values.shape[1:] for values in labels.values()}) > 1:
        shapes = ", ".join(f"{split} {values.shape}" for split, values in labels.items())
        raise ValueError(f"`y_true` must be of one kind in all splits; got the shapes {shapes}.")


def _texts(label, split, values):
    """Return names as texts, "" where unknown."""
    values = np.asarray(values, dtype=object)
    if values.ndim != 1:
        raise ValueError(
            f"`{label}[{split!r}]` must have shape (n,), one name a case; got {values.shape}."
            + (" Pass what `hash_images` returns." if label == "image" else "")
        )
    return name_texts(values.tolist())


def tabulate(split, parts):
    """Return one row a case: its split, name, patient, image, case and label as texts."""
    number = len(next(iter(parts.values())))
    columns = {column: parts.get(column, [""] * number) for column in COLUMNS}
    name = [text or str(place) for place, text in enumerate(columns["case"])]
    label = [str(value) for value in parts["y_true"].tolist()] if "y_true" in parts else ""
    return pd.DataFrame({"split": split, "name": name, "label": label} | columns)
