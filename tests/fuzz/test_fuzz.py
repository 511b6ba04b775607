"""Hostile tables, series and images through the methods: resampled as promised, or refused in our words."""

from __future__ import annotations

import warnings
from typing import Any

import fixtures
import hostile
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invariants import check

from oversmith import SeriesEncoder
from oversmith._registry import METHODS, load_class

# Cases in all: with the methods that train nothing, and with every method; of these, so many for each that trains.
QUICK, ALL, TRAINED = 200, 10_000, 40
PAIRS = fixtures.CASES
# Auto compares by cross-validation, minutes for a hundred cases: the methods that it chooses among are here.
EVERY = [pair for pair in PAIRS if pair[0] != "auto"]
CHEAP = [pair for pair in EVERY if METHODS[pair[0]].cost == "low" and pair[0] not in ("tree-flow", "auto")]
KINDS = tuple(hostile.COLUMNS)
# Share of the cases that a method must resample.
LEAST_SHARE = 0.3
COMMON = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


# Two steps of small networks: what is tried is the way in and out.
SMALL = fixtures.SMALL | {"max_steps": 2, "batch_size": 8, "random_state": 3}


def sampler(kebab: str, modality: str) -> Any:
    """Make a sampler with those of the settings above that it has."""
    made = load_class(kebab)()
    known = made.get_params()
    own = {} if kebab == "eo-wgan" else fixtures.OF_METHOD.get(kebab, {})
    return made.set_params(**{name: value for name, value in (SMALL | own).items() if name in known} | own)


def cases(modality: str) -> st.SearchStrategy[hostile.Case]:
    return hostile.tables(KINDS) if modality == "table" else hostile.CASES[modality]()


def resampled_share(kebab: str, modality: str, examples: int) -> float:
    """Try a method on hostile cases, and return how many of them it resampled and did not refuse."""
    made, resampled = sampler(kebab, modality), []

    @settings(COMMON, max_examples=examples)
    @given(case=cases(modality))
    def tried(case: hostile.Case) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            resampled.append(check(made, case))

    tried()
    return float(np.mean(resampled))


# Seeds that found a fault.
FOUND = {
    "a Polars column without a name": hostile.Case(pl.DataFrame({"": np.arange(12.0) ** 1.5}), [0] * 9 + [1] * 3),
    "one column whose cells are all one value": hostile.Case(pd.DataFrame({"a": [3.25] * 12}), [0] * 9 + [1] * 3),
    "series whose squares are beyond all numbers": hostile.Case(
        np.random.default_rng(0).normal(size=(12, 1, 8)) * 1e160, [0] * 9 + [1] * 3
    ),
    "series at the end of float32": hostile.Case(
        (np.clip(np.random.default_rng(0).normal(size=(12, 1, 8)), -3.4, 3.4) * 1e38).astype(np.float32),
        [0] * 9 + [1] * 3,
    ),
    "series at the ends of float64": hostile.Case(
        np.where(np.random.default_rng(0).random((12, 1, 8)) < 0.5, -1.797e308, 1.797e308), [0] * 9 + [1] * 3
    ),
    "sparse numbers": hostile.Case(
        pd.DataFrame({"a": pd.arrays.SparseArray(np.where(np.arange(12) % 3, 0.0, np.arange(12) ** 1.5))}),
        [0] * 9 + [1] * 3,
    ),
    "whole numbers in flat rows of Polars, at the ends of their type": hostile.Case(
        pl.DataFrame(np.random.default_rng(0).integers(-128, 127, (12, 8), dtype=np.int8)),
        [0] * 9 + [1] * 3,
        SeriesEncoder(input_shape=(1, 8)),
    ),
    "truth values in flat rows of Polars": hostile.Case(
        pl.DataFrame(np.random.default_rng(0).random((12, 8)) < 0.5),
        [0] * 9 + [1] * 3,
        SeriesEncoder(input_shape=(1, 8)),
    ),
    "denormal series": hostile.Case(np.random.default_rng(0).integers(0, 9, (12, 2, 8)) * 5e-324, [0] * 9 + [1] * 3),
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.filterwarnings("ignore::oversmith.exceptions.CopiesWarning")
def test_seeds_that_found_a_fault(name: str) -> None:
    for kebab, modality in CHEAP:
        flat = FOUND[name].encoder is not None
        if modality == ("series" if flat or getattr(FOUND[name].X, "ndim", 2) == 3 else "table"):
            assert check(sampler(kebab, modality), FOUND[name])


@pytest.mark.parametrize(("kebab", "modality"), CHEAP)
def test_methods_that_train_nothing(kebab: str, modality: str) -> None:
    # Refusing everything would keep every promise.
    assert resampled_share(kebab, modality, -(-QUICK // len(CHEAP))) > LEAST_SHARE


@pytest.mark.slow
@pytest.mark.parametrize(("kebab", "modality"), EVERY)
def test_every_method(kebab: str, modality: str) -> None:
    cheap = (kebab, modality) in CHEAP
    examples = -(-(ALL - TRAINED * (len(EVERY) - len(CHEAP))) // len(CHEAP)) if cheap else TRAINED
    assert resampled_share(kebab, modality, examples) > LEAST_SHARE
