"""Input that cannot be used: every method, classifier and a comparison say argument, finding and cure."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from invariants import assert_told
from scipy import sparse
from sklearn.linear_model import LogisticRegression

import oversmith as om
from oversmith import SeriesEncoder
from oversmith.evaluation import comparison_plan
from oversmith.exceptions import InputError

N, RARE = 30, 8
Y = np.repeat([0, 1], [N - RARE, RARE])
RNG = np.random.default_rng(0)
TABLE, SERIES = RNG.normal(size=(N, 3)), RNG.normal(size=(N, 1, 12))
IMAGES = RNG.integers(0, 255, (N, 1, 4, 4)).astype(np.uint8)
DATA = {"table": TABLE, "series": SERIES, "image": IMAGES}


def objects(values: list) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def one_each(common: object, rare: object) -> list:
    return [common] * (N - RARE) + [rare] * RARE


CELLS = {
    "a list": [1, 2, 3],
    "an array": np.ones(3),
    "a series": pd.Series([1.0, 2.0]),
    "a frame": pd.DataFrame({"q": [1, 2]}),
    "a dictionary": {"x": 1},
    "a set": {1},
}
TARGETS = {
    "numbers beside text, a list": one_each(0, "1"),
    "numbers beside text, objects": objects(one_each(0, "1")),
    "numbers beside text, a column": pd.Series(one_each(0, "1")),
    "truth values beside numbers": objects(one_each(True, 2)),
    "dates beside text": objects(one_each(datetime.date(2020, 1, 1), "a")),
    "one class": np.zeros(N, int),
    "one class of text": pd.Series(["a"] * N),
    "decimals": RNG.normal(size=N),
    "a list of decimals": RNG.normal(size=N).tolist(),
    "infinity": np.where(Y, np.inf, 0),
    "bytes": np.array(one_each(b"a", b"b")),
    "objects that are bytes": objects(one_each(b"a", b"b")),
    "complex numbers": Y * 1j,
    "None": [None, *["a"] * (N - 1 - RARE), *["b"] * RARE],
    "NaN": np.r_[np.nan, Y[1:].astype(float)],
    "NA": pd.array([pd.NA, *Y[1:].tolist()], dtype="Int64"),
    "NA among objects": [pd.NA, *Y[1:].tolist()],
    "NaT": np.array(["NaT", *one_each("2020-01-01", "2021-01-01")[1:]], dtype="M8[D]"),
    "a category that is missing": pd.Series([None, *Y[1:].tolist()]).astype("category"),
    "Polars null": pl.Series([None, *Y[1:].tolist()]),
    "too few": Y[:-3],
    "none at all": [],
    "several columns": RNG.integers(0, 2, (N, 3)),
    "a frame of two columns": pd.DataFrame({"a": Y, "b": Y}),
    "lists": [[1, 2]] * N,
    "lists of unequal lengths": one_each([1], [1, 2]),
    "dictionaries": [{}] * N,
    "three dimensions": Y[:, None, None],
    "text": "abc",
    "nothing": None,
    "a dictionary": {0: 1},
    "a set": {0, 1},
    "a number": 3,
}
# The comparison takes any table that narwhals reads and makes several classes of one-hot rows nowhere.
TABLES = {
    "one dimension": TABLE[:, 0],
    "no dimension": np.array(3.0),
    "five dimensions": TABLE[:, :, None, None, None],
    "no rows": TABLE[:0],
    "no columns": TABLE[:, :0],
    "too few rows": TABLE[:-2],
    "infinity": np.where(TABLE > 1.5, np.inf, TABLE),
    "infinity in a frame": pd.DataFrame({"a": np.where(TABLE[:, 0] > 1, -np.inf, 0)}),
    "complex numbers": TABLE * 1j,
    "complex numbers in a frame": pd.DataFrame(TABLE * 1j).add_prefix("c"),
    "records": np.zeros(N, dtype=[("a", float), ("b", int)]),
    "raw bytes": np.zeros((N, 2), dtype="V4"),
    "rows of unequal lengths": one_each([1, 2], [1]),
    "texts": ["abc"] * N,
    "an empty list": [],
    "text": "abc",
    "nothing": None,
    "a dictionary": {"a": 1},
    "a set": {1},
    "a number": 3,
    "a column": pd.Series(TABLE[:, 0]),
    "an empty frame": pd.DataFrame(),
    "a frame without columns": pd.DataFrame(index=range(N)),
    "a lazy frame": pl.DataFrame(TABLE).lazy(),
    "two columns of one name": pd.DataFrame(TABLE, columns=["a", "a", "b"]),
    "lists in a Polars frame": pl.DataFrame({"a": [[1, 2]] * N}),
    "series of unequal lengths": one_each(np.ones((1, 4)), np.ones((1, 5))),
    **{f"cells that hold {name}": pd.DataFrame({"a": objects([cell] * N)}) for name, cell in CELLS.items()},
}
ARRAYS = {
    "no points": SERIES[:, :, :0],
    "no channels": SERIES[:, :0],
    "no cases": SERIES[:0],
    "too few cases": SERIES[:-1],
    "NaN": np.where(SERIES > 1.5, np.nan, SERIES),
    "infinity": np.where(SERIES > 1.5, np.inf, SERIES),
    "text": np.full(SERIES.shape, "a"),
    "bytes": np.full(SERIES.shape, b"a"),
    "complex numbers": SERIES * 1j,
    "objects of several types": np.where(SERIES > 0, "a", SERIES.astype(object)),
    "dates": SERIES.astype("M8[s]"),
    "images without pixels": IMAGES[:, :, :0],
    "images with NaN": np.where(IMAGES > 200, np.nan, IMAGES),
    "a dimension too many": IMAGES[..., None],
}
SAMPLERS = {
    "jitter": (lambda: om.Jitter(random_state=0), "table"),
    "smote": (lambda: om.SMOTE(random_state=0), "table"),
    "gaussian-copula": (lambda: om.GaussianCopula(random_state=0), "table"),
    "blend": (lambda: om.Blend(samplers=["smote", "jitter"]), "table"),
    "time-warp": (lambda: om.TimeWarp(random_state=0), "series"),
    "slope": (lambda: om.Slope(random_state=0), "series"),
    "jitter of series": (lambda: om.Jitter(random_state=0), "series"),
    "jitter of images": (lambda: om.Jitter(random_state=0), "image"),
    "series-borderline-smote": (lambda: om.SeriesBorderlineSMOTE(random_state=0), "image"),
    "dcgan": (lambda: om.DCGAN(max_steps=1), "image"),
    "eo-wgan": (lambda: om.EOWGAN(max_steps=1), "table"),
}
CLASSIFIERS = {
    "EOWGANClassifier": (lambda: om.EOWGANClassifier(LogisticRegression(), om.EOWGAN(max_steps=1)), "table"),
    "DenseClassifier": (lambda: om.DenseClassifier(max_steps=1), "table"),
    "ScalableSVC": (om.ScalableSVC, "table"),
    "PriorCorrectedClassifier": (lambda: om.PriorCorrectedClassifier(LogisticRegression()), "table"),
    "WeightedResampler": (lambda: om.WeightedResampler(om.Jitter(), LogisticRegression()), "table"),
    "SeriesCNN": (lambda: om.SeriesCNN(max_steps=1), "series"),
    "RandomConvolutionClassifier": (lambda: om.RandomConvolutionClassifier(n_features=84), "series"),
    "ThreePlayerClassifier": (lambda: om.ThreePlayerClassifier(om.ThreePlayerGAN(max_steps=1)), "series"),
    "ImageCNN": (lambda: om.ImageCNN(max_steps=1), "image"),
}


def plan(X: object, y: object) -> object:
    return comparison_plan(X, y, contenders=["none-tuned"], classifiers=["lr"])


def run(name: str) -> object:
    """What takes X and y of a sampler, a classifier or the comparison."""
    if name == "compare":
        return plan
    model = (SAMPLERS | CLASSIFIERS)[name][0]()
    return getattr(model, "fit_resample", model.fit)


def refused(call: object, X: object, y: object, what: str = "") -> InputError:
    """Call with bad input, and return the error, which has all its parts; the input stays as it is."""
    before = X.copy() if isinstance(X, np.ndarray) else X
    try:
        call(X, y)
    except InputError as error:
        assert_told(error, what)
        if isinstance(X, np.ndarray) and X.dtype.kind == "f":
            np.testing.assert_array_equal(X, before)
        return error
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}") from error
    pytest.fail(f"{what} was taken")


def kind_of(name: str) -> str:
    return "table" if name == "compare" else (SAMPLERS | CLASSIFIERS)[name][1]


def data(name: str) -> np.ndarray:
    return DATA[kind_of(name)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*SAMPLERS, *CLASSIFIERS, "compare"])
def test_targets(name):
    for target, y in TARGETS.items():
        assert refused(run(name), data(name), y, target).argument


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*(n for n in SAMPLERS | CLASSIFIERS if kind_of(n) == "table"), "compare"])
def test_tables(name):
    for table, X in TABLES.items():
        assert refused(run(name), X, Y, table).argument


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*(n for n in SAMPLERS | CLASSIFIERS if kind_of(n) != "table"), "compare"])
def test_series_and_images(name):
    for array, X in ARRAYS.items():
        assert refused(run(name), X, Y, array).argument


@pytest.mark.parametrize("rows", [sparse.csr_matrix(TABLE), sparse.csr_array(TABLE)])
def test_sparse_series(rows):
    for sampler in (om.TimeWarp(), om.Jitter(encoder=SeriesEncoder())):
        refused(sampler.fit_resample, rows, Y)
    refused(plan, rows, Y)
    assert om.Jitter(random_state=0).fit_resample(rows, Y)[0].format == "csr"


def test_nested_frames_of_equal_length():
    nested = pd.DataFrame({"channel": objects([pd.Series(row[0]) for row in SERIES])})
    with pytest.raises(InputError, match=r"cells that hold series found \(Series of shape \(12,\)\); .*numpy.stack"):
        om.TimeWarp().fit_resample(nested, Y)


@pytest.mark.parametrize("X", [pa.table({"a": TABLE[:, 0]})])
def test_pyarrow(X):
    with pytest.raises(InputError, match=r"X: found a pyarrow Table; give X.to_pandas\(\)"):
        om.Jitter().fit_resample(X, Y)
    with pytest.raises(InputError, match=r"y: found a pyarrow .*Array; give y.to_pandas\(\)"):
        om.Jitter().fit_resample(TABLE, pa.array(Y))


@pytest.mark.parametrize("strategy", [{7: 40}, {1: 2}, "most", 0.01, [1]])
def test_sampling_strategy(strategy):
    with pytest.raises(ValueError, match="sampling_strategy"):
        om.Jitter(sampling_strategy=strategy).fit_resample(TABLE, Y)
