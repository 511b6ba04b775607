"""The study of Chung et al. 2024: its settings and numbers, and a toy run that is written with the rest pending."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from oversmith import ACGAN, SeriesEncoder, Stop, ThreePlayerGAN
from oversmith.evaluation import Plan, run, write_scores
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.runner import facts
from oversmith.evaluation.spec import describe
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError
from oversmith.studies import STUDIES, Scope, rebuild
from oversmith.studies.page import render
from oversmith.studies.published import published
from oversmith.studies.rows import CANNOT, PENDING
from oversmith.studies.running import _head
from oversmith.studies.scores import Scores
from oversmith.studies.spectra import numbers as tables
from oversmith.studies.spectra.choice import OWN
from oversmith.studies.spectra.numbers import SpectraNumbers, cases
from oversmith.studies.spectra.plans import (
    ABLATION,
    CASES,
    CHOICES,
    JUDGE,
    PROPOSED,
    QUICK_POINTS,
    RIVALS,
    SETS,
    contender,
    counted,
    in_setting,
    judge,
    plans,
    protocol,
    ready,
)
from oversmith.studies.spectra.tables import CLASSES, feature_panels, parts, spectra_panels
from oversmith.studies.spectra.training import EXTRAS, looked_at
from oversmith.studies.study import study_tasks

QUICK = Scope(quick=True, max_steps=2, max_rows=1_000, seeds=10)
F127, ACD = tables.STAND_INS
NOTES = {
    "scope": QUICK.describe(),
    "data": {},
    "extras": {"facts": {}, "settings": EXTRAS["settings"]((), QUICK, None)},
}


def toy(name="coffee", length=60):
    """Peaks whose place tells the class, under the name of a set of the study."""
    rng = np.random.default_rng(0)
    y = np.repeat(["0", "1"], [29, 27])
    centre = np.where(y == "0", 20, 35)[:, None, None]
    X = np.exp(-((np.arange(length) - centre) ** 2) / 30) + rng.normal(scale=0.05, size=(56, 1, length))
    return prepare(X, y, target="y", name=name, positive="1")


# ---------------------------------------------------------------------- grids


def test_everyone_gets_the_same_steps_and_the_papers_setting():
    y = np.repeat([0, 1], [150, 4])
    for cap, steps, pretrain in ((None, 750, 100), (75, 75, 10), (5_000, 750, 100)):
        situation = Situation(y, ("a", "b"), 64, 0, 7, cap, (1, 64))
        for way in (PROPOSED, *RIVALS[2:]):
            sampler = contender(way, QUICK).build(situation)
            assert (sampler.max_steps, sampler._stopping().max_epochs) == (steps, None)
            assert (sampler.random_state, sampler.encoder.input_shape, sampler.learning_rate) == (7, (1, 64), 2e-4)
            if way in (PROPOSED, RIVALS[3]):
                assert sampler.pretrain_epochs == pretrain
        assert contender(RIVALS[0], QUICK).build(situation).k_neighbors == 3
    assert contender(RIVALS[6], QUICK).build(situation).n_sampling_steps == 50
    assert contender(RIVALS[6], QUICK).build(replace(situation, max_steps=8)).n_sampling_steps == 8


def test_a_run_may_be_cut_in_points_and_networks():
    task = toy(length=60)
    assert ready(task, Scope()) is ready(task, Scope(max_points=60)) is task
    assert ready(task, Scope(max_points=20)).shape == (1, 20)
    situation = Situation(np.repeat([0, 1], [150, 4]), ("a", "b"), 60, 0, 7, None, (1, 60))
    whole, narrow = (contender(PROPOSED, scope).build(situation) for scope in (Scope(), Scope(defaults=True)))
    assert whole.get_params()["generator_widths"] == (256, 128, 128, 64)
    expected = ThreePlayerGAN(max_steps=750, random_state=7, stop=Stop(), encoder=SeriesEncoder(input_shape=(1, 60)))
    assert describe(narrow) == describe(expected.set_params(pretrain_epochs=100))
    covid = contender(RIVALS[5], Scope(defaults=True)).build(situation)
    assert (covid.generator_widths, covid.latent_dim) == (ACGAN().generator_widths, 150)
    part = contender(ABLATION[5], Scope(defaults=True)).build(situation)
    assert describe(part) == describe(narrow.set_params(coop_weight=0.0))
    head = _head(STUDIES["spectra"], pd.DataFrame({"status": ["done"]}), cut_notes(), [])
    lines, _ = render("{% extends 'layout.md.j2' %}", head)
    assert lines[2].endswith("spectra of at most 1,000 points, the library's default networks, with")


def cut_notes():
    scope = Scope(max_points=1_000, defaults=True)
    told = {"python": "3", "n_jobs": 1, "versions": {}}
    return {"scope": scope.describe(), "facts": told, "seconds": 1.0, "command": ""}


def test_an_ablation_differs_in_its_part_alone():
    whole = in_setting(PROPOSED).get_params(deep=False)
    seen = set()
    for way in ABLATION:
        changed = {k: v for k, v in in_setting(way).get_params(deep=False).items() if v != whole[k]}
        assert len(changed) == 1
        seen.add(str(changed))
    assert len(seen) == len(ABLATION) == 10
    y = np.repeat([0, 1], [150, 4])
    for way in ABLATION:
        built = contender(way, QUICK).build(Situation(y, ("a", "b"), 64, 0, 0, 75, (1, 64)))
        assert built.pretrain_epochs == (0 if "pre-training" in way.title else 10)


def test_the_classifier_is_capped_with_the_rest():
    for cap, steps in ((None, 1_500), (100, 200), (400, 800), (2_000, 1_500)):
        built = judge(Scope(max_steps=cap)).build(3)
        assert (built.max_steps, built.max_epochs, built.random_state) == (steps, None, 3)


def test_repetitions():
    assert protocol(F127, 4, Scope(seeds=10)).repeats == 10
    assert protocol(F127, 4, Scope(seeds=10)).counts == (150, 4)
    assert STUDIES["spectra"].seeds == 10
    assert "10 repetitions" in counted(Scope(seeds=10))
    assert f"every spectrum at {QUICK_POINTS} points" in counted(QUICK)
    with pytest.raises(InputError, match="at least 3 repetitions"):
        protocol(F127, 4, Scope(seeds=2))


def test_grids_have_every_row_and_the_ablation_where_it_belongs():
    scope = Scope(seeds=3)
    found = plans([toy()], scope)
    assert list(found) == [f"Coffee, 15:{n}{part}" for n in (2, 3, 4) for part in ("", ", players")]
    rivals, players = found["Coffee, 15:3"].units(), found["Coffee, 15:3, players"].units()
    keys = {key for key, _ in tables.ALL_ROWS.values()}
    assert {unit.job.contender.name for unit in rivals} | {PROPOSED.key} == keys
    assert {unit.job.contender.name for unit in players} == {way.key for way in (PROPOSED, *ABLATION)}
    assert {cell.classifier for unit in players for cell in unit.cells} == {JUDGE, OWN.name}
    assert {unit.job.contender.name for unit in found["Coffee, 15:2, players"].units()} == {PROPOSED.key}
    assert {choice.contender for choice in CHOICES} <= keys
    assert rivals[0].job.procedure.choices == CHOICES
    # Quick: no ablation on measured sets, nothing tuned, spectra of one length.
    quick = plans([toy()], QUICK)["Coffee, 15:3, players"].units()
    assert {unit.job.contender.name for unit in quick} == {PROPOSED.key}
    assert quick[0].job.procedure.choices == ()
    assert quick[0].job.task.shape == (1, QUICK_POINTS)


def test_a_quick_run_thins_spectra_and_keeps_their_ends():
    task = toy()
    seen = ready(task, QUICK)
    assert ready(task, Scope()) is task
    np.testing.assert_allclose(seen.X.iloc[:, [0, -1]], task.X.iloc[:, [0, -1]])
    assert (seen.classes, seen.positive, seen.y.tolist()) == (task.classes, task.positive, task.y.tolist())


def test_the_sets_of_the_study(data_dir):

    tasks, facts = study_tasks(SETS, 1_000)
    assert [task.name for task in tasks] == list(CASES)
    found = {task.name: task for task in tasks}
    assert {name: found[name].counts.tolist() for name in (F127, ACD)} == {F127: [107, 181], ACD: [194, 94]}
    assert found["ecoli_raman"].classes[found["ecoli_raman"].positive] == "lag"
    assert len(np.unique(found["ecoli_raman"].groups)) == 3
    assert all("simulated, not comparable" in facts[name]["note"] for name in (F127, ACD))
    for task in tasks:
        for minority in CASES[task.name].minority:
            assert Plan((task,), ["none"], ["knn"], protocol(task.name, minority, Scope(seeds=10))).units()


# ---------------------------------------------------------------------- numbers by hand


def raw(rows):
    """Raw scores of (data set, rare rows, title of a row, repetition, F-score, seconds)."""
    found = []
    for dataset, minority, title, repeat, value, seconds in rows:
        key, classifier = tables.ALL_ROWS.get(title, (title, OWN.name))
        found.append(
            {
                "dataset": dataset,
                "protocol": protocol(dataset, minority, QUICK).name,
                "ratio": None,
                "contender": key,
                "classifier": classifier,
                "repeat": repeat,
                "fold": 0,
                "seed": 0,
                "status": "done",
                "n_train": 100,
                "n_test": 50,
                "n_test_positive": 20,
                "f1_macro": value,
                "precision_macro": value,
                "recall_macro": value,
                "seconds_resample": seconds,
            }
        )
    return Scores(pd.DataFrame(found))


GAINS = (0.1, 0.3, 0.2, 0.25)


def against_smote():
    rows = []
    for repeat, more in enumerate(GAINS):
        rows += [(F127, 4, "Proposed", repeat, 0.5 + more, 60.0), (F127, 4, "SMOTE", repeat, 0.5, 30.0)]
    return raw(rows)


def test_one_sided_tests_are_those_of_scipy():
    numbers = SpectraNumbers(against_smote(), NOTES)
    plain, corrected = numbers.above(F127, 4, "SMOTE")
    assert plain.n == 4
    assert plain.value == pytest.approx(stats.ttest_1samp(GAINS, 0, alternative="greater").pvalue)
    error = np.std(GAINS, ddof=1) * np.sqrt(1 / 4 + 50 / 100)
    assert corrected.value == pytest.approx(stats.t.sf(np.mean(GAINS) / error, 3))
    assert numbers.best_rival(F127, 4) == "SMOTE"
    assert numbers.best_rival(ACD, 6) is None


def test_holm_counts_all_rivals():
    scores = against_smote()
    frame = scores.frame.copy()
    worse = frame[frame["contender"] == tables.ROWS["SMOTE"][0]].assign(
        contender=tables.ROWS["CDRAGAN"][0], f1_macro=0.4
    )
    both = Scores(pd.concat([frame, worse], ignore_index=True))
    numbers = SpectraNumbers(both, NOTES)
    alone = numbers.above(F127, 4, "SMOTE")[1].value
    (row,) = [row for row in parts(both, NOTES)["tests"]["best"] if row.row == "F-127 (simulated), 150:4, above SMOTE"]
    assert dict(row.others)["corrected, of all rivals by Holm"].value == pytest.approx(alone)
    assert dict(row.others)["corrected"].value == pytest.approx(alone)
    # The larger of two p-values stays, the smaller is doubled.
    below = numbers.adjusted(F127, 4, ["SMOTE", "CDRAGAN"], "CDRAGAN")
    p = numbers.above(F127, 4, "CDRAGAN")[1].value
    assert below.value == pytest.approx(min(2 * p, alone) if 2 * p < alone else alone)


def test_gains_are_over_the_mean_of_all_eight():
    rows = []
    for _, minority in cases(F127):
        for repeat in range(2):
            rows += [(F127, minority, title, repeat, 0.5, 1.0) for title in ("Baseline", *tables.RIVAL_TITLES)]
            rows.append((F127, minority, "Proposed", repeat, 0.6 + 0.1 * repeat, 1.0))

    def gain(rows):
        return SpectraNumbers(raw(rows), NOTES).gain(F127, "f1_macro")["ours"]

    found = gain(rows)
    assert (found.n, found.value) == (2, pytest.approx((0.2 + 0.4) / 2))
    # One row short, and its repetition is left out.
    assert gain(rows[1:]).value == pytest.approx(0.4)
    assert gain(rows[:8]).n == 0


def published_gain(datasets, place):
    """Share by which the paper's tables put its method above the mean of the others."""
    found = []
    for dataset in datasets:
        for entry in published("spectra")["scores"][dataset].values():
            ours = {title: values[place][0] for title, *values in entry["rows"]}
            found.append(ours.pop("Proposed") / np.mean([*ours.values()]) - 1)
    return np.mean(found)


def test_the_papers_tables_give_its_percentages_but_one():
    entries = [entry for entry in published("spectra")["text"] if entry["ours"][0] == "gain"]
    assert len(entries) == 9
    for entry in entries:
        _, group, metric = entry["ours"]
        own = published_gain(tables.datasets_of(group), list(tables.METRICS).index(metric))
        assert ("its tables give" in entry["note"]) is bool(abs(own - entry["published"]) >= 0.0015), entry
    # Both are of one misprint.
    assert sum("its tables give" in entry["note"] for entry in entries) == 2


def test_published_numbers_are_complete():
    for dataset in tables.STAND_INS:
        assert set(published("spectra")["scores"][dataset]) == {str(n) for n in CASES[dataset].minority}
        for entry in published("spectra")["scores"][dataset].values():
            assert [title for title, *_ in entry["rows"]] == list(tables.ROWS)
            assert np.shape([numbers for _, *numbers in entry["rows"]]) == (9, 3, 2)


def test_minutes_and_the_change_without_a_part():
    assert SpectraNumbers(against_smote(), NOTES).minutes(F127, "Proposed").value == pytest.approx(1.0)
    rows = [(F127, 4, tables.OWN_ROW, repeat, 0.8, 1.0) for repeat in range(3)]
    rows += [(F127, 4, ABLATION[2].key, repeat, 0.7, 1.0) for repeat in range(3)]
    found = {row.row: row for row in parts(raw(rows), NOTES)["ablation"]["rows"]}
    assert found[ABLATION[2].title].ours.value == pytest.approx(-0.1)
    assert found[ABLATION[2].title].note == "F-127 (simulated)"
    assert (found[ABLATION[2].title].verdict, found[ABLATION[0].title].verdict) == (CANNOT, PENDING)


def test_what_was_not_run_is_pending_and_what_is_simulated_is_never_reproduced():
    for scores in (against_smote(), raw([(ACD, 3, "Flip", 0, 0.5, 1.0)])):
        every = [row for part in parts(scores, NOTES).values() for row in part["rows"]]
        rows = [row for row in every if row.table not in ("1", "4", "6 and 7")]
        assert {row.verdict for row in rows} == {CANNOT, PENDING}
        assert all(row.verdict == PENDING for row in rows if not row.ours.n)
        assert all("simulated, not comparable" in row.note for row in rows if row.published is not None)


# ---------------------------------------------------------------------- a run


@pytest.fixture(scope="module")
def small():
    """A run of three contenders at the paper's setting, two steps."""
    data = toy()
    found = plans([data], QUICK)
    wanted = {"none", RIVALS[0].key, PROPOSED.key}
    store = None
    for name in ("Coffee, 15:3", "Coffee, 15:3, players"):
        plan = found[name]
        kept = [entry for entry in plan.contenders if getattr(entry, "name", entry) in wanted]
        store = run(replace(plan, contenders=kept), store, n_jobs=1, isolate=False)
    return data, Scores(store.scores()), store


def test_a_toy_run_fills_its_rows(small):
    _, scores, _ = small
    assert (scores.frame["status"] == "done").all()
    for title in ("Baseline", "SMOTE", "Proposed", tables.OWN_ROW):
        found = {n: SpectraNumbers(scores, NOTES).measured("coffee", n, title) for n in (2, 3, 4)}
        assert [found[n].n for n in (2, 3, 4)] == [0, 2, 0]
        assert 0 <= found[3].value <= 1
    assert SpectraNumbers(scores, NOTES).above("coffee", 3, "SMOTE", "recall_macro")[0].n == 2
    row = scores.frame[scores.frame["contender"] == PROPOSED.key].iloc[0]
    assert (row["n_train"], row["n_synthetic"], row["n_test"]) == (18, 12, 38)


def test_it_is_rebuilt_byte_for_byte_with_the_rest_pending(small, tmp_path):
    _, _, store = small
    notes = NOTES | {"study": "spectra", "command": "", "seconds": 1.0, "facts": facts() | {"host": "", "n_jobs": 1}}
    write_scores(store, tmp_path / "raw.parquet", notes, None)
    first, second = (rebuild(STUDIES["spectra"], tmp_path / "raw.parquet") for _ in range(2))
    assert (first.markdown, first.csv, first.figures) == (second.markdown, second.csv, second.figures)
    assert "2 repetitions, each on training rows drawn anew" in first.markdown
    told = first.csv.splitlines()
    assert sum("pending" in line for line in told) > 300
    (own,) = [line for line in told if '"Coffee, 15:3: Proposed, its own classifier"' in line and "paper's" in line]
    assert "cannot be compared" in own


def test_one_training_is_looked_at_from_its_first_step(small):
    data, scores, _ = small
    told = looked_at(data, QUICK)
    json.dumps(told)
    assert told["steps"]["first"] < told["steps"]["last"]
    assert {kind: np.shape(rows) for kind, rows in told["spectra"].items()} == {
        kind: (n, QUICK_POINTS)
        for kind, n in {"majority": 6, "minority": 6, "training": 3, "test": 6, "made": 6}.items()
    }
    for moment in ("first", "last"):
        found = told["features"][moment]
        assert np.shape(found["places"]) == (30, 2)
        assert (found["real"], sum(found["rare"])) == (18, 15)
    assert told["features"]["first"]["places"] != told["features"]["last"]["places"]
    notes = NOTES | {"extras": NOTES["extras"] | {"training on coffee": told, "training on nirs_binary": None}}
    assert parts(scores, notes)["spectra"]["ends"][0][:2] == ["Coffee", "3"]
    # Six spectra of each class, both together, and a line of each colour in the legend.
    assert spectra_panels({"coffee": told}, CLASSES).count("stroke-width: 0.6;") == 6 + 6 + 12 + 2
    assert "Coffee: step 2" in feature_panels({"coffee": told})
