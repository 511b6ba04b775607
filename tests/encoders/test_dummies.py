"""Groups of dummy columns in any coding, with missing values: no generated row has several levels, or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import oversmith
from oversmith import GaussianCopula
from oversmith.encoders import TableEncoder

N, Y = 300, np.repeat([0, 1], [250, 50])
CODES = np.random.default_rng(0).integers(0, 5, N)
FORMS: dict[str, tuple[Any, Any]] = {
    "0 and 1": (0, 1),
    "decimals": (0.0, 1.0),
    "-1 and 1": (-1, 1),
    "1 and 2": (1, 2),
    "1 is set, 2 is not": (2, 1),
    "truth values": (False, True),
    "inverted truth values": (True, False),
    "text of 0 and 1": ("0", "1"),
    "words": ("no", "yes"),
    "text of truth values": ("False", "True"),
    "x or nothing": ("", "x"),
}
METHODS = ("jitter", "smote", "gaussian-copula", "gaussian-mixture", "blend")


def table(cells: tuple[Any, Any], blank: str = "nowhere", *, is_open: bool = False, names: str = "abcde") -> Any:
    """One column for each code, the first left out in an open group; some cells are missing."""
    rng = np.random.default_rng(1)
    columns = {name: pd.Series([cells[int(flag)] for flag in np.equal(CODES, i)]) for i, name in enumerate(names)}
    frame = pd.DataFrame(columns).astype(object).iloc[:, int(is_open) :]
    if blank == "whole rows":
        frame[rng.random(N) < 0.2] = None
    elif blank == "one column":
        frame.loc[rng.random(N) < 0.2, frame.columns[1]] = None
    elif blank == "any cell":
        frame = frame.mask(rng.random(frame.shape) < 0.1, None)
    return frame.infer_objects()


def assert_one_level(new: pd.DataFrame, cells: tuple[Any, Any], *, is_open: bool) -> None:
    n_set, blank = (new == cells[1]).sum(axis=1), new.isna().any(axis=1)
    assert n_set.max() == 1
    assert ((n_set == 0) <= blank).all() or is_open
    # What is missing has no level.
    assert (n_set[blank] == 0).all()


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("blank", ["nowhere", "whole rows", "one column", "any cell"])
@pytest.mark.parametrize("form", FORMS)
def test_every_coding_is_one_group(form: str, blank: str, is_open: bool) -> None:
    X = table(FORMS[form], blank, is_open=is_open)
    for frame in (X, X.astype("category")):
        encoder = TableEncoder().fit(frame)
        assert encoder.dummies_ == (tuple(X.columns),)
        back = encoder.inverse_transform(encoder.transform(frame))
        pd.testing.assert_series_equal(back.dtypes, frame.dtypes)
        assert_one_level(back, FORMS[form], is_open=is_open)
        # The level of a row is what it was.
        cell = FORMS[form][1]
        was_set = X.eq(cell).any(axis=1).to_numpy()
        pd.testing.assert_frame_equal(back[was_set] == cell, X[was_set] == cell)
        again = TableEncoder.from_state(encoder.to_state())
        pd.testing.assert_frame_equal(again.inverse_transform(again.transform(frame)), back)


@pytest.mark.parametrize("form", ["words", "-1 and 1"])
@pytest.mark.parametrize("blank", ["whole rows", "any cell"])
@pytest.mark.parametrize("method", METHODS)
def test_generated_rows_have_one_level(method: str, blank: str, form: str) -> None:
    X = table(FORMS[form], blank).assign(z=np.random.default_rng(2).normal(size=N))
    more = {"samplers": ["smote", "jitter"]} if method == "blend" else {}
    sampler = oversmith._registry.load_class(method)(random_state=0, **more)
    new = sampler.fit_resample(X, Y)[0].iloc[N:]
    assert_one_level(new[list("abcde")], FORMS[form], is_open=False)
    if blank == "whole rows" and method != "gaussian-copula":
        assert new["a"].isna().any()


def test_a_single_missing_cell_of_a_closed_group_is_the_one_that_is_set() -> None:
    X = table((0, 1), "nowhere").astype(float)
    rows = np.flatnonzero(CODES == 2)[:5]
    X.loc[rows, "c"] = np.nan
    encoder = TableEncoder().fit(X)
    back = encoder.inverse_transform(encoder.transform(X))
    assert (back.loc[rows, "c"] == 1).all()
    # Two could be set: nothing says which, and only columns with missing values get one.
    X.loc[rows[:2], "a"] = np.nan
    encoder = TableEncoder().fit(X)
    back = encoder.inverse_transform(encoder.transform(X))
    assert back.loc[rows[:2], ["a", "c"]].isna().all(axis=None)
    assert (back.loc[rows[:2], ["b", "d", "e"]] == 0).all(axis=None)


@pytest.mark.parametrize("missing", ["impute", "drop"])
def test_no_row_is_missing_where_none_shall_be(missing: str) -> None:
    X = table((0, 1), "whole rows").assign(z=0.5 * np.arange(N))
    encoder = TableEncoder(missing=missing)
    new = GaussianCopula(encoder=encoder, random_state=0).fit_resample(X, Y)[0].iloc[N:]
    assert (new[list("abcde")].sum(axis=1) == 1).all()


def test_tables_of_polars_and_objects() -> None:
    X = table(("no", "yes"), "whole rows")
    for rows in (pl.from_pandas(X), X.to_numpy(object), X.to_numpy(object).tolist()):
        encoder = TableEncoder().fit(rows)
        assert [len(group) for group in encoder.dummies_] == [5]
        back = pd.DataFrame(np.asarray(encoder.inverse_transform(encoder.transform(rows)), dtype=object))
        assert back.isna().all(axis=1).sum() == X.isna().all(axis=1).sum()
        assert_one_level(back, ("no", "yes"), is_open=False)


@pytest.mark.parametrize("cells", [(0, 1), ("no", "yes")])
@pytest.mark.parametrize("seed", range(3))
def test_flags_that_have_nothing_in_common_stay_flags(cells: tuple[Any, Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares = (0.01, 0.99, 0.02, 0.3, 0.5, 0.97, 0.995)
    X = pd.DataFrame({f"has_{i}": [cells[int(u < share)] for u in rng.random(N)] for i, share in enumerate(shares)})
    for frame in (X, X.mask(rng.random(X.shape) < 0.1)):
        assert TableEncoder().fit(frame).dummies_ == ()


def test_the_state_of_an_earlier_file() -> None:
    X = table((0, 1))
    encoder = TableEncoder().fit(X)
    state = encoder.to_state()
    state["groups"] = [{name: group[name] for name in ("members", "open", "kinds")} for group in state["groups"]]
    Z = encoder.transform(X)
    pd.testing.assert_frame_equal(TableEncoder.from_state(state).inverse_transform(Z), X)
