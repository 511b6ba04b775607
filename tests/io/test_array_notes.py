"""Arrays that may be images or spectra: said in a note, or asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import oversmith as om
from oversmith.exceptions import InputError

RNG = np.random.default_rng(0)
Y = np.repeat([0, 1], [20, 10])
SPECTRA = RNG.random((30, 64))
POINTS = np.linspace(400, 4000, 64)


def saved(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez(folder / "t.npz", y=Y, **arrays)
    return folder / "t.npz"


def test_square_series_may_be_images(tmp_path: Path):
    path = saved(tmp_path, X=RNG.random((30, 8, 8)))
    data = om.read(path)
    assert data.modality == "series"
    assert data.notes == (
        "X of shape (30, 8, 8) is read as series of 8 channels and 8 time points; modality='image' reads grey images "
        "of 8 x 8 pixels",
    )
    assert om.read(path, modality="series").notes == ()
    assert om.read(path, modality="image").X.shape == (30, 1, 8, 8)


@pytest.mark.parametrize("kind", ["int64", "float64", "uint16"])
def test_whole_numbers_in_the_shape_of_images_are_asked_for(tmp_path: Path, kind: str):
    path = saved(tmp_path, X=RNG.integers(0, 17, (30, 8, 8)).astype(kind))
    with pytest.raises(InputError, match="say which with modality='image' or modality='series'"):
        om.read(path)
    assert om.read(path, modality="series").notes == ()


def test_long_series_are_series(tmp_path: Path):
    assert om.read(saved(tmp_path, X=RNG.random((30, 6, 128)))).notes == ()
    assert om.read(saved(tmp_path, X=RNG.integers(0, 9, (30, 6, 128)))).notes == ()


def test_images_with_their_channels_last(tmp_path: Path):
    path = saved(tmp_path, X=RNG.random((30, 28, 28, 3)))
    with pytest.raises(InputError, match=r"28 x 28 pixels with 3 channels in the last place, or .*channels='last'"):
        om.read(path)
    assert om.read(path, channels="last").X.shape == (30, 3, 28, 28)
    assert om.read(path, channels="first").X.shape == (30, 28, 28, 3)
    assert om.read(saved(tmp_path, X=RNG.random((30, 3, 28, 28)))).notes == ()


@pytest.mark.parametrize("name", ["wavenumber", "Wavenumbers", "wavelength_nm", "raman shift", "frequencies", "x"])
@pytest.mark.parametrize("shape", [(64,), (1, 64)])
def test_an_axis_by_other_names(tmp_path: Path, name: str, shape: tuple[int, ...]):
    path = saved(tmp_path, X=SPECTRA, **{name: POINTS.reshape(shape)})
    assert om.read(path).modality == "spectra"
    assert om.read(path).axis.points[0] == 400
    assert om.read(path, modality="table").modality == "table"
    assert om.read(path, axis="none").modality == "table"


def test_what_is_no_axis_is_none(tmp_path: Path):
    assert om.read(saved(tmp_path, X=SPECTRA, x=RNG.random(64))).notes == ()
    assert om.read(saved(tmp_path, X=SPECTRA[:, None], time=POINTS)).notes == ()
    data = om.read(saved(tmp_path, X=SPECTRA, places=POINTS))
    assert data.modality == "table"
    assert "axis='places' reads spectra over it" in data.notes[0]
    assert om.read(tmp_path / "t.npz", axis="places").modality == "spectra"


@pytest.mark.parametrize("declared", ["argument", "array"])
def test_declared_spectra_without_an_axis_are_spectra(tmp_path: Path, declared: str):
    more = {"modality": np.array("spectra")} if declared == "array" else {}
    data = om.read(saved(tmp_path, X=SPECTRA, **more), modality="spectra" if declared == "argument" else None)
    assert (data.modality, data.X.shape) == ("spectra", (30, 1, 64))
    assert (data.axis.points[0], data.axis.points[-1]) == (1, 64)
    assert "no array says where the 64 points of the spectra lie" in data.notes[0]
    om.io.write(tmp_path / "out.npz", data, data.X[:1], data.labels[:1])
    assert np.load(tmp_path / "out.npz")["X"].shape == (31, 64)
