import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from helpers.experiments import Rule, judge, read_rules
from tests.tolerances import EXACT64

GIVEN = {
    "name": "cnn-beats-dense",
    "question": "Why a CNN?",
    "claim": "the CNN finds more",
    "answer": "it finds more",
    "shown": "Learning curves",
    "table": "why_a_cnn",
    "value": "auc",
    "where": {"size": 250},
    "between": ["model", "dense", "cnn"],
    "above": 0.05,
}


def build_rule(**changes):
    given = GIVEN | changes
    return Rule(**given | {"between": given["between"] and tuple(given["between"])})


def draw_runs(num_seeds=5):
    """Two models at two sizes; the CNN is better by about 0.1 at the first, by 0.3 at the other."""
    generator = np.random.default_rng(0)
    gain = {("cnn", 250): 0.1, ("cnn", 4000): 0.3}
    rows = [
        {"model": model, "size": size, "seed": seed}
        | {"auc": 0.6 + gain.get((model, size), 0.0) + generator.normal(0, 0.01)}
        for model in ("dense", "cnn")
        for size in (250, 4000)
        for seed in range(num_seeds)
    ]
    return pd.DataFrame(rows).assign(seconds=1.0, status="finished", message="")


def aucs_of(table, model, size):
    return table.query("model == @model and size == @size")["auc"].to_numpy()


@pytest.mark.reference("judge")
@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_a_difference_is_that_of_scipys_paired_t_test(confidence):
    table = draw_runs()
    verdict = judge(build_rule(), table, confidence=confidence)
    dense, cnn = aucs_of(table, "dense", 250), aucs_of(table, "cnn", 250)
    interval = stats.ttest_rel(cnn, dense).confidence_interval(confidence)
    np.testing.assert_allclose([verdict.low, verdict.high], interval, **EXACT64)
    np.testing.assert_allclose(verdict.mean, cnn.mean() - dense.mean(), **EXACT64)
    assert (verdict.num_seeds, verdict.num_left_out, verdict.result) == (5, 0, "held")


@pytest.mark.reference("judge")
def test_a_mean_is_that_of_scipys_t_test():
    table = draw_runs()
    where = {"size": 4000, "model": "cnn"}
    verdict = judge(build_rule(where=where, between=None, above=0.8), table)
    values = aucs_of(table, "cnn", 4000)
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose([verdict.low, verdict.high], interval, **EXACT64)
    np.testing.assert_allclose(verdict.mean, values.mean(), **EXACT64)
    assert verdict.held is True


@pytest.mark.reference("judge")
def test_a_verdict_is_that_of_a_one_sided_t_test():
    # the whole interval is above the bound just where the test against it has p < 0.025
    generator = np.random.default_rng(1)
    results = set()
    for bound in np.linspace(-0.05, 0.2, 40):
        table = draw_runs()
        table["auc"] += generator.normal(0, 0.05, len(table))
        differences = aucs_of(table, "cnn", 250) - aucs_of(table, "dense", 250)
        result = judge(build_rule(above=float(bound)), table).result
        greater = stats.ttest_1samp(differences, bound, alternative="greater").pvalue < 0.025
        less = stats.ttest_1samp(differences, bound, alternative="less").pvalue < 0.025
        assert result == ("held" if greater else "contradicted" if less else "not shown")
        results.add(result)
    assert results == {"held", "not shown", "contradicted"}


@pytest.mark.law("judge")
def test_swapped_models_contradict_a_rule_that_held():
    table = draw_runs()
    swapped = table.assign(model=table["model"].map({"dense": "cnn", "cnn": "dense"}))
    assert judge(build_rule(), table).held
    verdict = judge(build_rule(), swapped)
    assert (verdict.result, verdict.held) == ("contradicted", False)


BOUNDS = [
    (dict(above=0.1), "held"),
    (dict(below=0.6), "held"),
    (dict(above=0.1, below=0.6), "held"),
    (dict(above=0.25), "not shown"),  # the lower limit itself
    (dict(below=0.5), "not shown"),  # the upper limit itself
    (dict(above=0.5), "not shown"),
    (dict(below=0.25), "not shown"),
    (dict(above=0.1, below=0.5), "not shown"),
    (dict(above=0.3), "not shown"),
    (dict(above=0.3, below=0.4), "not shown"),  # on both sides
    (dict(above=0.51), "contradicted"),
    (dict(below=0.24), "contradicted"),
    (dict(above=0.6, below=0.9), "contradicted"),
    (dict(above=0.1, below=0.2), "contradicted"),
]


@pytest.mark.parametrize(("bounds", "result"), BOUNDS)
def test_a_limit_on_a_bound_decides_nothing(bounds, result, monkeypatch):
    limits = [{"mean": 0.375, "low": 0.25, "high": 0.5, "num_seeds": 5, "num_left_out": 0}]
    monkeypatch.setattr(
        "helpers.experiments.rules.compare_paired", lambda *_, **__: pd.DataFrame(limits)
    )
    rule = build_rule(**{"above": None} | bounds)
    assert judge(rule, draw_runs()).result == result


@pytest.mark.parametrize("bounds", [dict(above=-9.0), dict(above=None, below=-9.0)])
@pytest.mark.parametrize("between", [["model", "dense", "cnn"], None])
def test_fewer_than_two_seeds_show_nothing(bounds, between):
    where = {"size": 250} | ({} if between else {"model": "cnn"})
    rule = build_rule(where=where, between=between, **bounds)
    verdict = judge(rule, draw_runs(num_seeds=1))
    assert (verdict.result, verdict.num_seeds) == ("not shown", 1)
    assert math.isnan(verdict.low)
    verdict = judge(rule, draw_runs(num_seeds=1).assign(status="diverged"))
    assert (verdict.result, verdict.num_seeds, verdict.num_left_out) == ("not shown", 0, 1)
    assert "not defined over 0 seeds, 1 left out" in str(verdict)


def test_runs_without_a_pair_are_counted():
    table = draw_runs()
    table.loc[0, "status"] = "diverged"
    table.loc[16, "status"] = "failed"  # of the other size
    assert judge(build_rule(), table).num_left_out == 1
    table.loc[2, "status"] = "failed"
    verdict = judge(build_rule(where={"model": "dense", "size": 250}, between=None), table)
    assert (verdict.num_seeds, verdict.num_left_out) == (3, 2)


@pytest.mark.parametrize(
    ("numbers", "changes", "line"),
    [
        ((0.213, 0.190, 0.236), {}, "held: the CNN finds more: +0.213 (0.190 to 0.236) over 9"),
        ((691.4, 680, 703), {}, "held: the CNN finds more: +691 (680 to 703) over 9"),
        ((0.5, 0.5, 0.5), {}, "held: the CNN finds more: +0.500 (0.500 to 0.500) over 9"),
        ((0.5, 0.46, 0.54), {"between": None}, "held: the CNN finds more: 0.500 (0.460 to 0.540)"),
        ((0.5, np.nan, np.nan), {}, "held: the CNN finds more: +0.500 (no interval) over 9"),
    ],
)
def test_a_verdict_prints_as_one_line(numbers, changes, line):
    verdict = judge(build_rule(where={"size": 4000}), draw_runs())
    names = dict(zip(("mean", "low", "high"), numbers, strict=True))
    verdict = dataclasses.replace(
        verdict, rule=build_rule(**changes), num_seeds=9, num_left_out=1, **names
    )
    assert str(verdict).startswith(line)
    assert str(verdict).endswith("over 9 seeds, 1 left out, above 0.05")
    missed = dataclasses.replace(
        verdict, rule=build_rule(above=-0.5, below=0.25), num_seeds=1, result="not shown"
    )
    assert str(missed).startswith("not shown: ")
    assert str(missed).endswith("over 1 seed, 1 left out, wanted above -0.5 and below 0.25")


@pytest.mark.parametrize(
    ("above", "left_out", "exception", "as_stated"),
    [
        (0.05, 0, None, True),
        (0.05, 1, None, False),  # of the remaining seeds it holds
        (0.2, 0, None, False),
        (0.05, 0, "it took two runs", False),
        (0.05, 1, "seed 0 diverged", True),
        (0.2, 0, "the gain is 0.1", True),
    ],
)
def test_a_rule_holds_by_all_seeds_or_has_an_exception(above, left_out, exception, as_stated):
    table = draw_runs()
    table.loc[: left_out - 1, "status"] = "diverged"
    verdict = judge(build_rule(above=above, exception=exception), table)
    assert verdict.num_left_out == left_out
    assert verdict.held is (above == 0.05)
    assert verdict.as_stated is as_stated
    assert str(verdict).endswith(f"above {above}. Exception: {exception}") is bool(exception)


def write(path, content):
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.law("read_rules")
def test_what_was_written_is_read(tmp_path):
    second = {name: GIVEN[name] for name in GIVEN if name not in ("where", "between", "above")}
    second |= {"name": "a-second", "above": -1, "below": 0.5, "exception": "seed 3 diverged"}
    rules = read_rules(write(tmp_path / "rules.yaml", [GIVEN, second]))
    assert list(rules) == ["cnn-beats-dense", "a-second"]
    assert rules["cnn-beats-dense"] == build_rule()
    assert rules["cnn-beats-dense"].bounds == "above 0.05"
    assert rules["cnn-beats-dense"].exception is None
    assert rules["a-second"] == Rule(**second)
    assert (rules["a-second"].where, rules["a-second"].between) == ({}, None)
    assert rules["a-second"].bounds == "above -1 and below 0.5"


def without(name):
    return {key: value for key, value in GIVEN.items() if key != name}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([GIVEN, GIVEN], "rule 'cnn-beats-dense': each `name` must be given once"),
        (
            [GIVEN | {"abov": 1}],
            "rule 'cnn-beats-dense': `name of a line`.*Did you mean 'above'",
        ),
        ([without("claim")], "'cnn-beats-dense': A rule must have .*; 'claim' is missing"),
        ([GIVEN, without("name")], "rule 2: A rule must have .*; 'name' is missing"),
        ([without("above")], "`above` or `below` must be given"),
        ([GIVEN | {"above": None}], "`above` or `below` must be given"),
        ([GIVEN | {"above": "0.1"}], "`above` must be a finite number; got '0.1'"),
        ([GIVEN | {"below": True}], "`below` must be a finite number; got True"),
        ([GIVEN | {"above": math.inf}], "`above` must be a finite number; got inf"),
        ([GIVEN | {"above": 0.5, "below": 0.5}], "`above` must be a finite number < 0.5; got 0.5"),
        ([GIVEN | {"claim": 3}], "`claim` must be a text that is not empty; got 3"),
        ([GIVEN | {"answer": " "}], "`answer` must be a text that is not empty; got ' '"),
        ([GIVEN | {"where": ["size", 250]}], r"`where` must map settings to values; got \['size'"),
        ([GIVEN | {"between": ["model", "cnn"]}], r"`between` must be a setting and two .*'cnn'\)"),
        ([GIVEN | {"between": "abc"}], "`between` must be a setting and two .*got 'abc'"),
        ([GIVEN | {"exception": " "}], "`exception` must be a text that is not empty; got ' '"),
        (
            [GIVEN | {"between": [["model"], "a", "b"]}],
            r"`between` must name .*; got \['model'\] and",
        ),
        (
            [GIVEN | {"between": ["model", "a", None]}],
            "`between` must name .*; got 'model' and None",
        ),
        ([GIVEN | {"where": {3: "cnn"}}], "`where` must name a setting by its text.*; got 3 and"),
        ([GIVEN | {"where": {"size": [250]}}], r"`where` must name .*; got 'size' and \[250\]"),
        ([GIVEN | {"where": {"size": math.nan}}], "`where` must name .*; got 'size' and nan"),
        (["cnn-beats-dense"], "rule 1: A rule must have lines such as .*got 'cnn-beats-dense'"),
        ([], r"must hold a list of rules, each with a `name`; got \[\]"),
        ({"rules": [GIVEN]}, "must hold a list of rules"),
        (None, "must hold a list of rules.*got None"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path, content, message):
    path = write(tmp_path / "rules.yaml", content)
    with pytest.raises(ValueError, match=rf"rules\.yaml.*{message}"):
        read_rules(path)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("- name: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rules\.yaml must be a YAML file that can be read"):
        read_rules(path)
    path.write_bytes(b"\xff\xfe- name")
    with pytest.raises(ValueError, match=r"rules\.yaml must be a YAML file that can be read"):
        read_rules(path)
    with pytest.raises(FileNotFoundError, match=r"none\.yaml"):
        read_rules(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"where": {"size": 500}}, "`where: size` must be one of 250, 4000; got 500"),
        ({"where": {"sise": 250}}, "`where` must be one of .*'sise'. Did you mean 'size'"),
        ({"where": {"seed": 3}}, "`where` must be one of .*got 'seed'"),
        ({"where": {}}, "`where` must give a value to each .*; with no setting a seed occurs sev"),
        ({"between": None}, "`where` must give a value to each .* with size=250 a seed occurs"),
        ({"value": "acu"}, "`value` must be one of .*Did you mean 'auc'"),
        ({"between": ["model", "dense", "cnm"]}, "`between` must be .*Did you mean 'cnn'"),
        ({"between": ["modle", "dense", "cnn"]}, "`between` must be .*Did you mean 'model'"),
    ],
)
def test_a_rule_that_does_not_fit_its_table_is_refused(changes, message):
    message = f"Rule 'cnn-beats-dense' does not fit its table: {message}"
    with pytest.raises(ValueError, match=message):
        judge(build_rule(**changes), draw_runs())


def test_arrays_are_no_settings():
    with pytest.raises(TypeError, match=r"`where` must name a setting .*; got 'size' and array"):
        build_rule(where={"size": np.array([250, 4000])})
    with pytest.raises(TypeError, match=r"`between` must name a setting .*; got 'model' and array"):
        build_rule(between=["model", "dense", np.array(["cnn"])])
    assert judge(build_rule(where={"size": np.int64(250)}), draw_runs()).held


@pytest.mark.parametrize("between", [["model", "dense", "cnn"], None])
def test_where_cannot_choose_seeds_by_their_result(between):
    table = draw_runs()
    where = {"size": 250, "good": True} | ({} if between else {"model": "cnn"})
    rule = build_rule(where=where, between=between)
    assert judge(rule, table.assign(good=True)).num_seeds == 5
    ranks = table.groupby(["model", "size"])["auc"].rank()
    chosen = table.assign(good=(table["model"] == "dense") | (ranks > 2))
    worst = chosen.query("model == 'cnn' and size == 250 and not good")["seed"].tolist()
    of = " of 'cnn'" if between else ""
    message = rf"`where` must keep .*good=True.* leaves out \[{worst[0]}, {worst[1]}\]{of}\. Select"
    with pytest.raises(ValueError, match=message):
        judge(rule, chosen)
    # a run that diverged is not left out: it stays, and is counted
    diverged = table.assign(good=True, status=table["status"].where(table["seed"] > 0, "diverged"))
    assert judge(rule, diverged).num_left_out == 1


def test_a_run_that_was_never_made_has_no_pair():
    table = draw_runs().drop(index=[0, 5])  # dense, seed 0, of either size
    verdict = judge(build_rule(), table)
    assert (verdict.num_seeds, verdict.num_left_out) == (4, 1)


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        (("cnn", draw_runs()), {}, TypeError, r"`rule` must be a Rule; got 'cnn' \(str\)"),
        ((build_rule(), [1]), {}, TypeError, "`table` must be a data frame of run_grid; got list"),
        ((build_rule(), draw_runs()), {"confidence": 1}, ValueError, "`confidence` must be"),
        ((build_rule(), draw_runs().drop(columns="seed")), {}, ValueError, "'seed' is missing"),
        ((build_rule(), draw_runs().iloc[:0]), {}, ValueError, "at least one run; got none"),
        (
            (build_rule(), draw_runs().assign(seed=np.nan)),
            {},
            ValueError,
            "Rule 'cnn-beats-dense' .*the seed of each run; 20 of 20 have none",
        ),
        (
            (build_rule(), pd.concat([draw_runs(), draw_runs()[["size"]]], axis=1)),
            {},
            ValueError,
            "each column once; got 'size' twice",
        ),
    ],
)
def test_other_arguments_are_refused(arguments, options, kind, message):
    with pytest.raises(kind, match=message):
        judge(*arguments, **options)
