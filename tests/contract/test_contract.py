"""Every sampler through imbalanced-learn's checks, scikit-learn's checks and our own.

No check is marked as an expected failure and none is skipped by unsetting a tag: the counts are asserted.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.utils.estimator_checks import check_param_validation, estimator_checks_generator
from scipy import sparse
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import check_dataframe_column_names_consistency, parametrize_with_checks
from toys import mixed_table, own_class_share, three_classes

import oversmith
from oversmith import TableEncoder
from oversmith._help import entries
from oversmith._registry import METHODS, load_class
from oversmith.exceptions import InputError, TooFewRowsError

# One generator step each: the checks are about the contract, training quality is tested elsewhere. Some of
# scikit-learn's checks bring a class of one row.
TINY = {"max_steps": 1, "random_state": 0, "output__too_few": "jitter"}


class RarestShare:
    """Scores a classifier by the share of the rarest class in the rows it was fitted on."""

    def __call__(self, estimator: DummyClassifier, X: object, y: object) -> float:
        return float(min(estimator.class_prior_))

    def __repr__(self) -> str:
        return "RarestShare()"  # part of test ids, which must be the same in every process


# Networks of one layer.
PLAYERS = {"generator_widths": (4,), "critic_widths": (4,), "network__head_units": 4, "latent_dim": 4}
# The default members of a blend or a PCASampler would be trained at full length. Auto may leave a table as it is; by
# the score above it always chooses SMOTE, so that its rows go through the checks.
TINY_OF = {
    "auto": {
        "estimator": DummyClassifier(),
        "scoring": RarestShare(),
        "candidates": ["smote"],
        "fill": 1.0,
        "n_splits": 2,
        "n_repeats": 2,
    },
    "blend": {"samplers": ["smote", "jitter", "gaussian-mixture"]},
    "pca-sampler": {"sampler": "gaussian-mixture"},
    # An untrained velocity leaves noise as it is, wider than the class.
    "flow-matching": {"max_steps": 100, "network__ema_decay": None},
    "ganbats": {"hidden": 2, "lstm_layers": 1, "generator_widths": (4,), "critic_widths": (4,)},
    "dcgan": {"generator_widths": (4,), "critic_widths": (4,)},
    # The start as an autoencoder goes through the checks of series. Without it, and with one penalty, the second and
    # the third share their programs.
    "three-player-gan": PLAYERS | {"classifier_widths": (4,), "pretrain_epochs": 0},
    "bagan-gp": PLAYERS | {"pretrain_epochs": 0, "penalty__at": "dragan"},
    "cdragan": PLAYERS,
    "acgan": {name: value for name, value in PLAYERS.items() if name != "network__head_units"},
    "cooperative-gan": PLAYERS | {"classifier_widths": (4,)},
    "conditional-diffusion": {"widths": (4,), "n_noise_steps": 10, "n_sampling_steps": 2},
    "tree-flow": {"n_trees": 3, "n_levels": 10, "n_pairs": 500},
}


def tiny(kebab: str) -> object:
    """Make a sampler with those of the settings above that it has."""
    sampler = load_class(kebab)()
    known = sampler.get_params()
    common = {name: value for name, value in TINY.items() if name in known}
    return sampler.set_params(**common | TINY_OF.get(kebab, {}))


EVERY = {kebab: tiny(kebab) for kebab in METHODS}
# Those that take tables; series have checks of their own beside these.
ALL_IDS = [kebab for kebab in METHODS if "table" in METHODS[kebab].modality]
ALL = [EVERY[kebab] for kebab in ALL_IDS]
# Those that always fill the classes and have the parameters of BaseSampler: all but Auto.
SAMPLERS = [sampler for sampler in ALL if sampler._sampling_type != "bypass"]
IDS = [kebab for kebab in ALL_IDS if kebab != "auto"]
IMBLEARN_CHECKS = [pair for sampler in EVERY.values() for pair in estimator_checks_generator(sampler)]
# Called by hand: imbalanced-learn's generator leaves these two to the package's own tests. The second is scikit-learn's
# original: imbalanced-learn's copy of it stops with an UnboundLocalError at any estimator that has partial_fit.
EXTRA_CHECKS = [check_param_validation, check_dataframe_column_names_consistency]


def _kebab(sampler: object) -> str:
    return next(kebab for kebab, entry in METHODS.items() if entry.name == type(sampler).__name__)


def _check_id(value: object) -> str | None:
    if isinstance(value, functools.partial):
        return value.func.__name__
    return type(value).__name__ if hasattr(value, "fit_resample") else None


@pytest.mark.parametrize("estimator, check", IMBLEARN_CHECKS, ids=_check_id)
def test_imblearn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", EXTRA_CHECKS)
@pytest.mark.parametrize("sampler", EVERY.values(), ids=EVERY)
def test_imblearn_extra(sampler, check):
    check(type(sampler).__name__, sampler)


@parametrize_with_checks(list(EVERY.values()))
def test_sklearn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("sampler", EVERY.values(), ids=EVERY)
def test_number_of_checks(sampler):
    from sklearn.utils.estimator_checks import estimator_checks_generator as sklearn_generator

    ours = [check for estimator, check in IMBLEARN_CHECKS if type(estimator) is type(sampler)]
    theirs = [check for _, check in sklearn_generator(sampler, mark="skip")]
    # Three of imbalanced-learn's are for sparse tables, text and NaN, which series do not have: their tags say so.
    expected = 17 if sampler.__sklearn_tags__().input_tags.sparse else 14
    assert len(ours) == expected
    assert len({check.func.__name__ for check in ours}) == expected
    assert (expected == 14) == ("table" not in METHODS[_kebab(sampler)].modality)
    assert len(EXTRA_CHECKS) == 2
    assert len(theirs) >= 41
    # A check that is expected to fail is wrapped by the generator; none may be.
    assert not any(hasattr(check, "__wrapped__") for check in [*ours, *theirs])


def test_every_public_sampler_is_here():
    # A class may have another name beside its own.
    public = {getattr(oversmith, name) for name in oversmith.__all__}
    samplers = {value.__name__ for value in public if isinstance(value, type) and hasattr(value, "save")}
    assert samplers == {type(sampler).__name__ for sampler in EVERY.values()}


@pytest.mark.parametrize("sampler", EVERY.values(), ids=EVERY)
def test_docstring_tells_the_parameters(sampler):
    """Every constructor parameter is documented once, nothing else is, and the stated default is the default."""
    parameters = inspect.signature(type(sampler)).parameters
    told = {
        name: entry.splitlines()[0]
        for written, entry in entries(type(sampler).__doc__, "Parameters").items()
        for name in written.split(", ")
    }
    assert sorted(told) == sorted(parameters)
    for name, line in told.items():
        stated = re.search(r", default=(.+)$", line)
        assert stated, f"{name}: no default is stated in {line!r}"
        assert ast.literal_eval(stated[1]) == parameters[name].default, line


def mixed_frame(n: int = 90, n_minority: int = 12) -> tuple[pd.DataFrame, pd.Series]:
    """A table with every kind of column, missing values included."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "amount": rng.lognormal(size=n).round(2),
            "count": rng.integers(0, 40, size=n),
            "small": rng.integers(0, 100, size=n).astype("int8"),
            "nullable": pd.array(rng.integers(0, 9, size=n), dtype="Int64"),
            "flag": rng.random(n) < 0.3,
            "level": pd.Categorical(rng.choice(list("abc"), size=n), categories=list("abcd"), ordered=True),
            "name": pd.array(rng.choice(["x", "y", "<z>"], size=n), dtype="string"),
            "thing": rng.choice(np.array(["red", "green"], dtype=object), size=n),
            "when": pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 10**6, size=n), unit="s"),
            "constant": np.ones(n),
            "single": rng.normal(size=n).astype("float32"),
            "arrow": pd.array(rng.integers(0, 1000, size=n), dtype="int64[pyarrow]"),
        }
    )
    frame.loc[rng.random(n) < 0.2, "amount"] = np.nan
    frame.loc[rng.random(n) < 0.2, "nullable"] = pd.NA
    frame.loc[rng.random(n) < 0.1, "name"] = pd.NA
    frame.index = [f"row {i}" for i in range(n)]
    target = pd.Series(np.repeat(["majority", "minority"], [n - n_minority, n_minority]), name="y", index=frame.index)
    return frame, target


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_mixed_pandas(sampler):
    X, y = mixed_frame()
    sampler = clone(sampler)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert Counter(y_resampled) == {"majority": 78, "minority": 78}
    assert list(X_resampled.columns) == list(X.columns)
    assert (X_resampled.dtypes == X.dtypes).all()
    assert X_resampled["level"].cat.categories.tolist() == list("abcd")
    pd.testing.assert_frame_equal(X_resampled.iloc[:90].set_axis(X.index), X)
    assert y_resampled.name == "y"
    assert y_resampled.dtype == y.dtype
    assert sampler.synthetic_mask_.tolist() == [False] * 90 + [True] * 66
    made = X_resampled[sampler.synthetic_mask_]
    for column in ("count", "small", "nullable", "arrow", "amount", "single", "when"):
        known = X[column].dropna()
        assert made[column].dropna().between(known.min(), known.max()).all(), column
    assert (made["constant"] == 1).all()
    assert np.allclose(made["amount"].dropna() * 100, (made["amount"].dropna() * 100).round())
    assert set(made["thing"]) <= {"red", "green"}


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_keep_index(sampler):
    X, y = mixed_frame()
    # Auto has no filters and no rows of its own: its parameter stands alone.
    keep = "keep_index" if sampler._sampling_type == "bypass" else "output__keep_index"
    X_resampled, y_resampled = clone(sampler).set_params(**{keep: True}).fit_resample(X, y)
    assert X_resampled.index[:90].tolist() == X.index.tolist()
    assert X_resampled.index.is_unique
    assert (y_resampled.index == X_resampled.index).all()


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_polars(sampler):
    frame, y = mixed_frame()
    X = pl.DataFrame(
        {
            "amount": frame["amount"].tolist(),
            "count": frame["count"].to_numpy(),
            "flag": frame["flag"].to_numpy(),
            "thing": frame["thing"].tolist(),
        }
    ).with_columns(pl.col("thing").cast(pl.Categorical), pl.col("amount").fill_nan(None))
    y = pl.Series("y", y.tolist())
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    assert isinstance(X_resampled, pl.DataFrame)
    assert isinstance(y_resampled, pl.Series)
    assert X_resampled.schema == X.schema
    assert X_resampled.head(90).equals(X)
    assert Counter(y_resampled) == {"majority": 78, "minority": 78}


@pytest.mark.parametrize("missing", ["encode", "impute", "drop"])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_missing_values(sampler, missing):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X[rng.random(200) < 0.4, 0] = np.nan
    y = np.repeat([0, 1], [150, 50])
    sampler = clone(sampler).set_params(encoder=TableEncoder(missing=missing))
    X_resampled, _ = sampler.fit_resample(X, y)
    assert np.array_equal(X_resampled[:200], X, equal_nan=True)
    share = np.isnan(X_resampled[200:, 0]).mean()
    assert (0.1 < share < 0.7) if missing == "encode" else share == 0
    assert not np.isnan(X_resampled[200:, 1:]).any()


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_dropped_rows_do_not_fall_back_silently(sampler):
    X = np.random.default_rng(0).normal(size=(30, 2))
    X[21:, 0] = np.nan
    y = np.repeat([0, 1], [20, 10])
    sampler = clone(sampler).set_params(output__too_few="error", encoder=TableEncoder(missing="drop"))
    with pytest.raises(TooFewRowsError, match="class 1 has 1 row to train on"):
        sampler.fit_resample(X, y)
    X[20:, 0] = np.nan
    with pytest.raises(TooFewRowsError, match="missing='drop' leaves none"):
        sampler.fit_resample(X, y)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_one_row_class(sampler):
    X = np.random.default_rng(0).normal(size=(41, 3))
    y = np.repeat(["a", "b", "c"], [30, 10, 1])
    with pytest.raises(TooFewRowsError, match=r"class c has 1 row to train on, .*too_few='jitter'"):
        clone(sampler).set_params(output__too_few="error").fit_resample(X, y)
    for how in ("jitter", "smote"):
        sampler = clone(sampler).set_params(output__too_few=how)
        with pytest.warns(UserWarning, match="class c has 1 usable row"):
            X_resampled, y_resampled = sampler.fit_resample(X, y)
        assert Counter(y_resampled) == {"a": 30, "b": 30, "c": 30}
        made = X_resampled[41:][y_resampled[41:] == "c"]
        assert 0 < np.abs(made - X[40]).max() < 1.5


@pytest.mark.parametrize("n_minority", [2, 3, 5])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_tiny_classes(sampler, n_minority):
    X = np.random.default_rng(0).normal(size=(40 + n_minority, 4))
    y = np.repeat([0, 1], [40, n_minority])
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    assert Counter(y_resampled.tolist()) == {0: 40, 1: 40}
    assert np.isfinite(X_resampled).all()
    # Few rows do not become copies of themselves.
    assert len(np.unique(X_resampled[40 + n_minority :], axis=0)) == 40 - n_minority


STRATEGIES = [
    ("auto", {"b": 20, "c": 24}),
    ("minority", {"c": 24}),
    ("not minority", {"a": 0, "b": 20}),
    ("not majority", {"b": 20, "c": 24}),
    ("all", {"a": 0, "b": 20, "c": 24}),
    ({"b": 15, "c": 9}, {"b": 5, "c": 3}),
    (lambda y: {"c": 10}, {"c": 4}),
]


@pytest.mark.parametrize(
    "strategy, added", STRATEGIES, ids=[s if isinstance(s, str) else type(s).__name__ for s, _ in STRATEGIES]
)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_sampling_strategy(sampler, strategy, added):
    X = np.random.default_rng(0).normal(size=(46, 2))
    y = np.repeat(["a", "b", "c"], [30, 10, 6])
    sampler = clone(sampler).set_params(sampling_strategy=strategy)
    _, y_resampled = sampler.fit_resample(X, y)
    assert sampler.sampling_strategy_ == added
    assert Counter(y_resampled) == Counter(y) + Counter(added)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_ratio_and_fill(sampler):
    X = np.random.default_rng(0).normal(size=(110, 2))
    y = np.repeat([0, 1], [100, 10])
    _, half = clone(sampler).set_params(sampling_strategy=0.5).fit_resample(X, y)
    assert (half == 1).sum() == 50
    _, third = clone(sampler).set_params(fill=1 / 3).fit_resample(X, y)
    assert (third == 1).sum() == 40
    with pytest.raises(ValueError, match="float only when the type of target is binary"):
        clone(sampler).set_params(sampling_strategy=0.5).fit_resample(X, np.arange(110) % 3)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_balanced_returns_at_once(sampler, tmp_path):
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = np.repeat([0, 1], 10)
    sampler = clone(sampler)
    sampler._train = lambda *args: pytest.fail("a balanced table was trained on")
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert np.array_equal(X_resampled, X)
    assert np.array_equal(y_resampled, y)
    assert not sampler.synthetic_mask_.any()
    assert sampler.history_ == []
    sampler.save(tmp_path / "sampler.zip")
    with pytest.raises(InputError, match="class 1 was not trained"):
        oversmith.load(tmp_path / "sampler.zip").sample(1, 1)


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_determinism(sampler):
    X, y = mixed_frame()
    first = clone(sampler).fit_resample(X, y)[0]
    again = clone(sampler).fit_resample(X, y)[0]
    other = clone(sampler).set_params(random_state=1).fit_resample(X, y)[0]
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_no_global_seed(sampler):
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], [20, 10])
    before = np.random.get_state()[1].copy()  # noqa: NPY002, the state that must not move
    runs = [clone(sampler).set_params(random_state=None).fit_resample(X, y)[0] for _ in range(2)]
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert not np.array_equal(*runs)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_classes_have_their_own_draws(sampler):
    rng = np.random.default_rng(0)
    block = rng.normal(size=(10, 2))
    X = np.concatenate([rng.normal(size=(40, 2)), block, block])
    y = np.repeat([0, 1, 2], [40, 10, 10])
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    made = X_resampled[60:], y_resampled[60:]
    assert not np.allclose(made[0][made[1] == 1], made[0][made[1] == 2])


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_fit_then_sample(sampler):
    X, y = mixed_frame()
    resampled = clone(sampler).fit_resample(X, y)[0].iloc[90:].reset_index(drop=True)
    fitted = clone(sampler).fit(X, y)
    pd.testing.assert_frame_equal(fitted.sample(66, "minority"), resampled)
    second = fitted.sample(66, "minority")
    assert len(second) == 66
    assert not second.equals(resampled)
    with pytest.raises(InputError, match=r"class 'majority' was not trained .*classes=\['majority'\]"):
        fitted.sample(1, "majority")
    with pytest.raises(InputError, match="'else' is not a class seen in fit"):
        fitted.sample(1, "else")
    with pytest.raises(InputError, match="n: 0 found"):
        fitted.sample(0, "minority")
    assert len(clone(sampler).fit(X, y, classes=["majority"]).sample(3, "majority")) == 3
    with pytest.raises(InputError, match="classes: 'else' is not a class of y"):
        clone(sampler).fit(X, y, classes=["else"])


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_save_and_load(sampler, tmp_path):
    X, y = mixed_frame()
    fitted = clone(sampler).fit(X, y)
    fitted.save(tmp_path / "sampler.zip")
    twin = oversmith.load(tmp_path / "sampler.zip")
    assert type(twin) is type(fitted)
    assert twin.get_params() == fitted.get_params()
    assert twin.history_ == fitted.history_
    pd.testing.assert_frame_equal(twin.sample(20, "minority"), fitted.sample(20, "minority"))
    assert [path.name for path in tmp_path.iterdir()] == ["sampler.zip"]


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_asked_class_is_made(sampler):
    """Far-apart classes: what is made for a class lies with its class, on every column position."""
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]])
    counts = [60, 25, 8, 5]
    X = np.concatenate([rng.normal(c, 0.5, (n, 3)) for c, n in zip(centres, counts, strict=True)])
    y = np.repeat(np.arange(4), counts)
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    distance = np.linalg.norm(X_resampled[:, None] - centres, axis=2)
    assert (distance.argmin(axis=1) == y_resampled).all()


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_three_classes(sampler):
    """Classes of 200, 20 and 6 rows: exactly as many rows as asked, each nearest to the class it was asked for."""
    X, y = three_classes(0)
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    assert Counter(y_resampled.tolist()) == {"a": 200, "b": 200, "c": 200}
    for label in ("b", "c"):
        assert own_class_share(X_resampled[226:][y_resampled[226:] == label], label, X, y) == 1


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_mixed_table_keeps_the_class(sampler):
    """Numbers, a count and a level: at least 19 of 20 made rows are nearest to the class they were asked for."""
    X, y = mixed_table(0)
    X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    assert Counter(y_resampled) == {"common": 400, "rare": 400}
    assert own_class_share(X_resampled.iloc[500:], "rare", X, y) >= 0.95


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_filters(sampler):
    """Both filters on separated classes: exact counts, no copies, and the counts are in the history."""
    X, y = three_classes(0, (120, 40, 30))
    sampler = clone(sampler).set_params(output__filters=["novelty", "boundary"])
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert Counter(y_resampled.tolist()) == {"a": 120, "b": 120, "c": 120}
    real, made = X_resampled[:190], X_resampled[190:]
    distance = np.linalg.norm(made[:, None] - real, axis=2)
    assert distance.min() > 0
    assert (y[distance.argmin(axis=1)] == y_resampled[190:]).all()
    filtered = [row for row in sampler.history_ if row.get("phase") == "filter"]
    assert [(row["classes"], row["asked"]) for row in filtered] == [(["b"], 80), (["c"], 90)]
    for row in filtered:
        assert set(row["rejected"]) == {"NoveltyFilter", "BoundaryFilter"}
        assert row["drawn"] - sum(row["rejected"].values()) >= row["asked"]


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_bad_input(sampler):
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], [20, 10])
    if "series" not in METHODS[_kebab(sampler)].modality:
        with pytest.raises(InputError, match=r"X: found a 3-D array of shape \(30, 1, 2\)"):
            clone(sampler).fit_resample(X[:, None], y)
    with pytest.raises(ValueError, match="class"):
        clone(sampler).fit_resample(X, np.zeros(30))
    spoiled = pd.DataFrame(X, columns=["left", "right"])
    spoiled.loc[3, "right"] = np.inf
    with pytest.raises(InputError, match=r"right.*infinite"):
        clone(sampler).fit_resample(spoiled, y)
    spoiled["right"] = np.nan
    rows, _ = clone(sampler).fit_resample(spoiled, y)
    assert rows["right"].isna().all()
    assert rows["left"].notna().all()


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_sparse_and_lists(sampler):
    dense = np.random.default_rng(0).poisson(0.5, size=(40, 5)).astype(float)
    y = np.repeat([0, 1], [30, 10])
    expected, _ = clone(sampler).fit_resample(dense, y)
    for make in (sparse.csr_matrix, sparse.csc_array):
        made, _ = clone(sampler).fit_resample(make(dense), y)
        assert type(made) is make
        assert np.array_equal(made.toarray(), expected)
    listed, labels = clone(sampler).fit_resample(dense.tolist(), y.tolist())
    assert isinstance(listed, list)
    assert isinstance(labels, list)
    assert np.array_equal(listed, expected)


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_mixed_list(sampler):
    rng = np.random.default_rng(0)
    X = [[int(rng.integers(9)), str(rng.choice(["a", "b"])), float(rng.normal()), bool(i % 2)] for i in range(30)]
    X_resampled, _ = clone(sampler).fit_resample(X, [0] * 20 + [1] * 10)
    assert X_resampled[:30] == X
    assert {tuple(map(type, row)) for row in X_resampled} == {(int, str, float, bool)}


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_constant_table(sampler):
    X_resampled, y_resampled = clone(sampler).fit_resample(np.ones((30, 2)), [0] * 20 + [1] * 10)
    assert X_resampled.shape == (40, 2)
    assert (X_resampled == 1).all()
    assert y_resampled.count(1) == 20


@pytest.mark.parametrize("sampler", ALL, ids=ALL_IDS)
def test_in_a_pipeline(sampler):
    from imblearn.pipeline import make_pipeline
    from sklearn.linear_model import LogisticRegression

    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], [20, 10])
    model = make_pipeline(clone(sampler), LogisticRegression()).fit(X, y)
    assert model.predict(X).shape == (30,)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=IDS)
def test_a_fit_that_fails_changes_nothing(sampler):
    X, y = mixed_frame()
    endless = X.assign(single=np.where(np.arange(len(X)) == 5, np.inf, X["single"]))
    unfitted = clone(sampler)
    with pytest.raises(InputError, match="'single' holds 1 infinite"):
        unfitted.fit(endless, y)
    with pytest.raises(NotFittedError):
        unfitted.sample(3, "minority")
    fitted, twin = (clone(sampler).fit(X, y) for _ in range(2))
    for refit in (fitted.fit, fitted.fit_resample, *([fitted.partial_fit] if hasattr(fitted, "partial_fit") else [])):
        with pytest.raises(InputError, match="'single' holds 1 infinite"):
            refit(endless, y)
    assert len(fitted.history_) == len(twin.history_)
    pd.testing.assert_frame_equal(fitted.sample(5, "minority"), twin.sample(5, "minority"))
