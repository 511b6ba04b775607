"""The study of Nazari et al. 2021: its grid, folds and numbers, and a toy run that is rebuilt byte for byte."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold

from oversmith.evaluation import Plan, Store, run, write_scores
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.runner import facts
from oversmith.exceptions import InputError
from oversmith.studies import STUDIES, Scope, rebuild
from oversmith.studies.difficulty import numbers
from oversmith.studies.difficulty import plans as study
from oversmith.studies.difficulty.experiments import (
    APART,
    COUNTS,
    CUTS,
    EXPERIMENTS,
    GRID,
    SETS,
    OneFold,
    flat_task,
    image_tasks,
    in_fraction,
    load,
    paper_dense,
)
from oversmith.studies.difficulty.numbers import DifficultyNumbers
from oversmith.studies.published import claims, published
from oversmith.studies.rows import CANNOT, PENDING
from oversmith.studies.scores import Scores

QUICK = Scope(quick=True, max_steps=2, max_rows=10_000, seeds=2)
NOTES = {"scope": QUICK.describe(), "data": {}, "extras": {}}


def bars(n=160):
    """Grey bars that lie a little differently in each image."""
    rng = np.random.default_rng(0)
    found = rng.integers(0, 40, size=(n, 28, 28))
    for image in found:
        at = rng.integers(10, 16)
        image[4:24, at : at + 4] += 200
    return found.astype(np.uint8)


def chosen(*where, experiments=GRID):
    size, angle, n, ratio = where
    return next(e for e in experiments if (e.size, e.angle, e.n_majority, e.ratio) == (size, angle, n, ratio))


# ---------------------------------------------------------------------- experiments


def test_the_grid_is_the_papers_and_a_quarter_stands_for_it():
    assert len(GRID) == len(APART) == 144
    assert len(CUTS) == 9 * 12
    assert len(EXPERIMENTS) == 2 * 144 + 108
    few = pd.DataFrame([vars(entry) for entry in GRID if in_fraction(entry)])
    whole = pd.DataFrame([vars(entry) for entry in GRID])
    assert len(few) == 36
    for factor in ("size", "angle", "n_majority", "ratio"):
        assert (few[factor].value_counts() * 4).sort_index().equals(whole[factor].value_counts().sort_index())


def test_no_digit_is_shared_in_the_sound_images_and_some_are_in_the_papers():
    entry = chosen(4, 90, 100, 0.4)
    shared, apart = image_tasks(bars(), (entry, replace(entry, apart=True)))
    assert np.bincount(shared.y).tolist() == np.bincount(apart.y).tolist() == [100, 40]
    assert apart.groups is None
    assert len(np.unique(shared.groups)) < 140
    assert shared.shape == (1, 16)
    assert shared.sha256 != apart.sha256
    assert (shared.X.min().min(), apart.name) == (pytest.approx(-1, abs=0.4), replace(entry, apart=True).name)


@pytest.mark.data
def test_tables_are_cut_in_their_order(data_dir):
    tasks, told = load((SETS[7], replace(SETS[1], name="no-such-set")), QUICK)
    assert len(tasks) == told["cyber_tor_1000_0p4"]["experiments"] == 12
    assert "missing" in told["no-such-set"]
    small = next(t for t in tasks if t.name == "cyber_tor_1000_0p4, 100 to 0.1")
    large = next(t for t in tasks if t.name == "cyber_tor_1000_0p4, 1000 to 0.4")
    assert np.bincount(small.y).tolist() == [100, 10]
    rows = set(map(tuple, large.X.to_numpy()))
    assert all(tuple(row) in rows for row in small.X.to_numpy())


@pytest.mark.data
def test_tables_of_several_classes_are_attacks_against_the_rest(data_dir):
    tasks, _ = load((SETS[9],), QUICK)
    assert {task.classes for task in tasks} == {("attack", "normal")}
    assert all(task.classes[task.positive] == "attack" and task.shape is None for task in tasks)
    assert not tasks[0].X.duplicated().any()


# ---------------------------------------------------------------------- grids


def test_grids_cover_every_experiment_in_full_and_a_quarter_of_the_sound_ones_quickly():
    tasks = [toy(entry) for entry in (*GRID, *APART, *CUTS[:12]) if entry.size in (28, 8, None)]
    for scope, some, folds in ((Scope(seeds=2), 72, 2), (QUICK, 18, 1)):
        plans = study.plans(tasks, scope)
        units = {name: plan.units() for name, plan in plans.items()}
        document = [u for name, found in units.items() if "as in the paper" in name for u in found]
        assert len(document) == some * 2 * folds
        soundly = [u for name, found in units.items() if "pixels, soundly" in name for u in found]
        assert len({u.job.task.name for u in soundly}) == some
        assert {u.job.contender.name for u in soundly} == {
            "none",
            "class-weight",
            "random-over-sampling",
            "smote",
            "cgan",
        }
        assert {u.job.task.name for u in units["How long one training takes"]} <= {e.name for e in GRID}
        # What is listed twice has one key and is run once.
        assert {u.key for u in units["How long one training takes"]} <= {u.key for u in document}
        if not scope.quick:
            fixed = {u.key for u in units["When to stop"] if u.job.contender.name == "cgan" and u.job.task.shape}
            known = {u.key for name, found in units.items() if name != "When to stop" for u in found}
            assert fixed <= known
        (auto,) = {u.job.contender for u in units["Auto"]}
        raced = auto.build(Situation(np.repeat([0, 1], [40, 8]), ("a", "b"), 64, 0, 0, 8, (1, 64)))
        assert (raced.n_splits, raced.n_repeats, raced.fill) == ((2, 2, 1.0) if scope.quick else (5, 2, 1.0))
        assert len(raced.candidates) == 6
        assert study.counted(scope).startswith(f"{folds} of 5 folds asked for under either protocol")
        assert ("2 repeats of 2 inner folds in place of 6 of 5" in study.counted(scope)) is scope.quick
        everyone = {u.job.contender.name for found in units.values() for u in found}
        assert everyone >= {*study.RIVALS, "cgan-auto"} - {"none-tuned"}
    with pytest.raises(InputError, match="seeds: 6 found; give at most 5"):
        study.plans(tasks, Scope(seeds=6))


def toy(entry, n=60, rare=12):
    """Two separable columns under the name of an experiment."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [n - rare, rare])
    X = np.clip(rng.normal(scale=0.3, size=(n, 2)) + 0.4 * (2 * y - 1)[:, None], -1, 1)
    from oversmith.datasets import Difficult

    return flat_task(entry.name, Difficult(X, y, np.arange(n)), ("four", "rotated"))


def test_the_papers_setting():
    y = np.repeat([0, 1], [40, 8])
    built = study.DOCUMENT.build(Situation(y, ("a", "b"), 16, 0, 7, None, (1, 16)))
    assert (built.max_steps, built.stop, built.random_state, built.encoder.input_shape) == (1500, "steps", 7, (1, 16))
    assert (built.generator_widths, built.balanced) == ((256, 512, 1024), False)
    ended = study.STOPPED.build(Situation(y, ("a", "b"), 16, 0, 7, 2_000, (1, 16)))
    assert (ended.max_steps, ended.stop) == (2_000, "distance")
    assert study.DOCUMENT.build(Situation(y, ("a", "b"), 16, 0, 7, 2, None)).encoder is None


# ---------------------------------------------------------------------- folds


def job_of(task, procedure, fold=0, contenders=("none",)):
    scope = Scope(seeds=5)
    protocol = study.as_paper(scope) if not procedure.stratified else study.soundly(scope)
    units = Plan([task], list(contenders), [study.DENSE], protocol).units()
    return next(u.job for u in units if u.job.split.repeat == fold)


def test_the_papers_folds_are_those_of_its_code_and_ours_are_stratified():
    task = toy(GRID[0])
    loose, sound = OneFold(stratified=False), OneFold()
    for fold, (train, test) in enumerate(KFold(5, shuffle=True, random_state=0).split(task.y)):
        mine = loose.cut(job_of(task, loose, fold))
        assert np.array_equal(mine[0], train)
        assert np.array_equal(mine[1], test)
    parts = [sound.cut(job_of(task, sound, fold))[1] for fold in range(5)]
    assert sorted(np.concatenate(parts)) == list(range(60))
    assert {int(task.y[part].sum()) for part in parts} == {2, 3}
    grouped = replace(task, groups=np.arange(60) // 2)
    train, test = sound.cut(job_of(grouped, sound))
    assert not set(grouped.groups[train]) & set(grouped.groups[test])


def test_a_fold_without_minority_counts_as_nothing_found():
    task = toy(GRID[0], n=60, rare=2)
    folds = list(KFold(5, shuffle=True, random_state=0).split(task.y))
    bad = next(fold for fold, (_, test) in enumerate(folds) if not task.y[test].any())
    job = job_of(task, OneFold(stratified=False), bad)
    outcome = run_job(job)
    (row,) = outcome.scores
    assert row["status"] == "done"
    assert row["f1"] == 0
    assert outcome.sizes["n_test_positive"] == 0
    found = outcome.more[study.DENSE.name]
    assert found["true_rare"] == found["missed_rare"] == 0
    assert sum(found[name] for name in COUNTS) == 12


def test_the_four_counts_are_those_of_the_metrics():
    task = toy(GRID[0])
    outcome = run_job(job_of(task, OneFold(), contenders=("smote",)))
    (row,) = outcome.scores
    counts = pd.DataFrame([outcome.more[study.DENSE.name]])
    assert numbers.f1_of(counts)["minority"][0] == pytest.approx(row["f1"])
    (told,) = outcome.predictions
    predicted = (told["scores"][:, 1] >= 0.5).astype(int)
    assert numbers.f1_of(counts)["majority"][0] == pytest.approx(f1_score(told["y"], predicted, pos_label=0))


def test_the_papers_classifier_reads_four_fifths_and_one_scale():
    from sklearn.utils import shuffle

    rng = np.random.default_rng(0)
    X, y = rng.uniform(-3, 5, size=(100, 4)), np.arange(100) % 2
    unused = shuffle(np.arange(100), random_state=0)[80:]
    changed = y.copy()
    changed[unused] = 1 - changed[unused]
    models = [paper_dense(0).fit(X, labels) for labels in (y, changed)]
    assert np.array_equal(*(model.predict_proba(X) for model in models))
    assert models[0].n_steps_ == 20 * 3
    assert models[0]._restored().biases[0].shape == (10,)
    centre, spread = models[0].state_["centre"], models[0].state_["spread"]
    assert np.allclose(((X.min() - centre[0]) / spread[0], (X.max() - centre[0]) / spread[0]), (-1, 1))
    assert np.ptp(centre) == np.ptp(spread) == 0


# ---------------------------------------------------------------------- numbers


def frame(rows):
    """Raw scores: (experiment, contender, fold, counts) each."""
    return pd.DataFrame(
        [
            {
                "dataset": entry.name, "protocol": "p", "ratio": None, "contender": contender, "seed": 0, "fold": 0,
                "classifier": study.DENSE.name, "repeat": fold, "status": "done" if counts else "failed",
                "n_train": 80, "n_test": 20, "n_test_positive": 5, "seconds_resample": 3.0,
                **dict(zip(COUNTS, counts or [np.nan] * 4, strict=True)),
            }
            for entry, contender, fold, counts in rows
        ]
    )  # fmt: skip


def test_f1_is_averaged_over_folds_in_the_paper_and_pooled_soundly():
    folds = [(0, (5, 0, 0, 15)), (1, (1, 1, 4, 14))]
    rows = [(entry, "none", fold, counts) for entry in (GRID[0], APART[0]) for fold, counts in folds]
    scores = DifficultyNumbers(Scores(frame(rows)), NOTES)
    mean = scores.by_experiment(numbers.AS_PAPER, "none", study.DENSE.name)
    assert mean["minority"].item() == pytest.approx((1 + 2 / 7) / 2)
    pooled = scores.by_experiment(numbers.SOUND, "none", study.DENSE.name)
    assert pooled["minority"].item() == pytest.approx(12 / 17)
    assert pooled["majority"].item() == pytest.approx(58 / 63)
    assert pooled[["features", "angle", "n_majority", "ratio"]].iloc[0].tolist() == [784, 30, 1000, 0.4]


def test_a_gain_rests_on_the_folds_both_have_and_a_failure_finds_nothing():
    rows = [(APART[0], "none", 0, (1, 0, 4, 15)), (APART[0], "none", 1, (5, 0, 0, 15)), (APART[0], "cgan", 0, None)]
    found = DifficultyNumbers(Scores(frame(rows)), NOTES).gains(numbers.SOUND, "cgan", study.DENSE.name)
    assert found["minority"].item() == pytest.approx(-1 / 3)
    assert found["majority"].item() == pytest.approx(30 / 35 - 30 / 34)
    assert found["folds"].item() == 1


def test_published_means_are_held_against_the_mean_of_each_fold():
    value = {0: (4, 1, 1, 14), 1: (3, 2, 2, 13), 2: (2, 3, 3, 12)}
    rows = [(entry, "none", fold, counts) for entry in GRID for fold, counts in value.items()]
    known = DifficultyNumbers(Scores(frame(rows)), NOTES)
    found = known.over_folds("none", study.DENSE.name, "minority")
    assert (found.value, found.n) == (pytest.approx(0.6), 3)
    means = claims(published("difficulty")["means"], known)
    before, after, change = (row for row in means if row.quantity == "minority F1")
    assert after.published - before.published == pytest.approx(change.published)
    assert (before.published, before.verdict) == (0.434325, CANNOT)
    assert {row.verdict for row in means if "after" in row.row or "change" in row.row} == {PENDING}


def test_shares_are_sums_of_squares_in_a_whole_grid_and_add_up_in_a_part_of_it():
    rng = np.random.default_rng(0)
    whole = pd.DataFrame([vars(entry) for entry in GRID])
    whole["minority"] = (
        whole["size"].map({28: 0.0, 14: 0.1, 8: 0.2, 4: 0.5}) + (whole["ratio"] - 0.2) * whole["angle"] / 90
    ) + rng.normal(scale=0.05, size=144)
    factors = ["size", "angle", "n_majority", "ratio"]
    found = numbers.shares(whole, factors)
    y = whole["minority"]
    for factor in factors:
        between = ((whole.groupby(factor)["minority"].transform("mean") - y.mean()) ** 2).sum()
        assert found[factor] == pytest.approx(between / ((y - y.mean()) ** 2).sum())
    assert max(found, key=found.get) == "size"
    assert found["pairs"] > 0.01
    part = numbers.shares(whole.sample(100, random_state=0), factors)
    # Pairs of levels would explain few experiments whole.
    few = numbers.shares(whole[[in_fraction(entry) for entry in GRID]], factors)
    assert few["pairs"] == 0
    assert few["rest"] > 0.01
    for told in (found, part):
        assert sum(told.values()) == pytest.approx(1)
    assert numbers.shares(whole.assign(minority=1.0), factors) == {}


def test_the_forecast_goes_by_width():
    store = Store(None)
    tasks = [toy(chosen(size, 30, 100, 0.1)) for size in (28, 4)]
    plan = Plan(tasks, ["none"], [study.DENSE], study.soundly(QUICK))
    assert "comes first and brings an estimate" in study.forecast(plan.units(), store, 1)
    (fits,) = [Plan(tasks, [study.DOCUMENT], [study.DENSE], study.soundly(QUICK), (0,), 2)]
    run(fits, store, n_jobs=1, isolate=False)
    told = study.forecast(fits.units(), store, 1)
    assert "from 2 timed, from here to the end of all grids" in told
    assert re.search(r"CGAN and four classifiers took [\d.]+ s at 32, [\d.]+ s at 1,024 columns", told)


# ---------------------------------------------------------------------- a toy run


@pytest.fixture(scope="module")
def small():
    where = [(4, angle, 100, ratio) for angle in (30, 90) for ratio in (0.4, 0.2)]
    entries = [chosen(*place, experiments=kind) for kind in (GRID, APART) for place in where]
    tasks = list(image_tasks(bars(), entries))
    found = study.plans(tasks, replace(QUICK, quick=False, seeds=1))
    store = None
    for name in ("4 x 4 pixels, as in the paper", "4 x 4 pixels, soundly", "Tuned thresholds", "When to stop"):
        plan = replace(found[name], classifiers=[study.DENSE], max_steps=2)
        if "as in the paper" in name:
            plan = replace(plan, protocols=replace(plan.protocols[0], repeats=2))
        store = run(plan, store, n_jobs=1, isolate=False)
    return Scores(store.scores()), store


def test_a_toy_run_fills_its_rows(small, monkeypatch):
    scores = DifficultyNumbers(small[0], NOTES)
    assert (scores.scores.frame["status"] == "done").all()
    assert len(scores.by_experiment(numbers.AS_PAPER, "cgan", study.DENSE.name)) == 4
    assert scores.over_folds("cgan", study.DENSE.name, "majority").n == 2
    frame = scores.frame
    assert [*scores.whole_folds().values()] == [0, 0, 0]
    monkeypatch.setattr(numbers, "_MOST", 4)
    assert scores.whole_folds()[numbers.AS_PAPER] == 2
    made = frame[frame["contender"] == "cgan"]
    assert (made["steps"] == 2).all()
    # Of a fold with a single minority row there is no distance.
    assert np.isfinite(made.loc[made["part"] == numbers.SOUND, "distance"]).all()
    assert frame.loc[frame["contender"] == "none", "steps"].isna().all()


def test_it_is_rebuilt_byte_for_byte_with_the_rest_pending(small, tmp_path):
    _, store = small
    notes = NOTES | {"study": "difficulty", "command": "", "seconds": 1.0}
    notes |= {"facts": facts() | {"host": "", "n_jobs": 1}}
    write_scores(store, tmp_path / "raw.parquet", notes, None)
    first, second = (rebuild(STUDIES["difficulty"], tmp_path / "raw.parquet") for _ in range(2))
    assert (first.markdown, first.csv, first.figures) == (second.markdown, second.csv, second.figures)
    assert "1 of 5 folds asked for under either protocol" in first.markdown
    assert "on all experiments: 0 as in the paper, 0 soundly on images, 0 on tables" in first.markdown
    told = first.csv.splitlines()
    assert any('"144 experiments, after CGAN",minority F1,0.701059' in line for line in told)
    assert any("pending" in line and "DNS tunnels" not in line for line in told)
    assert {
        f"difficulty-{name}.svg" for name in ("features", "angle", "majority", "ratio", "shares", "rivals", "stop")
    } < {*first.figures}
    assert first.page.parts[3].title == "Which factor decides"
