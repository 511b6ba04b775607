"""The committed tables are rebuilt, byte for byte, from the committed raw scores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oversmith.evaluation import Store, read_scores
from oversmith.evaluation.bench_report import report_markdown
from oversmith.evaluation.child import run_isolated
from oversmith.evaluation.raw_scores import read_notes
from oversmith.evaluation.runner import child_environment
from oversmith.studies import STUDIES, Scope, rebuild

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
RAW = sorted((RESULTS / "raw").glob("*.parquet"))


def written(name: str) -> str:
    # Below a line of its own stands what was made of the numbers by a program.
    return (RESULTS / f"{name}.md").read_text(encoding="utf-8").split("<!-- tables -->\n", 1)[1]


@pytest.mark.parametrize("path", RAW, ids=[path.stem for path in RAW])
def test_tables_are_rebuilt_from_their_raw_scores(path):
    notes = read_notes(path)
    if "study" in notes:
        result = rebuild(STUDIES[notes["study"]], path)
        assert written(path.stem) == result.markdown
        assert (RESULTS / f"{path.stem}.csv").read_text(encoding="utf-8") == result.csv
        return
    store = Store(None)
    read, passed_over = read_scores(store, path)
    assert read > 500
    assert passed_over == 0
    # Above the line stands the command, with the control where it is not the default.
    control = re.search(r"bench report .*--control (\S+)", (RESULTS / f"{path.stem}.md").read_text(encoding="utf-8"))
    options = {"control": control[1]} if control else {}
    assert written(path.stem) == report_markdown(store.scores(), **options)


def test_there_are_results():
    assert {path.stem for path in RAW} >= {"tuning", "judging", *STUDIES}
    assert list((RESULTS / "plans").glob("*.toml"))


BATTERY = "nasa_battery_discharge"
ONE_FOLD = "80/20, no tuned threshold, a fold of five"
CHOSEN = "rows train, no tuned threshold, chosen on an inner split"
# Contender and classifier of cells that take seconds: one plain, one leaky, one with networks.
CELLS = {
    "eo-wgan": [
        ("ecoli4", "none", "xgboost", "5-fold, no tuned threshold"),
        ("yeast_2_vs_4", "smote", "knn", "5-fold, no tuned threshold, resampled before the split"),
        ("ecoli4", "wgan-paper", "logistic-regression", "5-fold, no tuned threshold"),
    ],
    "smotified-gan": [
        ("ecoli4", "none", "network-1000-steps", "80/20, no tuned threshold, one draw, classifiers started anew"),
        ("yeast_2_vs_4", "smote", "network-30-epochs", "80/20, no tuned threshold, one draw, classifiers started anew"),
        ("ecoli4", "smotified-gan-0.33", "xgboost", "5-fold"),
    ],
    "ganbats": [
        (BATTERY, "none", "random-convolutions", "5-fold, no tuned threshold, generated series compared"),
        (BATTERY, "paper-dcgan", "random-convolutions", "5-fold, no tuned threshold, generated series compared"),
        (BATTERY, "paper-wgan", "random-convolutions", "5-fold, no tuned threshold, resampled before the split"),
    ],
    "spectra": [
        ("coffee", "none", "spectra-network", f"15:3 {CHOSEN}"),
        ("coffee", "paper-slope", "spectra-network", f"15:3 {CHOSEN}"),
        ("coffee", "paper-covid-gan", "spectra-network", f"15:2 {CHOSEN}"),
    ],
    "difficulty": [
        ("fours, 4 pixels, 90 degrees, 100 to 0.4", "none", "document-dense", f"{ONE_FOLD}, not stratified"),
        ("fours apart, 8 pixels, 45 degrees, 200 to 0.2", "smote", "xgboost", ONE_FOLD),
        ("fours, 4 pixels, 90 degrees, 100 to 0.4", "cgan", "document-dense", f"{ONE_FOLD}, not stratified"),
    ],
}


# Contenders whose sampler has changed since: asking for their cells again computes them anew.
CHANGED = {"ganbats": {"paper-cgan"}}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STUDIES))
def test_a_study_goes_on_from_its_committed_scores(name, data_dir):
    path = RESULTS / "raw" / f"{name}.parquet"
    study, scope = STUDIES[name], Scope(**read_notes(path)["scope"])
    store = Store(None)
    read_scores(store, path)
    kept = store.scores()
    tasks, _ = study.load(study.sets, scope)
    wanted = {cell.key for plan in study.plans(tasks, scope).values() for unit in plan.units() for cell in unit.cells}
    assert set(kept.loc[~kept["key"].isin(wanted), "contender"]) == CHANGED.get(name, set())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STUDIES))
def test_three_cells_of_each_study_are_computed_again(name, data_dir):
    path = RESULTS / "raw" / f"{name}.parquet"
    study, scope = STUDIES[name], Scope(**read_notes(path)["scope"])
    store = Store(None)
    read_scores(store, path)
    kept = store.scores().set_index("key")
    tasks, _ = study.load(study.sets, scope)
    units = [unit for plan in study.plans(tasks, scope).values() for unit in plan.units()]
    for dataset, contender, classifier, protocol in CELLS[name]:
        rows = kept[
            (kept["dataset"] == dataset)
            & (kept["contender"] == contender)
            & (kept["classifier"] == classifier)
            & (kept["protocol"] == protocol)
        ]
        key = rows.index[-1]
        unit = next(unit.only({key}) for unit in units if key in {cell.key for cell in unit.cells})
        # In a child, as the runner does: bits of a training hang on the number of threads.
        outcome, _ = run_isolated(unit.job, environment=child_environment([unit]))
        (found,) = [row for row in outcome.scores if row["contender"] == contender]
        assert found["status"] == rows.loc[key, "status"] == "done"
        for metric in ("average_precision", "f1", "brier"):
            assert found[metric] == pytest.approx(rows.loc[key, metric], abs=1e-6), (dataset, contender, metric)
