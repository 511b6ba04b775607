"""What the page shows of spectra, against values by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from oversmith.evaluation import Comparison
from oversmith.exceptions import InputError
from oversmith.plot import Ruler, class_bands, difference_spectrum, series_bands
from oversmith.report import render, summarise
from oversmith.report.widgets import series

POINTS = [400.0, 500.0, 600.0]
AXIS = {"points": POINTS, "name": "wavelength", "unit": "nm", "quantity": "absorbance"}
# In units of the data: scaled values times 0.002, and 0.01 more.
SCALE = np.array([[0.01], [0.002]])


@pytest.fixture(scope="module")
def comparison(binary: Comparison) -> Comparison:
    rng = np.random.default_rng(0)
    real = rng.normal(size=(40, 3)) + np.where(np.arange(40) < 30, 0.0, 3.0)[:, None]
    label = np.where(np.arange(40) < 30, 0, 1)
    made = rng.normal(size=(20, 3)) + 3.0
    entry = {"real": real, "label": label, "synthetic": made, "synthetic_label": np.ones(20, dtype=int)}
    entry |= {"unseen": real[::2] + 0.1, "unseen_label": label[::2], "scale": SCALE}
    return dataclasses.replace(
        binary,
        data=binary.data | {"shape": [1, 3], "axis": AXIS, "classes": ["negative", "positive"]},
        embedding=dict.fromkeys(("smote", "eo-wgan-1.0"), entry),
    )


def test_spectra_are_told_in_their_own_units(comparison):
    entry = comparison.embedding["smote"]
    (part, _) = series.collect(comparison, ["smote", "eo-wgan-1.0"])
    (channel,) = part["channels"]
    real, made = entry["real"][30:] * 0.002 + 0.01, entry["synthetic"] * 0.002 + 0.01
    assert np.allclose(channel["bands"]["real"], np.quantile(real, (0.1, 0.5, 0.9), axis=0), atol=1e-5)
    assert np.allclose(channel["difference"]["mean"], made.mean(axis=0) - real.mean(axis=0), atol=1e-5)
    noise = 1.96 * np.sqrt(real.var(axis=0, ddof=1) / 10 + made.var(axis=0, ddof=1) / 20)
    assert np.allclose(channel["difference"]["noise"], noise, atol=1e-5)
    example, nearest = channel["examples"][0]
    assert np.allclose(example, made[0], atol=1e-5)
    assert np.allclose(nearest, real[((real - made[0]) ** 2).sum(axis=1).argmin()], atol=1e-5)
    assert "spectrum" not in channel
    assert part["quality"] is not None


def test_classes_come_largest_first(comparison):
    (channel,) = series.collect_classes(comparison)
    assert [(entry["name"], entry["rows"]) for entry in channel["classes"]] == [("negative", 30), ("positive", 10)]
    real = comparison.embedding["smote"]["real"][:30] * 0.002 + 0.01
    assert np.allclose(channel["classes"][0]["band"], np.quantile(real, (0.1, 0.5, 0.9), axis=0), atol=1e-5)


def test_series_without_an_axis_stay_scaled(comparison):
    data = {name: value for name, value in comparison.data.items() if name != "axis"}
    plain = dataclasses.replace(comparison, data=data)
    assert series.collect_classes(plain) == []
    (part, _) = series.collect(plain, ["smote", "eo-wgan-1.0"])
    entry = comparison.embedding["smote"]
    assert np.allclose(part["channels"][0]["bands"]["real"][1], np.median(entry["real"][30:], axis=0), atol=1e-3)
    assert "difference" not in part["channels"][0]
    page = render(summarise(plain))
    assert "Real and generated series" in page
    assert "time point" in page


def test_the_page_draws_over_the_axis(comparison):
    page = render(summarise(comparison))
    assert "Real and generated spectra" in page
    assert "Real spectra of each class" in page
    assert page.count("wavelength, nm") > 6
    assert "absorbance" in page
    assert "generated − real" in page
    assert "time point" not in page
    assert '<a href="#spectra">Spectra</a>' in page


def test_names_of_an_axis_are_untrusted(comparison):
    axis = AXIS | {"name": "<script>alert(1)</script>", "unit": "$x^2$", "quantity": "</svg><b>"}
    page = render(summarise(dataclasses.replace(comparison, data=comparison.data | {"axis": axis})))
    assert "<script>alert" not in page
    assert "</svg><b>" not in page


def test_figures_refuse_what_does_not_fit():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    with pytest.raises(InputError, match=r"points: shape \(2,\) found for 3 points"):
        class_bands({"a": np.zeros((3, 3))}, ruler=Ruler([1, 2]), ax=ax)
    with pytest.raises(InputError, match=r"noise: shape \(2,\) found"):
        difference_spectrum([0, 1, 2], [0, 1], ax=ax)
    ax = series_bands({"real": np.zeros((3, 3))}, ruler=Ruler(POINTS, "wavelength, nm"), ax=Figure().subplots())
    assert ax.lines[0].get_xdata().tolist() == POINTS
    assert ax.get_xlabel() == "wavelength, nm"
