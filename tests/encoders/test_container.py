"""The caller's table and target come back lengthened, everything else as it was."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pytest
import scipy.sparse

from oversmith.encoders import Container, TableEncoder, TargetContainer
from oversmith.exceptions import InputError

FRAME = pd.DataFrame(
    {
        "number": [0.1, -0.0, np.nan],
        "count": pd.array([1, None, 3], dtype="Int64"),
        "word": ["a", None, "b"],
        "thing": np.array(["a", (1, 2), None], dtype=object),
        "level": pd.Categorical(["x", None, "y"], categories=["y", "x", "z"], ordered=True),
        "when": pd.to_datetime(["2024-01-01", None, "2024-05-01"]).tz_localize("Asia/Tokyo"),
        "dots": pd.arrays.SparseArray([0.0, 0.0, 1.0], fill_value=0.0),
    },
    index=[10, 30, 20],
)
TABLES: dict[str, Any] = {
    "pandas": FRAME,
    "polars": pl.DataFrame({"a": [1, None, 3], "b": ["x", "y", None], "c": [1.0, float("nan"), None]}),
    "float32": np.array([[0.1, np.nan], [-0.0, 3.0]], dtype=np.float32),
    "objects": np.array([["a", 1], [None, 2.5]], dtype=object),
    "text": np.array([["a", "bb"], ["ccc", ""]]),
    "csr": scipy.sparse.csr_matrix(np.array([[0.0, 1.5], [2.0, 0.0]])),
    "csc array": scipy.sparse.csc_array(np.array([[0, 1], [2, 0]])),
    "coo": scipy.sparse.coo_matrix(np.array([[0, 1], [2, 0]], dtype=np.int8)),
    "lists": [[1, "a", None], [2.5, "b", True]],
    "number lists": [[1, 2], [3, 4]],
}


def plain(X: Any) -> Any:
    return X.toarray() if scipy.sparse.issparse(X) else X


def assert_equal(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    elif isinstance(expected, pl.DataFrame):
        polars.testing.assert_frame_equal(found, expected, check_exact=True)
    elif isinstance(expected, list):
        assert repr(found) == repr(expected)
    else:
        assert found.dtype == expected.dtype
        assert plain(found).tobytes() == plain(expected).tobytes() or expected.dtype == object
        np.testing.assert_array_equal(plain(found), plain(expected))


@pytest.mark.parametrize("name", TABLES)
def test_real_rows_stay_and_new_ones_follow(name: str) -> None:
    X = TABLES[name]
    container, n = Container.of(X), X.shape[0] if hasattr(X, "shape") else len(X)
    encoder = TableEncoder().fit(X)
    new = encoder.inverse_transform(encoder.transform(X))
    longer = container.append_rows(X, new)
    real = X.reset_index(drop=True) if isinstance(X, pd.DataFrame) else X
    head = longer.tocsr()[:n].asformat(X.format) if scipy.sparse.issparse(X) else longer[:n]
    tail = longer.tocsr()[n:].asformat(X.format) if scipy.sparse.issparse(X) else longer[n:]
    assert_equal(head, real)
    assert_equal(tail.reset_index(drop=True) if isinstance(X, pd.DataFrame) else tail, new)
    if isinstance(X, pd.DataFrame):
        assert longer.index.equals(pd.RangeIndex(2 * n))
        assert longer.dtypes.equals(X.dtypes)


@pytest.mark.parametrize("name", TABLES)
def test_appending_nothing_gives_an_equal_table_that_is_not_the_same(name: str) -> None:
    X = TABLES[name]
    same = Container.of(X).append_rows(X, None)
    assert same is not X
    assert_equal(same, X.reset_index(drop=True) if isinstance(X, pd.DataFrame) else X)
    assert_equal(Container.of(X).append_rows(X, None, keep_index=True), X)
    if isinstance(X, np.ndarray):
        assert not np.shares_memory(same, X)


@pytest.mark.parametrize("name", TABLES)
def test_a_container_survives_json_and_npy(name: str) -> None:
    container = Container.of(TABLES[name])
    state = container.to_state()
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    others = json.loads(json.dumps({key: value for key, value in state.items() if key not in arrays}))
    twin = Container.from_state({**others, **arrays})
    assert (twin.kind, twin.names, twin.sparse) == (container.kind, container.names, container.sparse)
    assert [str(dtype) for dtype in twin.dtypes] == [str(dtype) for dtype in container.dtypes]
    assert list(twin.dtypes) == list(container.dtypes)
    if container.columns is not None:
        pd.testing.assert_index_equal(twin.columns, container.columns, exact=False)


@pytest.mark.parametrize(
    "index, new",
    [
        (pd.RangeIndex(3), [3, 4]),
        (pd.Index([10, 30, 20], name="id"), [31, 32]),
        (pd.Index(["a", "b", "c"]), ["synthetic 0", "synthetic 1"]),
        (pd.date_range("2024", periods=3), ["synthetic 0", "synthetic 1"]),
        (
            pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["p", "q"]),
            [("synthetic 0", ""), ("synthetic 1", "")],
        ),
    ],
    ids=["range", "integers", "words", "dates", "levels"],
)
def test_real_rows_keep_their_labels_on_demand(index: pd.Index, new: list[Any]) -> None:
    X = FRAME.set_axis(index)
    longer = Container.of(X).append_rows(X, FRAME.iloc[:2], keep_index=True)
    assert longer.index[:3].tolist() == index.tolist()
    assert longer.index[3:].tolist() == new
    assert longer.index.names == index.names
    y = pd.Series([0, 1, 1], index=index)
    assert TargetContainer.of(y).append_labels([0, 0], keep_index=True).index.equals(longer.index)


# -------------------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    "y, new",
    [
        ([0, 1, 1], [0]),
        (["a", "b", "b"], ["a"]),
        ([True, False, False], [True]),
        (np.array([0, 1, 1], dtype=np.int8), [0]),
        (np.array(["long", "b", "b"]), ["b"]),
        (np.array(["long", "b", "b"], dtype=object), ["b"]),
        (np.array([0.0, 1.0, 1.0], dtype=np.float32), [1.0]),
        (pd.Series([0, 1, 1], dtype="uint8", name="y"), [1]),
        (pd.Series(["a", "b", "b"], name="y"), ["a"]),
        (pd.Series(["a", "b", "b"], dtype=object), ["a"]),
        (pd.Series(pd.Categorical(["a", "b", "b"], ["b", "a", "c"], ordered=True)), ["a"]),
        (pd.Series([1, 2, 2], dtype="Int64"), [1]),
        (pd.Series([True, False, False], dtype="boolean"), [False]),
        (pd.Series(["a", "b", "b"], dtype="string[pyarrow]"), ["a"]),
        (pd.Series([1, 2, 2], dtype="int16[pyarrow]"), [1]),
        (pl.Series("y", [1, 2, 2], dtype=pl.UInt8), [1]),
        (pl.Series("y", ["a", "b", "b"]), ["a"]),
        (pl.Series("y", ["a", "b", "b"], dtype=pl.Categorical), ["a"]),
        (pl.Series("y", ["a", "b", "b"], dtype=pl.Enum(["b", "a"])), ["a"]),
        (pl.Series("y", [True, False, False]), [True]),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}",
)
def test_a_target_comes_back_in_kind(y: Any, new: list[Any]) -> None:
    container = TargetContainer.of(y)
    assert container.values.shape == (3,)
    classes = np.unique(container.values)
    labels = classes[[int(np.flatnonzero(classes == label)[0]) for label in new]]
    longer = container.append_labels(labels)
    assert type(longer) is type(y)
    assert list(longer) == [*y, *new]
    assert getattr(longer, "dtype", None) == getattr(y, "dtype", None)
    assert getattr(longer, "name", None) == getattr(y, "name", None)
    same = container.append_labels(None)
    assert type(same) is type(y)
    assert list(same) == list(y)
    assert same is not y


def test_a_one_hot_target_comes_back_one_hot() -> None:
    y = np.eye(3, dtype=np.int32)[[0, 1, 2, 2]]
    longer = TargetContainer.of(y).append_labels(np.array([1, 0]))
    assert longer.dtype == y.dtype
    assert longer[:4].tolist() == y.tolist()
    assert longer.argmax(axis=1).tolist() == [0, 1, 2, 2, 1, 0]
    frame = pd.DataFrame(y, columns=list("abc"))
    longer = TargetContainer.of(frame).append_labels(np.array([1, 0]))
    assert longer.columns.tolist() == list("abc")
    assert longer.to_numpy().argmax(axis=1).tolist() == [0, 1, 2, 2, 1, 0]
    assert longer.dtypes.equals(frame.dtypes)
    assert TargetContainer.of(y.tolist()).append_labels(np.array([1]))[-1] == [0, 1, 0]


def test_a_column_vector_comes_back_flat_and_a_frame_as_a_frame() -> None:
    assert TargetContainer.of(np.array([[0], [1]])).append_labels(np.array([1])).tolist() == [0, 1, 1]
    assert TargetContainer.of([[0], [1]]).append_labels(None) == [0, 1]
    frame = pd.DataFrame({"y": pd.Categorical(["a", "b"])}, index=[4, 7])
    longer = TargetContainer.of(frame).append_labels(np.array(["b"]))
    assert longer["y"].tolist() == ["a", "b", "b"]
    assert longer.dtypes.equals(frame.dtypes)
    table = pl.DataFrame({"y": ["a", "b"]})
    assert TargetContainer.of(table).append_labels(np.array(["b"]))["y"].to_list() == ["a", "b", "b"]


@pytest.mark.parametrize(
    "y",
    [
        [1.0, float("nan")],
        ["a", None],
        pd.Series(["a", None]),
        pd.Series([1, None], dtype="Int64"),
        pl.Series(["a", None]),
        np.array(["a", np.nan], dtype=object),
    ],
)
def test_missing_labels_are_refused(y: Any) -> None:
    with pytest.raises(InputError, match=r"y: .*1 label\(s\) are missing; drop those rows"):
        TargetContainer.of(y)


def test_sparse_tables_keep_32_bit_places():
    """Trees and others refuse 64-bit places: what is appended must not widen them."""
    X = scipy.sparse.csr_array(np.array([[0.0, 1.5], [2.5, 0.0], [0.0, 3.5], [1.0, 0.0]]))
    encoder = TableEncoder().fit(X)
    both = encoder.container_.append_rows(X, encoder.inverse_transform(encoder.transform(X)))
    assert both.shape == (8, 2)
    assert both.indices.dtype == np.int32
    assert both.indptr.dtype == np.int32
