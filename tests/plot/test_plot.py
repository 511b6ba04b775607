"""What the figures draw, against values by hand."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score

from oversmith.exceptions import InputError
from oversmith.plot import (
    PALETTE,
    class_counts,
    effect_forest,
    embed,
    embedding,
    precision_at_recall,
    precision_recall,
    time_quality,
    training,
    training_panels,
)


@pytest.fixture
def ax() -> Any:
    return Figure().subplots()


@pytest.fixture
def pyplot() -> Iterator[Any]:
    import matplotlib.pyplot as plt

    backend = plt.get_backend()
    plt.switch_backend("agg")
    yield plt
    plt.close("all")
    plt.switch_backend(backend)


def test_importing_plots_loads_neither_matplotlib_nor_scikit_learn() -> None:
    code = (
        "import sys, oversmith.plot; print([m for m in ('matplotlib', 'sklearn', 'pandas', 'jax') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("seed", range(5))
def test_area_of_the_staircase_is_the_average_precision(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.append(rng.random(60) < 0.2, True)
    score = np.append(rng.normal(size=60) + y[:-1], 0.3).round(1)  # rounded: ties
    middle = (np.arange(20_000) + 0.5) / 20_000
    area = precision_at_recall(y, score, middle).mean()
    assert area == pytest.approx(average_precision_score(y, score), abs=1e-3)


def test_recall_zero_is_where_the_first_positive_is_found() -> None:
    assert precision_at_recall([0, 1], [0.9, 0.8], [0, 0.01, 1]).tolist() == [0.5, 0.5, 0.5]


def test_no_positive_row_gives_nan() -> None:
    assert np.isnan(precision_at_recall([0, 0], [0.1, 0.2], [0.5, 1])).all()


def test_precision_recall_draws_folds_thin_and_their_mean_bold(ax: Any) -> None:
    folds = [[1, 0.5], [0.8, 0.3], [np.nan, np.nan]]
    curve = {"title": "SMOTE", "recall": [0, 1], "precision": folds, "average_precision": 0.8}
    lines = precision_recall([curve], prevalence=0.1, ax=ax).get_lines()
    assert [line.get_linewidth() for line in lines] == [0.6, 0.6, 1.8, 1]
    assert lines[2].get_ydata().tolist() == [0.9, 0.4]
    assert lines[3].get_ydata() == [0.1, 0.1]
    assert lines[3].is_dashed()


def test_lines_differ_by_more_than_colour(ax: Any) -> None:
    curves = [{"title": str(i), "recall": [0, 1], "precision": [[1, 0.5]], "average_precision": 0.8} for i in range(8)]
    bold = [line for line in precision_recall(curves, ax=ax).get_lines() if line.get_linewidth() > 1]
    looks = {(line.get_color(), line.get_linestyle()) for line in bold}
    assert len(looks) == 8
    assert len({look[1] for look in looks}) == 4


def test_counts_draw_real_then_added(ax: Any) -> None:
    class_counts(["no", "yes", "odd"], [90, 10, 30], [90, 40, 20], ax=ax)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [90, 10, 30, 20, 10]
    assert to_hex(ax.patches[0].get_facecolor()) == PALETTE["blue"].lower()
    assert to_hex(ax.patches[1].get_facecolor()) == PALETTE["green"].lower()
    assert to_hex(ax.patches[2].get_edgecolor()) == PALETTE["orange"].lower()
    assert [text.get_text() for text in ax.texts] == ["90", "10 → 40", "30 → 20"]


def test_forest_marks_say_the_decision(ax: Any) -> None:
    rows = [
        {"title": "a", "difference": 0.1, "low": 0.05, "high": 0.15, "decision": "helps"},
        {"title": "b", "difference": -0.1, "low": -0.15, "high": -0.05, "decision": "harms"},
        {"title": "c", "difference": np.nan, "low": np.nan, "high": np.nan},
    ]
    effect_forest(rows, ax=ax)
    assert [line.get_marker() for line in ax.get_lines() if line.get_marker() != "None"] == ["^", "v"]
    assert ax.texts[-1].get_text() == "no result"
    low, high = ax.get_xlim()
    assert low < -0.15 < 0.15 < high


HISTORY = [
    {"step": s, "loss_generator": -s, "loss_critic": s, "wasserstein": 1.0, "penalty": 0.1, "monitor": 1 / s}
    for s in (100, 200, 300)
]


def test_training_has_a_panel_for_losses_penalty_and_score() -> None:
    axes = training(HISTORY, best_step=200, ax=list(Figure().subplots(3)))
    assert [ax.get_ylabel() for ax in axes] == ["loss", "penalty", "monitored"]
    assert [len(ax.get_lines()) for ax in axes] == [4, 2, 2]
    for ax in axes:
        stop = ax.get_lines()[-1]
        assert stop.get_linestyle() == ":"
        assert stop.get_xdata() == [200, 200]
    assert to_hex(axes[0].get_lines()[0].get_color()) == PALETTE["blue"].lower()
    assert to_hex(axes[0].get_lines()[1].get_color()) == PALETTE["vermillion"].lower()


def test_training_without_a_monitor_or_penalty_has_one_panel() -> None:
    assert training_panels([{"step": 1, "loss_generator": 1.0, "penalty": None, "monitor": float("nan")}]) == {
        "losses": ["loss_generator"]
    }


def test_an_unknown_player_gets_a_line_too() -> None:
    history = [{"step": s, "loss_auto_encoder": 1.0 / s} for s in (1, 2)]
    (ax,) = training(history, ax=[Figure().subplots()])
    assert ax.get_legend().get_texts()[0].get_text() == "auto encoder loss"


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(InputError, match="history"):
        training([{"step": 1, "classes": ["a"]}])


def test_pca_is_the_plane_of_largest_spread_whatever_the_grouping() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 5)) * [5, 3, 1, 0.1, 0.1]
    plane = embed({"a": rows[:10], "b": rows[10:]})
    whole = np.concatenate([plane["a"], plane["b"]])
    values = np.linalg.eigvalsh(np.cov(rows.T))[::-1]
    assert whole.var(axis=0, ddof=1) == pytest.approx(values[:2])
    assert np.array_equal(whole, embed({"all": rows})["all"])


def test_tsne_repeats_and_keeps_the_groups() -> None:
    rng = np.random.default_rng(0)
    groups = {"a": rng.normal(size=(20, 4)), "b": rng.normal(size=(5, 4)) + 9}
    first, second = (embed(groups, method="tsne", random_state=3) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in groups)
    assert [len(points) for points in first.values()] == [20, 5]


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_embed_takes_very_few_rows(method: str) -> None:
    plane = embed({"a": [[1.0]], "b": [[2.0], [2.0]]}, method=method)
    assert np.isfinite(np.concatenate(list(plane.values()))).all()


def test_an_unknown_embedding_is_refused() -> None:
    with pytest.raises(InputError, match="'umap' is not an embedding"):
        embed({"a": [[1.0]]}, method="umap")


def test_embedding_keeps_the_convention_of_colours_and_marks(ax: Any) -> None:
    embedding({"generated": [[0, 0]], "minority": [[1, 1]], "majority": [[2, 2]]}, ax=ax)
    assert [to_hex(cloud.get_facecolor()[0]) for cloud in ax.collections] == [
        PALETTE[name].lower() for name in ("blue", "green", "orange")
    ]
    majority, minority, generated = ax.collections
    assert majority.get_zorder() < min(minority.get_zorder(), generated.get_zorder())
    assert [handle.get_marker() for handle in ax.get_legend().legend_handles] == ["o", "^", "x"]


@pytest.mark.parametrize(("rows", "pixels"), [(1000, False), (1001, True)])
def test_many_marks_become_pixels(ax: Any, rows: int, pixels: bool) -> None:
    embedding({"majority": np.zeros((rows, 2))}, ax=ax)
    assert bool(ax.collections[0].get_rasterized()) is pixels


def test_time_beside_quality() -> None:
    row = {"seconds_resample": 1.0, "seconds_fit": 2.0, "seconds_predict": 0.5, "mean": 0.6, "sd": 0.1}
    rows = [row | {"title": "a"}, row | {"title": "b", "seconds_resample": 100.0, "mean": np.nan}]
    figure = Figure(layout="constrained")
    left, right = time_quality(rows, ax=figure.subplots(1, 2))
    assert [bar.get_width() for bar in left.patches] == [1.0, 2.0, 0.5, 100.0, 2.0, 0.5]
    assert [text.get_text() for text in left.texts] == ["3.5 s", "102 s"]
    assert len(right.containers) == 1


def test_names_with_a_dollar_sign_are_drawn_outside_the_context() -> None:
    figure = Figure()
    class_counts(["$x^$", "_b"], [3, 2], [3, 3], ax=figure.subplots())
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    assert picture.getvalue().startswith(b"\x89PNG")


def test_new_figures_come_from_pyplot(pyplot: Any) -> None:
    curve = {"title": "a", "recall": [0, 1], "precision": [[1, 0.5]], "average_precision": 0.8}
    precision_recall([curve])
    class_counts(["a"], [1], [2])
    effect_forest([{"title": "a", "difference": 0.1, "low": 0, "high": 1}])
    embedding({"majority": [[0, 0]]})
    training(HISTORY)
    row = {"seconds_resample": 1.0, "seconds_fit": 2.0, "seconds_predict": 0.5, "mean": 0.6, "sd": 0.1}
    time_quality([row | {"title": "a"}])
    assert len(pyplot.get_fignums()) == 6
