"""``oversmith resample`` and ``compare`` on spectra: the axis, bounds, rarer classes, sets by name."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from oversmith.cli import main

SMALL = shlex.split("--folds 2 --inner-folds 2 --max-steps 2 --jobs 1 --method jitter --classifier rocket")
AXIS = np.linspace(4000.0, 400.0, 24)


@pytest.fixture
def spectra(tmp_path: Path) -> Path:
    """Sixty spectra without negative values: a peak, which the rare class has elsewhere."""
    rng = np.random.default_rng(0)
    rare = np.arange(60) % 4 == 0
    place = np.where(rare, 16, 8)[:, None] + rng.normal(size=(60, 1))
    X = np.maximum(np.exp(-(((np.arange(24) - place) / 3) ** 2)) + 0.02 * rng.normal(size=(60, 24)), 0.0)
    path = tmp_path / "in.npz"
    np.savez(
        path, X=X[:, None].astype(np.float32), y=np.where(rare, "rare", "common"), wavenumber=AXIS, axis_unit="1/cm"
    )
    return path


def resample(path: Path, *more: str) -> tuple[int, Path]:
    out = path.with_name("out.npz")
    return main(["resample", str(path), "--target", "y", "--method", "jitter", "-o", str(out), "--force", *more]), out


def test_resample_keeps_the_axis_and_its_unit(spectra, capsys):
    code, out = resample(spectra)
    assert code == 0, capsys.readouterr().err
    with np.load(out) as found:
        assert np.array_equal(found["wavenumber"], AXIS)
        assert found["axis_unit"] == "1/cm"
        assert found["X"].shape == (90, 1, 24)
        # Jitter knows nothing of zero.
        assert found["X"][60:].min() < 0


def test_resample_keeps_values_from_zero_up(spectra, capsys):
    code, out = resample(spectra, "--bounds", "non-negative")
    assert code == 0, capsys.readouterr().err
    with np.load(out) as found:
        assert found["X"].min() == 0
    with np.load(spectra) as given:
        np.savez(spectra, X=given["X"] - 0.5, y=given["y"])
    assert resample(spectra, "--bounds", "non-negative")[0] == 2
    assert "--bounds: values from zero up are declared" in capsys.readouterr().err


def test_with_an_axis_a_matrix_holds_spectra(spectra, capsys):
    with np.load(spectra) as given:
        np.savez(spectra, X=given["X"][:, 0], y=given["y"], wavenumber=AXIS)
    code, out = resample(spectra, "--bounds", "observed")
    told = capsys.readouterr().err
    assert code == 0, told
    assert "X holds spectra over 'wavenumber'" in told
    with np.load(out) as found, np.load(spectra) as given:
        assert found["X"].shape == (90, 24)
        assert np.array_equal(found["X"][:60], given["X"])
        # The range is the channel's: a table would keep each column to its own.
        assert found["X"].max() <= given["X"].max()
    assert resample(spectra, "--axis", "none")[0] == 0
    with np.load(out) as found:
        assert "wavenumber" not in found
    assert resample(spectra, "--axis", "none", "--bounds", "observed")[0] == 2
    assert "in.npz is a table" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name, array, message",
    [
        ("place", None, "'place' is no other array"),
        ("place", AXIS[:-1], "has 23 places and the spectra have 24 points"),
        ("place", np.r_[AXIS[:-1], AXIS[0]], "it neither rises nor falls"),
        ("y", None, "values that are no numbers"),
    ],
)
def test_an_axis_that_is_none(spectra, name, array, message, capsys):
    with np.load(spectra) as given:
        np.savez(spectra, X=given["X"], y=given["y"], **({} if array is None else {name: array}))
    assert resample(spectra, "--axis", name)[0] == 2
    assert message in capsys.readouterr().err


def test_a_table_has_no_axis(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text("a,y\n1,p\n2,p\n3,q\n4,q\n5,q\n")
    assert main(["compare", str(path), "--target", "y", "--axis", "a", *SMALL]) == 2
    assert "--axis: 'in.csv' is a table" in capsys.readouterr().err


def test_compare_makes_the_class_rarer_and_draws_over_the_axis(spectra, capsys):
    folder = spectra.parent
    options = ["--thin", "8", "--bounds", "non-negative", "--json"]
    assert main(["compare", str(spectra), *options, "-o", str(folder / "out.html"), *SMALL]) == 0, (
        capsys.readouterr().err
    )
    summary = json.loads(capsys.readouterr().out)
    # Of 22 or 23 common spectra in a half, one rare one to eight.
    assert summary["counts"][0]["before"] == [23, 2]
    assert summary["protocol"]["thin"] == 8
    assert sum(part["positives"] for part in summary["protocol"]["splits"]) == 15
    assert any("Class 'rare' was made rarer" in text for text in summary["warnings"])
    assert summary["data"]["axis"]["unit"] == "1/cm"
    assert summary["protocol"]["bounds"] == "non-negative"
    (made,) = [part for part in summary["series"] if part["contender"] == "smote"]
    assert len(made["channels"][0]["difference"]["mean"]) == 24
    page = (folder / "out.html").read_text()
    assert "Real and generated spectra" in page
    assert "wavenumber, 1/cm" in page


@pytest.mark.parametrize(
    "options, message",
    [
        (("--thin", "2"), "--thin: one row of 'rare' to 2 others is more than there are, 15 to 45; give at least 3.0"),
        (("--thin", "0.5"), "--thin"),
        (("--bounds", "positive"), "--bounds"),
    ],
)
def test_what_cannot_be_compared(spectra, options, message, capsys):
    assert main(["compare", str(spectra), *options, *SMALL]) == 2
    assert message in capsys.readouterr().err


def test_one_of_several_classes_must_be_named(spectra, capsys):
    with np.load(spectra) as given:
        np.savez(spectra, X=given["X"], y=np.arange(60) % 3)
    assert main(["compare", str(spectra), "--thin", "4", *SMALL]) == 2
    assert "say with --positive which one becomes rarer" in capsys.readouterr().err


def test_a_set_is_named_in_place_of_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["resample", "hydrogel_acd_simulated", "--target", "y", "--method", "series-smote", "-o", "out.npz"]
    assert main(words) == 0, capsys.readouterr().err
    with np.load("out.npz") as found:
        assert found["X"].shape == (388, 1, 800)
        assert found["measurement"].tolist() == list(range(1, 801))
    assert main(["resample", "hydrogel_acd", "--target", "y", "--method", "jitter", "-o", "other.npz"]) == 2
    assert "DATA: 'hydrogel_acd' is no file, no folder and no data set; did you" in capsys.readouterr().err


@pytest.mark.data
def test_purees_thinned_to_one_in_twenty_five(data_dir, tmp_path, capsys):
    path = data_dir / "spectra" / "fruit_puree_mir.npz"
    options = ["--thin", "25", "--max-rows", "260", "--json"]
    assert main(["compare", str(path), *options, "-o", str(tmp_path / "out.html"), *SMALL]) == 0, (
        capsys.readouterr().err
    )
    summary = json.loads(capsys.readouterr().out)
    common, rare = summary["counts"][0]["before"]
    assert rare == common // 25
    assert summary["data"]["positive"] == "Strawberry"
    assert not summary["failures"]
    (told,) = summary["class_spectra"]
    assert [entry["name"] for entry in told["classes"]] == ["NON-Strawberry", "Strawberry"]
    # In the units of the file: absorbances of hundredths.
    assert 0.001 < max(told["classes"][0]["band"][1]) < 0.03
