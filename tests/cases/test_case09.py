"""Series with their channels last: understood where it is said, refused where it can be seen, never just copied."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith import SeriesEncoder
from oversmith._registry import METHODS, load_class
from oversmith.cli import main
from oversmith.exceptions import CopiesWarning, InputError

N_REAL, N_RARE = 40, 10
Y = np.repeat(["common", "rare"], [N_REAL - N_RARE, N_RARE])
CONTROLS = [kebab for kebab, entry in METHODS.items() if entry.modality == "series" and entry.cost == "low"]


def walks(channels: int = 1, points: int = 60) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N_REAL, channels, points)).cumsum(axis=2)


def share_of_copies(generated: np.ndarray, real: np.ndarray) -> float:
    generated, real = generated.reshape(len(generated), -1), real.reshape(len(real), -1)
    return float(np.mean([np.isclose(row, real).all(axis=1).any() for row in generated]))


@pytest.mark.parametrize("kebab", CONTROLS)
@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_are_the_same_series(kebab, channels):
    X = walks(channels)
    turned = np.ascontiguousarray(np.moveaxis(X, 1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error", CopiesWarning)
        first = load_class(kebab)(random_state=0).fit_resample(X, Y)[0]
        last = load_class(kebab)(random_state=0, encoder=SeriesEncoder(channels="last")).fit_resample(turned, Y)[0]
    assert np.array_equal(last[:N_REAL], turned)
    assert np.array_equal(np.moveaxis(last, 2, 1), first)
    assert share_of_copies(first[N_REAL:], X[Y == "rare"]) == 0


@pytest.mark.parametrize("kebab", [kebab for kebab, entry in METHODS.items() if "series" in entry.modality])
@pytest.mark.parametrize("shape", [(60, 1), (60, 3), (256, 20), (1, 1)])
def test_series_turned_round_are_refused(kebab, shape):
    X = np.random.default_rng(0).normal(size=(N_REAL, *shape))
    with pytest.raises(InputError, match=r"found series of \d+ channels and \d+ time points?, .*channels='last'"):
        load_class(kebab)().fit_resample(X, Y)


@pytest.mark.parametrize("shape", [(64, 30), (30, 9), (12, 29), (963, 144), (3, 3), (1, 2), (200, 22)])
def test_many_channels_are_no_alarm(shape):
    X = np.random.default_rng(0).normal(size=(N_REAL, *shape))
    assert om.Scaling(random_state=0).fit_resample(X, Y)[0].shape == (60, *shape)


@pytest.mark.parametrize("kebab", ["time-warp", "window-warp", "slicing", "shift", "flip", "phase-surrogate"])
def test_copies_are_named(kebab):
    X = np.random.default_rng(0).normal(size=(N_REAL, 30, 1))
    sampler = load_class(kebab)(random_state=0, encoder=SeriesEncoder(channels="first"))
    with pytest.warns(CopiesWarning, match=r"100 % of the rows generated of class rare are exact copies"):
        sampler.fit_resample(X, Y)


def test_equal_rows_by_nature_are_no_copies():
    rng = np.random.default_rng(0)
    levels = pd.DataFrame({"a": rng.integers(0, 3, N_REAL), "b": rng.choice(["x", "y"], N_REAL)})
    twice = np.repeat(walks()[: N_REAL // 2], 2, axis=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        om.SMOTE(random_state=0).fit_resample(levels, Y)
        om.Jitter(random_state=0).fit_resample(levels, Y)
        om.SMOTE(random_state=0).fit_resample(twice, Y)
    assert not [warning for warning in caught if issubclass(warning.category, CopiesWarning)]


def test_rows_of_one_value_are_no_series():
    X = np.random.default_rng(0).normal(size=(N_REAL, 1))
    with pytest.raises(InputError, match=r"rows of one value .*method for tables"):
        om.TimeWarp().fit_resample(X, Y)
    with pytest.raises(InputError, match="rows of one value"):
        om.Jitter(encoder=SeriesEncoder()).fit_resample(X, Y)


def test_rotation_of_one_channel_is_a_change_of_its_own():
    X = walks()
    generated = om.Rotation(random_state=0).fit_resample(X, Y)[0][N_REAL:]
    assert len(np.unique(generated.reshape(len(generated), -1), axis=0)) == len(generated)
    # Mean and power of a real series.
    power = np.abs(np.fft.rfft(X[Y == "rare"], axis=2))[:, 0]
    own = np.abs(np.fft.rfft(generated, axis=2))[:, 0]
    nearest = np.abs(own[:, None, :-1] - power[None, :, :-1]).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-9 * power.max()


@pytest.mark.parametrize("model", [om.SeriesCNN(max_steps=1), om.RandomConvolutionClassifier(n_features=84)])
def test_classifiers(model):
    X = walks(3)
    turned = np.moveaxis(X, 1, 2)
    with pytest.raises(InputError, match="channels='last'"):
        model.fit(turned, Y)
    model.set_params(random_state=0)
    expected = model.fit(X, Y).predict_proba(X)
    assert np.array_equal(model.set_params(channels="last").fit(turned, Y).predict_proba(turned), expected)


def test_compare():
    X = walks(3)
    turned = np.moveaxis(X, 1, 2)
    options = {
        "contenders": ["none-tuned", "time-warp"],
        "classifiers": ["knn"],
        "folds": 2,
        "inner_folds": 2,
        "n_jobs": 1,
    }
    with pytest.raises(InputError, match=r"found series of 60 channels and 3 time points.*channels='last'"):
        om.compare(turned, Y, **options)
    first, last = om.compare(X, Y, **options), om.compare(turned, Y, channels="last", **options)
    assert first.scores["average_precision"].tolist() == last.scores["average_precision"].tolist()


def test_files_and_command_line(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X = walks(3)
    turned = np.moveaxis(X, 1, 2)
    np.savez("turned.npz", X=turned, y=Y)
    with pytest.raises(InputError, match="channels='last'"):
        om.read("turned.npz")
    assert om.read("turned.npz", channels="last").X.shape == X.shape
    assert om.read("turned.npz", channels="first").X.shape == turned.shape
    command = ["resample", "turned.npz", "--method", "time-warp", "-o", "out.npz"]
    assert main(command) == 2
    assert "--channels last" in capsys.readouterr().err
    assert main([*command, "--channels", "last"]) == 0
    with np.load("out.npz") as out:
        assert out["X"].shape == (60, 60, 3)
        assert np.array_equal(out["X"][:N_REAL], turned)
        assert share_of_copies(out["X"][N_REAL:], turned[Y == "rare"]) == 0
