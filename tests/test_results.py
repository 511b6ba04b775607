"""The committed tables are rebuilt, byte for byte, from the committed raw scores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oversmith import Results
from oversmith.evaluation import Store, read_scores
from oversmith.evaluation.child import run_isolated
from oversmith.evaluation.export import read_notes
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
    results = Results(store, control=control[1] if control else None, name=path.stem)
    assert written(path.stem) == results.to_markdown()


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


# Columns that say which result a row is.
PLACE = ["dataset", "protocol", "ratio", "contender", "classifier", "repeat", "fold", "seed"]


def committed(name):
    """Return the raw scores of a study by place, and the cells and units of its plans by place."""
    path = RESULTS / "raw" / f"{name}.parquet"
    study, scope = STUDIES[name], Scope(**read_notes(path)["scope"])
    store = Store(None)
    read_scores(store, path)
    frame = store.scores()
    frame = frame.assign(ratio=frame["ratio"].astype(float).fillna(0.0))
    tasks, _ = study.load(study.sets, scope)
    cells = {}
    for plan in study.plans(tasks, scope).values():
        for unit in plan.units():
            job, split = unit.job, unit.job.split
            for cell in unit.cells:
                at = (unit.protocol.ratio or 0.0, cell.contender, cell.classifier, split.repeat, split.fold, job.seed)
                cells[(job.task.name, unit.protocol.name, *at)] = cell, unit
    return frame.set_index(PLACE), cells


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STUDIES))
def test_the_plans_are_those_of_the_committed_scores(name, data_dir):
    # The key of a result names the parameters of its sampler and the module of its procedure; both were renamed after
    # these results were computed. A run that goes on from them keeps what has neither sampler nor procedure, and
    # computes again whatever has a new name: most of the rest.
    frame, cells = committed(name)
    assert set(frame.index) == set(cells)
    plain = {
        cell.key for cell, unit in cells.values() if unit.job.procedure is None and unit.job.contender.build is None
    }
    assert plain <= set(frame["key"])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STUDIES))
def test_three_cells_of_each_study_are_computed_again(name, data_dir):
    frame, cells = committed(name)
    for dataset, contender, classifier, protocol in CELLS[name]:
        at = [index for index in frame.index if index[:5] == (dataset, protocol, 0.0, contender, classifier)][-1]
        cell, unit = cells[at]
        unit, before = unit.only({cell.key}), frame.loc[at]
        # In a child, as the runner does: bits of a training hang on the number of threads.
        outcome, _ = run_isolated(unit.job, environment=child_environment([unit]))
        (row,) = [row for row in outcome.scores if row["contender"] == contender]
        assert row["status"] == before["status"] == "done"
        for metric in ("average_precision", "f1", "brier"):
            assert row[metric] == pytest.approx(before[metric], abs=1e-6), (dataset, contender, metric)
