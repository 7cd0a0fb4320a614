import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.experiments import compare_paired, run_grid, summarise_runs
from tests.tolerances import EXACT64

SIZES = [250, 1000, 4000]


def draw_runs(num_seeds=5):
    """Two models at three sizes: rows in the order of a grid, all finished."""
    generator = np.random.default_rng(0)
    rows = [
        {"model": model, "size": size, "seed": seed, "auc": generator.normal(0.8, 0.03)}
        for model in ("dense", "cnn")
        for size in SIZES
        for seed in range(num_seeds)
    ]
    return pd.DataFrame(rows).assign(seconds=1.0, status="finished", message="")


def aucs_of(table, model, size):
    return table[(table["model"] == model) & (table["size"] == size)]["auc"].to_numpy()


@pytest.mark.reference("summarise_runs")
@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_intervals_are_those_of_scipys_t_test(confidence):
    table = draw_runs()
    summary = summarise_runs(table, by=["model", "size"], value="auc", confidence=confidence)
    names = ["mean", "low", "high", "num_seeds", "num_diverged", "num_failed"]
    assert list(summary) == ["model", "size", *names]
    assert summary["model"].tolist() == ["dense"] * 3 + ["cnn"] * 3
    assert summary["size"].tolist() == SIZES * 2
    assert (summary["num_seeds"] == 5).all()
    for row in summary.itertuples():
        values = aucs_of(table, row.model, row.size)
        interval = stats.ttest_1samp(values, 0).confidence_interval(confidence)
        np.testing.assert_allclose(row.mean, values.sum() / 5, **EXACT64)
        np.testing.assert_allclose([row.low, row.high], interval, **EXACT64)


@pytest.mark.reference("summarise_runs")
def test_an_interval_by_hand():
    table = pd.DataFrame({"size": 9, "seed": [0, 1, 2], "auc": [0.7, 0.8, 0.6]})
    summary = summarise_runs(table.assign(status="finished"), by="size", value="auc")
    # s = 0.1; t of a textbook's table for 2 degrees of freedom and 95 % is 4.303
    np.testing.assert_allclose(summary.loc[0, "mean"], 0.7, **EXACT64)
    np.testing.assert_allclose(summary.loc[0, "high"], 0.7 + 4.303 * 0.1 / 3**0.5, atol=5e-5)
    # of two values s / sqrt(2) is half their distance; t for 1 degree of freedom is 12.706
    summary = summarise_runs(table[:2].assign(status="finished"), by="size", value="auc")
    np.testing.assert_allclose(summary.loc[0, "low"], 0.75 - 12.706 * 0.05, atol=5e-5)


@pytest.mark.reference("compare_paired")
@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_paired_intervals_are_those_of_scipys_paired_t_test(confidence):
    table = draw_runs().sample(frac=1, random_state=1)  # pairs go by seed, not by row
    result = compare_paired(
        table, "auc", between=("model", "dense", "cnn"), by=["size"], confidence=confidence
    )
    assert list(result) == ["size", "mean", "low", "high", "num_seeds", "num_left_out"]
    table = table.sort_values("seed")
    assert sorted(result["size"]) == SIZES
    for row in result.itertuples():
        dense, cnn = (aucs_of(table, model, row.size) for model in ("dense", "cnn"))
        interval = stats.ttest_rel(cnn, dense).confidence_interval(confidence)
        np.testing.assert_allclose(row.mean, cnn.mean() - dense.mean(), **EXACT64)
        np.testing.assert_allclose([row.low, row.high], interval, **EXACT64)
        assert (row.num_seeds, row.num_left_out) == (5, 0)


@pytest.mark.law("compare_paired")
def test_swapping_the_two_turns_the_sign():
    table = draw_runs()
    one = compare_paired(table, "auc", between=("model", "dense", "cnn"), by="size")
    other = compare_paired(table, "auc", between=("model", "cnn", "dense"), by="size")
    for name, opposite in [("mean", "mean"), ("low", "high"), ("high", "low")]:
        np.testing.assert_allclose(one[name], -other[opposite], **EXACT64)


@pytest.mark.law("compare_paired")
def test_what_a_seed_does_to_both_models_goes_out():
    table = draw_runs()
    shift = table["seed"] * 0.5
    between = ("model", "dense", "cnn")
    plain = compare_paired(table, "auc", between=between, by="size")
    shifted = compare_paired(
        table.assign(auc=table["auc"] + shift), "auc", between=between, by="size"
    )
    np.testing.assert_allclose(shifted, plain, **EXACT64)


def test_runs_that_diverged_or_failed_are_counted_and_never_averaged():
    table = draw_runs()
    table.loc[0, ["status", "auc"]] = ["diverged", 77.0]  # dense, 250, seed 0; another name was nan
    table.loc[1, ["status", "auc"]] = ["failed", np.nan]
    table.loc[15, ["status", "auc"]] = ["diverged", np.inf]  # cnn, 250, seed 0
    table.loc[17, ["status", "auc"]] = ["diverged", np.nan]  # cnn, 250, seed 2
    table = table.drop(index=19)  # cnn, 250, seed 4 was never run
    summary = summarise_runs(table, by=["model", "size"], value="auc")
    counts = summary[["num_seeds", "num_diverged", "num_failed"]]
    assert counts.loc[0].tolist() == [3, 1, 1]
    assert counts.loc[3].tolist() == [2, 2, 0]
    np.testing.assert_allclose(summary.loc[0, "mean"], table.loc[2:4, "auc"].mean(), **EXACT64)
    result = compare_paired(table, "auc", between=("model", "dense", "cnn"), by="size")
    assert result[["num_seeds", "num_left_out"]].to_numpy().tolist() == [[1, 4], [5, 0], [5, 0]]
    expected = table.loc[18, "auc"] - table.loc[3, "auc"]
    np.testing.assert_allclose(result.loc[0, "mean"], expected, **EXACT64)
    assert result.loc[0, ["low", "high"]].isna().all()


def test_one_seed_has_no_interval_and_none_has_no_mean():
    table = draw_runs(num_seeds=1)
    summary = summarise_runs(table, by=["model", "size"], value="auc")
    np.testing.assert_array_equal(summary["mean"], table["auc"])
    assert summary[["low", "high"]].isna().all(axis=None)
    table["status"] = ["diverged"] * 3 + ["failed"] * 3
    summary = summarise_runs(table, by=["model", "size"], value="auc")
    assert summary[["mean", "low", "high"]].isna().all(axis=None)
    assert summary["num_diverged"].tolist() == [1, 1, 1, 0, 0, 0]
    assert summary["num_failed"].tolist() == [0, 0, 0, 1, 1, 1]
    result = compare_paired(table, "auc", between=("model", "dense", "cnn"), by="size")
    assert result[["mean", "low", "high"]].isna().all(axis=None)
    assert (result["num_left_out"] == 1).all()


def test_equal_values_have_an_interval_without_width():
    summary = summarise_runs(draw_runs().assign(auc=0.5), by=["model", "size"], value="auc")
    assert (summary[["mean", "low", "high"]] == 0.5).all(axis=None)


def test_without_by_there_is_one_row():
    table = draw_runs().query("size == 250")
    result = compare_paired(table, "auc", between=("model", "dense", "cnn"))
    assert list(result) == ["mean", "low", "high", "num_seeds", "num_left_out"]
    by_size = compare_paired(table, "auc", between=("model", "dense", "cnn"), by="size")
    pd.testing.assert_frame_equal(result, by_size.drop(columns="size"))
    summary = summarise_runs(table.query("model == 'cnn'"), by=[], value="auc")
    assert len(summary) == 1


def test_a_table_of_run_grid_is_taken_even_from_a_csv_file(tmp_path):
    def measure(rate, wide, seed):
        return {"loss": np.inf if rate > 1 else rate + seed}

    table = run_grid(measure, {"rate": [0.5, 2.0], "wide": [True, False]}, seeds=range(3))
    summary = summarise_runs(table, by=["rate", "wide"], value="loss")
    assert summary["num_diverged"].tolist() == [0, 0, 3, 3]
    assert summary["mean"].tolist()[:2] == [1.5, 1.5]
    assert summary["wide"].tolist() == [True, False] * 2
    table.to_csv(tmp_path / "runs.csv", index=False)
    back = pd.read_csv(tmp_path / "runs.csv")
    pd.testing.assert_frame_equal(summarise_runs(back, by=["rate", "wide"], value="loss"), summary)
    paired = compare_paired(back, "loss", between=("wide", True, False), by="rate")
    assert paired["num_left_out"].tolist() == [0, 3]


@pytest.mark.parametrize(
    ("change", "options", "kind", "message"),
    [
        (lambda t: t.to_dict(), {}, TypeError, "`table` must be a data frame.*got dict"),
        (lambda t: t.iloc[:0], {}, ValueError, "at least one run"),
        (lambda t: t.drop(columns="seed"), {}, ValueError, "columns that run_grid makes; 'seed'"),
        (lambda t: t.drop(columns="status"), {}, ValueError, "'status' is missing"),
        (
            lambda t: pd.concat([t, t[["auc"]]], axis=1),
            {},
            ValueError,
            "each column once; got 'auc' twice",
        ),
        (
            lambda t: t.assign(seed=t["seed"].where(t["seed"] > 1)),
            {},
            ValueError,
            "the seed of each run; 12 of 30 have none",
        ),
        (lambda t: t, {"by": ["modle", "size"]}, ValueError, "`by`.*Did you mean 'model'"),
        (lambda t: t, {"by": ["seed"]}, ValueError, "`by` must be one of"),
        (lambda t: t, {"value": "acu"}, ValueError, "`value`.*Did you mean 'auc'"),
        (lambda t: t, {"value": "model"}, ValueError, "`value` must be one of"),
        (lambda t: t, {"confidence": 1}, ValueError, "`confidence`"),
        (
            lambda t: t,
            {"by": ["size"]},
            ValueError,
            "all settings that differ: seed 0 occurs twice at size = 250",
        ),
        (lambda t: t, {"by": []}, ValueError, r"seed 0 occurs twice\."),
        (
            lambda t: t.assign(auc=t["auc"].where(t["seed"] != 3)),
            {},
            ValueError,
            "finite 'auc' in each finished run; it does not at model = dense, size = 250",
        ),
    ],
)
def test_bad_tables_and_options_are_refused(change, options, kind, message):
    with pytest.raises(kind, match=message):
        summarise_runs(change(draw_runs()), **({"by": ["model", "size"], "value": "auc"} | options))


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"between": ("model", "dense", "cnm")}, ValueError, "`between`.*Did you mean 'cnn'"),
        ({"between": ("modle", "dense", "cnn")}, ValueError, "`between`.*Did you mean 'model'"),
        ({"between": ("model", "cnn", "cnn")}, ValueError, "two values of 'model'; got 'cnn'"),
        ({"between": ("model", "cnn")}, TypeError, "a setting and two of its values"),
        ({"between": "abc"}, TypeError, "a setting and two of its values"),
        ({"by": ["model", "size"]}, ValueError, "`by` must not hold 'model'"),
        ({"by": []}, ValueError, "seed 0 occurs twice at model = dense"),
        ({"by": ["sise"]}, ValueError, "`by`.*Did you mean 'size'"),
        ({"value": "acu"}, ValueError, "`value`"),
        ({"confidence": 0}, ValueError, "`confidence`"),
    ],
)
def test_bad_comparisons_are_refused(options, kind, message):
    arguments = {"value": "auc", "between": ("model", "dense", "cnn"), "by": ["size"]} | options
    with pytest.raises(kind, match=message):
        compare_paired(draw_runs(), **arguments)


def test_a_comparison_wants_the_seed_of_each_run():
    # without it nothing says which runs are a pair
    table = draw_runs(num_seeds=1)
    table["seed"] = np.nan
    with pytest.raises(ValueError, match="the seed of each run; 6 of 6 have none"):
        compare_paired(table, "auc", between=("model", "dense", "cnn"), by="size")
