"""Every sampler of images through the same checks, on one small shape: layouts, tiny classes, containers, errors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

import oversmith
from oversmith import ImageEncoder, SeriesEncoder
from oversmith._registry import METHODS, load_class
from oversmith.exceptions import InputError, TooFewRowsError

SMALL = {
    "max_steps": 2,
    "random_state": 0,
    "generator_widths": (4, 4),
    "critic_widths": (4, 4),
    "classifier_widths": (4, 4),
    "latent_dim": 4,
    "widths": (4, 4),
    "n_sampling_steps": 3,
    "batch_size": 8,
}
# Of a network that is large by itself.
SMALLER = {"conditional-diffusion": {"widths": (4,), "n_noise_steps": 10}}
# Auto chooses among them, by cross-validation: it has tests of its own.
IDS = [kebab for kebab in METHODS if "image" in METHODS[kebab].modality and kebab != "auto"]
TRAINED = [kebab for kebab in IDS if METHODS[kebab].cost != "low"]
SAMPLERS = pytest.mark.parametrize("kebab", IDS)
SHAPE = (1, 5, 7)
LAST = {"encoder": ImageEncoder(input_shape=(5, 1, 7), channels="last")}


def tiny(kebab: str, **changes: object) -> object:
    """Make a sampler with those of the settings above that it has."""
    sampler, wanted = load_class(kebab)(), SMALL | SMALLER.get(kebab, {}) | changes
    known = sampler.get_params()
    return sampler.set_params(**{name: value for name, value in wanted.items() if name in known})


def bars(counts=(24, 8), shape=SHAPE, seed=0):
    """Bytes of images with a bright row, another one for each class."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.array(["a", "b", "c"])[: len(counts)], counts)
    X = rng.integers(0, 90, (len(y), *shape))
    X[np.arange(len(y)), :, np.unique(y, return_inverse=True)[1] % shape[1]] += 140
    return X.astype(np.uint8), y


@SAMPLERS
def test_shapes(kebab):
    X, y = bars()
    sampler = tiny(kebab)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert X_resampled.shape == (48, *SHAPE)
    assert X_resampled.dtype == np.uint8
    assert np.array_equal(X_resampled[:32], X)
    assert Counter(y_resampled) == {"a": 24, "b": 24}
    assert sampler.synthetic_mask_.tolist() == [False] * 32 + [True] * 16
    assert len(np.unique(X_resampled[32:].reshape(16, -1), axis=0)) == 16


@SAMPLERS
def test_the_same_images_in_every_layout(kebab):
    X, y = bars()
    flat, shape = X.reshape(32, -1), {"encoder": ImageEncoder(input_shape=SHAPE)}
    wanted = tiny(kebab).fit_resample(X, y)[0]
    frame = pd.DataFrame(flat).add_prefix("p")
    made = {
        "grey": tiny(kebab, encoder=ImageEncoder()).fit_resample(X[:, 0], y)[0],
        "last": tiny(kebab, encoder=ImageEncoder(channels="last")).fit_resample(np.moveaxis(X, 1, 3), y)[0],
        "flat": tiny(kebab, **shape).fit_resample(flat, y)[0],
        "list": tiny(kebab).fit_resample(list(X), y)[0],
        "pandas": tiny(kebab, **shape).fit_resample(frame, y)[0],
        "polars": tiny(kebab, **shape).fit_resample(pl.DataFrame(frame), y)[0],
    }
    assert made["grey"].shape == (48, 5, 7)
    assert made["last"].shape == (48, 5, 7, 1)
    assert made["flat"].dtype == made["grey"].dtype == np.uint8
    assert (made["pandas"].dtypes == np.uint8).all()
    assert set(made["polars"].dtypes) == {pl.UInt8}
    for layout, rows in made.items():
        assert np.array_equal(np.asarray(rows).reshape(wanted.shape), wanted), layout


@SAMPLERS
def test_tiny_classes(kebab):
    X, y = bars((20, 1))
    sampler = tiny(kebab)
    if sampler._min_rows > 1:
        with pytest.raises(TooFewRowsError, match=r"class b has 1 row to train on, .*too_few='jitter'"):
            sampler.fit_resample(X, y)
        with pytest.warns(UserWarning, match="class b has 1 usable row"):
            _, y_resampled = tiny(kebab, output__too_few="jitter").fit_resample(X, y)
        assert Counter(y_resampled) == {"a": 20, "b": 20}
    X, y = bars((22, 2))
    _, y_resampled = tiny(kebab).fit_resample(X, y)
    assert Counter(y_resampled) == {"a": 22, "b": 22}


@SAMPLERS
def test_determinism_and_sampling(kebab, tmp_path):
    X, y = bars()
    first = tiny(kebab).fit_resample(X, y)[0]
    fitted = tiny(kebab).fit(X, y)
    assert np.array_equal(first[32:], fitted.sample(16, "b"))
    assert not np.array_equal(first[32:], tiny(kebab, random_state=1).fit_resample(X, y)[0][32:])
    fitted.save(tmp_path / "sampler.zip")
    twin = oversmith.load(tmp_path / "sampler.zip")
    more = fitted.sample(3, "b")
    assert more.shape == (3, *SHAPE)
    assert np.array_equal(twin.sample(3, "b"), more)
    with pytest.raises(InputError, match="class 'a' was not trained"):
        fitted.sample(1, "a")


@SAMPLERS
def test_flat_rows_in_a_pipeline(kebab):
    X, y = bars((20, 6))
    flat = X.reshape(26, -1)
    sampler = tiny(kebab, sampling_strategy={"b": 10}, fill=0.5, encoder=ImageEncoder(input_shape=SHAPE))
    assert Counter(sampler.fit_resample(flat, y)[1]) == {"a": 20, "b": 8}
    pipeline = make_pipeline(sampler, LogisticRegression(max_iter=10_000))
    assert set(pipeline.fit(flat, y).predict(flat)) <= {"a", "b"}


@SAMPLERS
def test_floats_bounds_and_constant_images(kebab):
    X, y = bars()
    floats = (X / 255).astype(np.float32)
    made = tiny(kebab).fit_resample(floats, y)[0][32:]
    assert made.dtype == np.float32
    assert floats.min() <= made.min() <= made.max() <= floats.max()
    declared = tiny(kebab, encoder=ImageEncoder(bounds=(0, 1))).fit_resample(floats, y)[0]
    assert declared.min() >= 0
    assert declared.max() <= 1
    with pytest.raises(InputError, match=r"bounds: \(0, 1\) found, but the training rows reach from 0 to 229"):
        tiny(kebab, encoder=ImageEncoder(bounds=(0, 1))).fit_resample(np.where(X > 3, X, 0), y)
    constant = tiny(kebab).fit_resample(np.full_like(X, 7), y)[0]
    assert (constant == 7).all()


@SAMPLERS
def test_bad_input(kebab):
    X, y = bars()
    hole = X.astype(np.float32)
    hole[5, 0, 3, 2] = np.nan
    for wrong, message, changes in (
        (hole, r"NaN found in image 5, channel 0, row 3, column 2 \(1 images are affected\)", {}),
        (X[:, 0], r"3-D array of unsigned bytes .* series of 5 channels and 7 time points, or grey images", {}),
        (X[..., None], "found a 5-D array", {}),
        (
            X.reshape(32, -1),
            r"input_shape: \(1, 6, 6\) makes 1 x 6 x 6 = 36 columns, but X",
            {"encoder": ImageEncoder(input_shape=(1, 6, 6))},
        ),
        (X.reshape(32, -1), "input_shape: None found, but X has flat rows of 35 numbers", {"encoder": ImageEncoder()}),
        (
            X,
            r"input_shape: found \(1, 7, 5\), but X has images of 1 channels and 5 x 7",
            {"encoder": ImageEncoder(input_shape=(1, 7, 5))},
        ),
        (X, r"encoder: SeriesEncoder\(\) found, but X has shape", {"encoder": SeriesEncoder()}),
        (
            X,
            r"input_shape: \(5, 7\) found beside encoder=ImageEncoder\(\)",
            {"encoder": ImageEncoder(input_shape=(5, 7))},
        ),
        ([row[:, : 3 + i % 2] for i, row in enumerate(X)], "images of unequal size found, of shapes", {}),
    ):
        with pytest.raises(InputError, match=message):
            tiny(kebab, **changes).fit_resample(wrong, y)


@pytest.mark.parametrize("kebab", TRAINED)
def test_partial_fit(kebab):
    X, y = bars()
    sampler = tiny(kebab).partial_fit(X, y).partial_fit(X[::2], y[::2])
    assert sampler.n_updates_ == 1
    assert sampler.sample(2, "b").shape == (2, *SHAPE)
    with pytest.raises(InputError, match=r"found image of shape \(1, 5, 6\); the encoder was fitted on \(1, 5, 7\)"):
        sampler.partial_fit(X[..., :6], y)


@pytest.mark.parametrize(
    "change",
    [
        {"network__backbone": "mlp"},
        {"encoder": ImageEncoder(input_shape=SHAPE, scaling="standard")},
        {"network__class_scaling": "standard"},
        {"encoder": ImageEncoder(input_shape=SHAPE, bounds="observed")},
        LAST,
    ],
    ids=str,
)
def test_what_images_alone_read_changes_them(change):
    X, y = bars()
    flat, options = (
        X.reshape(32, -1),
        {"encoder": ImageEncoder(input_shape=SHAPE)}
        | ({"encoder": ImageEncoder(input_shape=(5, 1, 7))} if change == LAST else {}),
    )
    kebab = "gan" if set(change) != {"encoder"} or change["encoder"].scaling != "auto" else "jitter"
    plain, changed = (tiny(kebab, **options | more).fit_resample(flat, y)[0] for more in ({}, change))
    assert not np.array_equal(plain, changed)
    assert plain.shape == changed.shape


def test_those_that_take_no_images():
    X, y = bars()
    for kebab, message in (("gaussian-copula", "takes tables; give it 2"), ("time-warp", "takes series; use")):
        with pytest.raises(InputError, match=rf"4-D array .* {message}.* such as DCGAN"):
            load_class(kebab)().fit_resample(X, y)
    with pytest.raises(InputError, match="'conv1d' found, but X is images; choose 'conv2d', 'mlp' or 'auto'"):
        tiny("gan", network__backbone="conv1d").fit_resample(X, y)
