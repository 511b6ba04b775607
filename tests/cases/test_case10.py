"""Dummy columns come back with exactly one level in every generated row, whatever the method."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder

import oversmith
from oversmith import EOWGAN, GaussianCopula, Jitter, TreeFlow

N, Y = 400, np.repeat([0, 1], [340, 60])
METHODS = ("Jitter", "SMOTE", "GaussianCopula", "GaussianMixture", "PCASampler", "Blend")


def levels(n: int, seed: int = 0) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).integers(0, n, N).astype(str), name="k")


def numbers(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=N)


def sampler(name: str) -> object:
    if name == "Blend":
        return oversmith.Blend(samplers=["smote", "jitter", "gaussian-copula"], random_state=0)
    if name == "PCASampler":
        return oversmith.PCASampler(sampler="gaussian-mixture", random_state=0)
    return getattr(oversmith, name)(random_state=0)


def generated(X: object, name: str = "GaussianCopula") -> object:
    method = sampler(name)
    resampled, _ = method.fit_resample(X, Y)
    return resampled[method.synthetic_mask_] if hasattr(resampled, "loc") else resampled[N:]


@pytest.mark.parametrize(
    ("name", "n_levels", "dtype"),
    [
        *((name, n_levels, int) for name in METHODS for n_levels in (5, 40)),
        ("GaussianCopula", 90, int),
        ("Jitter", 5, float),
        ("GaussianCopula", 5, bool),
    ],
)
def test_one_level_in_every_row(name: str, n_levels: int, dtype: type) -> None:
    dummies = pd.get_dummies(levels(n_levels), dtype=dtype)
    new = generated(dummies.assign(a=numbers()), name)
    assert (new[dummies.columns].sum(axis=1) == 1).all()
    assert new.dtypes[dummies.columns].equals(dummies.dtypes)


@pytest.mark.parametrize("method", [EOWGAN(max_steps=5, random_state=0), TreeFlow(n_trees=3, random_state=0)])
def test_methods_that_train(method: object) -> None:
    dummies = pd.get_dummies(levels(5), dtype=int)
    resampled, _ = method.fit_resample(dummies.assign(a=numbers()), Y)
    assert (resampled[dummies.columns].sum(axis=1) == 1).all()


@pytest.mark.parametrize("prefix", ["k", None])
def test_the_first_level_left_out_is_a_level(prefix: str | None) -> None:
    dummies = pd.get_dummies(levels(4), drop_first=True, prefix=prefix, dtype=int)
    new = generated(dummies.assign(a=numbers()))
    per_row = new[dummies.columns].sum(axis=1)
    assert set(per_row) == {0, 1}
    assert 0.1 < (per_row == 0).mean() < 0.45


def test_rows_of_an_encoder_of_scikit_learn() -> None:
    two = np.column_stack([levels(6), levels(3, seed=2)])
    for drop in (None, "first"):
        encoded = OneHotEncoder(drop=drop).fit_transform(two)
        for X in (encoded, encoded.toarray()):
            new = generated(X)
            new = new.toarray() if hasattr(new, "toarray") else new
            at = 6 if drop is None else 5
            for part in (new[:, :at], new[:, at:]):
                assert part.sum(axis=1).max() == 1
                assert (part.sum(axis=1) == 1).all() == (drop is None)


def test_columns_in_any_order() -> None:
    dummies = pd.get_dummies(levels(7), dtype=int)
    table = dummies.assign(a=numbers(), b=numbers(2)).sample(frac=1, axis=1, random_state=0)
    assert (generated(table)[dummies.columns].sum(axis=1) == 1).all()


def test_two_groups_stay_two() -> None:
    table = pd.get_dummies(pd.DataFrame({"site": levels(3), "shift": levels(4, seed=5)}), dtype=int)
    fitted = Jitter(random_state=0).fit(table.assign(a=numbers()), Y)
    assert sorted(map(len, fitted.encoder_.dummies_)) == [3, 4]


@pytest.mark.parametrize("names", ["abcdefg", [f"has_{c}" for c in "abcdefg"]])
@pytest.mark.parametrize("seed", range(4))
def test_flags_that_have_nothing_in_common_stay_flags(names: str, seed: int) -> None:
    """Rare ones may never meet in so few rows."""
    rng = np.random.default_rng(seed)
    shares = (0.01, 0.01, 0.02, 0.3, 0.5, 0.01, 0.005)
    table = pd.DataFrame({name: (rng.random(N) < share).astype(int) for name, share in zip(names, shares, strict=True)})
    assert GaussianCopula(random_state=0).fit(table.assign(a=numbers()), Y).encoder_.dummies_ == ()
