"""Every plot takes ``ax`` and returns Matplotlib axes; nothing loads Matplotlib before one is drawn."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from oversmith import plot
from oversmith.exceptions import InputError

RNG = np.random.default_rng(0)
SERIES = {"real": RNG.normal(size=(3, 20)), "generated": RNG.normal(size=(3, 20))}
HISTORY = [{"step": s, "loss_generator": -s, "penalty": 1 / s, "monitor": 1 / s} for s in (100, 200)]
TIME = {"title": "SMOTE", "seconds_resample": 0.1, "seconds_fit": 1, "seconds_predict": 0.2, "mean": 0.6, "sd": 0.1}
# What is no plot: numbers for one, its style, its ruler.
HELPERS = {"embed", "precision_at_recall", "true_at_false", "training_panels", "contact_sheet"}
HELPERS |= {"style", "Ruler", "CYCLE", "PALETTE"}
PANELS = {"training": 3, "time_quality": 2, "correlations": 3}
MANY: dict[str, Callable[..., Any]] = {
    "training": lambda **more: plot.training(HISTORY, **more),
    "time_quality": lambda **more: plot.time_quality([TIME], **more),
    "correlations": lambda **more: plot.correlations(["a", "b"], np.eye(2), np.eye(2), **more),
}
ONE: dict[str, Callable[..., Any]] = {
    "critical_difference_diagram": lambda **m: plot.critical_difference_diagram({"a": 1.2, "b": 1.8}, 0.5, **m),
    "power_spectrum": lambda **m: plot.power_spectrum(SERIES, **m),
    "series_bands": lambda **m: plot.series_bands(SERIES, **m),
    "class_bands": lambda **m: plot.class_bands(SERIES, **m),
    "difference_spectrum": lambda **m: plot.difference_spectrum(np.arange(5.0), np.ones(5), **m),
    "series_examples": lambda **m: plot.series_examples(RNG.normal(size=(2, 2, 20)), **m),
}


def test_every_plot_takes_ax():
    plots = set(plot.__all__) - HELPERS
    for name in plots:
        parameters = inspect.signature(getattr(plot, name)).parameters
        assert parameters["ax"].default is None, name
        assert parameters["ax"].kind is inspect.Parameter.KEYWORD_ONLY, name
        returned = str(inspect.signature(getattr(plot, name)).return_annotation)
        assert "Axes" in returned, name
        assert ("Sequence[Axes]" in str(parameters["ax"].annotation)) == (name in PANELS), name


@pytest.mark.parametrize("name", ONE)
def test_one_panel_is_drawn_on_the_axes_given(name: str):
    ax = Figure().subplots()
    assert ONE[name](ax=ax) is ax
    assert ax.has_data() or ax.texts or ax.patches


@pytest.mark.parametrize("name", MANY)
def test_several_panels_on_axes_given_or_in_parts_of_one(name: str):
    n = PANELS[name]
    given = list(Figure().subplots(n))
    assert list(MANY[name](ax=given)) == given
    figure = Figure()
    left, right = figure.subplots(1, 2)
    panels = list(MANY[name](ax=right))
    assert len(panels) == n
    assert all(isinstance(panel, Axes) and panel.figure is figure for panel in panels)
    assert not right.axison
    edges = right.get_position(original=True)
    assert all(panel.get_position().x0 >= edges.x0 - 1e-9 for panel in panels)
    assert left.axison
    with pytest.raises(InputError, match=rf"ax: {n + 1} axes found for {n} panels"):
        MANY[name](ax=list(Figure().subplots(n + 1)))
    with pytest.raises(InputError, match="ax: the axes are not part of a grid"):
        MANY[name](ax=Figure().add_axes((0, 0, 1, 1)))


def test_nothing_is_loaded_before_a_plot_is_drawn():
    script = "import sys, oversmith.plot; print([m for m in ('matplotlib', 'jax', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
