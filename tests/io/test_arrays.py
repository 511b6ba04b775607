"""npz files: what they hold, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

import oversmith as om
from oversmith.exceptions import InputError
from oversmith.io.read import known_set
from oversmith.io.read_arrays import read_npz

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (24, 4, 4)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (24, 3, 4, 5)).astype(np.uint8)
Y = np.array(["four"] * 15 + ["nine"] * 6 + ["six"] * 3)
AXIS = np.linspace(4000.0, 400.0, 24)


def saved(folder: Path, name: str = "in.npz", **arrays: np.ndarray) -> Path:
    path = folder / name
    np.savez(path, **{"y": Y} | arrays)
    return path


def test_npz_keeps_dtypes_and_compression():
    stream = io.BytesIO()
    np.savez_compressed(stream, X=np.eye(3, dtype=np.float32), y=np.array([1, 0, 0], np.int8))
    source = read_npz(stream.getvalue(), "t.npz")
    assert source.compressed
    written, labels = io.BytesIO(), source.column("y")
    source.write(
        written, ".npz", rows=np.arange(3), target="y", X=source.features([])[::-1], y=labels[::-1], flag="new"
    )
    out = np.load(io.BytesIO(written.getvalue()), allow_pickle=False)
    assert out["X"].dtype == np.float32
    assert out["y"].dtype == np.int8
    assert np.array_equal(out["X"][:3], np.eye(3))
    assert out["y"].tolist() == [1, 0, 0, 0, 0, 1]
    assert out["new"].tolist() == [False] * 3 + [True] * 3


def test_npz_never_unpickles(tmp_path: Path):
    np.savez(tmp_path / "t.npz", X=np.array([[{}]], dtype=object), y=np.array([1]))
    with pytest.raises(InputError, match=r"holds Python objects"):
        om.read(tmp_path / "t.npz")


def test_npz_of_other_shapes_is_refused():
    for arrays, message in (({"y": np.ones(2)}, "no array 'X'"), ({"X": np.ones((2, 3, 4, 5, 6))}, "5-D")):
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        with pytest.raises(InputError, match=message):
            read_npz(stream.getvalue(), "t.npz")


def test_grey_images_are_declared_in_three_ways(tmp_path):
    by_option = om.read(saved(tmp_path, X=GREY), modality="image")
    by_array = om.read(saved(tmp_path, X=GREY, modality=np.array("images")))
    by_registry = om.read(saved(tmp_path, "mnist_test.npz", X=GREY))
    for found in (by_option, by_array, by_registry):
        assert found.modality == "image"
        assert found.X.shape == (24, 1, 4, 4)
        assert "modality" not in found.source.columns
    # The caller's word counts more than the file's, and floats are series unless it says otherwise.
    assert om.read(saved(tmp_path, X=GREY, modality="image"), modality="series").X.shape == (24, 4, 4)
    assert om.read(saved(tmp_path, X=GREY / 255.0)).modality == "series"
    assert om.read(saved(tmp_path, X=GREY / 255.0), modality="image").modality == "image"


def test_four_dimensions_are_images_with_channels_first_or_last(tmp_path):
    assert om.read(saved(tmp_path, X=COLOUR)).X.shape == (24, 3, 4, 5)
    last = om.read(saved(tmp_path, X=np.moveaxis(COLOUR, 1, 3)), channels="last")
    assert np.array_equal(last.X, COLOUR)


def test_what_contradicts_itself_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"grey images of 4 x 4 pixels, or series of 4 channels .* modality="):
        om.read(saved(tmp_path, X=GREY))
    with pytest.raises(InputError, match=r"modality: 'table' found, but X in 'in.npz' has shape"):
        om.read(saved(tmp_path, X=GREY), modality="table")
    with pytest.raises(InputError, match=r"modality: 'sound' found; choose from table, series, spectra, image"):
        om.read(saved(tmp_path, X=GREY), modality="sound")
    with pytest.raises(InputError, match=r"drop: the columns of X in 'in.npz' have no names"):
        om.read(saved(tmp_path, X=COLOUR), drop=["a"])


def test_nothing_is_taken_for_an_axis_by_its_size(tmp_path: Path):
    X = RNG.normal(size=(24, 1, 24))
    assert om.read(saved(tmp_path, X=X, temperature=AXIS, frequency=AXIS[:5])).axis is None
    data = om.read(saved(tmp_path, X=X[:, 0], raman_shift=AXIS, axis_unit="1/cm"))
    assert (data.modality, data.shape, data.axis.label) == ("spectra", (1, 24), "raman shift, 1/cm")
    assert data.notes == ("X holds spectra over 'raman_shift'; axis='none' reads a table",)
    assert om.read(saved(tmp_path, X=X[:, 0], raman_shift=AXIS), axis="none").modality == "table"


def test_the_registry_is_known_by_file_name():
    assert known_set(Path("somewhere/fruit_puree_mir.npz")).axis["unit"] == "1/cm"
    assert known_set(Path("mine.npz")) is None


def test_groups_that_are_one_person_are_one_group(tmp_path: Path):
    arrays = {"X": RNG.normal(size=(6, 1, 8)), "y": np.array(["N", "V"] * 3), "record": np.repeat([200, 201, 202], 2)}
    data = om.read(saved(tmp_path, "mitbih_beats.npz", **arrays))
    assert data.groups.tolist() == [200, 200, 201, 201, 201, 201]
    assert data.notes == ("rows of one 'record' stay together; groups='none' splits them",)
    assert om.read(saved(tmp_path, "mitbih_beats.npz", **arrays), groups="none").groups is None
    assert om.read(saved(tmp_path, **arrays), groups="record").groups.tolist() == np.repeat([200, 201, 202], 2).tolist()


def test_a_folder_of_spectra(tmp_path: Path):
    for name, shift in (("a", 0), ("b", 0), ("c", 5)):
        (tmp_path / f"{name}.csv").write_text(f"Hz,angle\n{10 + shift},1.5\n{20 + shift},{ord(name)}\n")
    with pytest.raises(InputError, match=r"is a folder; name one file in it; a folder of spectra.* labels.csv"):
        om.read(tmp_path)
    (tmp_path / "labels.csv").write_text("file,label,group\na.csv,gel,1\nb.csv,sol,1\nc.csv,sol,2\n")
    with pytest.raises(InputError, match=r"axes: 'c.csv'"):
        om.read(tmp_path, "label")
    data = om.read(tmp_path, "label", axis="index", groups="group")
    assert (data.modality, data.X.shape, data.counts) == ("spectra", (3, 1, 2), {"sol": 2, "gel": 1})
    assert data.groups.tolist() == ["1", "1", "2"]
    with pytest.raises(InputError, match=r"axis: 'wavenumber' found for a folder"):
        om.read(tmp_path, "label", axis="wavenumber")


@pytest.mark.data
def test_digits_of_the_registry_by_name(data_dir, monkeypatch):
    monkeypatch.setenv("OVERSMITH_DATA", str(data_dir))
    named = om.read("mnist_test")
    assert (named.modality, named.X.shape, named.X.dtype) == ("image", (10_000, 1, 28, 28), np.uint8)
    # The same file by its path is known by its name.
    data = om.read(data_dir / "images" / "mnist_test.npz").against(4, [9])
    assert set(data.counts) == {4, 9}
