"""Overlays, correlations and thresholds draw what they are given."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from oversmith.plot import column_overlay, correlations, reliability, threshold_sweep


def test_a_correlation_of_nothing_lets_the_paper_through() -> None:
    panels = correlations(["a", "b"], [[1, 0], [0, 1]], [[1, -1], [-1, 1]], ax=Figure().subplots(1, 3))
    real, generated, difference = (np.asarray(ax.images[0].get_array()) for ax in panels)
    assert real[..., 3].tolist() == [[1, 0], [0, 1]]
    assert generated[0, 1, 3] == 1
    assert generated[0, 1, :3].tolist() != generated[0, 0, :3].tolist(), "signs differ by colour"
    assert difference[0, 0, 3] == 0
    assert [tick.get_text() for tick in panels[0].get_yticklabels()] == ["a", "b"]


def test_levels_are_bars_and_a_dollar_is_a_dollar() -> None:
    column = {"name": "$x^2$", "levels": ["$a$", "b"], "real": [0.5, 0.5], "generated": [0.1, 0.9]}
    figure = Figure()
    ax = column_overlay(column, ax=figure.subplots())
    assert len(ax.patches) == 4
    figure.canvas.draw()
    assert ax.get_title(loc="left") == "$x^2$"


def test_the_dot_stands_on_its_line() -> None:
    curve = {"title": "SMOTE", "threshold": [0, 0.5, 1], "value": [0.0, 1.0, 0.0], "chosen": 0.25}
    ax = threshold_sweep([curve], ax=Figure().subplots())
    (dot,) = (line for line in ax.lines if len(line.get_xdata()) == 1)
    assert dot.get_ydata()[0] == 0.5


def test_lines_of_calibration_are_told_apart_without_colour() -> None:
    curves = [{"title": str(k), "predicted": [0, 1], "observed": [0, 1]} for k in range(3)]
    ax = reliability(curves, legend=False, ax=Figure().subplots())
    assert len({line.get_linestyle() for line in ax.lines[1:]}) > 1
    assert ax.get_legend() is None
