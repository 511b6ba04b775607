"""The check of whole procedures: sound ones pass, each mutant is caught."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from oversmith import check_leakage
from oversmith.evaluation.leakage import chance_of
from oversmith.exceptions import InputError, OversmithError

FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)


def table(seed: int = 0, n: int = 150, d: int = 8, positives: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Two classes that differ, so that the procedures have something to find in the real data."""
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n - positives, positives])
    return rng.normal(size=(n, d)) + y[:, None], y


def sound(X, y):
    model = make_pipeline(StandardScaler(), SMOTE(random_state=0), KNeighborsClassifier(3))
    return cross_val_score(model, X, y, scoring="average_precision", cv=FOLDS).mean()


def scaled_first(X, y):
    return sound(StandardScaler().fit_transform(X), y)


def resampled_first(X, y):
    X, y = SMOTE(random_state=0).fit_resample(X, y)
    return cross_val_score(KNeighborsClassifier(3), X, y, scoring="roc_auc", cv=FOLDS).mean()


def chosen_first(X, y):
    X = SelectKBest(f_classif, k=5).fit_transform(X, y)
    return cross_val_score(LogisticRegression(), X, y, scoring="roc_auc", cv=FOLDS).mean()


def target_encoded_first(X, y):
    frame = pd.DataFrame(X).astype(str)
    y = np.asarray(y)
    coded = np.column_stack([pd.Series(y).groupby(frame[c].to_numpy()).transform("mean") for c in frame])
    return cross_val_score(LogisticRegression(), coded, y, scoring="roc_auc", cv=FOLDS).mean()


def test_a_sound_pipeline_and_a_harmless_scaler_pass():
    X, y = table()
    for procedure in (sound, scaled_first):
        found = check_leakage(procedure, X, y, metric="average_precision")
        assert found.sound
        assert len(found.checks[0].scores) == 20
        # It finds what is there, so that passing is no proof of blindness.
        assert procedure(X, y) > found.chance + 0.2


def test_smote_before_the_split_is_caught():
    found = check_leakage(resampled_first, *table(), metric="roc_auc")
    assert not found.sound
    assert all(check.mean > 0.7 for check in found.checks)
    assert "It leaks." in str(found)


def test_target_encoding_before_the_split_is_caught():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"city": rng.integers(0, 40, 200).astype(str), "shop": rng.integers(0, 40, 200).astype(str)})
    y = pd.Series(rng.permutation(np.arange(200) < 60).astype(int))
    assert not check_leakage(target_encoded_first, X, y, metric="roc_auc").sound


def test_columns_chosen_before_the_split_are_caught():
    X, y = np.random.default_rng(0).normal(size=(100, 200)), np.repeat([0, 1], 50)
    found = check_leakage(chosen_first, X, y, metric="roc_auc")
    assert not found.sound
    model = make_pipeline(SelectKBest(f_classif, k=5), LogisticRegression())

    def inside(X, y):
        return cross_val_score(model, X, y, scoring="roc_auc", cv=FOLDS).mean()

    assert check_leakage(inside, X, y, metric="roc_auc").sound


def test_duplicated_rows_betray_themselves_on_their_own_features_only():
    X, y = table(positives=60)
    twice = np.r_[np.arange(150), np.arange(150)]

    def procedure(X, y):
        return cross_val_score(KNeighborsClassifier(1), X, y, scoring="roc_auc", cv=FOLDS).mean()

    found = check_leakage(procedure, X[twice], y[twice], metric="roc_auc")
    labels, noise = found.checks
    assert not labels.sound
    assert noise.sound
    assert found.n_repeated == 150
    assert "150 rows repeat an earlier one" in str(found)
    assert check_leakage(procedure, X, y, metric="roc_auc").sound


def scores(metric):
    """Honest cross-validation, scored by each metric."""

    def procedure(X, y):
        model = LogisticRegression(class_weight="balanced")
        chances = cross_val_predict(model, X, y, cv=FOLDS, method="predict_proba")[:, 1]
        said = chances > 0.5
        tp, p = (said & (y == 1)).sum(), (y == 1).sum()
        specificity = (~said & (y == 0)).sum() / (y == 0).sum()
        return {
            "average_precision": lambda: average_precision_score(y, chances),
            "roc_auc": lambda: roc_auc_score(y, chances),
            "f1": lambda: f1_score(y, said),
            "precision": lambda: tp / max(said.sum(), 1),
            "g_mean": lambda: float(np.sqrt(tp / p * specificity)),
            "accuracy": lambda: float((said == y).mean()),
            "balanced_accuracy": lambda: (tp / p + specificity) / 2,
            "mcc": lambda: float(np.corrcoef(said, y)[0, 1]),
            "brier": lambda: brier_score_loss(y, chances),
            "neg_brier": lambda: -brier_score_loss(y, chances),
        }[metric]()

    return procedure


METRICS = ["average_precision", "roc_auc", "f1", "precision", "g_mean", "accuracy", "balanced_accuracy", "mcc"]


@pytest.mark.parametrize("metric", [*METRICS, "brier", "neg_brier"])
def test_every_metric_knows_its_chance(metric):
    X, y = table(1)
    assert check_leakage(scores(metric), X, y, metric=metric, n_seeds=10).sound

    def knows(X, y):
        # Half of the truth is in the features.
        return scores(metric)(np.column_stack([X, y * 4.0 + np.random.default_rng(0).normal(size=len(y))]), y)

    assert not check_leakage(knows, X, y, metric=metric, n_seeds=10).sound


def test_false_alarms_are_rare():
    """Of sixty sound procedures 0.6 are called leaky at 0.005 for each of two checks; three are allowed."""
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(90, 4)), rng.permutation(np.arange(90) < 18).astype(int)

        def procedure(X, y):
            model = KNeighborsClassifier(3)
            return cross_val_score(model, X, y, scoring="average_precision", cv=StratifiedKFold(3)).mean()

        alarms += not check_leakage(procedure, X, y, metric="average_precision", n_seeds=8, random_state=seed).sound
    assert alarms <= 3


def test_the_input_is_not_changed_and_types_are_kept():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"n": [1.0, np.nan] * 20, "c": pd.Categorical(["a", "b"] * 20), "i": np.arange(40)}, index=range(5, 45)
    )
    y = pd.Series(["no", "yes"] * 20, index=X.index, name="y")
    seen = []

    def procedure(given, labels):
        seen.append((given.dtypes.to_dict(), labels.dtype, list(given.index) == list(X.index), given["n"].isna().sum()))
        assert sorted(labels) == sorted(y)
        given.iloc[:, 0] = 0.0
        return float(rng.uniform(0, 0.1))

    before = X.copy()
    assert check_leakage(procedure, X, y, metric="average_precision", n_seeds=5).sound
    pd.testing.assert_frame_equal(X, before)
    assert all(entry == (before.dtypes.to_dict(), y.dtype, True, 20) for entry in seen)


def test_several_classes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 3)), np.repeat([0, 1, 2], 30)

    def procedure(X, y):
        return cross_val_score(LogisticRegression(), X, y, scoring="roc_auc_ovr", cv=FOLDS).mean()

    assert check_leakage(procedure, X, y, metric="roc_auc", n_seeds=10).sound


def test_chance_by_hand():
    y = np.repeat([0, 1], [90, 10])
    assert chance_of("f1", y, None, 0.1) == pytest.approx(0.2 / 1.1)
    assert chance_of("f1", y, 0, 0.1) == pytest.approx(1.8 / 1.9)
    assert chance_of("brier", y, 1, 0.1) == pytest.approx(0.09)
    assert chance_of("accuracy", y, 1, 0.1) == pytest.approx(0.9)
    # Ten rows, one positive: the mean of 1, 1/2, ..., 1/10.
    assert chance_of("average_precision", y, 1, 0.1) == pytest.approx(np.mean(1 / np.arange(1, 11)))


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"metric": "recall"}, InputError, "calling every row positive"),
        ({"metric": "acuracy"}, InputError, "no known chance value"),
        ({"n_seeds": 2}, InputError, "at least 5"),
        ({"test_share": 0.0}, InputError, "test_share"),
        ({"positive": 7}, InputError, "positive: 7 is no class"),
        ({"y": np.zeros(150)}, InputError, "one class"),
        ({"y": np.array([None, *[1] * 149])}, InputError, "1 labels are missing"),
        ({"y": np.arange(3)}, InputError, "150 rows found beside 3 labels"),
        ({"evaluate": 3}, InputError, "evaluate: 3"),
        ({"evaluate": lambda X, y: float("nan")}, InputError, "returned nan on permuted labels, seed 0"),
        ({"evaluate": lambda X, y: "0.5"}, InputError, "one finite number"),
        ({"evaluate": lambda X, y: 1 / 0}, OversmithError, "ZeroDivisionError"),
        ({"metric": None}, InputError, "metric: none is named, and the function returns a number alone"),
        ({"evaluate": lambda X, y: ("roc_auc", 0.5)}, InputError, "metric: 'roc_auc' and 'average_precision' found"),
        ({"evaluate": lambda X, y: ("auc", 0.5), "metric": None}, InputError, "'auc' has no known chance value"),
        ({"evaluate": lambda X, y: ("f1", None), "metric": None}, InputError, "returned None"),
    ],
    ids=[
        "recall",
        "unknown",
        "seeds",
        "share",
        "positive",
        "one-class",
        "missing",
        "lengths",
        "no-function",
        "nan",
        "text",
        "raises",
        "no-metric",
        "two-metrics",
        "unknown-in-pair",
        "pair-without-score",
    ],
)
def test_what_cannot_be_checked_says_so(options, error, words):
    X, y = table()
    arguments = {"evaluate": sound, "X": X, "y": y, "metric": "average_precision"} | options
    with pytest.raises(error, match=words):
        check_leakage(**arguments)


def guessing(metric=None):
    """A sound procedure scored by ROC-AUC: guesses."""
    rng = np.random.default_rng(0)

    def procedure(X, y):
        score = roc_auc_score(y, rng.random(len(y)))
        return score if metric is None else (metric, score)

    return procedure


def test_the_function_may_name_its_metric():
    X, y = table()
    found = check_leakage(guessing("roc_auc"), X, y, n_seeds=5)
    assert (found.sound, found.metric, found.chance) == (True, "roc_auc", 0.5)


def test_a_sound_procedure_under_the_name_of_another_metric_is_asked_about_and_not_accused():
    X, y = table()
    for metric in ("average_precision", "f1", "precision", "mcc"):
        with pytest.raises(InputError, match=rf"chance in roc_auc.*a guess in {metric} scores .*name the metric"):
            check_leakage(guessing(), X, y, metric=metric)


def test_a_name_that_the_function_gives_is_believed_and_so_is_a_chance():
    X, y = table()
    assert not check_leakage(guessing("average_precision"), X, y, n_seeds=8).sound
    with_chance = check_leakage(guessing(), X, y, chance=0.1, n_seeds=8)
    assert (with_chance.sound, with_chance.metric) == (False, "score")


def test_a_leak_far_from_a_half_is_still_called_one():
    X, y = table()
    assert not check_leakage(lambda X, y: 0.9, X, y, metric="average_precision", n_seeds=5).sound
