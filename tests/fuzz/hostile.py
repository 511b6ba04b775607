"""Hostile tables, series and images: hypothesis strategies of every dtype, container and name, and of tiny classes.

A strategy draws choices (kinds of columns, containers, sizes) and one number that seeds the values: cases stay small to
print and quick to make.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from hypothesis import strategies as st

from oversmith import ImageEncoder, SeriesEncoder

Rng = np.random.Generator


@dataclass(frozen=True)
class Case:
    """What one sampler is given."""

    X: Any
    y: Any
    encoder: Any = None
    about: str = ""

    def __repr__(self) -> str:
        return self.about


def _picked(*values: object) -> Callable[[Rng, int], np.ndarray]:
    def make(rng: Rng, n: int) -> np.ndarray:
        array = np.empty(n, dtype=object)
        array[:] = [values[i] for i in rng.integers(len(values), size=n)]
        return array

    return make


def _holes(make: Callable[[Rng, int], Any], dtype: str) -> Callable[[Rng, int], pd.Series]:
    def with_holes(rng: Rng, n: int) -> pd.Series:
        column = pd.Series(make(rng, n)).astype(dtype)
        column[np.arange(n) % 4 == 3] = pd.NA
        return column

    return with_holes


def _days(unit: str) -> Callable[[Rng, int], np.ndarray]:
    return lambda rng, n: (rng.integers(17_000, 19_000, n)).astype("M8[D]").astype(f"M8[{unit}]")


def _normal(rng: Rng, n: int) -> np.ndarray:
    return rng.normal(size=n)


TEXT = ("", "a", "ä\u0301ö", "<script>alert(1)</script>", "NaN", "None", "1e5", "x" * 300, "\U0001f4a5", "a,b\n")
COLUMNS: dict[str, Callable[[Rng, int], Any]] = {
    "float64": _normal,
    "float32": lambda rng, n: rng.normal(size=n).astype(np.float32),
    "float16": lambda rng, n: rng.normal(size=n).astype(np.float16),
    "rounded": lambda rng, n: rng.lognormal(size=n).round(2),
    "whole floats": lambda rng, n: rng.integers(-5, 50, n).astype(float),
    "holes": lambda rng, n: np.where(np.arange(n) % 3 == 1, np.nan, rng.normal(size=n)),
    "one value": lambda rng, n: np.full(n, 3.25),
    "one value with holes": lambda rng, n: np.where(np.arange(n) % 2, np.nan, 3.25),
    "zero and minus zero": lambda rng, n: np.where(np.arange(n) % 2, 0.0, -0.0),
    "denormals": lambda rng, n: rng.integers(0, 50, n) * 5e-324,
    "large": lambda rng, n: rng.normal(size=n) * 1e150,
    "small": lambda rng, n: rng.normal(size=n) * 1e-150,
    "two distant numbers": lambda rng, n: np.where(rng.random(n) < 0.5, -1e12, 1e12),
    **{
        name: lambda rng, n, name=name: rng.integers(np.iinfo(name).min, np.iinfo(name).max, n, dtype=name)
        for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32")
    },
    "int64": lambda rng, n: rng.integers(-(2**40), 2**40, n),
    "bool": lambda rng, n: rng.random(n) < 0.4,
    "all true": lambda rng, n: np.ones(n, dtype=bool),
    "text": _picked(*TEXT),
    "one text": _picked("only"),
    "text and None": _picked("a", "b", None),
    "objects of several types": _picked("a", 1, 2.5, b"x", True),
    "objects that are whole numbers": _picked(1, 2, 30),
    "objects that are truth values": _picked(True, False),
    "dates": _picked(datetime.date(2020, 1, 1), datetime.date(1999, 12, 31), datetime.date(2024, 2, 29)),
    "category": lambda rng, n: pd.Categorical.from_codes(rng.integers(-1, 2, n), ["a", "b", "never"], ordered=True),
    "category of numbers": lambda rng, n: pd.Categorical.from_codes(rng.integers(0, 3, n), [10, 20, 40]),
    "datetime64[ns]": _days("ns"),
    "datetime64[s]": _days("s"),
    "time zone": lambda rng, n: pd.Series(_days("ns")(rng, n)).dt.tz_localize("Europe/Berlin"),
    "timedelta64[ns]": lambda rng, n: (rng.integers(0, 10**6, n) * 10**9).astype("m8[ns]"),
    "Int64": _holes(lambda rng, n: rng.integers(-9, 9, n), "Int64"),
    "UInt8": _holes(lambda rng, n: rng.integers(0, 255, n), "UInt8"),
    "Float64": _holes(_normal, "Float64"),
    "boolean": _holes(lambda rng, n: rng.random(n) < 0.5, "boolean"),
    "string": _holes(_picked(*TEXT), "string"),
    "double[pyarrow]": _holes(_normal, "double[pyarrow]"),
    "int32[pyarrow]": _holes(lambda rng, n: rng.integers(-9, 9, n), "int32[pyarrow]"),
    "bool[pyarrow]": _holes(lambda rng, n: rng.random(n) < 0.5, "bool[pyarrow]"),
    "string[pyarrow]": _holes(_picked(*TEXT), "string[pyarrow]"),
    "timestamp[us][pyarrow]": _holes(_days("us"), "timestamp[us][pyarrow]"),
    "sparse": lambda rng, n: pd.arrays.SparseArray(np.where(rng.random(n) < 0.7, 0.0, rng.normal(size=n))),
    # Ends of what there is.
    "ends of int64": lambda rng, n: rng.integers(np.iinfo(np.int64).min, np.iinfo(np.int64).max, n),
    "end of uint64": lambda rng, n: np.uint64(2**64 - 1) - rng.integers(0, 99, n).astype(np.uint64),
    "Python numbers beyond 64 bits": _picked(2**70, 2**70 + 1, -(2**80)),
    "ends of float64": lambda rng, n: np.where(rng.random(n) < 0.5, -1.7e308, rng.normal(size=n) * 1e308),
    "years beyond nanoseconds": lambda rng, n: np.array(["0001-01-01", "9999-12-31", "2020-02-02"], "M8[s]")[
        rng.integers(3, size=n)
    ],
    "nothing but NaN": lambda rng, n: np.full(n, np.nan),
    "nothing but None": _picked(None),
}
NAMES = (
    "",
    " ",
    "<script>",
    "x" * 300,
    "naïve 名前",
    "x0",
    "rows",
    "codes",
    "state",
    "target",
    "y",
    "index",
    "a\tb",
    "__",
    "0",
)
CONTAINERS = ("pandas", "numpy", "polars", "list", "objects")


def _rows(draw: Any) -> tuple[int, int, int]:
    """Rows of a common and of a rare class, and the seed of their values."""
    return draw(st.integers(8, 24)), draw(st.sampled_from([4, 3, 2, 5, 6, 1])), draw(st.integers(0, 2**32 - 1))


def _target(draw: Any, n_common: int, n_rare: int) -> Any:
    codes = np.random.default_rng(n_common).permutation(np.repeat([0, 1], [n_common, n_rare]))
    kind = draw(st.sampled_from(["int", "text", "bool", "category", "Int64", "list", "polars", "frame"]))
    names = np.where(codes, "räre", "<common>")
    return {
        "int": lambda: codes,
        "text": lambda: names,
        "bool": lambda: codes == 1,
        "category": lambda: pd.Series(pd.Categorical(codes), index=[f"r{i}" for i in range(len(codes))]),
        "Int64": lambda: pd.Series(codes, dtype="Int64", name="class"),
        "list": lambda: names.tolist(),
        "polars": lambda: pl.Series("y", names.tolist()),
        "frame": lambda: pd.DataFrame({"y": codes}),
    }[kind]()


def _table(columns: list[Any], names: list[str], container: str) -> Any:
    frame = pd.DataFrame({i: column if hasattr(column, "dtype") else list(column) for i, column in enumerate(columns)})
    frame.columns = pd.Index(names)
    if container == "pandas":
        return frame.set_index(pd.Index([7, *range(1, len(frame))]))
    if container == "list":
        return [list(row) for row in frame.astype(object).itertuples(index=False, name=None)]
    if container == "numpy":
        # One dtype for all: that of the first column.
        first = columns[0]
        dtype = getattr(first, "dtype", None)
        return (
            np.stack([np.asarray(first)] * len(columns), axis=1)
            if isinstance(dtype, np.dtype)
            else frame.to_numpy(object)
        )
    if container == "objects":
        return frame.astype(object).to_numpy()
    return pl.from_pandas(frame)


# Polars takes these from pandas in another type, or not at all.
_NOT_POLARS = {"float16", "sparse", "category of numbers", "objects of several types", "Python numbers beyond 64 bits"}


@st.composite
def tables(draw: Any, kinds: tuple[str, ...] = tuple(COLUMNS)) -> Case:
    """Draw a table of one to five columns with a rare class of one to six rows."""
    n_common, n_rare, seed = _rows(draw)
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=len(chosen), max_size=len(chosen), unique=True))
    container = draw(st.sampled_from(CONTAINERS))
    if container == "polars":
        chosen = [kind for kind in chosen if kind not in _NOT_POLARS] or ["float64"]
    rng = np.random.default_rng(seed)
    columns = [COLUMNS[kind](rng, n_common + n_rare) for kind in chosen]
    X = _table(columns, names[: len(chosen)], container)
    y = _target(draw, n_common, n_rare)
    return Case(
        X, y, None, f"{container} {chosen} {names}, {n_common} + {n_rare} rows, seed {seed}, y {type(y).__name__}"
    )


SERIES: dict[str, Callable[[Rng, tuple[int, ...]], np.ndarray]] = {
    "float64": lambda rng, shape: rng.normal(size=shape),
    "float32": lambda rng, shape: rng.normal(size=shape).astype(np.float32),
    "float16": lambda rng, shape: rng.normal(size=shape).astype(np.float16),
    "int16": lambda rng, shape: rng.integers(-300, 300, shape, dtype=np.int16),
    "int8 to its ends": lambda rng, shape: rng.integers(-128, 127, shape, dtype=np.int8),
    "bool": lambda rng, shape: rng.random(shape) < 0.5,
    "large": lambda rng, shape: rng.normal(size=shape) * 1e200,
    "ends of float64": lambda rng, shape: np.clip(rng.normal(size=shape), -1.7, 1.7) * 1e308,
    "end of float32": lambda rng, shape: (np.clip(rng.normal(size=shape), -3.4, 3.4) * 1e38).astype(np.float32),
    "small": lambda rng, shape: rng.normal(size=shape) * 1e-200,
    "denormals": lambda rng, shape: rng.integers(0, 90, shape) * 5e-324,
    "one value": lambda rng, shape: np.full(shape, 0.1 + 0.2),
    "one channel of one value": lambda rng, shape: np.concatenate(
        [np.full((shape[0], 1, *shape[2:]), 7.0), rng.normal(size=shape)[:, 1:]], axis=1
    ),
    "far from zero": lambda rng, shape: 1e9 + rng.normal(size=shape) * 1e-3,
    "objects": lambda rng, shape: rng.normal(size=shape).astype(object),
}


@st.composite
def series(draw: Any, shapes: tuple[tuple[int, int], ...] = ((1, 8), (2, 8), (3, 5), (1, 2))) -> Case:
    """Draw series of a few channels, channels first or last, or as flat rows of an array or a frame."""
    n_common, n_rare, seed = _rows(draw)
    kind, shape = draw(st.sampled_from(sorted(SERIES))), draw(st.sampled_from(shapes))
    layout = draw(st.sampled_from(["first", "last", "flat", "frame", "polars", "list"]))
    bounds = draw(st.sampled_from([None, "observed"]))
    X: Any = SERIES[kind](np.random.default_rng(seed), (n_common + n_rare, *shape))
    encoder = SeriesEncoder(bounds=bounds, channels="first")
    if layout == "last":
        X, encoder = np.moveaxis(X, 1, 2), SeriesEncoder(bounds=bounds, channels="last")
    elif layout == "list":
        X = list(X)
    elif layout != "first":
        X, encoder = X.reshape(len(X), -1), SeriesEncoder(input_shape=shape, bounds=bounds)
        if layout in ("frame", "polars") and kind != "objects":
            X = pd.DataFrame(X).add_prefix("t")
            X = pl.DataFrame(X) if layout == "polars" and kind != "float16" else X
    y = _target(draw, n_common, n_rare)
    return Case(X, y, encoder, f"series {kind} {shape} {layout} {bounds}, {n_common} + {n_rare} rows, seed {seed}")


IMAGES: dict[str, Callable[[Rng, tuple[int, ...]], np.ndarray]] = {
    "uint8": lambda rng, shape: rng.integers(0, 256, shape).astype(np.uint8),
    "dark uint8": lambda rng, shape: rng.integers(0, 2, shape).astype(np.uint8),
    "uint16": lambda rng, shape: rng.integers(0, 65_535, shape).astype(np.uint16),
    "float32": lambda rng, shape: rng.random(shape).astype(np.float32),
    "float64": lambda rng, shape: rng.normal(size=shape),
    "bool": lambda rng, shape: rng.random(shape) < 0.5,
    "one value": lambda rng, shape: np.full(shape, 255, dtype=np.uint8),
    "large": lambda rng, shape: rng.normal(size=shape) * 1e300,
}


@st.composite
def images(draw: Any, shapes: tuple[tuple[int, int, int], ...] = ((1, 4, 4), (3, 4, 4), (1, 2, 6))) -> Case:
    """Draw small images, channels first or last, grey, or as flat rows."""
    n_common, n_rare, seed = _rows(draw)
    kind, shape = draw(st.sampled_from(sorted(IMAGES))), draw(st.sampled_from(shapes))
    layout = draw(st.sampled_from(["first", "last", "grey", "flat"]))
    X = IMAGES[kind](np.random.default_rng(seed), (n_common + n_rare, *shape))
    encoder = ImageEncoder()
    if layout == "last":
        X, encoder = np.moveaxis(X, 1, 3), ImageEncoder(channels="last")
    elif layout == "grey":
        X = X[:, 0]
    elif layout == "flat":
        X, encoder = X.reshape(len(X), -1), ImageEncoder(input_shape=shape)
    y = _target(draw, n_common, n_rare)
    return Case(X, y, encoder, f"images {kind} {shape} {layout}, {n_common} + {n_rare} rows, seed {seed}")


CASES = {"table": tables, "series": series, "image": images}
