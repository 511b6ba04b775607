"""Every column kind, from every container, there and back."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversmith.encoders import TableEncoder
from oversmith.exceptions import InputError

N = 120
RNG = np.random.default_rng(0)


def through_json_and_npy(state: Any) -> Any:
    """What a file does to a state: JSON for plain values, no object arrays."""
    if isinstance(state, dict):
        assert all(isinstance(key, str) for key in state)
        return {key: through_json_and_npy(value) for key, value in state.items()}
    if isinstance(state, list):
        return [through_json_and_npy(value) for value in state]
    if isinstance(state, np.ndarray):
        assert state.dtype != object
        return np.frombuffer(state.tobytes(), dtype=state.dtype).reshape(state.shape)
    return json.loads(json.dumps(state, allow_nan=False))


def rebuilt(encoder: TableEncoder) -> TableEncoder:
    return TableEncoder.from_state(through_json_and_npy(encoder.to_state()))


def round_trip(X: Any, **arguments: Any) -> Any:
    encoder = TableEncoder(**arguments).fit(X)
    Z = encoder.transform(X)
    assert Z.dtype == np.float64
    assert Z.shape[1] == encoder.width_
    assert np.isfinite(Z).all()
    assert [span.start for span in encoder.spans_[1:]] == [span.stop for span in encoder.spans_[:-1]]
    twin = rebuilt(encoder)
    assert np.array_equal(twin.transform(X), Z)
    assert_same(twin.inverse_transform(Z), encoder.inverse_transform(Z), exact=True)
    return encoder.inverse_transform(Z)


def assert_same(found: Any, expected: Any, exact: bool = False) -> None:
    rtol, atol = (0.0, 0.0) if exact else (1e-9, 1e-9)
    assert type(found) is type(expected)
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected, rtol=rtol, atol=atol, check_exact=exact or None)
    elif isinstance(expected, pl.DataFrame):
        pl.testing.assert_frame_equal(found, expected)
    elif scipy.sparse.issparse(expected):
        assert found.format == expected.format
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found.toarray(), expected.toarray(), rtol=1e-9, atol=1e-9)
    elif isinstance(expected, list):
        assert [[type(cell) for cell in row] for row in found] == [[type(cell) for cell in row] for row in expected]
        assert found == expected
    elif expected.dtype.kind in "OUSbMm":
        assert found.dtype == expected.dtype
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))
    else:
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def holes(values: Any, marker: Any = None, every: int = 7) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    array[::every] = marker
    return array


WORDS = RNG.choice(["red", "green", "blue"], N)
DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 900, N), unit="D")
WHOLE = RNG.integers(-50, 900, N)

PANDAS_COLUMNS: dict[str, Any] = {
    "float64": RNG.normal(size=N),
    "float32": RNG.normal(size=N).astype(np.float32),
    "decimals": np.round(RNG.gamma(2.0, size=N), 2),
    "float with NaN": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N)),
    "int8": RNG.integers(-100, 100, N).astype(np.int8),
    "uint64": RNG.integers(2**63, 2**63 + 2**40, N, dtype=np.uint64),
    "int64 beyond 2**53": RNG.integers(2**60, 2**60 + 10**6, N),
    "bool": RNG.random(N) < 0.3,
    "Int64": pd.array(holes(WHOLE), dtype="Int64"),
    "UInt8": pd.array(RNG.integers(0, 200, N), dtype="UInt8"),
    "Float64": pd.array(holes(RNG.normal(size=N)), dtype="Float64"),
    "Float32": pd.array(RNG.normal(size=N), dtype="Float32"),
    "boolean": pd.array(holes(RNG.random(N) < 0.5), dtype="boolean"),
    "str": pd.array(WORDS, dtype="str"),
    "string": pd.array(holes(WORDS), dtype="string"),
    "object words": holes(WORDS, None),
    "object NaN": holes(WORDS, np.nan),
    "object ints": holes(WHOLE.tolist(), None),
    "object bools": holes((WHOLE > 100).tolist(), np.nan),
    "object mixed": holes([1, "one", (1, 2), 2.5, b"x"] * (N // 5), None),
    "object dates": holes([day.date() for day in DAYS], None),
    "object decimals": holes([Decimal(int(value)) / 100 for value in WHOLE], None),
    "category": pd.Categorical(WORDS, categories=["red", "green", "blue", "never"]),
    "category ordered": pd.Categorical(holes(WORDS), categories=["red", "green", "blue"], ordered=True),
    "category of ints": pd.Categorical(RNG.integers(0, 5, N)),
    "category of intervals": pd.cut(RNG.normal(size=N), 4),
    "category of dates": pd.Categorical(DAYS[:4].repeat(N // 4)),
    "datetime64": DAYS,
    "datetime64 with zone": DAYS.tz_localize("UTC").tz_convert("Europe/Zurich"),
    "datetime64 with NaT": DAYS.where(RNG.random(N) < 0.8),
    "datetime64[ns]": pd.Series(pd.to_datetime(RNG.integers(0, 2**44, N), unit="ns")).astype("M8[ns]"),
    "timedelta": pd.to_timedelta(RNG.integers(0, 10**6, N), unit="s"),
    "sparse": pd.arrays.SparseArray(np.where(RNG.random(N) < 0.8, 0.0, RNG.normal(size=N)), fill_value=0.0),
    "sparse ints": pd.arrays.SparseArray(RNG.integers(0, 3, N)),
    "arrow ints": pd.array(holes(WHOLE), dtype=pd.ArrowDtype(pa.int32())),
    "arrow floats": pd.array(holes(RNG.normal(size=N)), dtype=pd.ArrowDtype(pa.float64())),
    "arrow bools": pd.array(holes(RNG.random(N) < 0.5), dtype=pd.ArrowDtype(pa.bool_())),
    "arrow words": pd.array(holes(WORDS), dtype=pd.ArrowDtype(pa.string())),
    "arrow dictionary": pd.array(pa.array(WORDS.tolist()).dictionary_encode(), dtype=None),
    "arrow time stamps": pd.array(holes(DAYS), dtype=pd.ArrowDtype(pa.timestamp("us", "UTC"))),
    "arrow dates": pd.array(holes([d.date() for d in DAYS]), dtype=pd.ArrowDtype(pa.date32())),
    "arrow decimals": pd.array([Decimal(int(v)) / 100 for v in WHOLE], dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
    "constant": np.full(N, 3),
    "constant word": ["same"] * N,
    "spike": np.where(RNG.random(N) < 0.4, 0, RNG.integers(1, 1000, N)),
    "few": RNG.integers(0, 6, N) * 10,
    "two": RNG.choice([1.5, 2.5], N),
}
PANDAS_COLUMNS["arrow dictionary"] = pd.Series(pa.array(WORDS.tolist()).dictionary_encode()).astype(
    pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
)


@pytest.mark.parametrize("name", PANDAS_COLUMNS)
def test_every_pandas_dtype_comes_back(name: str) -> None:
    X = pd.DataFrame({name: PANDAS_COLUMNS[name]})
    assert_same(round_trip(X), X)


@pytest.mark.parametrize("numeric", ["quantile", "standard", "minmax"])
def test_all_columns_at_once(numeric: str) -> None:
    X = pd.DataFrame(PANDAS_COLUMNS)
    assert_same(round_trip(X, numeric=numeric), X)


POLARS_COLUMNS = {
    "int": pl.Series(holes(WHOLE.tolist()).tolist(), dtype=pl.Int32),
    "uint": pl.Series(RNG.integers(0, 200, N), dtype=pl.UInt8),
    "float": pl.Series(RNG.normal(size=N)),
    "float32": pl.Series(RNG.normal(size=N), dtype=pl.Float32),
    "null floats": pl.Series(holes(RNG.normal(size=N).tolist()).tolist(), dtype=pl.Float64),
    "nan floats": pl.Series(np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N))),
    "bool": pl.Series(holes((RNG.random(N) < 0.5).tolist()).tolist(), dtype=pl.Boolean),
    "words": pl.Series(holes(WORDS.tolist()).tolist(), dtype=pl.String),
    "categorical": pl.Series(holes(WORDS.tolist()).tolist(), dtype=pl.Categorical),
    "enum": pl.Series(WORDS.tolist(), dtype=pl.Enum(["red", "green", "blue", "never"])),
    "time stamp": pl.Series(DAYS.to_pydatetime().tolist(), dtype=pl.Datetime("ms")),
    "zone": pl.Series(DAYS.to_pydatetime().tolist(), dtype=pl.Datetime("us")).dt.replace_time_zone("UTC"),
    "date": pl.Series(holes([day.date() for day in DAYS]).tolist(), dtype=pl.Date),
    "time": pl.Series([dt.time(i % 24, i % 60) for i in range(N)]),
    "duration": pl.Series([dt.timedelta(seconds=int(i)) for i in WHOLE], dtype=pl.Duration("us")),
    "decimal": pl.Series([Decimal(int(v)) / 100 for v in WHOLE], dtype=pl.Decimal(12, 2)),
}


@pytest.mark.parametrize("name", POLARS_COLUMNS)
def test_every_polars_dtype_comes_back(name: str) -> None:
    X = pl.DataFrame({name: POLARS_COLUMNS[name]})
    found = round_trip(X)
    assert found.schema == X.schema
    assert_same(found, X)


def test_polars_table_at_once() -> None:
    X = pl.DataFrame(POLARS_COLUMNS)
    assert_same(round_trip(X), X)


@pytest.mark.parametrize(
    "X",
    [
        RNG.normal(size=(N, 3)),
        RNG.normal(size=(N, 3)).astype(np.float32),
        RNG.integers(0, 100, (N, 2)).astype(np.int16),
        RNG.random((N, 2)) < 0.5,
        RNG.choice(["A", "BB"], (N, 2)),
        RNG.choice([b"A", b"BB"], (N, 2)),
        RNG.choice(["A", "B", "C"], (N, 1)).astype(object),
        np.column_stack([holes(WHOLE.tolist(), np.nan), holes(WORDS, None)]),
        RNG.integers(0, 10**6, (N, 2)).astype("M8[s]"),
        RNG.integers(0, 10**6, (N, 2)).astype("m8[ms]"),
        np.asfortranarray(RNG.normal(size=(N, 3))),
        RNG.normal(size=(N, 3)).tolist(),
        [[i, 0.5 * i, "odd" if i % 2 else "even", None if i % 5 else True] for i in range(40)],
        scipy.sparse.random(N, 6, density=0.2, format="csr", random_state=0),
        scipy.sparse.csc_array(RNG.integers(0, 2, (N, 4))),
        scipy.sparse.random(N, 6, density=0.2, format="coo", random_state=0, dtype=np.float32),
    ],
    ids=lambda X: f"{type(X).__name__}-{getattr(X, 'dtype', '')}",
)
def test_arrays_lists_and_sparse_come_back(X: Any) -> None:
    assert_same(round_trip(X), X)


def test_odd_column_names_survive() -> None:
    X = pd.DataFrame(RNG.normal(size=(N, 3)), columns=["a", "a", "b"])
    assert_same(round_trip(X), X)
    encoder = TableEncoder().fit(X)
    assert list(encoder.kinds_) == ["a", "a (2)", "b"]
    for columns in (
        pd.Index([1, "a", None]),
        pd.RangeIndex(3),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
    ):
        X.columns = columns
        assert_same(round_trip(X), X)


# -------------------------------------------------------------------------------------------- treatments


def spans_of(values: Any, **arguments: Any) -> list[tuple[str, str, int]]:
    encoder = TableEncoder(**arguments).fit(pd.DataFrame({"c": values}))
    return [(span.kind, span.activation, span.stop - span.start) for span in encoder.spans_]


def test_which_column_gets_which_spans() -> None:
    smooth = RNG.normal(size=400)
    one_spike = np.where(RNG.random(400) < 0.3, 0.0, smooth)
    two_spikes = np.where(RNG.random(400) < 0.3, 9.0, one_spike)
    assert spans_of(np.ones(9)) == []
    assert spans_of(smooth) == [("numeric", "linear", 1)]
    assert spans_of(one_spike) == [("spike", "sigmoid", 1), ("numeric", "linear", 1)]
    assert spans_of(two_spikes) == [("spike", "softmax", 3), ("numeric", "linear", 1)]
    assert spans_of(RNG.random(40) < 0.5) == [("boolean", "sigmoid", 1)]
    assert spans_of(RNG.choice([3.0, 4.0], 40)) == [("boolean", "sigmoid", 1)]
    assert spans_of(RNG.integers(0, 5, 400)) == [("numeric", "linear", 1)]
    assert spans_of(np.where(RNG.random(400) < 0.1, np.nan, smooth)) == [
        ("missing", "sigmoid", 1),
        ("numeric", "linear", 1),
    ]
    assert spans_of(list("abc") * 5) == [("categorical", "softmax", 3)]
    assert spans_of([*"abc", None] * 5) == [("categorical", "softmax", 4)]
    assert spans_of([f"level {i % 65}" for i in range(130)]) == [("embedding", "linear", 8)]
    assert spans_of([f"level {i % 64}" for i in range(130)]) == [("categorical", "softmax", 64)]
    assert spans_of(list("abc") * 5, max_one_hot=2) == [("embedding", "linear", 8)]


def test_quantile_scores_are_normal_and_bounded() -> None:
    values = np.exp(3 * RNG.normal(size=5000))
    encoder = TableEncoder().fit(values[:, None])
    Z = encoder.transform(values[:, None])
    assert abs(Z.mean()) < 0.01
    assert abs(Z.std() - 1) < 0.01
    order = np.argsort(values)
    assert (np.diff(Z[order, 0]) > 0).all()
    far = encoder.inverse_transform(np.array([[-50.0], [50.0]], dtype=np.float32))
    assert far.ravel().tolist() == [values.min(), values.max()]


def test_standard_and_minmax_are_what_they_say() -> None:
    values = RNG.gamma(1.0, size=(500, 1))
    Z = TableEncoder(numeric="standard").fit(values).transform(values)
    np.testing.assert_allclose([Z.mean(), Z.std()], [0, 1], atol=1e-9)
    Z = TableEncoder(numeric="minmax").fit(values).transform(values)
    assert (Z.min(), Z.max()) == (0.0, 1.0)


def generated(encoder: TableEncoder, n: int = 500) -> Any:
    return encoder.inverse_transform(RNG.normal(scale=3, size=(n, encoder.width_)).astype(np.float32))


def test_generated_numbers_are_like_those_seen() -> None:
    X = pd.DataFrame(
        {
            "count": RNG.integers(3, 400, N),
            "hundreds": RNG.integers(1, 90, N) * 100,
            "cents": np.round(RNG.uniform(1, 30, N), 2),
            "cents32": np.round(RNG.uniform(1, 30, N), 2).astype(np.float32),
            "few": RNG.choice([0.1, 0.25, 7.0], N),
            "spike": np.where(RNG.random(N) < 0.3, -1.0, RNG.uniform(5, 9, N)),
            "day": DAYS,
        }
    )
    new = generated(TableEncoder().fit(X))
    for name in X:
        assert new[name].min() >= X[name].min()
        assert new[name].max() <= X[name].max()
    assert (new["hundreds"] % 100 == 0).all()
    assert new["cents"].nunique() > 100
    assert (new["cents"].round(2) == new["cents"]).all()
    assert (new["cents32"].astype(str).str.split(".").str[1].str.len() <= 2).all()
    assert set(new["few"]) == {0.1, 0.25, 7.0}
    assert ((new["spike"] == -1) | (new["spike"] >= 5)).all()
    assert 0 < (new["spike"] == -1).sum() < len(new)
    assert (new["day"] == new["day"].dt.normalize()).all()


def test_missing_is_generated_only_where_asked() -> None:
    X = pd.DataFrame({"n": holes(WHOLE.tolist(), np.nan), "c": holes(WORDS, None)}).astype({"n": float})
    for missing, some in (("encode", True), ("impute", False), ("drop", False)):
        encoder = TableEncoder(missing=missing).fit(X)
        new = generated(encoder)
        assert new.isna().any().tolist() == [some, some]
        assert np.isfinite(encoder.transform(X)).all()
        assert encoder.has_missing(X).tolist() == X.isna().any(axis=1).tolist()
    filled = TableEncoder(missing="impute").fit(X)
    back = filled.inverse_transform(filled.transform(X))
    assert back["n"][0] in set(X["n"])
    assert back["c"][0] == X["c"].mode()[0]


def test_zero_one_nan_gives_some_nan() -> None:
    X = RNG.choice([0.0, 1.0, np.nan], (100, 1))
    new = generated(TableEncoder().fit(X))
    assert set(new[~np.isnan(new)]) == {0.0, 1.0}
    assert 0 < np.isnan(new).sum() < len(new)


def test_declared_categories_are_not_interpolated() -> None:
    X = pd.DataFrame({"code": RNG.choice([3, 50, 700, 1000], N), "size": RNG.normal(size=N)})
    for chosen in (["code"], [0], [True, False], [-2], "code"):
        encoder = TableEncoder(categorical_features=chosen).fit(X)
        assert encoder.kinds_ == {"code": "categorical", "size": "numeric"}
        new = generated(encoder)
        assert set(new["code"]) == {3, 50, 700, 1000}
        assert new.dtypes.equals(X.dtypes)
        assert_same(round_trip(X, categorical_features=chosen), X)
    for column in (
        "float with NaN",
        "datetime64 with NaT",
        "object ints",
        "Int64",
        "boolean",
        "object dates",
    ):
        X = pd.DataFrame({column: PANDAS_COLUMNS[column]})
        assert_same(round_trip(X, categorical_features=[0]), X)


def test_many_levels_stay_narrow_and_exact() -> None:
    X = pd.DataFrame({"city": [f"city {i % 3000}" for i in range(20_000)]})
    encoder = TableEncoder().fit(X)
    assert encoder.width_ == 8
    assert_same(encoder.inverse_transform(encoder.transform(X)), X)
    assert set(generated(encoder)["city"]) <= set(X["city"])


@pytest.mark.parametrize("max_one_hot", [64, 2])
def test_levels_of_a_class_can_be_all_that_comes_out(max_one_hot: int) -> None:
    X = pd.DataFrame({"c": [*"abcde", None] * 20, "n": RNG.normal(size=N)})
    encoder = TableEncoder(max_one_hot=max_one_hot).fit(X)
    allowed = encoder.seen_levels(encoder.transform(X[X["c"].isin(["b", "d"])]))
    new = encoder.inverse_transform(RNG.normal(size=(400, encoder.width_)), allowed=allowed)
    assert set(new["c"]) == {"b", "d"}


def test_unseen_levels_and_values_have_a_place() -> None:
    X = pd.DataFrame({"c": [*"aab", None] * 3, "d": list("aab") * 4, "n": np.arange(12) * 2})
    encoder = TableEncoder().fit(X)
    new = pd.DataFrame({"c": ["z"], "d": ["z"], "n": [99]})
    back = encoder.inverse_transform(encoder.transform(new))
    assert back["c"].isna().all()
    assert back["d"].tolist() == ["a"]
    assert back["n"].tolist() == [22]
    assert encoder.inverse_transform(encoder.transform(new.assign(n=-5)))["n"].tolist() == [0]


def test_kinds_for_the_report() -> None:
    names = ["float64", "int8", "Int64", "bool", "str", "category", "datetime64", "timedelta", "constant"]
    encoder = TableEncoder().fit(pd.DataFrame({name: PANDAS_COLUMNS[name] for name in names}))
    assert list(encoder.kinds_.values()) == [
        *("numeric", "integer", "integer", "boolean", "categorical", "categorical"),
        *("datetime", "duration", "constant"),
    ]


# -------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "X, message",
    [
        (
            pd.DataFrame({"age": [1.0, np.inf, 2.0]}),
            r"X: column 'age' holds 1 infinite value\(s\), the first in row 1",
        ),
        (np.array([[1.0, -np.inf]]), "X: column 1 holds 1 infinite"),
        (pl.DataFrame({"age": [1.0, float("inf")]}), "X: column 'age' holds 1 infinite"),
        (pd.DataFrame({"a": [[1], [2]]}), r"column 'a' holds nested values \(list\)"),
        (pl.DataFrame({"a": [[1], [2]]}), "column 'a' holds .*list"),
        (np.array([[1 + 2j]]), "column 0 holds complex128 values"),
        (pd.DataFrame({"a": pd.period_range("2024", periods=3, freq="M")}), "column 'a' holds period"),
        (np.zeros((0, 2)), "0 rows"),
        (np.zeros((2, 0)), "0 columns"),
        (np.zeros(3), "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), "got 3D array"),
        (pd.Series([1, 2]), "single column"),
        (pl.LazyFrame({"a": [1]}), "collect"),
        ([[1, 2], [3]], "between 1 and 2 values"),
        (scipy.sparse.csr_matrix((100_000, 10_000)), "7.5 GiB"),
    ],
)
def test_bad_tables_say_what_and_how(X: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        TableEncoder().fit(X)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"categorical_features": ["colur"]}, "no column 'colur'; did you mean 'colour'"),
        ({"categorical_features": ["zzz"]}, "choose from size, colour"),
        ({"categorical_features": [2]}, "no column 2; X has 0 to 1"),
        ({"categorical_features": [True]}, "mask has 1 entries, X has 2 columns"),
        ({"numeric": "robust"}, "numeric: 'robust' found"),
        ({"missing": "keep"}, "missing: 'keep' found"),
        ({"max_one_hot": 1}, "max_one_hot: 1 found"),
    ],
)
def test_bad_arguments_say_what_and_how(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TableEncoder(**arguments).fit(pd.DataFrame({"size": [1, 2], "colour": ["a", "b"]}))


def test_other_columns_than_in_fit_are_refused() -> None:
    X = pd.DataFrame({"size": np.arange(9), "colour": list("abc") * 3})
    encoder = TableEncoder().fit(X)
    with pytest.raises(InputError, match="found column 'colour' where 'size' was in fit"):
        encoder.transform(X[["colour", "size"]])
    with pytest.raises(InputError, match="found 1 columns, the encoder was fitted on 2"):
        encoder.transform(X[["size"]])
    with pytest.raises(InputError, match="column 'size' held numbers in fit and holds levels now"):
        encoder.transform(X.astype(str))
    with pytest.raises(InputError, match="column 'colour' held levels in fit and holds integer now"):
        encoder.transform(X.assign(colour=1))
    with pytest.raises(InputError, match="encoded rows have 4 columns"):
        encoder.inverse_transform(np.zeros((2, 3)))
    with pytest.raises(InputError, match="NaN or infinite"):
        encoder.inverse_transform(np.full((2, 4), np.nan))
    with pytest.raises(InputError, match="not fitted"):
        TableEncoder().transform(X)


def test_slices_of_the_training_rows_encode_alike() -> None:
    X = pd.DataFrame(PANDAS_COLUMNS)
    encoder = TableEncoder().fit(X)
    Z = encoder.transform(X)
    for rows in (np.array([0]), np.array([7, 0, 14]), np.arange(0, N, 3)):
        assert np.array_equal(encoder.transform(X.iloc[rows]), Z[rows])
    assert encoder.transform(X.iloc[:0]).shape == (0, encoder.width_)
    assert encoder.inverse_transform(Z[:0]).shape == (0, X.shape[1])
    assert encoder.inverse_transform(Z[:0]).dtypes.equals(X.dtypes)


def test_memory_is_not_an_object_copy_of_the_table() -> None:
    import tracemalloc

    X = pd.DataFrame({f"c{i}": pd.array(RNG.choice(["a", "b"], 50_000), dtype="str") for i in range(20)})
    encoder = TableEncoder().fit(X)
    tracemalloc.start()
    encoder.fit(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 50_000 * 8  # four bytes for each cell, not eight and the text


@pytest.mark.parametrize("name", ["pandas", "polars", "numpy", "list"])
def test_missing_rows_are_found_in_every_container(name: str) -> None:
    X: Any = pl.DataFrame({"n": [1.5, None, float("nan"), 2.0], "c": ["a", "b", "c", None]})
    if name != "polars":
        X = X.to_pandas()
    if name in {"numpy", "list"}:
        X = X.to_numpy(dtype=object)
    X = X.tolist() if name == "list" else X
    assert TableEncoder().fit(X).has_missing(X).tolist() == [False, True, True, True]


@pytest.mark.data
@pytest.mark.parametrize("name", ["adult", "unsw_nb15_82k", "horse_colic"])
def test_real_tables_come_back(name: str, data_dir: Path) -> None:
    X = pd.read_parquet(data_dir / "tabular" / f"{name}.parquet").drop(columns="target")
    # The row numbers of one of them are its own values here, not new ones.
    encoder = TableEncoder(identifiers="keep").fit(X)
    back = encoder.inverse_transform(encoder.transform(X))
    pd.testing.assert_frame_equal(back, X, check_exact=False, rtol=1e-12)
    whole = X.select_dtypes("int64").columns
    pd.testing.assert_frame_equal(back[whole], X[whole], check_exact=True)


# -------------------------------------------------------------------------------------------- hypothesis

reasonable = st.floats(-1e12, 1e12, allow_nan=False, width=64)


@settings(max_examples=60, deadline=None)
@given(
    X=arrays(np.float64, st.tuples(st.integers(1, 60), st.integers(1, 3)), elements=reasonable),
    numeric=st.sampled_from(["quantile", "standard", "minmax"]),
)
def test_floats_come_back_within_their_range(X: np.ndarray, numeric: str) -> None:
    back = round_trip(X, numeric=numeric)
    span = X.max(axis=0) - X.min(axis=0)
    assert (np.abs(back - X) <= 1e-12 * span + 1e-15 * np.abs(X)).all()
    assert (back >= X.min(axis=0)).all()
    assert (back <= X.max(axis=0)).all()


@settings(max_examples=60, deadline=None)
@given(
    X=arrays(np.int64, st.tuples(st.integers(1, 60), st.integers(1, 3)), elements=st.integers(-(2**50), 2**50)),
    numeric=st.sampled_from(["quantile", "standard", "minmax"]),
)
def test_integers_come_back_exactly(X: np.ndarray, numeric: str) -> None:
    back = round_trip(X, numeric=numeric)
    assert back.dtype == X.dtype
    if numeric == "quantile":
        assert np.array_equal(back, X)
    else:
        np.testing.assert_allclose(back, X, atol=1)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=5)),
            st.booleans(),
            st.one_of(st.none(), st.integers(2**62, 2**62 + 2**52)),
            st.one_of(st.none(), st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2050, 1, 1))),
            st.sampled_from(["x", "y"]),
        ),
        min_size=2,
        max_size=40,
    ),
    n_levels=st.integers(2, 64),
)
def test_mixed_tables_come_back_exactly(table: list[Any], n_levels: int) -> None:
    X = pd.DataFrame(table, columns=["text", "flag", "count", "when", "kind"])
    X = X.astype({"text": "string", "count": "Int64", "when": "datetime64[us]", "kind": "category"})
    X = X.loc[:, X.notna().any()]
    assert_same(round_trip(X, max_one_hot=n_levels), X, exact=True)


@settings(max_examples=40, deadline=None)
@given(cents=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=80), decimals=st.integers(0, 6))
def test_decimal_data_comes_back_exactly(cents: list[int], decimals: int) -> None:
    X = np.array(cents)[:, None] / 10.0**decimals
    assert np.array_equal(round_trip(X), X)


def test_halves_in_a_double_column_stay_doubles():
    """Values such as 42.5 are exact in float32 too; what lies between them must not become a float32."""
    import pandas as pd

    table = pd.DataFrame({"volume": [round(0.5 * i, 1) for i in range(2, 120)]})
    encoder = TableEncoder().fit(table)
    made = encoder.inverse_transform(encoder.transform(table) + 0.003)
    assert (made["volume"] == made["volume"].round(1)).all()


# ------------------------------------------------------------------------------ columns without any value

EMPTY_PANDAS = {
    "float": pd.Series([np.nan] * 4),
    "float32": pd.Series([np.nan] * 4, dtype="float32"),
    "object": pd.Series([None] * 4, dtype=object),
    "Int64": pd.Series([None] * 4, dtype="Int64"),
    "boolean": pd.Series([None] * 4, dtype="boolean"),
    "string": pd.Series([None] * 4, dtype="string"),
    "category": pd.Series(pd.Categorical([None] * 4, categories=["a", "b"])),
    "date": pd.Series([pd.NaT] * 4),
    "zoned": pd.Series(pd.DatetimeIndex([pd.NaT] * 4).tz_localize("Europe/Paris")),
    "duration": pd.Series(pd.TimedeltaIndex([pd.NaT] * 4)),
    "arrow": pd.Series([None] * 4, dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
    "null": pd.Series([None] * 4, dtype=pd.ArrowDtype(pa.null())),
}


@pytest.mark.parametrize("missing", ["encode", "impute", "drop"])
def test_a_column_without_any_value_is_encoded_as_nothing_and_decoded_as_missing(missing):
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]} | EMPTY_PANDAS)
    encoder = TableEncoder(missing=missing).fit(X)
    assert encoder.width_ == 1
    assert {encoder.kinds_[name] for name in EMPTY_PANDAS} == {"constant"}
    assert not encoder.has_missing(X).any()
    found = rebuilt(encoder).inverse_transform(np.zeros((3, 1)))
    assert found.dtypes.equals(X.dtypes)
    assert found.drop(columns="a").isna().all(axis=None)
    assert found["a"].notna().all()


@pytest.mark.parametrize("dtype", [pl.Null, pl.Int8, pl.String, pl.Boolean, pl.Datetime("us", "UTC"), pl.Enum(["a"])])
def test_polars_columns_without_any_value(dtype):
    X = pl.DataFrame({"a": [1.0, 2.0], "b": pl.Series([None, None], dtype=dtype)})
    found = rebuilt(TableEncoder().fit(X)).inverse_transform(np.zeros((3, 1)))
    assert found.schema == X.schema
    assert found["b"].null_count() == 3


@pytest.mark.parametrize(
    "X",
    [
        np.array([[1.0, np.nan], [2.0, np.nan]]),
        scipy.sparse.csr_matrix([[1.0, np.nan], [2.0, np.nan]]),
        [[1.0, None], [2.0, None]],
    ],
)
def test_arrays_and_lists_with_a_column_without_any_value(X):
    found = TableEncoder().fit(X).inverse_transform(np.zeros((3, 1)))
    table = pd.DataFrame(found.toarray() if scipy.sparse.issparse(found) else found)
    assert table.isna().to_numpy().tolist() == [[False, True]] * 3


def test_values_that_come_later_in_a_column_without_any_are_not_encoded():
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.nan], "c": ["x", "y"]}))
    assert encoder.transform(pd.DataFrame({"a": [1.5], "b": [7.0], "c": ["x"]})).shape == (1, 3)
    texts = TableEncoder().fit(pd.DataFrame({"b": pd.Series([None, None], dtype=object)}))
    with pytest.raises(InputError, match="column 'b' holds level 'new', which was not there"):
        texts.check_levels(pd.DataFrame({"b": pd.Series(["new"], dtype=object)}))
