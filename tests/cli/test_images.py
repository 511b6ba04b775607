"""``oversmith resample`` and ``compare`` on images: how a file says what it holds, and what it must not say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from oversmith import read
from oversmith.cli import main

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (24, 4, 4)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (24, 3, 4, 5)).astype(np.uint8)
Y = np.array(["four"] * 15 + ["nine"] * 6 + ["six"] * 3)


def saved(folder: Path, name: str = "in.npz", **arrays: np.ndarray) -> Path:
    path = folder / name
    np.savez(path, **{"y": Y} | arrays)
    return path


@pytest.mark.parametrize(
    "arrays, options, message",
    [
        ({"X": GREY}, (), "grey images of 4 x 4 pixels, or series of 4 channels and 4 time points; say which with"),
        (
            {"X": GREY.reshape(24, 16)},
            ("--modality", "image"),
            "--modality: 'image' found, but X in 'in.npz' has shape",
        ),
        ({"X": COLOUR}, ("--modality", "series"), "--modality: 'series' found, but X in 'in.npz' has shape"),
        ({"X": GREY}, ("--modality", "table"), "--modality: 'table' found"),
        ({"X": GREY, "modality": np.array("picture")}, (), "array 'modality' of 'in.npz' holds 'picture'"),
        ({"X": GREY, "modality": np.arange(3)}, (), "array 'modality' of 'in.npz' holds shape (3,)"),
        (
            {"X": GREY},
            ("--modality", "image", "--channels", "last"),
            "--channels: 'last' is for series of three",
        ),
        ({"X": COLOUR}, ("--axis", "y"), "--axis: 'in.npz' holds images, and"),
        ({"X": COLOUR}, ("--bounds", "0:100"), "--bounds: 0 to 100 is declared, and"),
        ({"X": COLOUR}, ("--bounds", "9:1"), "--bounds: '9:1' found"),
        ({"X": COLOUR}, ("--bounds", "wide"), "--bounds: 'wide' found"),
        (
            {"X": COLOUR},
            ("--method", "ganbats"),
            "--method: 'ganbats' takes series and the data are images; choose one",
        ),
        ({"X": COLOUR[:, :, :0]}, (), "every number must be above zero"),
        ({"X": COLOUR[..., None]}, (), "5-D"),
    ],
)
@pytest.mark.parametrize("command", ["resample", "compare"])
def test_what_is_refused(tmp_path, command, arrays, options, message, capsys):
    path = saved(tmp_path, **arrays)
    words = ["--target", "y", "-o", str(tmp_path / ("out.npz" if command == "resample" else "out.html"))]
    words += [] if "--method" in options else ["--method", "gan"]
    assert main([command, str(path), *words, *options]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("out.*"))


def test_images_of_unequal_size_are_refused(tmp_path, capsys):
    loose = np.empty(24, dtype=object)
    loose[:] = [*GREY[:23], GREY[23, :3]]
    path = tmp_path / "in.npz"
    np.savez(path, X=loose, y=Y)
    assert main(["resample", str(path), "--target", "y", "--method", "gan", "-o", str(tmp_path / "out.npz")]) == 2
    assert "bring images of unequal sizes and series of unequal lengths to one size" in capsys.readouterr().err


def test_a_table_is_no_image(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text("a,y\n1,p\n2,p\n3,q\n4,q\n5,q\n")
    assert main(["compare", str(path), "--target", "y", "--modality", "image"]) == 2
    assert "--modality: 'in.csv' is a table" in capsys.readouterr().err


# ---------------------------------------------------------------------- resample


@pytest.mark.parametrize(
    "x, options",
    [
        (GREY, ("--modality", "image")),
        (np.moveaxis(np.stack([GREY] * 3, axis=1), 1, 3), ("--channels", "last")),
        ((GREY / 255.0).astype(np.float32), ("--modality", "image", "--bounds", "0:1")),
    ],
)
def test_resample_gives_back_images_of_the_same_kind(tmp_path, x, options, capsys):
    path = saved(tmp_path, X=x, modality=np.array("image"))
    out = tmp_path / "out.npz"
    words = ["--target", "y", "--method", "gan", "--max-steps", "2", "--positive", "nine", "-o", str(out)]
    assert main(["resample", str(path), *words, *options]) == 0, capsys.readouterr().err
    with np.load(out) as found:
        assert found["X"].shape == (24 + 18 - 6, *x.shape[1:])
        assert found["X"].dtype == x.dtype
        assert np.array_equal(found["X"][:24], x)
        assert (found["y"][24:] == "nine").all()
        assert str(found["modality"]) == "image"
        assert found["X"].min() >= 0
        assert found["X"].max() <= (255 if x.dtype == np.uint8 else 1)
    # What was written says what it holds.
    assert read(out, channels=options[1] if options[0] == "--channels" else None).modality == "image"


# ---------------------------------------------------------------------- compare


def test_compare_sets_one_class_against_another_and_shows_the_images(tmp_path, capsys):
    path = saved(tmp_path, X=GREY, modality=np.array("image"))
    options = ["--positive", "nine", "--negative", "four", "--thin", "3", "--classifier", "tree", "--json"]
    options += ["--method", "gan", "--folds", "2", "--inner-folds", "2", "--max-steps", "2", "--jobs", "1"]
    assert main(["compare", str(path), *options, "-o", str(tmp_path / "out.html")]) == 0, capsys.readouterr().err
    summary = json.loads(capsys.readouterr().out)
    assert {entry["name"]: entry["rows"] for entry in summary["data"]["classes"]} == {"four": 15, "nine": 6}
    assert summary["data"]["shape"] == [1, 4, 4]
    assert not summary["failures"]
    (nine, four) = summary["images"]["classes"]
    assert [entry["title"] for entry in nine["generated"]] == ["GAN, fill 0.33", "GAN, fill 1.0", "SMOTE"]
    assert four["generated"] == []
    page = (tmp_path / "out.html").read_text()
    assert "Real and generated images" in page
    assert "Class nine: training" in page


@pytest.mark.parametrize(
    "options, message",
    [
        (("--positive", "five"), "--positive: 'five' is not a class of 'y'"),
        (("--positive", "nine", "--negative", "seven"), "--negative: 'seven' is not a class of 'y'"),
        (("--positive", "nine", "--negative", "nine"), "--negative: 'nine' is the positive class"),
        (("--negative", "nine"), "--negative: 'nine' is given without a positive class"),
        (("--positive", "six", "--negative", "nine", "--thin", "1.5"), "more than there are, 3 to 6"),
    ],
)
def test_classes_that_are_not_there(tmp_path, options, message, capsys):
    path = saved(tmp_path, X=COLOUR)
    assert main(["compare", str(path), *options, "-o", str(tmp_path / "out.html")]) in (1, 2)
    assert message in capsys.readouterr().err
