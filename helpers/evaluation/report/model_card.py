"""What to say about a model: a card, in Markdown for readers and in JSON for programs."""

import dataclasses
import datetime
import json
import math
import numbers
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.checks import check_choice, check_number
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.report.checklist import reporting_checklist
from helpers.evaluation.splits.audit import LEAK, SplitAudit
from helpers.evaluation.thresholds import FrozenThreshold

__all__ = ["ModelCard"]

NOT_DEFINED = "not defined"
NOT_STATED = "not stated"
_STATEMENTS = (
    "The numbers are those of the items that ask for each point: CLAIM 2024 "
    "(doi 10.1148/ryai.240300), TRIPOD+AI (BMJ 2024;385:e078378), STARD-AI (Nature Medicine 2025). "
    "Read there what each item asks for, and the items that are not listed here."
)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ModelCard:
    """What a reader must know of a model before believing its numbers.

    Parameters
    ----------
    title : str
    model, data, purpose : str
        A sentence or more each, which may be Markdown: what the model is, on which data it was
        trained and tested, and what for.
    metrics : dict of str to Estimate, float or str
        The results on the test cases. nan or None: not defined for these data.
    limits : iterable of str
        What the evidence does not show; at least one, because there always is one.
    how : dict of str to str, optional
        For the name of a metric, how its interval was made, or why it has none, as in the column
        `how` of `summarise`.
    confidence : float
        Of the intervals, above 0, below 1.
    operating_point : FrozenThreshold or str, optional
        The threshold and how it was chosen; or words, where there is none.
    subgroups : pandas.DataFrame, optional
        As `subgroup_table` returns it.
    audit : SplitAudit, optional
        What was found in the splits. The card says it without the names of patients and cases.
    evidence : dict of str to bool or str, optional
        See `reporting_checklist`.
    provenance : dict, optional
        Versions, seeds, machine, dates: names with texts, numbers, or a dictionary of these.

    Raises
    ------
    TypeError, ValueError
        If a part is of another kind, a text is empty, there is no limit, `how` names what is no
        metric, or the evidence claims "splits" although no audit looked for patients on two sides,
        or it found an error.

    Notes
    -----
    The card always ends with the words "not for clinical use": it is made by a course, and no
    device is approved by a file.

    References
    ----------
    Mitchell et al., Model Cards for Model Reporting (2019), doi 10.1145/3287560.3287596.

    Examples
    --------
    >>> card = ModelCard(
    ...     title="A first card", model="One neuron.", data="80 test images.", purpose="To learn.",
    ...     metrics={"AUC": Estimate(0.75, 0.64, 0.84)}, limits=["One simulated lesion."],
    ... )
    >>> print(card.to_markdown().splitlines()[-1])
    This model is **not for clinical use**.

    Introduced in notebook 05, *Model card*.
    """

    title: str
    model: str
    data: str
    purpose: str
    metrics: dict
    limits: tuple
    how: dict = dataclasses.field(default_factory=dict)
    confidence: float = 0.95
    operating_point: FrozenThreshold | str | None = None
    subgroups: pd.DataFrame | None = None
    audit: SplitAudit | None = None
    evidence: dict = dataclasses.field(default_factory=dict)
    provenance: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for label in ("title", "model", "data", "purpose"):
            _check_text(label, getattr(self, label))
        object.__setattr__(self, "limits", _check_limits(self.limits))
        for label, kinds in _KINDS.items():
            if not isinstance(getattr(self, label), kinds):
                raise TypeError(
                    f"`{label}` must be {' or '.join(map(_name_of, kinds))}; "
                    f"got {type(getattr(self, label)).__name__}."
                )
        check_number("confidence", self.confidence, above=0, below=1)
        for name, text in self.how.items():
            check_choice("how", name, self.metrics)
            _check_text("how", text)
        reporting_checklist(self.evidence)
        if self.evidence.get("splits"):
            _check_claim_of_splits(self.audit)
        for label in ("metrics", "provenance"):  # now, not when the card is written
            _plain(label, getattr(self, label))

    def to_json(self):
        """Write the card as JSON.

        Returns
        -------
        str
            Sorted keys. What is not defined is null; an infinite number is the text "inf".
        """
        parts = {name: getattr(self, name) for name in _WRITTEN}
        parts |= {
            "checklist": reporting_checklist(self.evidence),
            "warning": "not for clinical use",
        }
        plain = {name: _plain(name, part) for name, part in parts.items()}
        text = json.dumps(plain, allow_nan=False, ensure_ascii=False, indent=2, sort_keys=True)
        return text + "\n"

    def to_markdown(self):
        """Write the card as Markdown.

        Returns
        -------
        str
        """
        checklist = reporting_checklist(self.evidence).reset_index(drop=True)
        sections = {
            "Model": self.model,
            "Data": self.data,
            "Purpose": self.purpose,
            "Operating point": _describe_threshold(self.operating_point),
            "Results on the test cases": self._list_results(),
            "Subgroups": _frame_table(self.subgroups),
            "Audit of the splits": _list(_describe_audit(self.audit)),
            "Reporting": f"{_frame_table(checklist)}\n\n{_STATEMENTS}",
            "Limits": _list(self.limits),
            "Provenance": _table(["what", "value"], self.provenance.items()),
        }
        title = " ".join(self.title.split())
        body = [f"## {heading}\n\n{text.strip()}" for heading, text in sections.items()]
        return "\n\n".join([f"# {title}", *body, "This model is **not for clinical use**."]) + "\n"

    def _list_results(self):
        columns = ["measure", f"value ({100 * self.confidence:g} % interval)", "how"]
        rows = ((name, x, self.how.get(name, NOT_STATED)) for name, x in self.metrics.items())
        return _table(columns, rows)


_KINDS = {
    "metrics": (dict,),
    "how": (dict,),
    "operating_point": (FrozenThreshold, str, type(None)),
    "subgroups": (pd.DataFrame, type(None)),
    "audit": (SplitAudit, type(None)),
    "evidence": (dict,),
    "provenance": (dict,),
}
_WRITTEN = [
    *("title", "model", "data", "purpose", "metrics", "how", "confidence", "limits"),
    *("operating_point", "subgroups", "audit", "provenance"),
]


def _name_of(kind):
    return "None" if kind is type(None) else kind.__name__


def _check_text(label, text):
    if not isinstance(text, str):
        raise TypeError(f"`{label}` must be a text; got {text!r} ({type(text).__name__}).")
    if not text.strip():
        raise ValueError(f"`{label}` must not be empty.")


def _check_limits(limits):
    listed = not isinstance(limits, (str, dict)) and isinstance(limits, Iterable)
    texts = tuple(limits) if listed else ()
    if not texts:
        raise ValueError(
            f"`limits` must be a list of at least one text; got {limits!r}. "
            "Say what these data cannot show."
        )
    for text in texts:
        _check_text("limits", text)
    return texts


def _check_claim_of_splits(audit):
    if audit is None:
        reason = "no audit is given. Pass what `audit_splits` returned"
    elif not audit.passed:
        reason = "the audit found an error in them. Leave the point out"
    elif LEAK["patient"] not in audit.checked:
        reason = "the audit could not look for patients on two sides. Leave the point out"
    else:
        return
    raise ValueError(
        f"`evidence` must not claim 'splits': {reason}, or say in `limits` what is not known."
    )


def _plain(label, value):
    """Turn a part of the card into what JSON knows."""
    if isinstance(value, pd.DataFrame):
        return _plain(label, _with_index(value).to_dict("records"))
    if isinstance(value, SplitAudit):
        # not the examples: a card goes from hand to hand, and these can name every patient
        findings = value.to_table().drop(columns="examples")
        parts = {"passed": value.passed, "checked": value.checked, "findings": findings}
        return _plain(label, parts)
    if dataclasses.is_dataclass(value):
        return _plain(label, dataclasses.asdict(value))
    if isinstance(value, Estimate):
        return _plain(label, value._asdict())
    if isinstance(value, dict):
        return {str(name): _plain(label, part) for name, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(label, part) for part in value]
    return _plain_scalar(label, value)


def _plain_scalar(label, value):
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (datetime.date, np.datetime64)):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        number = float(value)
        return number if math.isfinite(number) else None if math.isnan(number) else str(number)
    raise TypeError(
        f"`{label}` must hold numbers, texts, dates and estimates; got {value!r} "
        f"({type(value).__name__})."
    )


def _describe_threshold(threshold):
    if threshold is None:
        return "None was chosen: nothing was called diseased or healthy."
    if isinstance(threshold, str):
        return threshold
    return (
        f"A case is called diseased where its score is at least {threshold.value:.4g} "
        f"({threshold.rule}). The threshold was chosen on {threshold.num_positive} cases with and "
        f"{threshold.num_negative} without the disease; on these its sensitivity is "
        f"{threshold.sensitivity:.3f} and its specificity {threshold.specificity:.3f}."
    )


def _describe_audit(audit):
    """Tell what an audit found, without the names that its own text has."""
    if audit is None:
        return ["Not audited."]
    lines = [f"{finding.severity.capitalize()}: {finding.message}" for finding in audit.findings]
    return [*lines, f"Looked for: {'; '.join(audit.checked) or 'nothing'}."]


def _list(texts):
    return "\n".join(f"- {_shown(text)}" for text in texts)


def _with_index(frame):
    """Make the names of the rows a column, unless they only count them."""
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()


def _frame_table(frame):
    if frame is None:
        return "None were compared."  # no place of the card is silently empty
    frame = _with_index(frame)
    return _table(list(frame), frame.itertuples(index=False, name=None))


def _table(columns, rows):
    lines = [" | ".join(map(_shown, row)) for row in [columns, ["---"] * len(columns), *rows]]
    if len(lines) == 2:
        return "Nothing was recorded."
    return "\n".join(f"| {line} |" for line in lines)


def _shown(value):
    """Write a value into a table or list; what data call themselves must not act as Markdown."""
    if isinstance(value, Estimate):
        return str(value)
    if isinstance(value, dict):
        return ", ".join(f"{_shown(str(name))} {_shown(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple, np.ndarray)):
        return ", ".join(map(_shown, value))
    plain = _plain_scalar("metrics", value)
    if plain is None:
        return NOT_DEFINED
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, float):
        return f"{plain:.3g}" if 0 < abs(plain) < 0.001 else f"{plain:.3f}"
    return re.sub(r"([\\`*|<$])", r"\\\1", " ".join(str(plain).split()))
