from __future__ import annotations

import numpy as np
import pytest

from oversmith.evaluation import Protocol
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.contenders import NONE, contender_named
from oversmith.evaluation.job import Job
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.protocol import fold_splits, make_splits
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError, TooFewRowsError


def task(n=200, positives=40, groups=None, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n - positives, positives])
    return prepare(rng.normal(size=(n, 3)) + y[:, None], y, target="t", name="toy", groups=groups)


def whole(split):
    parts = [split.train, split.test, *([] if split.validation is None else [split.validation])]
    return np.sort(np.concatenate(parts))


def test_folds_are_those_of_fold_splits_and_few_repeats_begin_many():
    data = task()
    one = make_splits(data, Protocol(folds=4, split_seed=3))
    three = make_splits(data, Protocol(folds=4, repeats=3, split_seed=3))
    assert one.sha256 == fold_splits(data, folds=4, repeats=1, seed=3).sha256
    assert [part.sha256 for part in three.parts[:4]] == [part.sha256 for part in one.parts]
    assert len({part.sha256 for part in three.parts}) == 12
    assert [(part.repeat, part.fold) for part in three.parts[3:6]] == [(0, 3), (1, 0), (1, 1)]


@pytest.mark.parametrize("shares", [{"test": 0.15, "validation": 0.15}, {"test": 0.2}])
def test_parts_of_fixed_size(shares):
    data = task()
    cuts = make_splits(data, Protocol(folds=None, repeats=3, **shares)).parts
    for cut in cuts:
        assert np.array_equal(whole(cut), np.arange(200))
        assert len(cut.test) == 200 * shares["test"]
        assert data.y[cut.test].mean() == pytest.approx(0.2)
        assert (cut.validation is None) == ("validation" not in shares)
        if cut.validation is not None:
            assert len(cut.validation) == 30
            assert data.y[cut.validation].mean() == pytest.approx(0.2)
    assert len({cut.sha256 for cut in cuts}) == 3


@pytest.mark.parametrize("protocol", [Protocol(folds=4), Protocol(folds=None, test=0.2, validation=0.2)])
def test_no_group_stands_on_two_sides(protocol):
    groups = np.random.default_rng(1).permutation(np.arange(200) % 40)
    data = task(groups=groups)
    for cut in make_splits(data, protocol).parts:
        assert np.array_equal(whole(cut), np.arange(200))
        parts = [set(groups[rows]) for rows in (cut.train, cut.test, cut.validation) if rows is not None]
        assert sum(len(part) for part in parts) == len(set().union(*parts))


def test_thinning_touches_the_training_part_alone():
    data = task(n=400, positives=100)
    natural, thinned = (make_splits(data, Protocol(folds=4, thin=ratio)).parts for ratio in (None, 10))
    for before, after in zip(natural, thinned, strict=True):
        assert np.array_equal(before.test, after.test)
        assert set(after.train) < set(before.train)
        y = data.y[after.train]
        assert (y == 0).sum() == (data.y[before.train] == 0).sum()
        assert (y == 0).sum() / (y == 1).sum() == pytest.approx(10, rel=0.05)


def test_a_ratio_can_be_reached_from_both_sides():
    data = task(n=400, positives=20)
    natural = make_splits(data, Protocol(folds=4)).parts
    thinned = make_splits(data, Protocol(folds=4, thin=5, thin_class="either")).parts
    for before, after in zip(natural, thinned, strict=True):
        assert np.array_equal(before.test, after.test)
        y = data.y[after.train]
        assert ((y == 0).sum(), (y == 1).sum()) == (75, 15)
    with pytest.raises(InputError, match="ratio: 1:5 needs"):
        make_splits(data, Protocol(folds=4, thin=5))


def test_names_tell_protocols_apart():
    assert Protocol().name == Protocol(repeats=3).name == "5-fold"
    names = [
        Protocol(folds=3, inner_folds=5).name,
        Protocol(folds=3).name,
        Protocol(folds=3, calibration="isotonic").name,
        Protocol(folds=3, split_seed=1).name,
        Protocol(folds=None, test=0.3).name,
        Protocol(folds=None, test=0.3, validation=0.1).name,
    ]
    assert len(set(names)) == 6
    assert names[-1] == "60/10/30"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"folds": None}, "test: test=None, validation=None found without folds"),
        ({"folds": None, "test": 0.6, "validation": 0.5}, "leave training rows"),
        ({"test": 0.2}, "folds: 5 found beside test"),
        ({"inner_folds": 1}, "inner_folds: 1"),
        ({"repeats": 0}, "repeats: 0"),
        ({"thin": 0.5}, "thin: 0.5"),
        ({"thin_class": "negative"}, "thin_class: 'negative'"),
        ({"inner_folds": None, "calibration": "sigmoid"}, "inner_folds: None found with a calibration"),
        ({"calibration": "platt"}, "calibration: 'platt'"),
        ({"split_seed": -1}, "split_seed: -1"),
    ],
)
def test_bad_protocols(options, message):
    with pytest.raises(InputError, match=message):
        Protocol(**options)


def test_too_few_rows_and_bad_groups():
    with pytest.raises(TooFewRowsError, match="class '1' has 3 rows"):
        make_splits(task(positives=3), Protocol())
    with pytest.raises(TooFewRowsError, match="validation: class '1' has 1 row"):
        make_splits(task(positives=2), Protocol(folds=None, test=0.2, validation=0.2))
    with pytest.raises(InputError, match=r"groups: shape \(3,\) found for 200 rows"):
        task(groups=[1, 2, 3])
    with pytest.raises(InputError, match="groups: 1 rows without a group"):
        task(groups=[None, *range(199)])
    three = prepare(np.zeros((30, 1)), np.arange(30) % 3, target="t", name="three")
    with pytest.raises(InputError, match="thin: 5 found for 'three' of several classes"):
        make_splits(three, Protocol(folds=2, thin=5))


def job(data, protocol, contender=NONE, seed=0, classifiers=("knn", "lr")):
    split = make_splits(data, protocol).parts[0]
    chosen = tuple(classifier_named(name) for name in classifiers)
    return Job(
        data,
        split,
        contender,
        (contender.name,),
        chosen,
        seed,
        protocol.inner_folds,
        protocol.inner_rows,
        None,
        protocol.split_seed,
        protocol.calibration,
    )


def test_the_threshold_is_chosen_on_the_validation_part():
    data = task()
    protocol = Protocol(folds=None, test=0.2, validation=0.2)
    work = job(data, protocol)
    first = run_job(work)
    assert all(row["threshold"] is not None for row in first.scores)
    # Other labels on the validation part move the threshold and nothing else.
    y = data.y.copy()
    y[work.split.validation] = 1 - y[work.split.validation]
    import dataclasses

    second = run_job(dataclasses.replace(work, task=dataclasses.replace(data, y=y)))
    for one, two in zip(first.scores, second.scores, strict=True):
        assert one["threshold"] != two["threshold"]
        assert one["average_precision"] == two["average_precision"]
    assert np.array_equal(first.predictions[0]["scores"], second.predictions[0]["scores"])


@pytest.mark.parametrize("kind", ["sigmoid", "isotonic"])
def test_calibration_mends_what_over_sampling_spoils(kind):
    rng = np.random.default_rng(0)
    y = (rng.uniform(size=1500) < 0.1).astype(int)
    data = prepare(rng.normal(size=(1500, 3)) + 0.7 * y[:, None], y, target="t", name="toy")
    smote = contender_named("smote", data.kinds)
    plain = run_job(job(data, Protocol(folds=3), smote, classifiers=("lr",))).scores[0]
    mended = run_job(job(data, Protocol(folds=3, calibration=kind), smote, classifiers=("lr",))).scores[0]
    assert mended["brier"] < 0.75 * plain["brier"]
    assert mended["average_precision"] == pytest.approx(plain["average_precision"], abs=0.05)
    if kind == "sigmoid":
        # A rising curve leaves the order of the scores, and so the tuned labels, as they were.
        assert mended["roc_auc"] == pytest.approx(plain["roc_auc"])
        assert mended["f1_tuned"] == pytest.approx(plain["f1_tuned"], abs=0.02)


def test_calibration_of_several_classes_gives_probabilities():
    y = np.repeat([0, 1, 2], [60, 30, 20])
    X = np.random.default_rng(0).normal(size=(110, 2)) + y[:, None]
    data = prepare(X, y, target="t", name="three")
    for kind in ("sigmoid", "isotonic"):
        found = run_job(job(data, Protocol(folds=2, calibration=kind), classifiers=("lr",)))
        assert found.scores[0]["status"] == "done"
        assert np.allclose(found.predictions[0]["scores"].sum(axis=1), 1, atol=1e-6)


def test_seeds_change_classifiers_and_not_the_cuts():
    data = task()
    runs = [
        run_job(job(data, Protocol(folds=3, split_seed=5), seed=seed, classifiers=("rf", "knn"))) for seed in (0, 0, 1)
    ]
    scores = [run.predictions[0]["scores"] for run in runs]
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])
    # k nearest neighbours have no seed: equal scores and, the inner folds being equal, an equal threshold.
    assert runs[0].scores[1]["threshold"] == runs[2].scores[1]["threshold"]
    assert np.array_equal(runs[0].predictions[1]["scores"], runs[2].predictions[1]["scores"])


def test_inner_folds_keep_groups_whole():
    seen = []
    groups = np.arange(200) // 5
    data = task(groups=groups)
    from oversmith.selection import inner_scores

    def noted(X_train, y_train, X_test):
        seen.append((set(groups[X_train[:, 0].astype(int)]), set(groups[X_test[:, 0].astype(int)])))
        return {"constant": np.full((len(X_test), 2), 0.5)}

    inner_scores(noted, np.arange(200.0)[:, None], data.y, 3, groups=groups)
    assert len(seen) == 3
    assert all(not train & test for train, test in seen)


def test_counts_of_training_rows():
    data = task()
    cuts = make_splits(data, Protocol(folds=None, counts=(30, 4), repeats=5)).parts
    for cut in cuts:
        assert np.bincount(data.y[cut.train]).tolist() == [30, 4]
        assert np.array_equal(whole(cut), np.arange(200))
    assert len({cut.sha256 for cut in cuts}) == 5
    assert [(cut.repeat, cut.fold) for cut in cuts] == [(n, 0) for n in range(5)]
    few = make_splits(data, Protocol(folds=None, counts=(30, 4), repeats=2)).parts
    assert [cut.sha256 for cut in few] == [cut.sha256 for cut in cuts[:2]]


def test_counts_follow_the_positive_class():
    rng = np.random.default_rng(0)
    data = prepare(rng.normal(size=(60, 2)), np.repeat(["a", "b"], [20, 40]), target="t", name="toy", positive="a")
    (cut,) = make_splits(data, Protocol(folds=None, counts=(30, 2))).parts
    assert np.bincount(data.y[cut.train]).tolist() == [2, 30]


def test_groups_train_or_test_but_never_both():
    groups = np.random.default_rng(1).permutation(np.arange(200) % 5)
    data = task(groups=groups)
    tested = set()
    for cut in make_splits(data, Protocol(folds=None, counts=(30, 4), repeats=8)).parts:
        assert np.bincount(data.y[cut.train]).tolist() == [30, 4]
        assert not set(groups[cut.train]) & set(groups[cut.test])
        # Three of five groups hold these rows; every row of the other two tests.
        assert len(set(groups[cut.test])) == 2
        assert np.array_equal(cut.test, np.flatnonzero(np.isin(groups, groups[cut.test])))
        tested |= set(groups[cut.test])
    assert tested == set(range(5))


def test_counts_that_need_more_groups_get_them():
    groups = np.arange(200) % 5
    data = task(groups=groups)
    for cut in make_splits(data, Protocol(folds=None, counts=(120, 4), repeats=3)).parts:
        assert len(set(groups[cut.test])) == 1


@pytest.mark.parametrize(("counts", "groups"), [((160, 4), None), ((30, 40), None), ((150, 4), np.arange(200) % 5)])
def test_counts_the_data_do_not_have(counts, groups):
    with pytest.raises(
        TooFewRowsError, match=f"counts: {counts[0]} of '0' and {counts[1]} of '1' asked for, there are"
    ):
        make_splits(task(groups=groups), Protocol(folds=None, counts=counts))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counts": (9, 3)}, "folds: 5 found beside counts"),
        ({"folds": None, "test": 0.2, "counts": (9, 3)}, "test: 0.2 found beside counts"),
        ({"folds": None, "thin": 5, "counts": (9, 3)}, "thin: 5 found beside counts"),
        ({"folds": None, "counts": (9, 0)}, "counts: "),
        ({"folds": None, "counts": (9, 2.5)}, "counts: "),
        ({"folds": None, "counts": (9,)}, "counts: "),
    ],
)
def test_counts_that_make_no_sense(options, message):
    with pytest.raises(InputError, match=message):
        Protocol(**options)


def test_counts_need_a_positive_class():
    rng = np.random.default_rng(0)
    data = prepare(rng.normal(size=(30, 2)), np.repeat([0, 1, 2], 10), target="t", name="three")
    with pytest.raises(InputError, match="name the positive one"):
        make_splits(data, Protocol(folds=None, counts=(5, 2)))
