from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bench_toys import misbehaving, table
from oversmith.evaluation.bench_report import report_markdown

from oversmith.evaluation import Plan, Protocol, Store, run
from oversmith.evaluation.estimate import estimate
from oversmith.exceptions import InputError
from oversmith.statistics import corrected_resampled_t

TWO = Protocol(folds=2, inner_folds=2)


def row_of(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    tables = [table("<b>a|b</b>"), table("two"), table("three")]
    plan = Plan(tables, ["none", "none-tuned", "smote", misbehaving("raise")], ["knn", "lr"], TWO)
    return run(plan, n_jobs=1, isolate=False).scores()


def test_differences_by_hand(scores):
    text = report_markdown(scores)
    mean = scores.groupby(["contender", "dataset", "classifier"])["average_precision"].mean()
    d = (mean["smote"] - mean["none-tuned"]).groupby("dataset").mean().to_numpy()
    found = row_of(text, "`smote`")
    assert found[1] == f"{d.mean():+.3f}"
    low, high = (float(bound) for bound in found[2].strip("[]").split(","))
    assert low <= d.mean() <= high
    assert found[3] == f"{(d > 0).sum()} / {(d == 0).sum()} / {(d < 0).sum()}"
    assert "3 data sets; 2 comparisons, one family" in text


def test_every_table_has_as_many_cells_as_heads(scores):
    for part in (scores, scores[scores["dataset"] == "two"]):
        lines = report_markdown(part).splitlines()
        # A vertical bar in a name is escaped.
        bars = [line.replace("\\|", "").count("|") if line.startswith("|") else 0 for line in lines]
        rulers = [place for place, line in enumerate(lines) if line.startswith("| ---")]
        assert rulers
        for place in rulers:
            assert bars[place - 1] == bars[place] == bars[place + 1]


def test_differences_by_classifier_by_hand(scores):
    text = report_markdown(scores)
    mean = scores.groupby(["contender", "dataset", "classifier"])["average_precision"].mean()
    d = (mean["smote"] - mean["none-tuned"]).groupby("classifier").mean()
    after = text[text.index("Difference in Average precision by classifier") :]
    cells = row_of(after, "`smote`")
    assert [cell.split()[0] for cell in cells[1:]] == [f"{d['knn']:+.3f}", f"{d['logistic-regression']:+.3f}"]


def test_differences_by_minority_rows_by_hand():
    # Two sets of nine minority rows to train on, two of sixty.
    small = [table(name, n=60, positives=18) for name in ("a", "b")]
    large = [table(name, n=300, positives=120) for name in ("c", "d")]
    plan = Plan([*small, *large], ["none-tuned", "smote"], ["knn"], TWO)
    scores = run(plan, n_jobs=1, isolate=False).scores()
    text = report_markdown(scores)
    mean = scores.groupby(["contender", "dataset"])["average_precision"].mean()
    d = mean["smote"] - mean["none-tuned"]
    after = text[text.index("Difference in Average precision by minority rows") :]
    heads = after.splitlines()[2]
    assert heads == "| contender | below 50 (2 sets) | 50 to 199 (2 sets) |"
    cells = row_of(after, "`smote`")
    assert [cell.split()[0] for cell in cells[1:]] == [f"{d[['a', 'b']].mean():+.3f}", f"{d[['c', 'd']].mean():+.3f}"]


def test_a_failure_counts_as_chance(scores):
    found = row_of(report_markdown(scores), "`raise`")
    control = scores[scores["contender"] == "none-tuned"]
    prevalence = control["n_test_positive"] / control["n_test"]
    by_set = (prevalence - control["average_precision"]).groupby(control["dataset"]).mean()
    assert found[1] == f"{by_set.mean():+.3f}"
    assert "| failed | raise | knn | RuntimeError: it broke | 6 |" in report_markdown(scores)


def test_a_metric_that_was_not_measured_has_no_table():
    plan = Plan([table("one"), table("two")], ["none", "smote"], ["knn"], Protocol(folds=2, inner_folds=None))
    text = report_markdown(run(plan, n_jobs=1, isolate=False).scores(), control="none")
    parts = dict(part.split("\n", 1) for part in text.split("\n## "))
    (name,) = [name for name in parts if name.endswith("F1 at the tuned threshold")]
    assert parts[name].strip() == "Not measured under this protocol."
    assert any("| `smote` |" in part for name, part in parts.items() if name.endswith("F1 at 0.5"))


def test_one_data_set_is_compared_over_folds(scores):
    part = scores[scores["dataset"] == "two"]
    text = report_markdown(part)
    mean = part.groupby(["contender", "fold"])["average_precision"].mean()
    expected = corrected_resampled_t((mean["smote"] - mean["none-tuned"]).to_numpy(), 1.0)
    found = row_of(text, "`smote`")
    assert found[1] == f"{expected.difference:+.3f}"
    assert found[2] == f"[{expected.low:+.3f}, {expected.high:+.3f}]"
    assert "One data set, 2 folds, corrected resampled t-test; 2 comparisons" in text


def test_while_results_are_pending_there_is_no_table(scores):
    text = report_markdown(scores[(scores["dataset"] != "two") | (scores["contender"] != "smote")])
    assert "No table: scores: " in text


def test_names_from_data_are_text():
    plan = Plan([table()], ["none-tuned", "smote", misbehaving("raise")], ["knn"], TWO)
    frame = run(plan, n_jobs=1, isolate=False).scores()
    frame["contender"] = frame["contender"].replace("smote", "<script>|`x`\n# Heading")
    text = report_markdown(frame)
    assert "<script>" not in text
    assert "\n# Heading" not in text
    assert "`&lt;script&gt;\\|'x' # Heading`" in text


def test_what_cannot_be_reported(scores):
    with pytest.raises(InputError, match="scores: no result found"):
        report_markdown(scores.iloc[:0])
    with pytest.raises(InputError, match="control: 'smot' is not among the contenders"):
        report_markdown(scores, control="smot")


def test_the_estimate_follows_the_timings():
    plan = Plan([table(), table("large", n=240)], ["none-tuned", "smote"], ["knn"], TWO)
    units = plan.units()
    with Store() as store:
        rough = estimate(units, store, 1)
        assert rough.timed == 0
        assert 0.1 < rough.seconds < 20
        assert "a rough guess" in str(rough)
        few = Plan([table()], ["none-tuned"], ["knn"], TWO)
        run(few, store, n_jobs=1, isolate=False)
        # As if each of the two fits had taken two seconds.
        store._base.execute("UPDATE jobs SET started = 0, ended = 2")
        left = [unit for unit in units if unit.job.contender.name == "none"]
        found = estimate(left, store, 1)
        # Two on the same table, two on one of four times the rows.
        assert found.seconds == pytest.approx(2 * 2 + 2 * 8)
        assert (found.timed, found.guessed) == (2, 0)
        assert estimate(left, store, 2).seconds == pytest.approx(10)
        assert estimate(units, store, 1).guessed == 4
    assert np.isfinite(found.seconds)
