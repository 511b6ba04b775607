"""Comparisons of spectra: the axis, bounds, thinned training parts, the way back to units."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from oversmith.datasets import SpectralAxis, load_dataset
from oversmith.evaluation import Plan, Protocol, comparison_plan
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.contenders import default_contenders
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError

AXIS = SpectralAxis(np.linspace(900.0, 1800.0, 12), "wavenumber", "1/cm", "absorbance")


def spectra(n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.where(np.arange(n) % 4 == 0, "rare", "common")
    return 0.01 + 0.002 * rng.normal(size=(n, 2, 12)) + 0.004 * (y == "rare")[:, None, None], y


def test_a_task_remembers_its_axis():
    X, y = spectra()
    told = prepare(X, y, target="y", name="toy", axis=AXIS).describe()
    assert told["axis"]["points"][-1] == 1800
    assert (told["axis"]["unit"], told["shape"]) == ("1/cm", [2, 12])
    assert "axis" not in prepare(X, y, target="y", name="toy").describe()
    with pytest.raises(InputError, match="'wavenumber' has 12 places and the spectra have 11 points"):
        prepare(X[:, :, 1:], y, target="y", name="toy", axis=AXIS)
    with pytest.raises(InputError, match="axis: it is for spectra"):
        prepare(X[:, 0], y, target="y", name="toy", axis=AXIS)


def test_an_axis_does_not_change_what_results_are_called():
    X, y = spectra()
    plain, told = (prepare(X, y, target="y", name="toy", axis=axis) for axis in (None, AXIS))
    keys = [[unit.key for unit in Plan([task], ["smote"], ["rocket"]).units()] for task in (plain, told)]
    assert keys[0] == keys[1]


def test_the_method_for_spectra_takes_part_where_there_is_an_axis():
    X, y = spectra()
    plans = [
        comparison_plan(X, y, axis=axis, methods=methods)
        for axis, methods in ((None, None), (AXIS, None), (AXIS, ["jitter"]))
    ]
    taken = [{c.sampler for c in plan.resolved_contenders(plan.datasets[0])} - {None} for plan in plans]
    simple = {"random-over-sampling", "smote", "time-warp"}
    assert taken == [simple | {"eo-wgan"}, simple | {"three-player-gan"}, simple | {"jitter"}]
    open_plan = Plan([prepare(X, y, target="y", name="toy", axis=AXIS)])
    assert {c.sampler for c in open_plan.resolved_contenders(open_plan.datasets[0])} - {None} == taken[1]


def test_the_first_fold_tells_the_way_back_to_units():
    X, y = spectra()
    task = prepare(X, y, target="y", name="toy", axis=AXIS)
    unit = Plan([task], ["smote"], ["knn"], Protocol(folds=2, inner_folds=None), details=True).units()[0]
    found = run_job(unit.job).embedding
    centre, spread = found["scale"]
    rows = found["real"].reshape(-1, 2, 12) * spread[:, None] + centre[:, None]
    # All real rows are shown, in the order of the training part.
    assert np.allclose(rows, X[unit.job.split.train], atol=1e-6)


def test_every_rival_keeps_to_the_bounds():
    y = np.repeat([0, 1], [20, 8])
    situation = Situation(y, ("a", "b"), 24, 0, 0, 1, (2, 12))
    for bounds in (None, "non-negative"):
        entrants = default_contenders({}, ["jitter", "wgan-gp"], "series", bounds)
        made = [entrant.build(situation) for entrant in entrants if entrant.fill]
        assert {sampler.get_params().get("encoder__bounds") for sampler in made[1:]} == {bounds}
        assert len(made) == 7
    X, y = spectra()
    with pytest.raises(InputError, match="bounds: it is for series, spectra and images"):
        comparison_plan(X[:, 0], y, bounds="observed")


def test_data_sets_bring_their_axis():
    data = load_dataset("hydrogel_f127_simulated")
    small = dataclasses.replace(data, X=data.X[::8], y=data.y[::8])
    (unit, *_) = Plan([small], ["none"], ["knn"], Protocol(folds=2)).units()
    assert unit.job.task.axis.name == "measurement"
