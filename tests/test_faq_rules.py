"""Lesson 06 against its rules: each is shown, judged, held by its table, and could have failed."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers.experiments import judge, read_rules
from helpers.reruns import course, read_stored_table
from helpers.reruns.records import build_record, read_record, tables_beside, write_record
from helpers.reruns.stored_tables import store_tables, table_text
from helpers.reruns.values import read_profile
from tests.reruns.synthetic_notebooks import as_committed, save
from tests.test_structure import ROOT, sections_of

QUESTIONS = {
    *("Why a CNN?", "Which activation?", "Which optimizer?", "How to avoid overfitting?"),
    *("How to evaluate?", "Outlook"),
}
MOST_WORDS = 12  # of an answer
FEWEST_SEEDS = 10
# columns that are an AUC: with the two labels exchanged, each is one less itself
AUCS = {"auc", "twin_auc", "auc_true", "seen", "unseen"}
# columns that are a difference already: with its two sides exchanged, each changes its sign
DIFFERENCES = {"over_level", "below_best", "drop", "error", "excess", "optimism"}


@dataclass(frozen=True)
class Faq:
    """What the course holds of lesson 06."""

    rules: dict
    tables: dict
    sections: dict
    record: dict
    profile: dict


def read_faq(root):
    notebook = Path(root) / "notebooks" / "06_faq.ipynb"
    folder = notebook.parent / "tables"
    names = [path.name.split(".")[1] for path in sorted(folder.glob("06_faq.*.csv"))]
    return Faq(
        rules=read_rules(folder / "06_faq.rules.yaml"),
        tables={name: read_stored_table("06_faq", name) for name in names},
        sections=sections_of(notebook),
        record=read_record(folder / "06_faq.record.json"),
        profile=read_profile("full", notebook),
    )


def find_wrong_rules(faq):
    """List rules whose question, answer, table or section does not fit."""
    found = {rule.question for rule in faq.rules.values()}
    yield from (f"no rule answers {question!r}" for question in sorted(QUESTIONS - found))
    yield from (f"{question!r} is no question" for question in sorted(found - QUESTIONS))
    for name, rule in faq.rules.items():
        if len(rule.answer.split()) > MOST_WORDS:
            yield f"{name}: the answer has more than {MOST_WORDS} words"
        if rule.table not in faq.tables:
            yield f"{name}: there is no table {rule.table!r}"
        if f'conclude("{name}")' not in faq.sections.get(rule.shown, ""):
            yield f"{name}: is not judged in a section {rule.shown!r}"


def find_wrong_tables(faq):
    """List tables that are not those of a whole run with the full profile."""
    first = faq.profile["seed"]
    for name, table in faq.tables.items():
        counts = table["seed"].value_counts()
        wanted = range(first, first + max(len(counts), FEWEST_SEEDS))
        if sorted(counts.index) != [*wanted]:
            yield f"{name}: seeds must be {[*wanted]}; got {sorted(counts.index)}"
        if counts.nunique() > 1:
            yield f"{name}: some seeds have more runs than others"
        if (table["status"] == "failed").any():
            yield f"{name}: some runs failed"
    given = faq.record["parameters"]
    if faq.record["status"] != "complete" or not faq.profile.items() <= given.items():
        yield "the record is not that of a complete run with the full profile"


def find_unexpected_verdicts(faq):
    """List rules that do not hold by all seeds without an exception, or do so in spite of one."""
    for name, rule in faq.rules.items():
        verdict = judge(rule, faq.tables[rule.table])
        if not verdict.as_stated:
            yield f"{name}: must hold by all seeds, or have an `exception`; {verdict}"


def exchange(table, name, one, other):
    """Let two values of a setting change places."""
    places = {one: other, other: one}
    return table.assign(**{name: [places.get(value, value) for value in table[name]]})


def trade(table, value, rows, name, one, other):
    """Let the runs at two values of a setting trade what they measured, seed by seed."""
    one, other = (table[rows & (table[name] == v)].sort_values("seed") for v in (one, other))
    traded, measured = table.copy(), [value, "status"]
    # otherwise further settings differ, or a seed was not run
    if one["seed"].is_unique and one["seed"].tolist() == other["seed"].tolist():
        traded.loc[one.index, measured] = other[measured].to_numpy()
        traded.loc[other.index, measured] = one[measured].to_numpy()
    return traded


def exchanges(rule, table):
    """Yield what is exchanged, and the table as it would then be; its numbers stay as measured."""
    setting, first, second = rule.between or (None, None, None)
    if rule.between:
        yield "the two compared", exchange(table, setting, first, second)
    pair = [(setting, first), (setting, second)] if rule.between else []
    for name, value in (*rule.where.items(), *pair):
        for other in table[name].unique().tolist():
            if other not in (value, *((first, second) if name == setting else ())):
                yield f"{name}: {value} and {other}", exchange(table, name, value, other)
    stem = rule.value.rpartition("_")[0]
    for other in table.select_dtypes("number") if stem else ():
        if other != rule.value and other.rpartition("_")[0] == stem:
            columns = {rule.value: table[other], other: table[rule.value]}
            yield f"the columns {rule.value} and {other}", table.assign(**columns)
    turned = table[setting] == second if rule.between else pd.Series(True, index=table.index)
    chosen = table[turned & (table[list(rule.where)] == pd.Series(rule.where)).all(axis=1)]
    for name in table.columns[: table.columns.get_loc("seed")]:
        mine = [] if name in (setting, *rule.where) else chosen[name].unique().tolist()
        for other in table.loc[turned, name].unique().tolist() if len(mine) == 1 else ():
            what = f"{name} of {second or 'all'}: {mine[0]} and {other}"
            yield what, trade(table, rule.value, turned, name, mine[0], other)
    if rule.value in AUCS:
        spoilt = table[rule.value].where(~turned, 1 - table[rule.value])
        yield "the labels", table.assign(**{rule.value: spoilt})
    if rule.value in DIFFERENCES:
        spoilt = table[rule.value].where(~turned, -table[rule.value])
        yield "the sides of the difference", table.assign(**{rule.value: spoilt})


def find_what_breaks(rule, table):
    """Name an exchange after which a rule no longer holds, and give its verdict then.

    The first that contradicts the rule, else the first after which it is not shown. The exchange
    must leave as many seeds as before: a rule that has lost its runs shows nothing.
    """
    num_seeds, found = judge(rule, table).num_seeds, None
    for what, exchanged in exchanges(rule, table):
        try:
            verdict = judge(rule, exchanged)
        except ValueError:  # now `where` finds a seed twice, or not at all
            continue
        if verdict.num_seeds < num_seeds or verdict.held:
            continue
        if verdict.result == "contradicted":
            return what, verdict
        found = found or (what, verdict)
    return found


def find_rules_that_cannot_fail(faq):
    """List rules that held, and still hold whatever is exchanged."""
    for name, rule in faq.rules.items():
        table = faq.tables[rule.table]
        if judge(rule, table).held and find_what_breaks(rule, table) is None:
            yield f"{name}: holds whatever is exchanged"


CHECKS = (
    find_wrong_rules,
    find_wrong_tables,
    find_unexpected_verdicts,
    find_rules_that_cannot_fail,
)


@pytest.mark.parametrize("check", CHECKS)
def test_lesson_06_keeps_its_rules(check):
    assert list(check(read_faq(ROOT))) == []


def build_rules():
    """One rule a question: each kind of bound, of differences and of means."""
    common = {"claim": "this holds", "answer": "it does", "shown": "Curves", "table": "runs"}
    between = ["model", "dense", "cnn"]
    cnn = {"where": {"model": "cnn"}}
    kinds = [
        {"value": "auc", "between": between, "above": 0.1},  # the two compared
        {"value": "dice_int8", "between": between, "above": -0.05, "below": 0.05},  # the columns
        {"value": "twin_auc", "between": between, "above": -0.05, "below": 0.05},  # the labels
        {"value": "auc", "above": 0.7, **cnn},  # the setting
        {"value": "loss", "below": 0.5, **cnn},  # the setting
        {"value": "excess", "above": 0.2, **cnn},  # the sides
    ]
    questions = enumerate(zip(sorted(QUESTIONS), kinds, strict=True))
    return [common | kind | {"name": f"rule-{i}", "question": q} for i, (q, kind) in questions]


def build_runs():
    generator = np.random.default_rng(0)
    alike = {"twin_auc": 0.8, "dice_int8": 0.7, "excess": 0.4}
    rows = [
        {"model": model, "seed": seed, "auc": auc, "loss": loss, "dice_int2": dice} | alike
        for model, auc, loss, dice in (("dense", 0.6, 0.7, 0.5), ("cnn", 0.8, 0.3, 0.1))
        for seed in range(10, 20)
    ]
    table = pd.DataFrame(rows).assign(status="finished", message="")
    measured = ["auc", "loss", "dice_int2", *alike]
    table[measured] += generator.normal(0, 0.01, (len(table), len(measured)))
    return table


@pytest.fixture
def synthetic(tmp_path, monkeypatch):
    """Write a lesson in order with all that belongs to it, and read it."""
    notebook = as_committed("x = 1", *(f'conclude("rule-{i}")' for i in range(len(QUESTIONS))))
    notebook.cells[2].source = "## Curves"
    save(notebook, tmp_path / "notebooks" / "06_faq.ipynb")
    monkeypatch.setattr(course, "course_root", lambda: tmp_path)
    (tmp_path / "notebooks" / "profiles").mkdir()
    profile = tmp_path / "notebooks" / "profiles" / "full.yaml"
    profile.write_text("06_faq:\n  epochs: 9\n  seed: 10\n", encoding="utf-8")
    results = tmp_path / "06_faq.json"
    write_record(results, build_record("06_faq", parameters={"epochs": 9, "seed": 10, "rate": 0.5}))
    (tmp_path / "06_faq.table.runs.csv").write_text(table_text(build_runs()), encoding="utf-8")
    assert list(tables_beside(results)) == ["runs"]
    store_tables(tmp_path / "notebooks" / "06_faq.ipynb", results)
    rules = tmp_path / "notebooks" / "tables" / "06_faq.rules.yaml"
    rules.write_text(yaml.safe_dump(build_rules()), encoding="utf-8")
    return read_faq(tmp_path)


@pytest.mark.parametrize("check", CHECKS)
def test_a_lesson_in_order_passes(check, synthetic):
    assert list(check(synthetic)) == []


def change_rule(**changes):
    return lambda faq: replace(
        faq, rules=faq.rules | {"rule-0": replace(faq.rules["rule-0"], **changes)}
    )


def change_table(change):
    return lambda faq: replace(faq, tables={"runs": change(faq.tables["runs"])})


def spoil_run(table):
    return table.assign(status=["diverged", *table["status"][1:]])


@pytest.mark.parametrize(
    ("check", "spoil", "problem"),
    [
        (find_wrong_rules, change_rule(question="Outlook"), "no rule answers 'How to avoid"),
        (find_wrong_rules, change_rule(question="Who?"), "'Who?' is no question"),
        (find_wrong_rules, change_rule(answer="a " * 13), "more than 12 words"),
        (find_wrong_rules, change_rule(table="walks"), "there is no table 'walks'"),
        (find_wrong_rules, change_rule(shown="Title"), "is not judged in a section 'Title'"),
        (find_wrong_rules, change_rule(shown="Turves"), "is not judged in a section 'Turves'"),
        (find_wrong_tables, change_table(lambda t: t[t["seed"] < 19]), "seeds must be [10, 11"),
        (find_wrong_tables, change_table(lambda t: t.assign(seed=t["seed"] + 1)), "seeds must"),
        (find_wrong_tables, change_table(lambda t: t.iloc[1:]), "more runs than others"),
        (find_wrong_tables, change_table(lambda t: t.assign(status="failed")), "runs failed"),
        (
            find_wrong_tables,
            lambda f: replace(f, profile={"epochs": 8, "seed": 10}),
            "full profile",
        ),
        (
            find_wrong_tables,
            lambda f: replace(f, record=f.record | {"status": "failed"}),
            "not that of a complete run",
        ),
        (find_unexpected_verdicts, change_rule(above=0.2), "; not shown: "),
        (find_unexpected_verdicts, change_rule(exception="it took long"), "; held: "),
        (find_unexpected_verdicts, change_table(spoil_run), "; held: "),  # by nine seeds
        (find_rules_that_cannot_fail, change_rule(above=-9.0), "rule-0: holds whatever"),
        (find_rules_that_cannot_fail, change_rule(above=-9.0, below=9.0), "rule-0: holds whatev"),
    ],
)
def test_the_checks_can_fail(check, spoil, problem, synthetic):
    assert any(problem in found for found in check(spoil(synthetic)))


@pytest.mark.parametrize("spoil", [change_rule(above=0.2), change_table(spoil_run)])
def test_an_exception_says_what_happened_instead(spoil, synthetic):
    spoilt = spoil(synthetic)
    exception = {name: replace(rule, exception="see") for name, rule in spoilt.rules.items()}
    wrong = {found.split(":")[0] for found in find_unexpected_verdicts(spoilt)}
    assert "rule-0" in wrong
    rules = spoilt.rules | {name: exception[name] for name in wrong}
    assert list(find_unexpected_verdicts(replace(spoilt, rules=rules))) == []


def test_each_kind_of_exchange_breaks_a_rule(synthetic):
    broken = [find_what_breaks(rule, build_runs()) for rule in synthetic.rules.values()]
    assert [what for what, _ in broken] == [
        "the two compared",
        "the columns dice_int8 and dice_int2",
        "the labels",
        "model: cnn and dense",
        "model: cnn and dense",
        "the sides of the difference",
    ]
    assert {verdict.result for _, verdict in broken} == {"contradicted"}


def test_two_at_their_tuned_settings_trade_them(synthetic):
    # nothing but the rates can be exchanged: with the wrong one, Adam is worse by 0.4
    optimizer, rate = np.repeat(["SGD", "Adam"], 20), np.tile(np.repeat([0.1, 0.001], 10), 2)
    table = pd.DataFrame({"optimizer": optimizer, "rate": rate, "seed": [*range(10)] * 4})
    table["tuned"] = (table["optimizer"] == "SGD") == (table["rate"] == 0.1)
    noise = np.random.default_rng(0).normal(0, 0.01, 40)
    table = table.assign(loss=np.where(table["tuned"], 0.3, 0.7) + noise, status="finished")
    where, between = {"tuned": True}, ("optimizer", "SGD", "Adam")
    changes = {"value": "loss", "where": where, "between": between, "above": -0.05, "below": 0.05}
    rule = replace(synthetic.rules["rule-0"], **changes)
    assert judge(rule, table).held
    what, verdict = find_what_breaks(rule, table)
    assert (what, verdict.result) == ("rate of Adam: 0.001 and 0.1", "contradicted")
    np.testing.assert_allclose(verdict.mean, 0.4, atol=0.02)


def test_an_exchange_that_decides_nothing_breaks_a_rule_too(synthetic):
    rule = replace(synthetic.rules["rule-4"], below=0.7)  # just where the dense network is
    what, verdict = find_what_breaks(rule, build_runs())
    assert (what, verdict.result) == ("model: cnn and dense", "not shown")


def test_a_rule_that_has_lost_its_runs_is_not_broken(synthetic):
    table = build_runs()
    table.loc[(table["model"] == "dense"), "status"] = "diverged"
    assert find_what_breaks(synthetic.rules["rule-4"], table) is None


def test_the_check_of_exchanges_can_fail(synthetic, monkeypatch):
    monkeypatch.setitem(globals(), "exchanges", lambda rule, table: [("nothing", table)])
    assert len(list(find_rules_that_cannot_fail(synthetic))) == len(QUESTIONS)


def test_a_lesson_whose_files_are_missing_fails(synthetic):
    folder = course.course_root() / "notebooks" / "tables"
    (folder / "06_faq.record.json").unlink()
    with pytest.raises(FileNotFoundError):
        read_faq(course.course_root())
