"""Every sampler of series through the same checks: lengths, channels, tiny classes, containers, errors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

import oversmith
from oversmith import Network, SeriesEncoder
from oversmith._registry import METHODS, load_class
from oversmith.exceptions import InputError, TooFewRowsError

SMALL = {
    "max_steps": 2,
    "random_state": 0,
    "generator_widths": (8, 8),
    "classifier_widths": (4, 4),
    "critic_widths": (8,),
    "widths": (8, 8),
    "n_sampling_steps": 3,
    "hidden": 4,
    "batch_size": 8,
}
# Auto chooses among them, by cross-validation: it has tests of its own.
IDS = [kebab for kebab in METHODS if "series" in METHODS[kebab].modality and kebab != "auto"]
TRAINED = [kebab for kebab in IDS if METHODS[kebab].cost != "low"]


# Of a network that is large by itself.
SMALLER = {"conditional-diffusion": {"widths": (4,), "n_noise_steps": 10}}


def tiny(kebab: str, **changes: object) -> object:
    """Make a sampler with those of the settings above that it has."""
    sampler, wanted = load_class(kebab)(), SMALL | SMALLER.get(kebab, {}) | changes
    known = sampler.get_params()
    return sampler.set_params(**{name: value for name, value in wanted.items() if name in known})


def waves(counts=(30, 8), channels=1, length=24, seed=0):
    """Classes of sine waves that differ in frequency."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.array(["a", "b", "c", "d"])[: len(counts)], counts)
    when = np.linspace(0, 2 * np.pi, length)
    speed = 1.0 + np.unique(y, return_inverse=True)[1]
    phase = rng.normal(scale=0.3, size=(len(y), channels, 1))
    X = np.sin(when * speed[:, None, None] + phase) + rng.normal(scale=0.1, size=(len(y), channels, length))
    return X.astype(np.float32), y


SAMPLERS = pytest.mark.parametrize("kebab", IDS)


@SAMPLERS
@pytest.mark.parametrize("channels, length", [(3, 7), (1, 24)])
def test_shapes(kebab, channels, length):
    X, y = waves(channels=channels, length=length)
    sampler = tiny(kebab)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert X_resampled.shape == (60, channels, length)
    assert X_resampled.dtype == np.float32
    assert np.array_equal(X_resampled[:38], X)
    assert np.isfinite(X_resampled).all()
    assert Counter(y_resampled) == {"a": 30, "b": 30}
    assert sampler.synthetic_mask_.tolist() == [False] * 38 + [True] * 22
    # Made rows are not copies of one another.
    assert len(np.unique(X_resampled[38:].reshape(22, -1), axis=0)) > (1 if kebab in ("rotation", "flip") else 20)


@SAMPLERS
@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_classes(kebab, n):
    X, y = waves((20, n), channels=3, length=7)
    sampler = tiny(kebab)
    if n < sampler._min_rows:
        with pytest.raises(TooFewRowsError, match=r"class b has 1 row to train on, .*too_few='jitter'"):
            sampler.fit_resample(X, y)
        sampler.set_params(output__too_few="jitter")
        with pytest.warns(UserWarning, match="class b has 1 usable row"):
            X_resampled, y_resampled = sampler.fit_resample(X, y)
    else:
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert Counter(y_resampled) == {"a": 20, "b": 20}
    assert np.isfinite(X_resampled).all()


@SAMPLERS
def test_two_series_beside_a_hundred_and_fifty(kebab):
    X, y = waves((150, 2), channels=3, length=7)
    X_resampled, y_resampled = tiny(kebab).fit_resample(X, y)
    assert Counter(y_resampled) == {"a": 150, "b": 150}
    assert np.array_equal(X_resampled[:152], X)
    assert np.isfinite(X_resampled).all()


@SAMPLERS
def test_several_classes_and_counts(kebab):
    X, y = waves((20, 6, 4))
    sampler = tiny(kebab, sampling_strategy={"b": 10, "c": 9}, fill=0.5)
    _, y_resampled = sampler.fit_resample(X, y)
    assert Counter(y_resampled) == {"a": 20, "b": 8, "c": 6}


@SAMPLERS
def test_determinism_and_sampling(kebab, tmp_path):
    X, y = waves()
    first = tiny(kebab).fit_resample(X, y)[0]
    fitted = tiny(kebab).fit(X, y)
    assert np.array_equal(first[38:], fitted.sample(22, "b"))
    other = tiny(kebab, random_state=1).fit_resample(X, y)[0]
    assert not np.array_equal(first[38:], other[38:])
    fitted.save(tmp_path / "sampler.zip")
    twin = oversmith.load(tmp_path / "sampler.zip")
    more = fitted.sample(3, "b")
    assert more.shape == (3, 1, 24)
    assert np.array_equal(twin.sample(3, "b"), more)
    with pytest.raises(InputError, match="class 'a' was not trained"):
        fitted.sample(1, "a")


@SAMPLERS
def test_flat_rows_in_a_pipeline(kebab):
    X, y = waves(channels=3, length=7)
    flat = X.reshape(len(X), -1)
    pipeline = make_pipeline(tiny(kebab, encoder=SeriesEncoder(input_shape=(3, 7))), LogisticRegression())
    assert set(pipeline.fit(flat, y).predict(flat)) <= {"a", "b"}
    # The same rows, whatever they come in.
    as_series = tiny(kebab).fit_resample(X, y)[0]
    as_rows = tiny(kebab, encoder=SeriesEncoder(input_shape=(3, 7))).fit_resample(flat, y)[0]
    assert np.array_equal(as_rows.reshape(as_series.shape), as_series)
    frame = pd.DataFrame(flat).add_prefix("t")
    of_frame = tiny(kebab, encoder=SeriesEncoder(input_shape=(3, 7))).fit_resample(frame, y)[0]
    assert (of_frame.dtypes == np.float32).all()
    np.testing.assert_allclose(of_frame.to_numpy(), as_rows, rtol=1e-6)
    of_polars = tiny(kebab, encoder=SeriesEncoder(input_shape=(3, 7))).fit_resample(pl.DataFrame(frame), y)[0]
    np.testing.assert_allclose(of_polars.to_numpy(), as_rows, rtol=1e-6)


@SAMPLERS
def test_whole_numbers_bounds_and_constant_channels(kebab):
    X, y = waves(channels=3, length=7)
    X = np.rint((X + 3) * 20).astype(np.int16)
    X[:, 1] = 7
    made = tiny(kebab, encoder=SeriesEncoder(bounds="observed")).fit_resample(X, y)[0][38:]
    assert made.dtype == np.int16
    assert X[:, 0].min() <= made[:, 0].min() <= made[:, 0].max() <= X[:, 0].max()
    assert (made[:, 1] == 7).all()
    positive = tiny(kebab, encoder=SeriesEncoder(bounds="non-negative")).fit_resample(np.abs(waves()[0]), y)[0]
    assert positive.min() >= 0
    with pytest.raises(InputError, match="bounds: 'non-negative' found, but the training rows reach from"):
        tiny(kebab, encoder=SeriesEncoder(bounds="non-negative")).fit_resample(waves()[0], y)


@pytest.mark.parametrize(
    "change",
    [
        {"network__backbone": "mlp"},
        {"encoder": SeriesEncoder(input_shape=(1, 24), scaling="minmax")},
        {"encoder": SeriesEncoder(input_shape=(2, 12))},
    ],
    ids=str,
)
def test_what_series_alone_read_changes_them(change):
    X, y = waves()
    flat, options = (
        X.reshape(len(X), -1),
        {"network__class_scaling": None, "encoder": SeriesEncoder(input_shape=(1, 24))},
    )
    plain, changed = (tiny("wgan-gp", **options | more).fit_resample(flat, y)[0] for more in ({}, change))
    assert not np.array_equal(plain, changed)
    assert plain.shape == changed.shape


@SAMPLERS
def test_bad_input(kebab):
    X, y = waves()
    hole = X.copy()
    hole[5, 0, 3] = np.nan
    ragged = np.empty(38, dtype=object)
    ragged[:] = [row[0, : 20 + i % 3] for i, row in enumerate(X)]
    for wrong, message, changes in (
        (hole, r"NaN found in series 5, channel 0, time point 3 \(1 series", {}),
        (X[:, :, :, None, None], "found a 5-D array", {}),
        (
            X.reshape(38, -1),
            r"input_shape: \(5, 5\) makes 5 x 5 = 25 columns, but X has 24",
            {"encoder": SeriesEncoder(input_shape=(5, 5))},
        ),
        (X, r"input_shape: found \(2, 12\), but X has shape", {"encoder": SeriesEncoder(input_shape=(2, 12))}),
        (X, "bounds: ", {"encoder": SeriesEncoder(bounds=(3, 1))}),
    ):
        with pytest.raises(InputError, match=message):
            tiny(kebab, **changes).fit_resample(wrong, y)
    for loose in (ragged, list(ragged), [row[None] for row in ragged]):
        with pytest.raises(InputError, match=r"unequal lengths found, of shapes \(.*20,?\) and"):
            tiny(kebab).fit_resample(loose, y)
    together, one_by_one = (tiny(kebab).fit_resample(rows, y)[0] for rows in (X, list(X)))
    assert np.array_equal(together, one_by_one)


@SAMPLERS
def test_filters(kebab):
    X, y = waves((30, 12))
    sampler = tiny(kebab, output__filters="novelty")
    _, y_resampled = sampler.fit_resample(X, y)
    assert Counter(y_resampled) == {"a": 30, "b": 30}
    assert sampler.history_[-1]["phase"] == "filter"


@pytest.mark.parametrize("kebab", TRAINED)
def test_partial_fit(kebab):
    X, y = waves()
    sampler = tiny(kebab).partial_fit(X, y).partial_fit(X[::2], y[::2])
    assert sampler.n_updates_ == 1
    assert sampler.sample(2, "b").shape == (2, 1, 24)
    with pytest.raises(ValueError, match=r"series of shape|features|channels"):
        sampler.partial_fit(X[:, :, :20], y)


def test_tables_alone():
    X, y = waves()
    for kebab in ("tree-flow", "gaussian-copula"):
        with pytest.raises(InputError, match="takes tables; give it 2"):
            load_class(kebab)().fit_resample(X, y)
        with pytest.raises(InputError, match="takes tables alone"):
            load_class(kebab)(encoder=SeriesEncoder(input_shape=(1, 24))).fit_resample(X.reshape(38, -1), y)
    with pytest.raises(InputError, match="'conv1d' found, but X is a table"):
        oversmith.GAN(max_steps=1, network=Network(backbone="conv1d")).fit_resample(X.reshape(38, -1), y)
